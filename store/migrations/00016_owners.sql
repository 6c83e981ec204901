-- +goose Up
-- What is owned is asked of everything at once, and owners are few among all grants.
CREATE INDEX grants_owners ON grants (tenant_id, resource_id, subject_kind, subject_id, activated_at, starts_at, no_end, ends_at) WHERE relation = 'owner' AND ended_at IS NULL;

-- +goose Down
SELECT 1;
