-- +goose Up
-- A reorganization of roles that was made, with what takes it back.
CREATE TABLE reorganizations (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  action TEXT NOT NULL,
  title TEXT NOT NULL,
  role_id TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  undo TEXT NOT NULL,
  created_by TEXT,
  created_at BIGINT NOT NULL,
  undone_by TEXT,
  undone_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, role_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, undone_by) REFERENCES users (tenant_id, id)
);
