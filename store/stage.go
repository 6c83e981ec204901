package store

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
)

// requestParts adds stages, who was asked, votes, task ids and what is to be made to requests, in a few queries for all.
func (tx *Tx) requestParts(ctx context.Context, tenant string, list []*sallyport.Request) error {
	if len(list) == 0 {
		return nil
	}
	byID, ids := map[string]*sallyport.Request{}, make([]string, 0, len(list))
	for _, r := range list {
		r.Stages = []sallyport.Stage{}
		byID[r.ID] = r
		ids = append(ids, r.ID)
	}
	type place struct {
		r *sallyport.Request
		i int
	}
	at := map[string]place{}
	q := &query{}
	q.WriteString(`SELECT request_id, id, position, name, state, spec, need, fallback, outcome, started_at, closed_at, escalated_at, timeout_at
		FROM stages WHERE tenant_id = ` + q.arg(tenant) + " AND " + q.in("request_id", ids) + " ORDER BY request_id, position")
	err := tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var rid string
		s := sallyport.Stage{Approvers: []sallyport.Approver{}, Votes: []sallyport.Vote{}}
		var escalated *time.Time
		if err := rows.Scan(&rid, &s.ID, &s.Position, &s.Name, &s.State, jsonScan{&s.Spec}, &s.Need, &s.Fallback, &s.Outcome,
			timePtrScan{&s.StartedAt}, timePtrScan{&s.ClosedAt}, timePtrScan{&escalated}, timePtrScan{&s.DueAt}); err != nil {
			return err
		}
		s.Escalated, s.Rule = escalated != nil, s.Spec.Rule
		if s.Rule == "" {
			s.Rule = "any"
		}
		r := byID[rid]
		r.Stages = append(r.Stages, s)
		at[s.ID] = place{r, len(r.Stages) - 1}
		return nil
	})
	if err != nil {
		return err
	}
	approvers, gone, err := tx.approversOf(ctx, tenant, slices.Collect(maps.Keys(at)))
	if err != nil {
		return err
	}
	for id, list := range approvers {
		p := at[id]
		p.r.Stages[p.i].Approvers = list
	}
	q = &query{}
	q.WriteString(`SELECT v.stage_id, v.id, u.id, u.login, u.name, o.id, o.login, o.name, v.vote, v.comment, v.duration, v.created_at FROM votes v
		JOIN users u ON u.tenant_id = v.tenant_id AND u.id = v.user_id LEFT JOIN users o ON o.tenant_id = v.tenant_id AND o.id = v.on_behalf_of
		WHERE v.tenant_id = ` + q.arg(tenant) + " AND " + q.in("v.request_id", ids) + " ORDER BY v.id")
	err = tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var sid string
		var v sallyport.Vote
		var behalf optionalUser
		dest := append([]any{&sid, &v.ID, &v.By.ID, &v.By.Login, &v.By.Name}, behalf.dest()...)
		if err := rows.Scan(append(dest, &v.Vote, &v.Comment, durationScan{&v.Duration}, timeScan{&v.At})...); err != nil {
			return err
		}
		v.OnBehalfOf = behalf.ref()
		p := at[sid]
		s := &p.r.Stages[p.i]
		s.Votes = append(s.Votes, v)
		return nil
	})
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return byID[id].State == sallyport.RequestPending }) // no work before the decision
	if len(ids) > 0 {
		err = tx.requestTasks(ctx, tenant, byID, ids)
	}
	for _, r := range list {
		waiting(r, gone)
	}
	if err != nil {
		return err
	}
	return tx.creations(ctx, tenant, list)
}

// approversOf lists who was asked in each of some stages, by name, and who of them is no longer active: those are not waited
// for. People are read by their ids: beside the stages, PostgreSQL reads everybody.
func (tx *Tx) approversOf(ctx context.Context, tenant string, stages []string) (asked map[string][]sallyport.Approver, gone map[string]bool, err error) {
	asked, gone = map[string][]sallyport.Approver{}, map[string]bool{}
	if len(stages) == 0 {
		return asked, gone, nil
	}
	q := &query{}
	q.WriteString("SELECT stage_id, user_id, via FROM stage_approvers WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("stage_id", stages))
	people := map[string]sallyport.UserRef{}
	err = tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var stage string
		var a sallyport.Approver
		err := rows.Scan(&stage, &a.ID, &a.Via)
		asked[stage] = append(asked[stage], a)
		people[a.ID] = sallyport.UserRef{}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	keys := map[string]string{}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(people)), 1000) {
		q := &query{}
		q.WriteString("SELECT id, login, name, name_key, state FROM users WHERE tenant_id = " + q.arg(tenant) + " AND " + q.in("id", ids))
		err = tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
			var u sallyport.UserRef
			var key string
			var state sallyport.UserState
			err := rows.Scan(&u.ID, &u.Login, &u.Name, &key, &state)
			people[u.ID], keys[u.ID], gone[u.ID] = u, key, state != sallyport.UserActive
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	for _, list := range asked {
		for i := range list {
			list[i].Login, list[i].Name = people[list[i].ID].Login, people[list[i].ID].Name
		}
		slices.SortFunc(list, func(a, b sallyport.Approver) int {
			return cmp.Or(cmp.Compare(keys[a.ID], keys[b.ID]), cmp.Compare(a.ID, b.ID))
		})
	}
	return asked, gone, nil
}

