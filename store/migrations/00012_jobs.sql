-- +goose Up
-- A job is done in the transaction that takes it away, so nobody holds one for a time.
DROP INDEX jobs_unique;
ALTER TABLE jobs DROP COLUMN lease_by;
ALTER TABLE jobs DROP COLUMN lease_until;
CREATE UNIQUE INDEX jobs_unique ON jobs (tenant_id, kind, unique_key) WHERE unique_key <> '';

-- +goose Down
SELECT 1;
