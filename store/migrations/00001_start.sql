-- +goose Up
-- One text for SQLite and PostgreSQL. Times are BIGINT microseconds (UTC), binary values are base64 or hex TEXT, JSON is
-- TEXT. On PostgreSQL every TEXT column gets COLLATE "C" (store/migrate.go), so that both engines sort alike.
-- Every table begins with the tenant, and so does every key, index and foreign key (domain rule 25).

CREATE TABLE tenants (
  id TEXT NOT NULL PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seeded_at BIGINT,
  writes_paused_at BIGINT
);

-- Keys of the tenant: the audit signer, the sealing key. Private parts are sealed with the server's master key.
CREATE TABLE keys (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  public TEXT NOT NULL,
  private TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE users (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  login TEXT NOT NULL,
  login_key TEXT NOT NULL,
  email TEXT NOT NULL DEFAULT '',
  email_key TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_key TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  department TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT 'person',
  state TEXT NOT NULL DEFAULT 'active',
  manager_id TEXT,
  accountable_id TEXT,
  time_zone TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  external_id TEXT NOT NULL DEFAULT '',
  attributes TEXT NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  left_at BIGINT,
  erased_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, manager_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, accountable_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX users_login ON users (tenant_id, login_key);
CREATE UNIQUE INDEX users_email ON users (tenant_id, email_key) WHERE email_key <> '';
CREATE UNIQUE INDEX users_external ON users (tenant_id, source, external_id) WHERE external_id <> '';
CREATE INDEX users_name ON users (tenant_id, name_key, id);
CREATE INDEX users_manager ON users (tenant_id, manager_id, id);
CREATE INDEX users_department ON users (tenant_id, department, id);

CREATE TABLE connections (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}',
  secrets TEXT NOT NULL DEFAULT '',
  directory BOOLEAN NOT NULL DEFAULT FALSE,
  sync_every BIGINT NOT NULL DEFAULT 0,
  next_sync_at BIGINT,
  paused_at BIGINT,
  checked_at BIGINT,
  check_error TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX connections_slug ON connections (tenant_id, slug) WHERE deleted_at IS NULL;
CREATE INDEX connections_due ON connections (next_sync_at) WHERE next_sync_at IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE resources (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  app_id TEXT,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  search_key TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  managed BOOLEAN NOT NULL DEFAULT TRUE,
  physical BOOLEAN NOT NULL DEFAULT FALSE,
  built_in BOOLEAN NOT NULL DEFAULT FALSE,
  form TEXT NOT NULL DEFAULT '{}',
  flow TEXT NOT NULL DEFAULT '',
  fulfilment TEXT NOT NULL DEFAULT '{"kind":"none"}',
  fulfilment_kind TEXT NOT NULL DEFAULT 'none',
  revocation TEXT NOT NULL DEFAULT '',
  durations TEXT NOT NULL DEFAULT '{}',
  audience_id TEXT,
  connection_id TEXT,
  external_id TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, app_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, audience_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);
CREATE UNIQUE INDEX resources_slug ON resources (tenant_id, slug) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX resources_name ON resources (tenant_id, kind, COALESCE(app_id, ''), name_key) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX resources_external ON resources (tenant_id, connection_id, external_id) WHERE external_id <> '' AND deleted_at IS NULL;
CREATE INDEX resources_app ON resources (tenant_id, app_id, id);
CREATE INDEX resources_by_name ON resources (tenant_id, name_key, id);
CREATE INDEX resources_audience ON resources (tenant_id, audience_id);

CREATE TABLE tags (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  constraints TEXT NOT NULL DEFAULT '{}',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX tags_name ON tags (tenant_id, name_key) WHERE deleted_at IS NULL;

CREATE TABLE resource_tags (
  tenant_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  tag_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, resource_id, tag_id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, tag_id) REFERENCES tags (tenant_id, id)
);
CREATE INDEX resource_tags_tag ON resource_tags (tenant_id, tag_id, resource_id);

-- An account is a person's identity in one target.
CREATE TABLE accounts (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  external_id TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  verified_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);
CREATE UNIQUE INDEX accounts_external ON accounts (tenant_id, connection_id, external_id);
CREATE UNIQUE INDEX accounts_user ON accounts (tenant_id, user_id, connection_id);

CREATE TABLE requests (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  requester_id TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}',
  duration BIGINT,
  until BIGINT,
  no_end BOOLEAN NOT NULL DEFAULT FALSE,
  starts_at BIGINT,
  reason TEXT NOT NULL DEFAULT '',
  answers TEXT NOT NULL DEFAULT '{}',
  form TEXT NOT NULL DEFAULT '{}',
  flow TEXT NOT NULL DEFAULT '{}',
  policy_version TEXT NOT NULL DEFAULT '',
  snapshot TEXT NOT NULL DEFAULT '{}',
  batch_id TEXT NOT NULL DEFAULT '',
  stage_position BIGINT NOT NULL DEFAULT 0,
  waiting_since BIGINT,
  extends_id TEXT NOT NULL DEFAULT '',
  grant_id TEXT NOT NULL DEFAULT '',
  work_state TEXT NOT NULL DEFAULT '',
  work_at BIGINT,
  cause TEXT NOT NULL DEFAULT '',
  superseded_by TEXT NOT NULL DEFAULT '',
  decided_at BIGINT,
  decided_by TEXT,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, requester_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, decided_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX requests_pending ON requests (tenant_id, subject_kind, subject_id, resource_id, relation, parameters) WHERE state = 'pending';
CREATE INDEX requests_state ON requests (tenant_id, state, id);
CREATE INDEX requests_requester ON requests (tenant_id, requester_id, id);
CREATE INDEX requests_subject ON requests (tenant_id, subject_kind, subject_id, id);
CREATE INDEX requests_resource ON requests (tenant_id, resource_id, id);
CREATE INDEX requests_expiry ON requests (expires_at) WHERE state = 'pending';

CREATE TABLE stages (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  spec TEXT NOT NULL,
  need BIGINT NOT NULL DEFAULT 1,
  fallback TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT '',
  started_at BIGINT,
  closed_at BIGINT,
  remind_at BIGINT,
  escalate_at BIGINT,
  escalated_at BIGINT,
  timeout_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id)
);
CREATE UNIQUE INDEX stages_request ON stages (tenant_id, request_id, position);
CREATE INDEX stages_remind ON stages (remind_at) WHERE state = 'open' AND remind_at IS NOT NULL;
CREATE INDEX stages_escalate ON stages (escalate_at) WHERE state = 'open' AND escalate_at IS NOT NULL;
CREATE INDEX stages_timeout ON stages (timeout_at) WHERE state = 'open' AND timeout_at IS NOT NULL;

-- Who was asked when the stage started, or was added by an escalation or by an admin. Kept for the record, and used to
-- find inboxes; whether somebody may vote is computed anew from the expressions.
CREATE TABLE stage_approvers (
  tenant_id TEXT NOT NULL,
  stage_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  via TEXT NOT NULL DEFAULT '',
  asked_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, stage_id, user_id),
  FOREIGN KEY (tenant_id, stage_id) REFERENCES stages (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX stage_approvers_user ON stage_approvers (tenant_id, user_id, stage_id);

CREATE TABLE votes (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  request_id TEXT NOT NULL,
  stage_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  on_behalf_of TEXT,
  vote TEXT NOT NULL,
  comment TEXT NOT NULL DEFAULT '',
  duration BIGINT,
  request_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id),
  FOREIGN KEY (tenant_id, stage_id) REFERENCES stages (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, on_behalf_of) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX votes_once ON votes (tenant_id, stage_id, COALESCE(on_behalf_of, user_id));
CREATE INDEX votes_request ON votes (tenant_id, request_id, id);
CREATE INDEX votes_user ON votes (tenant_id, user_id, id);

CREATE TABLE delegations (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  from_id TEXT NOT NULL,
  to_id TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  starts_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  ended_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, from_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, to_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX delegations_to ON delegations (tenant_id, to_id, ends_at);
CREATE INDEX delegations_from ON delegations (tenant_id, from_id, ends_at);

-- A grant row is never edited away: ending sets ended_*. activated_at is null until the access is real; ends_at is null
-- without no_end until then, since a duration counts from activation (domain rule 5).
CREATE TABLE grants (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  subject_kind TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}',
  origin TEXT NOT NULL,
  reason_kind TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  request_id TEXT,
  previous_id TEXT,
  duration BIGINT,
  starts_at BIGINT NOT NULL,
  ends_at BIGINT,
  no_end BOOLEAN NOT NULL DEFAULT FALSE,
  attempted_at BIGINT,
  activated_at BIGINT,
  ended_at BIGINT,
  ended_by TEXT,
  ended_reason TEXT NOT NULL DEFAULT '',
  created_by TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id),
  FOREIGN KEY (tenant_id, ended_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX grants_living ON grants (tenant_id, subject_kind, subject_id, resource_id, relation, parameters, origin) WHERE ended_at IS NULL;
CREATE INDEX grants_subject ON grants (tenant_id, subject_kind, subject_id, id);
CREATE INDEX grants_resource ON grants (tenant_id, resource_id, id);
CREATE INDEX grants_resource_living ON grants (tenant_id, resource_id, relation, subject_kind, subject_id) WHERE ended_at IS NULL;
CREATE INDEX grants_ends ON grants (tenant_id, ends_at, id) WHERE ended_at IS NULL AND ends_at IS NOT NULL;
CREATE INDEX grants_ends_all ON grants (ends_at) WHERE ended_at IS NULL AND ends_at IS NOT NULL;
CREATE INDEX grants_starts_all ON grants (starts_at) WHERE ended_at IS NULL AND activated_at IS NULL;
CREATE INDEX grants_request ON grants (tenant_id, request_id) WHERE request_id IS NOT NULL;

-- What a target needs for one person and one resource. generation grows with each change of what ought to be; a worker
-- holds the row by a lease. fulfilment is pinned when work begins, so that swapping it harms nothing in flight.
CREATE TABLE provisions (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}',
  fulfilment TEXT NOT NULL,
  fulfilment_kind TEXT NOT NULL,
  connection_id TEXT,
  target TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  since BIGINT NOT NULL,
  due_since BIGINT,
  generation BIGINT NOT NULL DEFAULT 1,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT,
  lease_by TEXT NOT NULL DEFAULT '',
  lease_until BIGINT,
  recheck_at BIGINT,
  error TEXT NOT NULL DEFAULT '',
  failing_since BIGINT,
  alarmed_at BIGINT,
  verified_at BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id)
);
CREATE UNIQUE INDEX provisions_key ON provisions (tenant_id, user_id, resource_id, relation, parameters);
CREATE INDEX provisions_due ON provisions (next_at, id) WHERE next_at IS NOT NULL;
CREATE INDEX provisions_resource ON provisions (tenant_id, resource_id, id);
CREATE INDEX provisions_connection ON provisions (tenant_id, connection_id, state);

CREATE TABLE tasks (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  relation TEXT NOT NULL,
  parameters TEXT NOT NULL DEFAULT '{}',
  request_id TEXT,
  grant_id TEXT,
  provision_id TEXT,
  assignee_kind TEXT NOT NULL,
  assignee_id TEXT NOT NULL DEFAULT '',
  claimed_by TEXT,
  claimed_at BIGINT,
  due_at BIGINT NOT NULL,
  reminded_at BIGINT,
  instructions TEXT NOT NULL DEFAULT '',
  evidence TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  closed_at BIGINT,
  closed_by TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, request_id) REFERENCES requests (tenant_id, id),
  FOREIGN KEY (tenant_id, grant_id) REFERENCES grants (tenant_id, id),
  FOREIGN KEY (tenant_id, claimed_by) REFERENCES users (tenant_id, id),
  FOREIGN KEY (tenant_id, closed_by) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX tasks_one_open ON tasks (tenant_id, provision_id) WHERE provision_id IS NOT NULL AND state IN ('open', 'claimed');
CREATE INDEX tasks_state ON tasks (tenant_id, state, id);
CREATE INDEX tasks_assignee ON tasks (tenant_id, assignee_kind, assignee_id, state, id);
CREATE INDEX tasks_claimed ON tasks (tenant_id, claimed_by, state, id);
CREATE INDEX tasks_request ON tasks (tenant_id, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX tasks_due ON tasks (due_at) WHERE state IN ('open', 'claimed');

-- What a read found in a target.
CREATE TABLE holdings (
  tenant_id TEXT NOT NULL,
  connection_id TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  account TEXT NOT NULL,
  relation TEXT NOT NULL,
  user_id TEXT,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, connection_id, resource_id, account, relation),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id),
  FOREIGN KEY (tenant_id, resource_id) REFERENCES resources (tenant_id, id)
);