func (tx *Tx) requestTasks(ctx context.Context, tenant string, byID map[string]*sallyport.Request, ids []string) error {
	q := &query{}
	q.WriteString(`SELECT request_id, id FROM tasks WHERE tenant_id = ` + q.arg(tenant) + " AND " + q.in("request_id", ids) + " ORDER BY id")
	return tx.Rows(ctx, q.String(), q.args, func(rows *sql.Rows) error {
		var rid, id string
		if err := rows.Scan(&rid, &id); err != nil {
			return err
		}
		byID[rid].TaskIDs = append(byID[rid].TaskIDs, id)
		return nil
	})
}

// waiting fills who is waited for: those asked in the open stage who have not voted, nor had somebody vote for them.
func waiting(r *sallyport.Request, gone map[string]bool) {
	s := r.Open()
	if r.State != sallyport.RequestPending || s == nil {
		return
	}
	voted := map[string]bool{}
	for _, v := range s.Votes {
		voted[v.By.ID] = true
		if v.OnBehalfOf != nil {
			voted[v.OnBehalfOf.ID] = true
		}
	}
	for _, a := range s.Approvers {
		if !voted[a.ID] && !gone[a.ID] {
			r.WaitingFor = append(r.WaitingFor, sallyport.UserRef{ID: a.ID, Login: a.Login, Name: a.Name})
		}
	}
}

// InsertStage adds a stage in waiting; the id is set here.
func (tx *Tx) InsertStage(ctx context.Context, tenant, requestID string, s *sallyport.Stage) error {
	s.ID, s.State = NewID(sallyport.PrefixStage), sallyport.StageWaiting
	_, err := tx.Exec(ctx, `INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec, need) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)`,
		tenant, s.ID, requestID, s.Position, s.Name, s.State, toJSON(s.Spec), s.Need)
	return err
}

// StartStage opens a waiting stage and records who is asked. It reports false when it was not waiting.
func (tx *Tx) StartStage(ctx context.Context, tenant string, s sallyport.Stage) (bool, error) {
	after := func(d sallyport.Duration) any {
		if d <= 0 {
			return nil
		}
		return Micros(tx.now.Add(d.Std()))
	}
	n, err := tx.Exec(ctx, `UPDATE stages SET state='open', started_at=$3, need=$4, fallback=$5, remind_at=$6, escalate_at=$7, timeout_at=$8
		WHERE tenant_id=$1 AND id=$2 AND state='waiting'`, tenant, s.ID, Micros(tx.now), s.Need, s.Fallback,
		after(s.Spec.RemindAfter), after(s.Spec.EscalateAfter), after(s.Spec.TimeoutAfter))
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.AddApprovers(ctx, tenant, s.ID, s.Approvers)
}

// AddApprovers records that more people are asked; those asked before stay as they are.
func (tx *Tx) AddApprovers(ctx context.Context, tenant, stageID string, list []sallyport.Approver) error {
	rows := make([][]any, len(list))
	for i, a := range list {
		rows[i] = []any{tenant, stageID, a.ID, a.Via, Micros(tx.now)}
	}
	return tx.insertRows(ctx, "INSERT INTO stage_approvers (tenant_id, stage_id, user_id, via, asked_at)", rows, " ON CONFLICT (tenant_id, stage_id, user_id) DO NOTHING")
}

// ReplaceApprovers sets a stage's expressions and asks others in place of those who were asked.
func (tx *Tx) ReplaceApprovers(ctx context.Context, tenant string, s sallyport.Stage) error {
	if _, err := tx.Exec(ctx, `UPDATE stages SET spec=$3, need=$4, fallback=$5 WHERE tenant_id=$1 AND id=$2 AND state='open'`,
		tenant, s.ID, toJSON(s.Spec), s.Need, s.Fallback); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM stage_approvers WHERE tenant_id=$1 AND stage_id=$2`, tenant, s.ID); err != nil {
		return err
	}
	return tx.AddApprovers(ctx, tenant, s.ID, s.Approvers)
}

// SetStageNeed records a fallback that came into force after the stage started.
func (tx *Tx) SetStageNeed(ctx context.Context, tenant, id string, need int, fallback string) error {
	_, err := tx.Exec(ctx, `UPDATE stages SET need=$3, fallback=$4 WHERE tenant_id=$1 AND id=$2 AND state='open'`, tenant, id, need, fallback)
	return err
}

// CloseStage closes an open stage; false when it was not open.
func (tx *Tx) CloseStage(ctx context.Context, tenant, id string, state sallyport.StageState, outcome string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE stages SET state=$3, closed_at=$4, outcome=$5 WHERE tenant_id=$1 AND id=$2 AND state='open'`, tenant, id, state, Micros(tx.now), outcome)
	return n == 1, err
}

