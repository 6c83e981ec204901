-- +goose Up
-- Who has a title is read from this index alone.
DROP INDEX users_title;
CREATE INDEX users_title ON users (tenant_id, title_key, state, id);

-- +goose Down
SELECT 1;
