-- +goose Up
-- How many changes a minute the target of a connection takes, over all servers; 0: no limit. It follows the setting
-- changes_per_minute.
ALTER TABLE connections ADD COLUMN rate BIGINT NOT NULL DEFAULT 0;
CREATE INDEX connections_paced ON connections (tenant_id, id) WHERE rate > 0;

-- When the target of a connection takes its next change: moved on with each that is claimed, and by a target that asks to
-- be left alone for a while.
CREATE TABLE paces (
  tenant_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  next_at BIGINT NOT NULL,
  taken BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, connection_id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);

-- The role by which the present work came, '' where it was none. For showing how far the work for a role is; what ought to
-- be is never read from it.
ALTER TABLE provisions ADD COLUMN by_role TEXT NOT NULL DEFAULT '';

-- Whether its connection has a rate. What is due of those is found by the connection: thousands that wait for slots must not
-- be walked over by whoever looks for something else.
ALTER TABLE provisions ADD COLUMN paced BOOLEAN NOT NULL DEFAULT FALSE;
DROP INDEX provisions_due;
CREATE INDEX provisions_due ON provisions (paced, next_at, id) WHERE next_at IS NOT NULL;

-- By what a claim for one connection and a count of what is under way look for.
DROP INDEX provisions_connection;
CREATE INDEX provisions_connection ON provisions (tenant_id, connection_id, state, next_at, id);
DROP INDEX provisions_resource;
CREATE INDEX provisions_resource ON provisions (tenant_id, resource_id, state, id);

-- +goose Down
SELECT 1;
