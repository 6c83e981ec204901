-- +goose Up
-- Who held a thing, or was in a role, at a moment of the past is read from this index alone, living or over.
CREATE INDEX grants_resource_held ON grants (tenant_id, resource_id, relation, subject_kind, subject_id, activated_at, starts_at, no_end, ends_at, ended_at, id);

-- +goose Down
SELECT 1;
