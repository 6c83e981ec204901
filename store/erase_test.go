package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestErase puts words that are Ada's alone wherever the product keeps text, erases her, and looks for them in every text
// column of the database.
func TestErase(t *testing.T) {
	storetest.EachClock(t, func(t *testing.T, db *store.DB, clock *storetest.Clock) {
		w := newWorld(t, db)
		ada, bob := w.user("ada"), w.user("bob")
		ada.Name, ada.Email, ada.Login, ada.Title, ada.Department = "Ada Zzlovelace", "zzada@example.com", "zzada", "zzcountess", "zzengines"
		ada.ExternalID, ada.Source, ada.Attributes = "cn=zzada", "ldap", map[string]string{"phone": "zz123"}
		w.update(func(ctx context.Context, tx *store.Tx) error { return tx.UpdateUser(ctx, w.tenant, &ada) })
		vpn := w.resource(sallyport.KindApp, "vpn", nil)
		g := w.hold(ada, vpn, sallyport.Member)
		w.exec(`UPDATE grants SET reason = 'zzreason' WHERE id = $1`, g.ID)
		now := store.Micros(clock.Now())
		w.exec(`INSERT INTO connections (tenant_id, id, slug, name, kind, created_at, updated_at) VALUES ($1,'con_1','ldap','LDAP','ldap',1,1)`, w.tenant)
		w.exec(`INSERT INTO requests (tenant_id, id, kind, state, requester_id, subject_kind, subject_id, resource_id, relation, reason, answers, snapshot, flow, cause, expires_at, created_at, updated_at)
			VALUES ($1,'req_1','access','denied',$2,'user',$2,$3,'member','zzwhy','{"address":"zzstreet"}','{"who":"Ada Zzlovelace"}','{"stages":[{"approvers":["user:zzada"]}]}','zzcause',$4,$4,$4)`,
			w.tenant, ada.ID, vpn.ID, now)
		w.exec(`INSERT INTO stages (tenant_id, id, request_id, position, name, state, spec) VALUES ($1,'stg_1','req_1',0,'One','denied','{"approvers":["user:zzada"]}')`, w.tenant)
		w.exec(`INSERT INTO votes (tenant_id, id, request_id, stage_id, user_id, vote, comment, request_version, created_at) VALUES ($1,'vot_1','req_1','stg_1',$2,'deny','no, zzada may not',1,$3)`, w.tenant, bob.ID, now)
		w.exec(`INSERT INTO tasks (tenant_id, id, kind, state, resource_id, user_id, relation, assignee_kind, due_at, instructions, evidence, reason, created_at)
			VALUES ($1,'tsk_1','remove','done',$2,$3,'member','user',1,'zzdo','zzdone','zz',1)`, w.tenant, vpn.ID, ada.ID)
		w.exec(`INSERT INTO messages (tenant_id, id, user_id, kind, dedupe, title, body, facts, created_at) VALUES ($1,'msg_1',$2,'request.waiting','a','Ada Zzlovelace asks for VPN','zzwhy of Ada Zzlovelace','[]',1)`, w.tenant, bob.ID)
		w.exec(`INSERT INTO messages (tenant_id, id, user_id, kind, dedupe, title, created_at) VALUES ($1,'msg_2',$2,'request.denied','b','zztitle',1)`, w.tenant, ada.ID)
		w.exec(`INSERT INTO deliveries (tenant_id, message_id, channel, state) VALUES ($1,'msg_2','email','sent')`, w.tenant)
		w.exec(`INSERT INTO sessions (token_hash, tenant_id, id, user_id, data, agent, created_at, seen_at, expires_at) VALUES ('h',$1,'ses_1',$2,'zz','zzagent',1,1,1)`, w.tenant, ada.ID)
		w.exec(`INSERT INTO tokens (tenant_id, id, user_id, name, hash, created_at, expires_at) VALUES ($1,'tok_1',$2,'zztoken','h',1,1)`, w.tenant, ada.ID)
		w.exec(`INSERT INTO accounts (tenant_id, id, user_id, connection_id, external_id, name, created_at) VALUES ($1,'acc_1',$2,'con_1','uid=zzada','Ada Zzlovelace',1)`, w.tenant, ada.ID)
		w.exec(`INSERT INTO holdings (tenant_id, connection_id, resource_id, account, relation, user_id, seen_at) VALUES ($1,'con_1',$2,'uid=zzada','member',$3,1)`, w.tenant, vpn.ID, ada.ID)
		w.exec(`INSERT INTO syncs (tenant_id, id, source, state, plan, started_at) VALUES ($1,'syn_1','ldap','done','{"creates":["zzada"]}',1)`, w.tenant)
		w.exec(`INSERT INTO idempotency (tenant_id, caller, route, idem_key, body_hash, status, response, created_at) VALUES ($1,$2,'r','k','h',201,'{"requester":{"login":"zzada"}}',1)`, w.tenant, bob.ID)
		w.exec(`INSERT INTO delegations (tenant_id, id, from_id, to_id, reason, starts_at, ends_at, created_at) VALUES ($1,'dlg_1',$2,$3,'zzill',1,2,1)`, w.tenant, ada.ID, bob.ID)
		w.exec(`INSERT INTO batches (tenant_id, id, action, state, reason, created_by, lease_until, created_at) VALUES ($1,'bat_1','end','done','zzada leaves',$2,1,1), ($1,'bat_2','end','done','zzmine',$3,1,1)`, w.tenant, bob.ID, ada.ID)
		w.exec(`INSERT INTO batch_items (tenant_id, batch_id, position, grant_id, state, detail) VALUES ($1,'bat_1',0,$2,'refused','Ada Zzlovelace has VPN already')`, w.tenant, g.ID)
		w.exec(`INSERT INTO grant_reviews (tenant_id, grant_id, reviewed_by, reviewed_at, reason) VALUES ($1,$2,$3,1,'zzleaves')`, w.tenant, g.ID, bob.ID)
		w.exec(`INSERT INTO views (tenant_id, id, user_id, page, name, name_key, query, created_at) VALUES ($1,'viw_1',$2,'expiring','zzview','zzview','q=zz',1), ($1,'viw_2',$3,'expiring','v','v','person=zzada',1)`, w.tenant, ada.ID, bob.ID)
		w.append(store.NewEvent{Verb: "request.created", Actor: w.actor(ada), ObjectKind: "request", ObjectID: "req_1", Refs: []string{vpn.ID},
			Values: []store.Value{{Name: "reason", Value: "zzwhy"}, {Name: "answer.address", Value: "zzstreet", Sensitive: true}}})
		w.append(store.NewEvent{Verb: "request.denied", Actor: w.actor(bob), ObjectKind: "request", ObjectID: "req_1", Refs: []string{vpn.ID, ada.ID},
			Values: []store.Value{{Name: "comment", Value: "no, zzada may not", UserID: ada.ID}, {Name: "other", Value: "kept"}}})
		w.append(store.NewEvent{Verb: "resource.changed", Actor: w.actor(bob), ObjectKind: "resource", ObjectID: vpn.ID,
			Values: []store.Value{{Name: "owners.before", Value: `["bob"]`}, {Name: "owners.after", Value: `["bob","zzada"]`}}})
		before := w.verify(w.export(), nil)
		if left := w.texts("zz"); len(left) < 15 {
			t.Fatalf("the test is about fewer places than it should be: %v", left)
		}
		erase := func(force bool) error {
			return db.Update(w.ctx, func(ctx context.Context, tx *store.Tx) error {
				return tx.EraseUser(ctx, w.actor(bob), ada.ID, "asked for it", force)
			})
		}
		refused := func(what string, err error) {
			t.Helper()
			if sallyport.CodeOf(err) != sallyport.EPrecondition {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("an active person", erase(false))
		refused("who holds something", erase(true))
		w.exec(`UPDATE grants SET ended_at = $2, ended_by = $3, ended_reason = 'zzbye' WHERE tenant_id = $1`, w.tenant, now, bob.ID)
		w.exec(`INSERT INTO provisions (tenant_id, id, user_id, resource_id, relation, fulfilment, fulfilment_kind, state, since, created_at) VALUES ($1,'prv_1',$2,$3,'member','{}','connector','removing',1,1)`, w.tenant, ada.ID, vpn.ID)
		w.exec(`UPDATE users SET state = 'gone' WHERE id = $1`, ada.ID)
		refused("whose access is being removed", erase(false))
		w.exec(`UPDATE provisions SET state = 'absent', error = 'no zzada there' WHERE id = 'prv_1'`)
		if err := erase(false); err != nil {
			t.Fatal(err)
		}
		if err := erase(false); err != nil {
			t.Errorf("a second time: %v", err)
		}
		for _, left := range w.texts("zz") {
			t.Errorf("still there: %s", left)
		}
		rep := w.verify(w.export(), nil)
		if !rep.OK() || rep.ValuesErased != 4 || rep.ValuesPresent != 3 || before.ValuesErased != 0 || rep.Events != before.Events+1 {
			t.Errorf("before %+v, after %+v", before, rep)
		}
		var denied sallyport.Event
		for _, e := range w.events(store.Viewer{All: true}, store.EventFilter{UserID: ada.ID}) {
			if e.Verb == "request.denied" {
				denied = e
			}
		}
		if denied.Values["other"] != "kept" || denied.Values["comment"] != "" {
			t.Errorf("%+v", denied)
		}
		if n := w.count(`SELECT count(*) FROM events WHERE verb = 'user.erased'`); n != 1 {
			t.Errorf("%d events of it", n)
		}
	})
}

// texts lists every text of the database that contains a word, whatever its case, as table.column: text.
func (w *world) texts(word string) (found []string) {
	w.t.Helper()
	columns := `SELECT m.name, p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.type = 'TEXT'`
	if w.db.Postgres() {
		columns = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text'`
	}
	w.view(func(ctx context.Context, tx *store.Tx) error {
		var places [][2]string
		err := tx.Rows(ctx, columns, nil, func(r *sql.Rows) error {
			var p [2]string
			err := r.Scan(&p[0], &p[1])
			if p[0] != "checkpoints" && p[0] != "keys" { // base64 of hashes and keys spells anything
				places = append(places, p)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, p := range places {
			err := tx.Rows(ctx, `SELECT `+p[1]+` FROM `+p[0]+` WHERE lower(`+p[1]+`) LIKE $1`, []any{"%" + strings.ToLower(word) + "%"}, func(r *sql.Rows) error {
				var text string
				err := r.Scan(&text)
				found = append(found, p[0]+"."+p[1]+": "+text)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return found
}
