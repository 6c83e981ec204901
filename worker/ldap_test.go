package worker_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
	"github.com/sallyport/sallyport/internal/peers/slapd"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/worker"
)

// directory is a world whose target is a real OpenLDAP server with three groups of different classes.
type directory struct {
	*world
	server *slapd.Server
	ids    map[string]string // DN → entryUUID
}

var classes = map[string]string{"vpn": "groupOfNames", "files": "groupOfUniqueNames", "shell": "posixGroup"}

func eachDirectory(t *testing.T, story func(d *directory)) {
	t.Helper()
	directories(t, each, story)
}

func directories(t *testing.T, each func(*testing.T, func(*world)), story func(d *directory)) {
	t.Helper()
	server := slapd.Test(t)
	var ldif strings.Builder
	for _, login := range []string{"ken", "ada", "eve"} {
		fmt.Fprintf(&ldif, "dn: uid=%s,%s\nobjectClass: inetOrgPerson\nuid: %[1]s\ncn: %[1]s\nsn: %[1]s\n\n", login, server.People())
	}
	if err := server.Seed(ldif.String()); err != nil {
		t.Fatal(err)
	}
	round := 0
	each(t, func(w *world) {
		round++
		d := &directory{world: w, server: server, ids: map[string]string{}}
		for slug, class := range classes {
			dn := fmt.Sprintf("cn=%s%d,%s", slug, round, server.Groups())
			e := slapd.Entry{DN: dn, Attrs: map[string][]string{"objectClass": {class}, "cn": {fmt.Sprintf("%s%d", slug, round)}}}
			switch class {
			case "groupOfNames":
				e.Attrs["member"] = []string{server.BindDN}
			case "groupOfUniqueNames":
				e.Attrs["uniqueMember"] = []string{server.BindDN}
			case "posixGroup":
				e.Attrs["gidNumber"] = []string{fmt.Sprint(5000 + round)}
			}
			if err := server.Add(e); err != nil {
				w.Fatal(err)
			}
			r := sallyport.Resource{Kind: sallyport.KindApp, Slug: "real-" + slug, Name: "Real " + slug,
				Fulfilment: sallyport.Fulfilment{Kind: sallyport.FulfilConnector, Connection: "dir", Target: dn}}
			w.resource(r)
		}
		for _, login := range []string{"ken", "ada", "eve"} {
			id := d.uuid(d.person(login))
			w.tx(func(ctx context.Context, tx *store.Tx) error {
				return tx.SaveAccount(ctx, w.tenant, store.Account{UserID: w.users[login].ID, ConnectionID: w.con.ID, ExternalID: id, Name: login})
			})
		}
		w.w = d.real()
		w.Cleanup(w.w.Close)
		story(d)
	})
}

func (d *directory) real() *worker.Worker {
	k := d.worker()
	settings := map[string]string{"url": d.server.URL(), "bind_dn": d.server.BindDN, "bind_password": d.server.Password,
		"people_base": d.server.People(), "groups_base": d.server.Groups(), "page_size": "100", "timeout": "2s"}
	k.CallTimeout, k.Lease, k.Sweep = 3*time.Second, 5*time.Second, 200*time.Millisecond
	k.Open = func(ctx context.Context, _, _ string) (connector.Connector, error) {
		return ldap.Kind().Open(ctx, ldap.Kind().WithDefaults(settings), slog.New(slog.DiscardHandler))
	}
	return k
}

func (d *directory) person(login string) string { return "uid=" + login + "," + d.server.People() }

func (d *directory) uuid(dn string) string {
	d.Helper()
	v, err := d.server.Values(dn, "entryUUID")
	if err != nil || len(v) != 1 {
		d.Fatal(dn, v, err)
	}
	return v[0]
}

