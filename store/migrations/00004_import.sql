-- +goose Up
-- Which row of another system became which object here, so that an import that runs again brings nothing twice, whatever
-- became of the object since. checksum is of what a row of the source never changes: another one under the same id means
-- another database.
CREATE TABLE import_rows (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  source TEXT NOT NULL,
  source_table TEXT NOT NULL,
  source_id TEXT NOT NULL,
  object_id TEXT NOT NULL,
  checksum TEXT NOT NULL,
  run_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, source, source_table, source_id)
);
CREATE INDEX import_rows_object ON import_rows (tenant_id, object_id);

-- +goose Down
SELECT 1;
