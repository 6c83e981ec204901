package catalog_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// titles lists the titles of all messages of a kind, the oldest first.
func (w *world) titles(kind string) []string {
	w.t.Helper()
	var out []string
	w.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Rows(ctx, `SELECT title FROM messages WHERE tenant_id=$1 AND kind=$2 ORDER BY id`, []any{w.tenant, kind}, func(r *sql.Rows) error {
			var title string
			err := r.Scan(&title)
			out = append(out, title)
			return err
		})
	})
	return out
}

// TestMessagesNameTheApp: two things may be called Admin, so messages about access in an app say in which.
func TestMessagesNameTheApp(t *testing.T) {
	each(t, func(w *world) {
		ctx := t.Context()
		w.people("kim", "olga", "it")
		by := &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "user:it"}
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "GitHub", Owners: []string{"olga"}})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "github", Name: "Admin"})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindEntitlement, App: "github", Name: "GitHub billing", Fulfilment: by})
		w.create(w.admin, sallyport.NewResource{Kind: sallyport.KindApp, Name: "wiki", Owners: []string{"olga"}})
		ask := func(slug string) sallyport.Request {
			t.Helper()
			days := 30 * sallyport.Day
			r, err := w.s.Access.Ask(ctx, w.actor("kim"), sallyport.Ask{Resource: slug, Duration: &days, Reason: "why"})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		for _, slug := range []string{"github.admin", "github.github-billing", "wiki"} {
			if _, err := w.approves("olga", ask(slug), nil); err != nil {
				t.Fatal(err)
			}
		}
		same(t, "asked", w.titles("request.waiting"), []string{"Person kim asks for Admin of GitHub", "Person kim asks for GitHub billing", "Person kim asks for wiki"})
		same(t, "approved", w.titles("request.approved"), []string{"Admin of GitHub was approved", "GitHub billing was approved", "wiki was approved"})
		same(t, "to do", w.titles("task.opened"), []string{"To do: GitHub billing"})
		w.clock.Advance(24 * 24 * time.Hour)
		if _, _, err := w.s.Access.RunNotices(ctx); err != nil {
			t.Fatal(err)
		}
		digests := w.titles("grant.ends_soon")
		if len(digests) == 0 {
			t.Fatal("nobody was told of an end")
		}
		for _, title := range digests {
			if title != "Admin of GitHub ends in 6 days, and 1 more end soon" && title != "Person kim's access to Admin of GitHub ends in 6 days, and 1 more end soon" {
				t.Errorf("the digest says %q", title)
			}
		}
		w.clock.Advance(10 * 24 * time.Hour)
		r := w.asks("kim", sallyport.NewThing{Kind: sallyport.KindEntitlement, App: "github", Name: "Owner"})
		if _, err := w.s.Access.Vote(ctx, w.actor("olga"), r.ID, sallyport.Ballot{Vote: sallyport.VoteDeny, Comment: "no"}); err != nil {
			t.Fatal(err)
		}
		r = ask("github.admin")
		if _, err := w.s.Access.Vote(ctx, w.actor("olga"), r.ID, sallyport.Ballot{Vote: sallyport.VoteDeny, Comment: "no"}); err != nil {
			t.Fatal(err)
		}
		same(t, "denied", w.titles("request.denied"), []string{"The new access Owner of GitHub was denied", "Admin of GitHub was denied"})
	})
}
