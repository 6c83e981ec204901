-- +goose Up
-- What is to be added and what is to be removed are taken by two lanes: neither looks past what waits for the other.
DROP INDEX provisions_due;
CREATE INDEX provisions_to_add ON provisions (paced, next_at, id) WHERE next_at IS NOT NULL AND state IN ('adding');
CREATE INDEX provisions_to_remove ON provisions (paced, next_at, id) WHERE next_at IS NOT NULL AND state IN ('removing','present','absent');

-- +goose Down
SELECT 1;