-- A run of a sync or a reconciliation: the plan, and what came of it.
CREATE TABLE syncs (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  connection_id TEXT,
  source TEXT NOT NULL,
  state TEXT NOT NULL,
  plan TEXT NOT NULL DEFAULT '{}',
  creates BIGINT NOT NULL DEFAULT 0,
  changes BIGINT NOT NULL DEFAULT 0,
  removes BIGINT NOT NULL DEFAULT 0,
  error TEXT NOT NULL DEFAULT '',
  started_by TEXT,
  started_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, connection_id) REFERENCES connections (tenant_id, id)
);
CREATE INDEX syncs_connection ON syncs (tenant_id, connection_id, id);

-- The record. body is the canonical leaf, written once: ids, words and salted hashes. leaf_index is set by the
-- sequencer. Personal and sensitive values lie in event_values and can be erased.
CREATE TABLE events (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  id TEXT NOT NULL,
  verb TEXT NOT NULL,
  actor_id TEXT NOT NULL DEFAULT '',
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  leaf TEXT NOT NULL,
  leaf_index BIGINT,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX events_leaf ON events (tenant_id, leaf_index) WHERE leaf_index IS NOT NULL;
CREATE INDEX events_unsequenced ON events (tenant_id, id) WHERE leaf_index IS NULL;
CREATE INDEX events_actor ON events (tenant_id, actor_id, id);
CREATE INDEX events_verb ON events (tenant_id, verb, id);
CREATE INDEX events_at ON events (tenant_id, at, id);

CREATE TABLE event_refs (
  tenant_id TEXT NOT NULL,
  ref_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ref_id, event_id),
  FOREIGN KEY (tenant_id, event_id) REFERENCES events (tenant_id, id)
);

