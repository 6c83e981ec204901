package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the pure Go SQLite driver

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// raw measures, before a server runs on it, what the database itself can commit: one row a transaction, by as many
// connections as there are writers (SQLite: by its one writer), with the settings that the server has. Beside it, asking
// and approving by the functions that the API calls, without the API.
func (p *place) raw(ctx context.Context, m *meter) error {
	db, err := p.plain()
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, "CREATE TABLE raw_commits (id BIGINT PRIMARY KEY, note TEXT NOT NULL)"); err != nil {
		return err
	}
	var id atomic.Int64
	for _, clients := range m.clients {
		c := Cell{Page: "database", Name: "a raw commit of one row", Clients: clients, Kind: kindRaw}
		if err := m.loop(ctx, c, func(ctx context.Context, _ int) error {
			tx, err := db.BeginTx(ctx, nil)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "INSERT INTO raw_commits (id, note) VALUES ($1, $2)", id.Add(1), "committed by itself"); err != nil {
				_ = tx.Rollback()
				return err
			}
			return tx.Commit()
		}); err != nil {
			return err
		}
	}
	if _, err := db.ExecContext(ctx, "DROP TABLE raw_commits"); err != nil {
		return err
	}
	return p.inProcess(ctx, m)
}

// plain opens the database as the store does, and nothing between.
func (p *place) plain() (*sql.DB, error) {
	if p.engine == "postgres" {
		cfg, err := pgx.ParseConfig(p.address)
		if err != nil {
			return nil, err
		}
		db := stdlib.OpenDB(*cfg)
		db.SetMaxOpenConns(64)
		db.SetMaxIdleConns(64)
		return db, nil
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: p.address}).EscapedPath()+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// inProcess measures ask → approve → grant by package access, two commits each.
func (p *place) inProcess(ctx context.Context, m *meter) error {
	db, err := store.Open(ctx, p.address, store.Options{Sealer: store.NewKeySealer(key)})
	if err != nil {
		return err
	}
	defer db.Close()
	s := access.New(db, nil, "https://access.example.test")
	actor := func(id, login string) sallyport.Actor {
		return sallyport.Actor{Tenant: m.company.Tenant, User: sallyport.UserRef{ID: id, Login: login, Name: login}, Via: sallyport.ViaSession}
	}
	for _, clients := range m.clients {
		c := Cell{Page: "database", Name: "ask, approve, grant without the API", Clients: clients, Kind: kindCycle}
		before := db.Retries()
		if err := m.loop(ctx, c, func(ctx context.Context, _ int) error {
			a, d, length := m.pair()
			asker, desk := m.company.Askers[a], m.company.Desks[d]
			r, err := s.Ask(ctx, actor(asker.ID, asker.Login), sallyport.Ask{Resource: desk.Slug, Duration: &length, Reason: "to measure"})
			if err != nil {
				return err
			}
			r, err = s.Vote(ctx, actor(desk.Owner.ID, desk.Owner.Login), r.ID, sallyport.Ballot{Vote: sallyport.VoteApprove, Version: r.Version})
			if err == nil && r.GrantID == "" {
				err = fmt.Errorf("%s led to no grant", r.ID)
			}
			return err
		}); err != nil {
			return err
		}
		if n := db.Retries() - before; n > 0 {
			m.run.Facts = append(m.run.Facts, fmt.Sprintf("ask, approve, grant with %d clients: %d transactions were run again", clients, n))
		}
	}
	return nil
}
