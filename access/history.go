package access

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Events lists events of the tenant, newest first, as far as the actor may see them. Actor, UserID, Object and ResourceID
// of the filter may be anything that names a person or a resource, "me" included. Without a scope it is the whole log,
// which auditors and admins alone may read (domain rule 24).
func (s *Service) Events(ctx context.Context, actor sallyport.Actor, f store.EventFilter, p store.Page) (store.List[sallyport.Event], error) {
	var out store.List[sallyport.Event]
	if !f.Scoped() && !actor.ReadsAll() {
		return out, auditorsOnly("the whole log of events").
			WithHint("Ask about a person, a resource or a request, or request membership of sallyport.auditor.")
	}
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) (err error) {
		if err := eventRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		out, err = tx.Events(ctx, actor.Tenant, Viewer(actor), f, p)
		return err
	})
	return out, err
}

// hasLength refuses a time that ends before it begins, which nothing happened in and everything seems to reach into.
func hasLength(since, until *time.Time) error {
	if since != nil && until != nil && !until.After(*since) {
		return sallyport.Invalid("until", "is not after since; a period has a length").WithHint("Let the last day not be before the first.")
	}
	return nil
}

// eventRefs turns what people write into ids.
func eventRefs(ctx context.Context, tx *store.Tx, actor sallyport.Actor, f *store.EventFilter) error {
	if err := hasLength(f.Since, f.Until); err != nil {
		return err
	}
	user := func(ref *string) error {
		if *ref == "" || strings.HasPrefix(*ref, sallyport.PrefixUser+"_") {
			return nil
		}
		if *ref == "me" {
			*ref = actor.User.ID
			return nil
		}
		u, err := tx.User(ctx, actor.Tenant, *ref)
		*ref = u.ID
		return err
	}
	resource := func(ref *string) error {
		if *ref == "" || sallyport.HasIDPrefix(*ref) {
			return nil
		}
		r, err := tx.ResourceEver(ctx, actor.Tenant, *ref, Viewer(actor))
		*ref = r.ID
		return err
	}
	if err := user(&f.Actor); err != nil {
		return err
	}
	if err := user(&f.UserID); err != nil {
		return err
	}
	if err := resource(&f.ResourceID); err != nil {
		return err
	}
	if err := resource(&f.AppID); err != nil {
		return err
	}
	if f.Object == "" || sallyport.HasIDPrefix(f.Object) {
		return nil
	}
	object := f.Object
	if err := resource(&f.Object); sallyport.CodeOf(err) != sallyport.ENotFound {
		return err
	}
	f.Object = object
	if err := user(&f.Object); sallyport.CodeOf(err) != sallyport.ENotFound {
		return err
	}
	return sallyport.Errorf(sallyport.ENotFound, "there is nothing called %q", short(object)).WithHint("Use an id, a resource's slug or a login.")
}

func short(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

// UserHistory lists what happened to a person and what they did, newest first. ENotFound when there is no such person.
func (s *Service) UserHistory(ctx context.Context, actor sallyport.Actor, ref string, f store.EventFilter, p store.Page) (store.List[sallyport.Event], error) {
	var out store.List[sallyport.Event]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		if ref == "me" {
			ref = actor.User.ID
		}
		u, err := tx.User(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		f.UserID = u.ID
		if err := eventRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		out, err = tx.Events(ctx, actor.Tenant, Viewer(actor), f, p)
		return err
	})
	return out, err
}

// ResourceHistory lists what happened to a resource, newest first. ENotFound when the actor may not see it.
func (s *Service) ResourceHistory(ctx context.Context, actor sallyport.Actor, ref string, f store.EventFilter, p store.Page) (store.List[sallyport.Event], error) {
	var out store.List[sallyport.Event]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.ResourceEver(ctx, actor.Tenant, ref, Viewer(actor))
		if err != nil {
			return err
		}
		f.ResourceID = r.ID
		if err := eventRefs(ctx, tx, actor, &f); err != nil {
			return err
		}
		out, err = tx.Events(ctx, actor.Tenant, Viewer(actor), f, p)
		return err
	})
	return out, err
}

// RequestHistory is the timeline of a request: all that happened to it, its grant and its tasks, oldest first. ENotFound
// when the actor may not see the request.
func (s *Service) RequestHistory(ctx context.Context, actor sallyport.Actor, id string, p store.Page) (store.List[sallyport.Event], error) {
	var out store.List[sallyport.Event]
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Request(ctx, actor.Tenant, id, Viewer(actor))
		if err != nil {
			return err
		}
		if p.Sort == "" {
			p.Sort = "id"
		}
		out, err = tx.Events(ctx, actor.Tenant, Viewer(actor), store.EventFilter{RequestID: r.ID}, p)
		return err
	})
	return out, err
}

// Checkpoint signs the state of the log now. Any signed-in reader may keep one: it holds a number, a hash and a time.
func (s *Service) Checkpoint(ctx context.Context, actor sallyport.Actor) (store.Checkpoint, error) {
	return s.DB.Checkpoint(ctx, actor.Tenant)
}

// Proof proves that an event which the actor may see is in the log. ENotFound otherwise.
func (s *Service) Proof(ctx context.Context, actor sallyport.Actor, eventID string) (store.Proof, error) {
	err := s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		return tx.EventVisible(ctx, actor.Tenant, eventID, Viewer(actor))
	})
	if err != nil {
		return store.Proof{}, err
	}
	return s.DB.Proof(ctx, actor.Tenant, eventID)
}

// ExportAudit writes the whole log, values included, for audit.Verify. Auditors and admins only. An error after the first
// byte leaves an export that counts as cut off.
func (s *Service) ExportAudit(ctx context.Context, actor sallyport.Actor, w io.Writer) error {
	if !actor.ReadsAll() {
		return auditorsOnly("the export of the log").WithHint("Request membership of sallyport.auditor.")
	}
	return s.DB.Export(ctx, actor.Tenant, w)
}

// EraseUser erases a person's data (domain rule 23). Admins only, with a reason; force erases an active person who holds
// nothing.
func (s *Service) EraseUser(ctx context.Context, actor sallyport.Actor, ref, reason string, force bool) error {
	if !actor.Admin && !actor.IsSystem() {
		return sallyport.Errorf(sallyport.EForbidden, "only admins may erase a person's data").WithRule("domain.23").WithHint("Ask an admin.")
	}
	if err := sallyport.CheckReason(reason); err != nil {
		return sallyport.Invalid("reason", "%s", err)
	}
	if blank(reason) {
		return sallyport.Errorf(sallyport.EPrecondition, "erasing a person's data needs a reason").WithRule("domain.23").WithHint("Say who asked for it.")
	}
	return s.DB.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		u, err := tx.User(ctx, actor.Tenant, ref)
		if err != nil {
			return err
		}
		return tx.EraseUser(ctx, actor, u.ID, reason, force)
	})
}

func auditorsOnly(what string) *sallyport.Error {
	return sallyport.Errorf(sallyport.EForbidden, "%s is for auditors and admins", what).WithRule("domain.24")
}
