package store_test

import (
	"context"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// TestTextsOfEarlierImportsAreFolded: what an import brought before the texts were kept folded is found after the update,
// and titles are folded by the same rule as those that are written later.
func TestTextsOfEarlierImportsAreFolded(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			address := storetest.Address(t, engine)
			open := func() *world {
				db, err := store.Open(t.Context(), address, store.Options{Sealer: store.NewKeySealer([]byte("a key of the tests, 32 bytes ok!"))})
				if err != nil {
					t.Fatal(err)
				}
				return newWorld(t, db)
			}
			w := open()
			ada, wiki := w.user("ada"), w.resource(sallyport.KindApp, "wiki", nil)
			w.update(func(ctx context.Context, tx *store.Tx) error {
				now := tx.Now()
				g := sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: ada.ID}, Resource: wiki.Ref(), Relation: sallyport.Member, Parameters: []byte("{}"), Origin: sallyport.OriginGiven,
					ReasonKind: "direct", Reason: "ÄRZTE write", StartsAt: now, ActivatedAt: &now, NoEnd: true}
				if err := tx.InsertGrant(ctx, w.tenant, &g, ""); err != nil {
					return err
				}
				if _, err := tx.Append(ctx, store.NewEvent{Verb: "grant.created", Actor: sallyport.System(w.tenant), ObjectKind: "grant", ObjectID: g.ID}); err != nil {
					return err
				}
				return tx.AddImported(ctx, w.tenant, "discord-access", "run", []store.ImportedRow{{Table: "okta_user_group_member", SourceID: "1", ObjectID: g.ID}})
			})
			w.exec("UPDATE grants SET text_key = ''")
			w.exec("UPDATE users SET title = ' ÄRZTIN ', title_key = 'Ärztin'")
			w.exec("ALTER TABLE grants DROP COLUMN ended_in_source")
			w.exec("DELETE FROM goose_db_version WHERE version_id >= 18")
			if err := w.db.Close(); err != nil {
				t.Fatal(err)
			}
			w = open()
			defer w.db.Close()
			if l := w.intervals(everything, store.IntervalFilter{Q: "ärzte"}); len(l) != 1 {
				t.Errorf("%d rows are found", len(l))
			}
			if n := w.count("SELECT count(*) FROM users WHERE title_key = 'ärztin'"); n == 0 {
				t.Error("titles are folded as far as the database can")
			}
		})
	}
}
