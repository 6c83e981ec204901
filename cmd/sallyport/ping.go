package main

import (
	"context"
	"database/sql"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver pgx

	"github.com/sallyport/sallyport"
)

// pingPostgres asks a PostgreSQL server for a sign of life, and for its version.
func pingPostgres(ctx context.Context, address string) error {
	db, err := sql.Open("pgx", address)
	if err == nil {
		defer db.Close()
		var number int
		if err = db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&number); err == nil {
			if number < 140000 {
				return sallyport.Errorf(sallyport.EUnavailable, "the database server is version %d; version 14 or newer is needed", number/10000)
			}
			return nil
		}
	}
	return sallyport.Errorf(sallyport.EUnavailable, "the database does not answer: %w", err).WithHint("Are address, user and password right, and does the server run?")
}
