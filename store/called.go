package store

import (
	"context"
	"strconv"
)

// few is how many of something are looked up first and then named in the statement that needs them. Where there are more,
// most rows fit, and the statement finds a page of them soon by itself.
const few = 500

// called finds the people and things whose names have the text. ok is false where more than few people do, or things.
func (tx *Tx) called(ctx context.Context, tenant, text string) (people, things []string, ok bool, err error) {
	if people, ok, err = tx.calledOf(ctx, "users", tenant, text); err != nil || !ok {
		return nil, nil, false, err
	}
	if things, ok, err = tx.calledOf(ctx, "resources", tenant, text); err != nil || !ok {
		return nil, nil, false, err
	}
	return people, things, true, nil
}

// calledOf is called for users or for resources alone.
func (tx *Tx) calledOf(ctx context.Context, table, tenant, text string) (ids []string, ok bool, err error) {
	ids, err = tx.ids(ctx, "SELECT f.id FROM "+table+` f WHERE f.tenant_id = $1 AND f.search_key LIKE $2 ESCAPE '\' LIMIT `+strconv.Itoa(few+1), tenant, like(text))
	return ids, len(ids) <= few, err
}
