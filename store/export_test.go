package store

// Trace calls f with every statement that later transactions run through Exec, Row and Rows.
func (db *DB) Trace(f func(query string, args []any)) { db.trace = f }
