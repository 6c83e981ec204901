-- +goose Up
-- With whose it is and of what: what ends soon is searched and counted from here alone.
DROP INDEX grants_ends;
CREATE INDEX grants_ends ON grants (tenant_id, ends_at, id, resource_id, subject_kind, subject_id) WHERE ended_at IS NULL AND ends_at IS NOT NULL;

-- +goose Down
SELECT 1;