CREATE INDEX event_refs_event ON event_refs (tenant_id, event_id);

CREATE TABLE event_values (
  tenant_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  name TEXT NOT NULL,
  salt TEXT NOT NULL,
  value TEXT NOT NULL,
  user_id TEXT NOT NULL DEFAULT '',
  sensitive BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (tenant_id, event_id, name),
  FOREIGN KEY (tenant_id, event_id) REFERENCES events (tenant_id, id)
);
CREATE INDEX event_values_user ON event_values (tenant_id, user_id);

CREATE TABLE log_hashes (
  tenant_id TEXT NOT NULL,
  position BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (tenant_id, position)
);

CREATE TABLE log_heads (
  tenant_id TEXT NOT NULL REFERENCES tenants (id) PRIMARY KEY,
  size BIGINT NOT NULL
);

CREATE TABLE checkpoints (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  size BIGINT NOT NULL,
  note TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, size)
);

-- Work that rows elsewhere describe or that has no row: a job only wakes it. Leased, unique while waiting.
CREATE TABLE jobs (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  args TEXT NOT NULL DEFAULT '{}',
  unique_key TEXT NOT NULL DEFAULT '',
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  lease_by TEXT NOT NULL DEFAULT '',
  lease_until BIGINT,
  error TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX jobs_unique ON jobs (tenant_id, kind, unique_key) WHERE unique_key <> '' AND lease_until IS NULL;
CREATE INDEX jobs_due ON jobs (run_at, id);

-- A message to one person: the inbox of the page, and what notifiers deliver. dedupe makes each notice once.
CREATE TABLE messages (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL DEFAULT '',
  link TEXT NOT NULL DEFAULT '',
  facts TEXT NOT NULL DEFAULT '[]',
  created_at BIGINT NOT NULL,
  read_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX messages_once ON messages (tenant_id, user_id, dedupe);
CREATE INDEX messages_user ON messages (tenant_id, user_id, id);

CREATE TABLE deliveries (
  tenant_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  channel TEXT NOT NULL,
  state TEXT NOT NULL,
  ref TEXT NOT NULL DEFAULT '',
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT,
  lease_until BIGINT,
  error TEXT NOT NULL DEFAULT '',
  sent_at BIGINT,
  PRIMARY KEY (tenant_id, message_id, channel),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;

CREATE TABLE sessions (
  token_hash TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL DEFAULT '',
  id TEXT NOT NULL,
  user_id TEXT NOT NULL DEFAULT '',
  data TEXT NOT NULL,
  agent TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_id ON sessions (tenant_id, id);
CREATE INDEX sessions_user ON sessions (tenant_id, user_id, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE tokens (
  tenant_id TEXT NOT NULL,
  id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  scopes TEXT NOT NULL DEFAULT '[]',
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX tokens_hash ON tokens (hash);
CREATE INDEX tokens_user ON tokens (tenant_id, user_id, id);

CREATE TABLE idempotency (
  tenant_id TEXT NOT NULL,
  caller TEXT NOT NULL,
  route TEXT NOT NULL,
  idem_key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  status BIGINT NOT NULL,
  response TEXT NOT NULL,
  etag TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, caller, route, idem_key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Refusal events written per caller and hour, for the cap of domain rule 23.
CREATE TABLE refusals (
  tenant_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  hour BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, user_id, hour)
);

-- +goose Down
SELECT 1;
