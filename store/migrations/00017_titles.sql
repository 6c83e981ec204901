-- +goose Up
-- How many have the same title, whatever its case.
ALTER TABLE users ADD COLUMN title_key TEXT NOT NULL DEFAULT '';
UPDATE users SET title_key = lower(trim(title)) WHERE title <> '';
CREATE INDEX users_title ON users (tenant_id, title_key, state);

-- +goose Down
SELECT 1;
