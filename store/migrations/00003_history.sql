-- +goose Up
-- What is searched in the reasons of grants and the comments of votes, folded as names are (store.Fold). Rows from before
-- are folded from A to Z alone.
ALTER TABLE grants ADD COLUMN
  text_key TEXT NOT NULL DEFAULT '';
ALTER TABLE votes ADD COLUMN
  text_key TEXT NOT NULL DEFAULT '';
UPDATE grants SET text_key = lower(reason || ' ' || ended_reason) WHERE reason <> '' OR ended_reason <> '';
UPDATE votes SET text_key = lower(comment) WHERE comment <> '';

-- The history of everybody, newest first.
CREATE INDEX grants_started ON grants (tenant_id, starts_at, id);

-- +goose Down
SELECT 1;
