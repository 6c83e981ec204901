-- +goose Up
-- When a grant stopped to give its access, or will, with all that says whether it gave any at a moment: what a period had
-- is counted and paged from here alone. The expression is stopped of store/interval.go, word for word.
CREATE INDEX grants_stopped ON grants (tenant_id, (CASE WHEN no_end OR ends_at IS NULL THEN COALESCE(ended_at, 9223372036854775807) WHEN ended_at < ends_at THEN ended_at ELSE ends_at END),
  subject_kind, relation, resource_id, starts_at, activated_at, ended_at, ends_at, no_end);

-- What roles hold, which is little, in the orders in which the history of everybody is paged.
CREATE INDEX grants_of_roles ON grants (tenant_id, starts_at, id) WHERE subject_kind = 'role';
CREATE INDEX grants_of_roles_stopped ON grants (tenant_id, (CASE WHEN no_end OR ends_at IS NULL THEN COALESCE(ended_at, 9223372036854775807) WHEN ended_at < ends_at THEN ended_at ELSE ends_at END), id)
  WHERE subject_kind = 'role';

-- What was decided, and what was voted, in a period.
CREATE INDEX requests_created ON requests (tenant_id, created_at, state, decided_at);
CREATE INDEX requests_decided ON requests (tenant_id, decided_at, state, created_at) WHERE decided_at IS NOT NULL;
CREATE INDEX votes_created ON votes (tenant_id, created_at, vote, id);

-- +goose Down
SELECT 1;
