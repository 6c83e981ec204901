-- +goose Up
-- For whom the thing that is asked for is meant, as the form says it now: others do not see the request either.
ALTER TABLE creations ADD COLUMN audience_id TEXT;
CREATE INDEX creations_audience ON creations (tenant_id, audience_id) WHERE audience_id IS NOT NULL;

-- +goose Down
SELECT 1;
