package store

import (
	"context"
	"strings"

	"github.com/sallyport/sallyport"
)

// ErasedName is the name that an erased person goes by from then on.
const ErasedName = "Erased person"

// EraseUser takes everything personal about a person out of the database: what the directory said about them, the values
// of the events that are about them with their salts, texts and answers of what they asked for, messages that name them,
// their accounts, sessions and tokens. What stays is their id, which ties the record together: what was granted, decided
// and ended, and when. The log's tree is untouched and still verifies. Doing it twice changes nothing more.
//
// Refused (EPrecondition) while they hold anything or while access is still being removed from a target, which needs
// their account; and for people who are active, unless force is set. Who may do this is for the caller to ask. Backups
// and exports made before keep what they had.
func (tx *Tx) EraseUser(ctx context.Context, actor sallyport.Actor, userID, reason string, force bool) error {
	tenant := actor.Tenant
	u, err := tx.User(ctx, tenant, userID)
	if err != nil {
		return err
	}
	var held, unfinished, erased int
	err = tx.Row(ctx, `SELECT (SELECT count(*) FROM grants g WHERE g.tenant_id = $1 AND g.subject_kind = 'user' AND g.subject_id = $2 AND g.ended_at IS NULL),
		(SELECT count(*) FROM provisions p WHERE p.tenant_id = $1 AND p.user_id = $2 AND p.state <> 'absent'),
		(SELECT count(*) FROM users x WHERE x.tenant_id = $1 AND x.id = $2 AND x.erased_at IS NOT NULL)`, []any{tenant, u.ID}, &held, &unfinished, &erased)
	switch {
	case err != nil || erased > 0:
		return err
	case u.State == sallyport.UserActive && !force:
		return sallyport.Errorf(sallyport.EPrecondition, "%s is active; only the data of people who left can be erased", u.Name).WithRule("domain.23").
			WithHint("Let the directory mark them as gone first, or force it with a reason.")
	case held > 0:
		return sallyport.Errorf(sallyport.EPrecondition, "%s still holds access (%d grants)", u.Name, held).WithRule("domain.23").
			WithHint("End what they hold first.")
	case unfinished > 0:
		return sallyport.Errorf(sallyport.EPrecondition, "access of %s is still being removed (%d places), which needs their accounts", u.Name, unfinished).
			WithRule("domain.23").WithHint("Try again when it is gone from the targets.")
	}
	if err := tx.eraseTexts(ctx, tenant, u); err != nil {
		return err
	}
	if err := tx.eraseRows(ctx, tenant, u); err != nil {
		return err
	}
	_, err = tx.Append(ctx, NewEvent{Verb: "user.erased", Actor: actor, ObjectKind: "user", ObjectID: u.ID,
		Body: map[string]any{"forced": force}, Values: []Value{{Name: "reason", Value: reason}}})
	tx.Changed(tenant, "user:"+u.ID, "access:"+u.ID)
	return err
}

// eraseRows empties or deletes what belongs to the person by its keys.
func (tx *Tx) eraseRows(ctx context.Context, tenant string, u sallyport.User) error {
	_, tail, _ := strings.Cut(u.ID, "_")
	login := "erased-" + tail
	_, err := tx.Exec(ctx, `UPDATE users SET login = $3, login_key = $3, email = '', email_key = '', name = $4, name_key = $5, search_key = $5,
		title = '', title_key = '', department = '', time_zone = '', external_id = '', attributes = '{}', manager_id = NULL, state = 'gone',
		left_at = COALESCE(left_at, $6), erased_at = $6, updated_at = $6 WHERE tenant_id = $1 AND id = $2`,
		tenant, u.ID, login, ErasedName, Fold(ErasedName), Micros(tx.now))
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`DELETE FROM event_values WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM event_values WHERE tenant_id = $1 AND event_id IN (SELECT e.id FROM events e WHERE e.tenant_id = $1 AND e.actor_id = $2 AND e.object_kind = 'request')`,
		`DELETE FROM deliveries WHERE tenant_id = $1 AND message_id IN (SELECT m.id FROM messages m WHERE m.tenant_id = $1 AND m.user_id = $2)`,
		`DELETE FROM messages WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM tokens WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM accounts WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM holdings WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM refusals WHERE tenant_id = $1 AND user_id = $2`,
		`UPDATE requests SET reason = '', answers = '{}', snapshot = '{}', cause = CASE WHEN state IN ('denied', 'cancelled') THEN '' ELSE cause END
			WHERE tenant_id = $1 AND (requester_id = $2 OR (subject_kind = 'user' AND subject_id = $2))`,
		`UPDATE grants SET reason = '', text_key = '' WHERE tenant_id = $1 AND subject_kind = 'user' AND subject_id = $2 AND reason_kind <> 'import'`,
		`UPDATE grants SET ended_reason = '', text_key = '' WHERE tenant_id = $1 AND subject_kind = 'user' AND subject_id = $2 AND ended_by IS NOT NULL`,
		`UPDATE votes SET comment = '', text_key = '' WHERE tenant_id = $1 AND user_id = $2`,
		`UPDATE votes SET comment = '', text_key = '' WHERE tenant_id = $1 AND request_id IN (SELECT r.id FROM requests r WHERE r.tenant_id = $1
			AND (r.requester_id = $2 OR (r.subject_kind = 'user' AND r.subject_id = $2)))`,
		`UPDATE tasks SET evidence = '', reason = '', instructions = '' WHERE tenant_id = $1 AND user_id = $2`,
		`UPDATE provisions SET error = '', target = '' WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM views WHERE tenant_id = $1 AND user_id = $2`,
		`DELETE FROM notices WHERE tenant_id = $1 AND user_id = $2`,
		`UPDATE batches SET reason = '' WHERE tenant_id = $1 AND created_by = $2`,
		`UPDATE grant_reviews SET reason = '' WHERE tenant_id = $1 AND (reviewed_by = $2 OR grant_id IN (SELECT g.id FROM grants g
			WHERE g.tenant_id = $1 AND g.subject_kind = 'user' AND g.subject_id = $2))`,
		`UPDATE delegations SET reason = '' WHERE tenant_id = $1 AND (from_id = $2 OR to_id = $2)`,
	} {
		if _, err := tx.Exec(ctx, statement, tenant, u.ID); err != nil {
			return err
		}
	}
	return tx.eraseCreations(ctx, tenant, u.ID)
}

