package api

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

// CatalogueFiles are YAML files by their paths.
type CatalogueFiles struct {
	Files         map[string]string `json:"files" doc:"Text by path, e.g. apps/vpn.yaml"`
	Prune         bool              `json:"prune,omitempty" doc:"Remove what came from files and is in them no longer"`
	AllowRemovals bool              `json:"allow_removals,omitempty" doc:"Also when suspiciously much would be removed; by an admin who saw the plan"`
	Hash          string            `json:"hash,omitempty" doc:"Of the plan that was shown; when it is another by now, nothing is applied (409)"`
}

func (s *server) registerCatalogue() {
	type filesInput struct{ Body CatalogueFiles }
	handle(s, "plan-catalogue", func(ctx context.Context, a sallyport.Actor, in *filesInput) (*one[sallyport.Plan], error) {
		files, faults := catalog.LoadTexts(in.Body.Files)
		if err := sallyport.Faults(faults); err != nil {
			return nil, err
		}
		p, err := s.Catalog.Plan(ctx, a, files, in.Body.Prune)
		return body(complete(p)), err
	})
	handle(s, "apply-catalogue", func(ctx context.Context, a sallyport.Actor, in *filesInput) (*one[sallyport.Plan], error) {
		files, faults := catalog.LoadTexts(in.Body.Files)
		if err := sallyport.Faults(faults); err != nil {
			return nil, err
		}
		p, err := s.Catalog.Apply(ctx, a, files, catalog.ApplyOptions{Prune: in.Body.Prune, AllowRemovals: in.Body.AllowRemovals, Hash: in.Body.Hash})
		return body(complete(p)), err
	})
	handle(s, "export-catalogue", func(ctx context.Context, a sallyport.Actor, _ *struct{}) (*one[Exported], error) {
		files, err := s.Catalog.Export(ctx, a)
		return body(Exported{Files: files}), err
	})
}

// Exported is the catalogue as files.
type Exported struct {
	Files map[string]string `json:"files"`
}

// complete gives a plan a list where it has none.
func complete(p sallyport.Plan) sallyport.Plan {
	if p.Items == nil {
		p.Items = []sallyport.PlanItem{}
	}
	return p
}
