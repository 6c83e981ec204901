package catalog

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// foundTx is the grant that somebody comes to have because a read found them with a resource: without an end, or for as long
// as tags allow (domain rules 1 and 17). What it is for one person it is for all; known keeps it between calls.
func (s *Service) foundTx(ctx context.Context, tx *store.Tx, tenant string, known map[string]*access.NewGrant, resource string) (access.NewGrant, error) {
	if n := known[resource]; n != nil {
		return *n, nil
	}
	r, err := tx.Resource(ctx, tenant, resource, access.Everything)
	if err != nil {
		return access.NewGrant{}, err
	}
	n := access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser}, Resource: r, Relation: sallyport.Member, Origin: sallyport.OriginImport, ReasonKind: "import",
		Reason: "found in the target", NoEnd: true}
	if _, err := s.Access.FitTx(ctx, tx, tenant, &n); err != nil {
		return n, err
	}
	known[resource] = &n
	return n, nil
}

// lastsTx says how long tags let last what is found of a resource, to be put after a sentence: "" for without end.
func (s *Service) lastsTx(ctx context.Context, tx *store.Tx, tenant string, known map[string]*access.NewGrant, resource string) (string, error) {
	n, err := s.foundTx(ctx, tx, tenant, known, resource)
	if err != nil || n.NoEnd {
		return "", err
	}
	return "; its tags end that in " + sallyport.Duration(n.Until.Sub(tx.Now())).Words(), nil
}
