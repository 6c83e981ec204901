package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/sallyport/sallyport/bench/seed"
	"github.com/sallyport/sallyport/store"
)

// key seals the secrets of the measured company, in the driver and in the server alike.
var key = []byte("a key for measuring, 32 bytes ok")

func keyText() string { return base64.StdEncoding.EncodeToString(key) }

// place is a database of its own that goes away at the end.
type place struct {
	engine  string
	dir     string // of the server's data
	address string
	base    string // PostgreSQL: of the server
	name    string
	keep    bool
}

func newPlace(ctx context.Context, engine, work, base string, keep bool) (*place, error) {
	dir, err := os.MkdirTemp(work, engine+"-")
	if err != nil {
		return nil, err
	}
	p := &place{engine: engine, dir: dir, address: filepath.Join(dir, "sallyport.db"), base: base, keep: keep}
	if engine == "sqlite" {
		return p, nil
	}
	p.name = fmt.Sprintf("sallyport_bench_%d_%d", os.Getpid(), time.Now().UnixNano()%1e9)
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	u.Path = "/" + p.name
	p.address = u.String()
	return p, p.admin(ctx, "CREATE DATABASE "+p.name)
}

func (p *place) admin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, p.base)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

// remove drops the database; its failure leaves a database behind and nothing worse.
func (p *place) remove(ctx context.Context) {
	if p.keep {
		fmt.Println(p.engine, "stays:", p.address)
		return
	}
	if p.name != "" {
		_ = p.admin(ctx, "DROP DATABASE IF EXISTS "+p.name+" WITH (FORCE)")
	}
	_ = os.RemoveAll(p.dir)
}

func (p *place) seed(ctx context.Context, size float64) (*seed.Company, time.Duration, error) {
	begin := time.Now()
	c, err := seed.Run(ctx, seed.Options{Address: p.address, Sealer: store.NewKeySealer(key), Size: seed.Scaled(size), Seed: 1})
	return c, time.Since(begin), err
}

// warm reads once what the engine, or the system, has room to keep in memory: a server that has run for a day has it there,
// and how fast a disk is read is not what is measured.
func (p *place) warm(ctx context.Context) error {
	if p.engine == "sqlite" {
		f, err := os.Open(p.address)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(io.Discard, f)
		return err
	}
	conn, err := pgx.Connect(ctx, p.address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	// The extension belongs to PostgreSQL (https://www.postgresql.org/docs/15/pgprewarm.html). What is largest first: where
	// not all has room, it makes room for the rest.
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS pg_prewarm"); err != nil {
		return fmt.Errorf("the database cannot be read into memory: %w (Debian has pg_prewarm in the server's own package)", err)
	}
	_, err = conn.Exec(ctx, `SELECT pg_prewarm(x.oid) FROM (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = 'public' AND c.relkind IN ('r', 'i') ORDER BY pg_relation_size(c.oid) DESC) x`)
	return err
}
