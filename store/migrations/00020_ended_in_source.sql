-- +goose Up
-- A source may begin again what it ended itself; what ended here stays ended, whatever the source says.
ALTER TABLE grants ADD COLUMN ended_in_source BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE grants SET ended_in_source = TRUE WHERE origin = 'import' AND ended_at IS NOT NULL
  AND (ended_reason LIKE 'no longer a member in %' OR ended_reason LIKE 'left in %' OR ended_reason LIKE 'disabled in %');

-- +goose Down
SELECT 1;
