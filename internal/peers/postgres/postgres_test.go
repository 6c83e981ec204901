package postgres_test

import (
	"context"
	"database/sql"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/sallyport/sallyport/internal/peers/postgres"
)

func TestStart(t *testing.T) {
	s, err := postgres.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", s.DSN(""))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for setting, want := range map[string]string{
		"fsync": "on", "max_connections": "200", "shared_buffers": "256MB", "server_encoding": "UTF8", "TimeZone": "UTC",
	} {
		var got string
		if err := db.QueryRow("show " + setting).Scan(&got); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", setting, got, err, want)
		}
	}
	if _, err := db.Exec("create database other"); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(); err != nil {
		t.Fatal("a second stop:", err)
	}
	if err := db.Ping(); err == nil {
		t.Error("the server still answers after Stop")
	}
}

func TestSharedPrefersTheEnvironment(t *testing.T) {
	t.Setenv(postgres.EnvDSN, "postgres://elsewhere/db")
	dsn, err := postgres.Shared(context.Background())
	if err != nil || dsn != "postgres://elsewhere/db" {
		t.Fatalf("got %q, %v", dsn, err)
	}
}

func TestSharedIsOne(t *testing.T) {
	if os.Getenv(postgres.EnvDSN) != "" {
		t.Setenv(postgres.EnvDSN, "")
	}
	a, err := postgres.Shared(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := postgres.Shared(t.Context())
	if err != nil || a != b {
		t.Fatalf("two servers: %q and %q, %v", a, b, err)
	}
}
