package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

func (s *server) registerCreations() {
	handle(s, "list-creation-rules", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*list[sallyport.CreationRule], error) {
		items, err := s.Catalog.CreationRules(ctx, a)
		return &list[sallyport.CreationRule]{Body: store.List[sallyport.CreationRule]{Items: items}}, err
	})

	type ruleInput struct {
		Kind sallyport.Kind `path:"kind" enum:"app,group,role"`
		Body struct {
			Flow *sallyport.Flow `json:"flow,omitempty" doc:"Left out: the admins decide"`
		}
	}
	handle(s, "set-creation-rule", func(ctx context.Context, a sallyport.Actor, in *ruleInput) (*one[sallyport.CreationRule], error) {
		r, err := s.Catalog.SetCreationRule(ctx, a, in.Kind, in.Body.Flow)
		return body(r), err
	})
}
