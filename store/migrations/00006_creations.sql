-- +goose Up
-- What a request of kind create asks to be made, as it was asked and as it was decided. Forms name people and things by id.
CREATE TABLE creations (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  request_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  search_key TEXT NOT NULL,
  asked TEXT NOT NULL,
  decided TEXT NOT NULL DEFAULT '',
  edited_by TEXT,
  edited_at BIGINT,
  made_id TEXT,
  filed TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (tenant_id, request_id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id),
  FOREIGN KEY (tenant_id, edited_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, made_id) REFERENCES resources (tenant_id, id)
);

-- Who decides about new apps, groups and roles, where the admins have said so.
CREATE TABLE creation_flows (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  kind TEXT NOT NULL,
  flow TEXT NOT NULL,
  PRIMARY KEY (tenant_id, kind)
);
