package access_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// office is a company of many teams for the benchmarks: each resource has an owner of its own, and everybody asks for
// something else.
type office struct {
	db     *store.DB
	s      *access.Service
	tenant string
	people []sallyport.User
	owners []sallyport.User
	res    []sallyport.Resource
	n      atomic.Int64 // what was asked so far
}

func newOffice(b testing.TB, engine string, o store.Options, resources, people int) *office {
	b.Helper()
	db := storetest.Open(b, engine, o)
	of := &office{db: db, s: access.New(db, nil, "https://access.example.test")}
	ctx := b.Context()
	var err error
	if of.tenant, err = db.EnsureTenant(ctx, "default", "Example"); err != nil {
		b.Fatal(err)
	}
	err = db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
		of.people, of.owners, of.res = nil, nil, nil
		user := func(login string) (sallyport.User, error) {
			u := sallyport.User{Login: login, Name: "Person " + login, Email: login + "@example.test"}
			return u, tx.InsertUser(ctx, of.tenant, &u)
		}
		for i := range people {
			u, err := user(fmt.Sprint("p", i))
			if err != nil {
				return err
			}
			of.people = append(of.people, u)
		}
		now := tx.Now()
		for i := range resources {
			u, err := user(fmt.Sprint("o", i))
			if err != nil {
				return err
			}
			r := sallyport.Resource{Kind: sallyport.KindApp, Slug: fmt.Sprint("app", i), Name: fmt.Sprint("App ", i), Managed: true}
			if err := tx.InsertResource(ctx, of.tenant, &r, false); err != nil {
				return err
			}
			g := sallyport.Grant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: u.ID}, Resource: r.Ref(), Relation: sallyport.Owner, Parameters: []byte("{}"),
				Origin: sallyport.OriginGiven, ReasonKind: "direct", StartsAt: now, ActivatedAt: &now, NoEnd: true}
			if err := tx.InsertGrant(ctx, of.tenant, &g, ""); err != nil {
				return err
			}
			of.owners, of.res = append(of.owners, u), append(of.res, r)
		}
		return nil
	})
	if err == nil { // as it is by itself a minute after any server's start
		err = db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	return of
}

func (of *office) actor(u sallyport.User) sallyport.Actor {
	return sallyport.Actor{Tenant: of.tenant, User: u.Ref(), Via: sallyport.ViaSession}
}

// cycle is one request from asking to its grant: the n-th of the run.
func (of *office) cycle(ctx context.Context, n int) error {
	i := n % len(of.res)
	who := of.people[(n/len(of.res)*7+i)%len(of.people)]
	r, err := of.s.Ask(ctx, of.actor(who), sallyport.Ask{Resource: of.res[i].ID, Duration: days(1 + n/len(of.res)/len(of.people)), Reason: "to measure"})
	if err != nil {
		return err
	}
	r, err = of.s.Vote(ctx, of.actor(of.owners[i]), r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove, Version: r.Version})
	if err == nil && r.GrantID == "" {
		err = fmt.Errorf("%s led to no grant", r.ID)
	}
	return err
}

// BenchmarkAskToGrant measures ask → vote → grant, two commits, beside the raw commits of the same database.
func BenchmarkAskToGrant(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, clients := range []int{1, 8, 64} {
			run := func(name string, of *office, f func(ctx context.Context, n int) error) {
				b.Run(fmt.Sprintf("%s/%s/%d", engine, name, clients), func(b *testing.B) {
					var done atomic.Int64
					left := atomic.Int64{}
					left.Store(int64(b.N))
					var wg sync.WaitGroup
					before := of.db.Retries()
					for range clients {
						wg.Go(func() {
							for {
								if left.Add(-1) < 0 {
									return
								}
								if err := f(b.Context(), int(of.n.Add(1))); err != nil {
									b.Error(err)
									return
								}
								done.Add(1)
							}
						})
					}
					wg.Wait()
					b.ReportMetric(float64(of.db.Retries()-before)/float64(b.N), "retries/op")
					b.ReportMetric(float64(done.Load())/b.Elapsed().Seconds(), "per_s")
				})
			}
			raw := newOffice(b, engine, store.Options{}, 1, 1)
			run("commit", raw, func(ctx context.Context, n int) error {
				return raw.db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, `INSERT INTO refusals (tenant_id, user_id, hour, n) VALUES ($1,$2,$3,1)`, raw.tenant, raw.people[0].ID, n)
					return err
				})
			})
			of := newOffice(b, engine, store.Options{}, 400, 400)
			run("cycle", of, of.cycle)
		}
	}
}
