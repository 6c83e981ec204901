package api

import (
	"context"
	"strings"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
)

// maxCompared is how many people are compared at once.
const maxCompared = 50

func (s *server) registerReorganizations() {
	handle(s, "list-reorganizations", func(ctx context.Context, a sallyport.Actor, in *Paging) (*list[sallyport.Reorganized], error) {
		l, err := s.Catalog.Reorganizations(ctx, a, in.page())
		return &list[sallyport.Reorganized]{Body: l}, err
	})
	type reorganizeInput struct{ Body sallyport.Reorganization }
	handle(s, "reorganize", func(ctx context.Context, a sallyport.Actor, in *reorganizeInput) (*one[sallyport.Reorganized], error) {
		c, err := s.Catalog.Reorganize(ctx, a, in.Body)
		return body(c), err
	})
	handle(s, "undo-reorganization", func(ctx context.Context, a sallyport.Actor, in *ByID) (*one[sallyport.Reorganized], error) {
		c, err := s.Catalog.UndoReorganization(ctx, a, in.ID)
		return body(c), err
	})

	type convertInput struct {
		ByID
		IfMatch string `header:"If-Match" doc:"The ETag that was read; when it has changed since, nothing happens (409)"`
		Body    catalog.Conversion
	}
	handle(s, "convert-resource", func(ctx context.Context, a sallyport.Actor, in *convertInput) (*one[sallyport.Resource], error) {
		version, err := ifMatch(in.IfMatch)
		if err != nil {
			return nil, err
		}
		r, err := s.Catalog.Convert(ctx, a, in.ID, in.Body, version)
		return body(r), err
	})
	handle(s, "list-orphans", func(ctx context.Context, a sallyport.Actor, in *Paging) (*list[sallyport.Orphan], error) {
		l, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (store.List[sallyport.Orphan], error) {
			return tx.Orphans(ctx, a.Tenant, access.Viewer(a), in.page())
		})
		return &list[sallyport.Orphan]{Body: l}, err
	})

	type compareInput struct {
		Users string    `query:"users" required:"true" maxLength:"8000" doc:"Two to fifty people, separated by commas: id, login, e-mail address or me"`
		At    time.Time `query:"at" doc:"The moment to look at; default now"`
	}
	handle(s, "compare-many", func(ctx context.Context, a sallyport.Actor, in *compareInput) (*one[sallyport.Shared], error) {
		out, err := view(ctx, s, func(ctx context.Context, tx *store.Tx) (none sallyport.Shared, err error) {
			var users []sallyport.UserRef
			var ids []string
			seen := map[string]bool{}
			for _, ref := range strings.Split(in.Users, ",") {
				if ref = strings.TrimSpace(ref); ref == "" {
					continue
				}
				u, err := user(ctx, tx, a, ref)
				if err != nil {
					return none, err
				}
				if !seen[u.ID] {
					seen[u.ID] = true
					users, ids = append(users, u.Ref()), append(ids, u.ID)
				}
				if len(ids) > maxCompared {
					return none, sallyport.Invalid("query.users", "names more than %d people; compare fewer at once", maxCompared)
				}
			}
			if len(ids) == 0 {
				return none, sallyport.Invalid("query.users", "names nobody; name two people or more")
			}
			all, err := tx.SharedAccess(ctx, a.Tenant, ids, moment(in.At, tx), access.Viewer(a))
			return sallyport.ShareOut(users, all), err
		})
		return body(out), err
	})
}
