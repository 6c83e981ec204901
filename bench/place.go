package main

import (
	"context"
	"encoding/base64"
	"fmt"
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