// eraseTexts finds the person in texts that have no key to them: by id, name, e-mail address and login, the short ones
// only where they stand as a whole word of JSON. It reads these tables whole: erasing is rare.
func (tx *Tx) eraseTexts(ctx context.Context, tenant string, u sallyport.User) error {
	in := func(q *query, columns ...string) string {
		var found []string
		for _, c := range columns {
			for _, text := range []string{u.ID, u.Name, u.Email, u.Login} {
				switch {
				case len(text) >= 5:
					found = append(found, c+" LIKE "+q.arg(rawLike(text))+` ESCAPE '\'`)
				case text != "":
					found = append(found, c+" LIKE "+q.arg(rawLike(`"`+text+`"`))+` ESCAPE '\'`)
				}
			}
		}
		return "(" + strings.Join(found, " OR ") + ")"
	}
	type change struct {
		set     string
		columns []string
	}
	for _, c := range []change{
		{"UPDATE messages SET title = '(erased)', body = '', facts = '[]'", []string{"title", "body", "facts"}},
		{"UPDATE syncs SET plan = '{}'", []string{"plan"}},
		{"UPDATE syncs SET error = ''", []string{"error"}},
		{"UPDATE jobs SET error = ''", []string{"error"}},
		{"UPDATE batch_items SET detail = '(erased)', hint = ''", []string{"detail", "hint"}},
		{"UPDATE batches SET reason = '(erased)'", []string{"reason"}},
		{"UPDATE grant_reviews SET reason = '(erased)'", []string{"reason"}},
		{"UPDATE views SET query = ''", []string{"query"}},
		{"DELETE FROM idempotency", []string{"response"}},
		{"DELETE FROM event_values", []string{"value"}},
	} {
		q := &query{}
		q.WriteString(c.set + " WHERE tenant_id = " + q.arg(tenant) + " AND " + in(q, c.columns...))
		if _, err := tx.Exec(ctx, q.String(), q.args...); err != nil {
			return err
		}
	}
	// Approver expressions by login go on by id, so that what was pinned stays readable.
	byLogin, byID := `"user:`+u.Login+`"`, `"user:`+u.ID+`"`
	for _, place := range [][2]string{{"stages", "spec"}, {"requests", "flow"}, {"resources", "flow"}, {"creation_flows", "flow"}} {
		q := &query{}
		q.WriteString("UPDATE " + place[0] + " SET " + place[1] + " = REPLACE(" + place[1] + ", " + q.arg(byLogin) + ", " + q.arg(byID) + ") WHERE tenant_id = " +
			q.arg(tenant) + " AND " + place[1] + " LIKE " + q.arg(rawLike(byLogin)) + ` ESCAPE '\'`)
		if _, err := tx.Exec(ctx, q.String(), q.args...); err != nil {
			return err
		}
	}
	return nil
}

// rawLike makes a LIKE pattern that finds the text anywhere, as it is.
func rawLike(s string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}