// members reads, behind the connector's back, who is in a group.
func (d *directory) members(slug string) string {
	d.Helper()
	attr := map[string]string{"groupOfNames": "member", "groupOfUniqueNames": "uniqueMember", "posixGroup": "memberUid"}[classes[strings.TrimPrefix(slug, "real-")]]
	values, err := d.server.Values(d.res[slug].Fulfilment.Target, attr)
	if err != nil {
		d.Fatal(err)
	}
	var out []string
	for _, v := range values {
		if v == d.server.BindDN {
			continue // stands in for nobody, since such a group may not be empty
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(v, "uid="), ",")
		out = append(out, name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (d *directory) expect(slug, want string) {
	d.Helper()
	if got := d.members(slug); got != want {
		d.Fatalf("%s has %q, want %q", slug, got, want)
	}
}

func TestRealGroups(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		for slug := range classes {
			slug = "real-" + slug
			role := sallyport.Subject{Kind: sallyport.SubjectRole, ID: d.res["engineer"].ID}
			direct := d.give("ken", slug, hours(4))
			d.give("ada", slug, hours(4))
			d.drain()
			d.expect(slug, "ada ken")
			if g := d.grant(direct.ID); g.State != sallyport.GrantActive {
				d.Fatalf("%s: %+v", slug, g)
			}
			member := d.give("ken", "engineer", hours(9))
			byRole := d.add(access.NewGrant{Subject: role, Resource: d.res[slug], NoEnd: true, ReasonKind: "direct"})
			d.end(direct.ID)
			d.drain()
			d.expect(slug, "ada ken") // one of two overlapping reasons is over
			d.end(byRole.ID)
			d.drain()
			d.expect(slug, "ada")
			d.end(member.ID)
			if v := d.verbs(direct.ID); !strings.HasSuffix(v, "grant.ended grant.removed") {
				d.Fatal(v)
			}
		}
	})
}

func TestMembershipThatWasThereBefore(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		if err := d.server.Modify(d.res["real-vpn"].Fulfilment.Target, map[string][]string{"member": {d.server.BindDN, d.person("eve")}}); err != nil {
			d.Fatal(err)
		}
		was := d.add(access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectUser, ID: d.users["eve"].ID}, Resource: d.res["real-vpn"], NoEnd: true,
			Origin: sallyport.OriginImport, ReasonKind: "import"})
		given := d.give("eve", "real-vpn", hours(2))
		d.drain()
		d.end(given.ID)
		d.drain()
		d.expect("real-vpn", "eve")
		d.end(was.ID)
		d.drain()
		d.expect("real-vpn", "")
	})
}

func TestServerAwayOrLate(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		d.background(d.w)
		keep := d.give("ada", "real-vpn", hours(4))
		over := d.give("ken", "real-vpn", hours(4))
		d.until("both are there", func() bool { return d.grant(keep.ID).ActivatedAt != nil && d.grant(over.ID).ActivatedAt != nil })

		if err := d.server.Stop(); err != nil {
			d.Fatal(err)
		}
		late := d.give("eve", "real-vpn", hours(4))
		d.end(over.ID)
		d.until("it fails visibly", func() bool {
			return d.provision("eve", "real-vpn").FailingAt != nil && d.grant(over.ID).State == sallyport.GrantRevoking
		})
		if err := d.server.Restart(); err != nil {
			d.Fatal(err)
		}
		d.until("it converges", func() bool {
			return d.grant(late.ID).ActivatedAt != nil && d.provision("ken", "real-vpn").State == sallyport.ProvisionAbsent
		})
		d.expect("real-vpn", "ada eve")

		if err := d.server.Pause(); err != nil { // takes calls and does not answer
			d.Fatal(err)
		}
		d.end(late.ID)
		d.until("the call is given up", func() bool { return d.provision("eve", "real-vpn").FailingAt != nil })
		if err := d.server.Resume(); err != nil {
			d.Fatal(err)
		}
		d.until("it converges again", func() bool { return d.provision("eve", "real-vpn").State == sallyport.ProvisionAbsent })
		d.expect("real-vpn", "ada")
	})
}

// Workers that die between any commit and its effect: others take over, and the directory ends up as it should.
func TestCrashesOnARealDirectory(t *testing.T) {
	eachDirectory(t, func(d *directory) {
		g := d.give("ken", "real-vpn", hours(4))
		h := d.give("ada", "real-vpn", hours(4))
		die := func(lane store.Lane) { // claims and prepares, and is never heard of again
			var claimed []store.Provision
			d.tx(func(ctx context.Context, tx *store.Tx) (err error) {
				claimed, err = tx.ClaimProvisions(ctx, store.Claim{Lane: lane, By: store.NewID("lease"), Lease: 100 * time.Millisecond, Call: 50 * time.Millisecond, Limit: 9})
				return err
			})
			for _, p := range claimed {
				if _, _, err := d.s.Prepare(d.ctx, p); err != nil {
					d.Fatal(err)
				}
			}
		}
		die(store.LaneAdd)
		stop := d.background(d.w)
		d.until("taken over", func() bool { return d.grant(g.ID).ActivatedAt != nil && d.grant(h.ID).ActivatedAt != nil })
		stop()
		d.expect("real-vpn", "ada ken")
		d.end(g.ID)
		die(store.LaneRemove)
		d.background(d.real())
		d.until("taken over again", func() bool { return d.provision("ken", "real-vpn").State == sallyport.ProvisionAbsent })
		d.expect("real-vpn", "ada")
	})
}
