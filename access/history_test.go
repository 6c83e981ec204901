package access_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func TestWhoReadsTheLog(t *testing.T) {
	each(t, func(w *world) {
		r := w.ask("ada", "wiki")
		w.approve("olga", r)
		auditor := w.as("tess")
		auditor.Auditor = true
		if _, err := w.s.Events(w.ctx, w.as("ken"), store.EventFilter{Verb: "request."}, store.Page{}); err == nil {
			t.Error("anybody reads the whole log")
		} else {
			w.refused(err, sallyport.EForbidden, "auditors", "sallyport.auditor")
		}
		for _, a := range []sallyport.Actor{auditor, w.as("root")} {
			if l, err := w.s.Events(w.ctx, a, store.EventFilter{}, store.Page{}); err != nil || len(l.Items) < 3 {
				t.Errorf("%s: %d events, %v", a.User.Login, len(l.Items), err)
			}
		}
		verbs := func(l store.List[sallyport.Event], err error) (out []string) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range l.Items {
				out = append(out, e.Verb)
			}
			return out
		}
		ken := w.as("ken")
		mine := verbs(w.s.Events(w.ctx, w.as("ada"), store.EventFilter{Actor: "me"}, store.Page{}))
		if !slices.Contains(mine, "request.created") || slices.Contains(mine, "request.approved") {
			t.Errorf("ada did %v", mine)
		}
		for what, got := range map[string][]string{
			"actor by login": verbs(w.s.Events(w.ctx, ken, store.EventFilter{Actor: "ada"}, store.Page{})),
			"object by id":   verbs(w.s.Events(w.ctx, ken, store.EventFilter{Object: r.ID}, store.Page{})),
			"person":         verbs(w.s.UserHistory(w.ctx, ken, "ada", store.EventFilter{}, store.Page{})),
			"resource":       verbs(w.s.ResourceHistory(w.ctx, ken, "wiki", store.EventFilter{}, store.Page{})),
		} {
			if !slices.Contains(got, "request.created") {
				t.Errorf("%s: %v", what, got)
			}
		}
		line := verbs(w.s.RequestHistory(w.ctx, ken, r.ID, store.Page{}))
		created, approved, granted := slices.Index(line, "request.created"), slices.Index(line, "request.approved"), slices.Index(line, "grant.created")
		if created != 0 || approved < created || granted < 0 {
			t.Errorf("the request's timeline is %v", line)
		}
		_, err := w.s.UserHistory(w.ctx, ken, "nobody", store.EventFilter{}, store.Page{})
		w.refused(err, sallyport.ENotFound, "nobody")
		_, err = w.s.Events(w.ctx, ken, store.EventFilter{Object: "no-such-thing"}, store.Page{})
		w.refused(err, sallyport.ENotFound, "no-such-thing")

		var b bytes.Buffer
		w.refused(w.s.ExportAudit(w.ctx, ken, &b), sallyport.EForbidden, "auditors")
		if err := w.s.ExportAudit(w.ctx, auditor, &b); err != nil || b.Len() == 0 {
			t.Errorf("the auditor's export has %d bytes, %v", b.Len(), err)
		}
	})
}

// TestProofFollowsTheAudience: an event about what is hidden from somebody does not exist for them.
func TestProofFollowsTheAudience(t *testing.T) {
	each(t, func(w *world) {
		audience := w.res["security"].Ref()
		w.resource(sallyport.Resource{Kind: sallyport.KindApp, Slug: "vault", Name: "Vault", Audience: &audience})
		w.hold("oscar", "vault", sallyport.Owner)
		g, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "sam", Resource: "vault", NoEnd: true, Reason: "on call"})
		if err != nil {
			t.Fatal(err)
		}
		l, err := w.s.Events(w.ctx, w.as("root"), store.EventFilter{Object: g.ID}, store.Page{})
		if err != nil || len(l.Items) == 0 {
			t.Fatal(err, l)
		}
		id := l.Items[0].ID
		for who, may := range map[string]bool{"tess": true, "oscar": true, "ada": false} {
			p, err := w.s.Proof(w.ctx, w.as(who), id)
			if may != (err == nil && p.Event == id) || !may && sallyport.CodeOf(err) != sallyport.ENotFound {
				t.Errorf("%s: %v", who, err)
			}
		}
		_, err = w.s.ResourceHistory(w.ctx, w.as("ada"), "vault", store.EventFilter{}, store.Page{})
		w.refused(err, sallyport.ENotFound, "vault")
	})
}

func TestWhoErases(t *testing.T) {
	each(t, func(w *world) {
		w.refused(w.s.EraseUser(w.ctx, w.as("olga"), "ken", "asked for it", false), sallyport.EForbidden, "admins")
		w.refused(w.s.EraseUser(w.ctx, w.as("root"), "ken", " ", false), sallyport.EPrecondition, "reason")
		w.refused(w.s.EraseUser(w.ctx, w.as("root"), "ken", "asked for it", false), sallyport.EPrecondition, "active")
		if err := w.s.EraseUser(w.ctx, w.as("root"), "ken", "asked for it", true); err != nil {
			t.Fatal(err)
		}
		l, err := w.s.UserHistory(w.ctx, w.as("ada"), w.users["ken"].ID, store.EventFilter{Verb: "user.erased"}, store.Page{})
		if err != nil || len(l.Items) != 1 || l.Items[0].Object.Name != store.ErasedName || l.Items[0].Actor.Login != "root" {
			t.Errorf("%+v, %v", l, err)
		}
	})
}