// InsertVote adds a vote; EConflict when this person, or somebody in their place, has voted in the stage.
func (tx *Tx) InsertVote(ctx context.Context, tenant, requestID, stageID string, version int, v *sallyport.Vote) error {
	v.ID, v.At = NewID(sallyport.PrefixVote), tx.now
	_, err := tx.Exec(ctx, `INSERT INTO votes (tenant_id, id, request_id, stage_id, user_id, on_behalf_of, vote, comment, duration, request_version, created_at, text_key)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`, tenant, v.ID, requestID, stageID, v.By.ID, refID(v.OnBehalfOf), v.Vote, v.Comment,
		DurationValue(v.Duration), version, Micros(tx.now), Fold(v.Comment))
	return err
}

// StageDeadline is what has come due of an open stage.
type StageDeadline struct {
	TenantID
	RequestID string
	What      string // remind, escalate or timeout
}

// DueStages lists what has come due of open stages, over all tenants.
func (tx *Tx) DueStages(ctx context.Context, limit int) ([]StageDeadline, error) {
	var out []StageDeadline
	err := tx.Rows(ctx, `SELECT * FROM (SELECT tenant_id, id, request_id, 'timeout' AS what, timeout_at AS at FROM stages WHERE state='open' AND timeout_at IS NOT NULL AND timeout_at <= $1
		UNION ALL SELECT tenant_id, id, request_id, 'escalate', escalate_at FROM stages WHERE state='open' AND escalate_at IS NOT NULL AND escalate_at <= $1
		UNION ALL SELECT tenant_id, id, request_id, 'remind', remind_at FROM stages WHERE state='open' AND remind_at IS NOT NULL AND remind_at <= $1) x ORDER BY at LIMIT $2`,
		[]any{Micros(tx.now), limit}, func(r *sql.Rows) error {
			var d StageDeadline
			var at int64
			err := r.Scan(&d.Tenant, &d.ID, &d.RequestID, &d.What, &at)
			out = append(out, d)
			return err
		})
	return out, err
}

// NextDeadline is when the next reminder, escalation, time-out or expiry of a request comes due; nil when none will.
func (tx *Tx) NextDeadline(ctx context.Context) (*time.Time, error) {
	var t *time.Time
	err := tx.Row(ctx, `SELECT min(at) FROM (SELECT min(expires_at) AS at FROM requests WHERE state='pending'
		UNION ALL SELECT min(remind_at) FROM stages WHERE state='open' AND remind_at IS NOT NULL
		UNION ALL SELECT min(escalate_at) FROM stages WHERE state='open' AND escalate_at IS NOT NULL
		UNION ALL SELECT min(timeout_at) FROM stages WHERE state='open' AND timeout_at IS NOT NULL) x`, nil, timePtrScan{&t})
	return t, err
}

// ClearDeadline takes a deadline away once it is handled; for reminders, next is when to remind again. It reports false
// when somebody else was first.
func (tx *Tx) ClearDeadline(ctx context.Context, tenant, stageID, what string, next *time.Time) (bool, error) {
	set := map[string]string{"remind": "remind_at=$3", "escalate": "escalate_at=$3, escalated_at=$4", "timeout": "timeout_at=$3"}[what]
	col := map[string]string{"remind": "remind_at", "escalate": "escalate_at", "timeout": "timeout_at"}[what]
	n, err := tx.Exec(ctx, "UPDATE stages SET "+set+" WHERE tenant_id=$1 AND id=$2 AND state='open' AND "+col+" IS NOT NULL AND "+col+" <= $4",
		tenant, stageID, MicrosPtr(next), Micros(tx.now))
	return n == 1, err
}

// OpenStageRequests lists waiting requests after one, in order and over all tenants, for the sweep that looks whether their
// approvers still suffice.
func (tx *Tx) OpenStageRequests(ctx context.Context, after TenantID, limit int) ([]TenantID, error) {
	return tx.tenantIDs(ctx, `SELECT tenant_id, id FROM requests WHERE state='pending' AND (tenant_id, id) > ($1, $2) ORDER BY tenant_id, id LIMIT $3`, after.Tenant, after.ID, limit)
}

// EscalateStage widens an open stage's specification and marks it as escalated.
func (tx *Tx) EscalateStage(ctx context.Context, tenant string, s sallyport.Stage) error {
	_, err := tx.Exec(ctx, `UPDATE stages SET spec=$3, escalated_at=COALESCE(escalated_at, $4) WHERE tenant_id=$1 AND id=$2 AND state='open'`,
		tenant, s.ID, toJSON(s.Spec), Micros(tx.now))
	return err
}

// AskedRequests lists the pending requests in whose open stage a person was asked.
func (tx *Tx) AskedRequests(ctx context.Context, tenant, userID string) ([]string, error) {
	var ids []string
	err := tx.Rows(ctx, `SELECT s.request_id FROM stage_approvers sa JOIN stages s ON s.tenant_id=sa.tenant_id AND s.id=sa.stage_id
		WHERE sa.tenant_id=$1 AND sa.user_id=$2 AND s.state='open' ORDER BY s.request_id`, []any{tenant, userID}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}
