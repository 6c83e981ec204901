package access

import (
	"context"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// Known is what grants that are made in one transaction have in common, so that it is read once and not for each: people,
// what tags demand, and what roles give. No tag and no person may change meanwhile. Whoever ends what a role holds calls Forget;
// to give a role something forgets by itself.
type Known struct {
	people  map[string]sallyport.User
	demands map[string]store.Limits
	given   map[givenTo][]store.Limits
	wants   map[string][]store.Want
}

type givenTo struct {
	role string
	by   store.Viewer
}

// PeopleTx reads people by their ids, by one query.
func (k *Known) PeopleTx(ctx context.Context, tx *store.Tx, tenant string, ids []string) (err error) {
	k.people, err = tx.UsersByID(ctx, tenant, ids)
	return err
}

// Forget lets what roles give be read anew.
func (k *Known) Forget() { k.given, k.wants = nil, nil }

// PersonTx finds a person by id, of whom PeopleTx read without a query.
func (k *Known) PersonTx(ctx context.Context, tx *store.Tx, tenant, id string) (sallyport.User, error) {
	if u, ok := k.people[id]; ok {
		return u, nil
	}
	return tx.User(ctx, tenant, id)
}

// demandsTx is what the tags on a resource and on its app demand.
func (k *Known) demandsTx(ctx context.Context, tx *store.Tx, tenant string, r sallyport.Resource) (store.Limits, error) {
	return once(&k.demands, r.ID, func() (store.Limits, error) {
		c, list, err := tx.EffectiveLimits(ctx, tenant, r)
		return store.Limits{Resource: r, Constraints: c, List: list}, err
	})
}

// givenTx is what the tags on what a role gives demand.
func (k *Known) givenTx(ctx context.Context, tx *store.Tx, tenant, role string, v store.Viewer) ([]store.Limits, error) {
	if v.All {
		v = Everything
	}
	return once(&k.given, givenTo{role, v}, func() ([]store.Limits, error) { return tx.RoleLimits(ctx, tenant, role, v) })
}

// wantsTx is what something has to be done for of what a role gives.
func (k *Known) wantsTx(ctx context.Context, tx *store.Tx, tenant, role string) ([]store.Want, error) {
	return once(&k.wants, role, func() ([]store.Want, error) {
		held, err := tx.RoleHoldings(ctx, tenant, role)
		if err != nil {
			return nil, err
		}
		return wantsTx(ctx, tx, tenant, held, nil)
	})
}

// once reads what is not in the map yet, and keeps it there.
func once[K comparable, V any](m *map[K]V, key K, read func() (V, error)) (V, error) {
	if v, ok := (*m)[key]; ok {
		return v, nil
	}
	v, err := read()
	if err != nil {
		return v, err
	}
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = v
	return v, nil
}
