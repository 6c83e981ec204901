-- +goose Up
-- By which way a holiday came: 'catalogue' from the catalogue's files, '' from the page, the API or a calendar. Only those
-- from files go when the files no longer have them.
ALTER TABLE holidays ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- +goose Down
SELECT 1;
