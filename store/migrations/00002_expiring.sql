-- +goose Up
-- Expiring access: marks, operations on many grants, notices, working days, and saved views.

-- "Reviewed, do not renew" hangs on the grant row, so that a renewal, which is a new row, has none.
CREATE TABLE grant_reviews (
  tenant_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  reviewed_by TEXT,
  reviewed_at BIGINT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  batch_id TEXT,
  PRIMARY KEY (tenant_id, grant_id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id),
  FOREIGN KEY (tenant_id, reviewed_by) REFERENCES users (tenant_id, id)
);

-- One operation on many grants. A node works on it under a lease, some rows a transaction.
CREATE TABLE batches (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  action TEXT NOT NULL,
  state TEXT NOT NULL,
  atomic BOOLEAN NOT NULL DEFAULT FALSE,
  reason TEXT NOT NULL DEFAULT '',
  duration BIGINT,
  until BIGINT,
  created_by TEXT NOT NULL,
  via TEXT NOT NULL DEFAULT '',
  via_id TEXT NOT NULL DEFAULT '',
  undo_of TEXT,
  lease_by TEXT NOT NULL DEFAULT '',
  lease_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, undo_of) REFERENCES batches (tenant_id, id)
);
CREATE UNIQUE INDEX batches_undo ON batches (tenant_id, undo_of) WHERE undo_of IS NOT NULL;
CREATE INDEX batches_creator ON batches (tenant_id, created_by, id);
CREATE INDEX batches_due ON batches (lease_until, id) WHERE state = 'working';

-- A row of a batch. duration and until are what was asked for it alone; ends_at and former_ends_at are what it did.
CREATE TABLE batch_items (
  tenant_id TEXT NOT NULL,
  batch_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  grant_id TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  duration BIGINT,
  until BIGINT,
  ends_at BIGINT,
  former_ends_at BIGINT,
  new_grant_id TEXT,
  request_id TEXT,
  rule TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  hint TEXT NOT NULL DEFAULT '',
  greatest BIGINT,
  greatest_from TEXT NOT NULL DEFAULT '',
  done_at BIGINT,
  PRIMARY KEY (tenant_id, batch_id, position),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES batches (tenant_id, id)
);
CREATE UNIQUE INDEX batch_items_grant ON batch_items (tenant_id, batch_id, grant_id);
CREATE INDEX batch_items_state ON batch_items (tenant_id, batch_id, state, position);

-- Who was told of which end, and how many days before it was to be. A digest is one message for many of these.
CREATE TABLE notices (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  grant_id TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  days BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, grant_id, ends_at, days),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id)
);
CREATE INDEX notices_told ON notices (tenant_id, user_id, told_at);

-- When to look for notices next: every time zone's morning begins at a quarter of an hour.
CREATE TABLE notice_turns (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) PRIMARY KEY,
  next_at BIGINT NOT NULL
);

-- Days on which the company does not work, besides Saturday and Sunday; day is YYYY-MM-DD.
CREATE TABLE holidays (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  day TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, day)
);

-- A person's named filters of a page's table.
CREATE TABLE views (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  page TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  query TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX views_name ON views (tenant_id, user_id, page, name_key);

-- +goose Down
SELECT 1;
