package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/demo"
	"github.com/sallyport/sallyport/connector/builtin"
	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/notify/email"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/web"
	"github.com/sallyport/sallyport/worker"
)

// node is one process of a server, wired by hand.
type node struct {
	handler  http.Handler
	workers  []func(context.Context)
	stopping atomic.Bool
	db       *store.DB
}

func (n *node) close() { _ = n.db.Close() }

// personas are whom the demo's sign-in page offers.
var personas = []auth.Persona{
	{Login: "employee", Description: "Asks for access and sees what they have"},
	{Login: "teammate", Description: "Works beside the employee"},
	{Login: "lead", Description: "Approves for their team; owns the wiki"},
	{Login: "security", Description: "Approves what is sensitive"},
	{Login: "it", Description: "Fulfils by hand: claims and completes tasks"},
	{Login: "owner", Description: "Owns the app GitHub and decides who gets in"},
	{Login: "auditor", Description: "Reads everything and exports the log"},
	{Login: "admin", Description: "Keeps catalogue, connections and people"},
}

// start opens the database, makes what has to be there, and wires the node.
func start(ctx context.Context, c *config, key []byte, log *slog.Logger, done <-chan struct{}) (*node, error) {
	db, err := openStore(ctx, c, key)
	if err != nil {
		return nil, err
	}
	n := &node{db: db}
	acc := access.New(db, log, c.Public)
	cat := catalog.New(db, acc, builtin.Kinds(), log)
	acc.Maker = cat
	if err := seed(ctx, c, db, cat); err != nil {
		n.close()
		return nil, err
	}
	o := auth.Options{DB: db, PublicURL: c.Public, Lifetime: c.Session, Demo: c.Demo, Error: api.Fail, Log: log}
	if c.Demo {
		o.Personas = personas
	}
	if p, ok := c.oidc(); ok {
		o.OIDC = []auth.OIDC{p}
	}
	if c.TrustProxy {
		o.Address = forwarded
	}
	signIn, err := auth.New(o)
	if err != nil {
		n.close()
		return nil, err
	}
	files, _ := web.FS()
	page, err := web.NewHandler(files)
	if err != nil {
		n.close()
		return nil, err
	}
	n.handler = api.New(api.Deps{DB: db, Access: acc, Catalog: cat, Auth: signIn, Log: log, Version: version, Demo: c.Demo, Web: page, Done: done,
		HealthOnly: c.Only == "worker", Ready: func(context.Context) error {
			if n.stopping.Load() {
				return sallyport.Errorf(sallyport.EUnavailable, "the server is stopping")
			}
			return nil
		}})
	if c.Only != "api" {
		if err := n.addWorkers(ctx, c, acc, cat, log); err != nil {
			n.close()
			return nil, err
		}
	}
	return n, nil
}

// seed makes the tenant and what is built in, the demo's company, and the admin who was named. Each is done once,
// whoever does it first.
func seed(ctx context.Context, c *config, db *store.DB, cat *catalog.Service) error {
	tenant, err := db.EnsureTenant(ctx, "default", "Sallyport")
	if err != nil {
		return err
	}
	if err := sameKey(ctx, db, tenant); err != nil {
		return err
	}
	if c.Demo {
		if err := demo.Seed(ctx, cat, tenant); err != nil {
			return err
		}
	}
	if err := cat.EnsureBuiltIn(ctx, tenant); err != nil {
		return err
	}
	if c.Admin != "" {
		if _, err := cat.MakeAdmin(ctx, tenant, c.Admin); err != nil {
			return err
		}
	}
	return nil
}

// sameKey refuses to work on a database whose secrets were sealed with another key: nothing could be signed and no
// connection opened, which would show only one failure after the other.
func sameKey(ctx context.Context, db *store.DB, tenant string) error {
	err := db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, _, err := tx.AuditKey(ctx, tenant)
		return err
	})
	var sealed *sallyport.Error
	if errors.As(err, &sealed) && sealed.Code == sallyport.EInternal {
		return sallyport.Errorf(sallyport.EInvalid, "this database was sealed with another key than this server has: %w", err).
			WithHint("Start with the SALLYPORT_KEY of the other nodes, or put the key file of its first start back; a database without its key is restored with it, from a backup.")
	}
	return err
}

func (n *node) addWorkers(ctx context.Context, c *config, acc *access.Service, cat *catalog.Service, log *slog.Logger) error {
	notifiers := map[string]notify.Notifier{}
	if c.SMTPHost != "" {
		port := ""
		if c.SMTPPort != 0 {
			port = strconv.Itoa(c.SMTPPort)
		}
		mail, err := email.Kind().Open(ctx, map[string]string{"host": c.SMTPHost, "port": port, "security": c.SMTPSecurity, "username": c.SMTPUser,
			"password": c.SMTPPassword, "from": c.SMTPFrom}, log)
		if err != nil {
			return sallyport.Errorf(sallyport.EInvalid, "mail cannot be sent: %s", err).WithHint("Correct the settings that begin with smtp.")
		}
		notifiers[store.ChannelEmail] = mail
	}
	w := &worker.Worker{DB: n.db, Access: acc, Open: cat.Open, Sync: cat.RunDue, Log: log, CallTimeout: c.Target, Lease: c.Target * 9 / 4,
		Deliver: worker.Delivering(worker.Delivery{DB: n.db, Notifiers: notifiers, PublicURL: c.Public, Log: log}),
		CleanUp: func(ctx context.Context) error {
			if _, err := n.db.PruneIdempotency(ctx); err != nil {
				return err
			}
			return n.db.Update(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.PurgeSessions(ctx)
				return err
			})
		}}
	n.workers = append(n.workers, w.Run, worker.Sequencer{DB: n.db, Log: log}.Run)
	return nil
}

// forwarded is the caller's address as the nearest proxy saw it: the last one of X-Forwarded-For.
func forwarded(r *http.Request) string {
	list := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if last := strings.TrimSpace(list[len(list)-1]); last != "" {
		return last
	}
	return r.RemoteAddr
}
