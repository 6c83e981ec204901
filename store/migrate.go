package store

import (
	"context"
	"embed"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/sallyport/sallyport"
)

//go:embed migrations/*.sql
var migrations embed.FS

var textColumn = regexp.MustCompile(`(?m)^(  [a-z_]+) TEXT\b`)

// migrate brings the schema up to date. Several nodes may start at once: on PostgreSQL an advisory lock makes one of
// them do it, on SQLite the file of the only writer does.
func (db *DB) migrate(ctx context.Context) error {
	dialect, files := goose.DialectSQLite3, fs.FS(nil)
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	files = sub
	opts := []goose.ProviderOption{goose.WithVerbose(false), goose.WithGoMigrations(foldBrought)}
	if db.postgres {
		dialect = goose.DialectPostgres
		if files, err = collateC(sub); err != nil {
			return err
		}
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
		if err != nil {
			return err
		}
		opts = append(opts, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db.write, files, opts...)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return sallyport.Errorf(sallyport.EUnavailable, "the database could not be brought to this version: %w", err).
			WithHint("Nothing of the failed step was kept. See the log, restore a backup if the file is damaged, and start again.")
	}
	return nil
}

// collateC gives each TEXT column of the PostgreSQL schema the byte-wise collation that SQLite has anyway.
func collateC(files fs.FS) (fs.FS, error) {
	out := fstest.MapFS{}
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := files.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		text := textColumn.ReplaceAllString(string(b), `${1} TEXT COLLATE "C"`)
		if strings.Contains(text, `TEXT COLLATE "C" COLLATE`) {
			return sallyport.Errorf(sallyport.EInternal, "%s names a collation itself", path)
		}
		out[path] = &fstest.MapFile{Data: []byte(text), Mode: 0o444}
		return nil
	})
	return out, err
}
