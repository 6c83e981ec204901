package sallyport

import "time"

// Connection is a configured connector. Secrets are sealed; only the names of those that are set are ever shown.
type Connection struct {
	ID         string            `json:"id"`
	Slug       string            `json:"slug"`
	Name       string            `json:"name"`
	Kind       string            `json:"kind" doc:"The name of its kind of connector, e.g. ldap"`
	Settings   map[string]string `json:"settings" doc:"Without secrets"`
	Secrets    []string          `json:"secrets" doc:"Names of the secret settings that have a value"`
	Directory  bool              `json:"directory" doc:"People and groups are read from it"`
	SyncEvery  *Duration         `json:"sync_every,omitempty" doc:"How often it is read; absent: on demand only"`
	NextSyncAt *time.Time        `json:"next_sync_at,omitempty"`
	PausedAt   *time.Time        `json:"paused_at,omitempty" doc:"Set: nothing is read from it or written to it until it is resumed"`
	CheckedAt  *time.Time        `json:"checked_at,omitempty"`
	CheckError string            `json:"check_error,omitempty" doc:"What the last check found; empty: it worked"`
	Version    int               `json:"version"`
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// SettingRate is the setting that every kind of connector which writes has: how many changes its target takes a minute.
// Absent, empty or 0: no limit.
const SettingRate = "changes_per_minute"

// NewConnection is a connection as submitted. Settings holds secrets too; they are taken out and sealed.
type NewConnection struct {
	Slug      string            `json:"slug,omitempty" doc:"Default: made from the name"`
	Name      string            `json:"name"`
	Kind      string            `json:"kind"`
	Settings  map[string]string `json:"settings,omitempty"`
	Directory bool              `json:"directory,omitempty"`
	SyncEvery *Duration         `json:"sync_every,omitempty"`
}

// ConnectionPatch changes what is set. A setting that is not named stays; one set to "" loses its value.
type ConnectionPatch struct {
	Slug      *string           `json:"slug,omitempty"`
	Name      *string           `json:"name,omitempty"`
	Settings  map[string]string `json:"settings,omitempty"`
	Directory *bool             `json:"directory,omitempty"`
	SyncEvery *string           `json:"sync_every,omitempty" doc:"ISO 8601; an empty text turns it off"`
	Paused    *bool             `json:"paused,omitempty"`
}

// SyncState says what became of a run.
type SyncState string

// The states of a sync. Refused: the shrink guard held it back until an admin accepts; nothing was changed.
const (
	SyncRunning SyncState = "running"
	SyncPreview SyncState = "preview"
	SyncApplied SyncState = "applied"
	SyncRefused SyncState = "refused"
	SyncFailed  SyncState = "failed"
)

// Sync is one run of a directory sync, a file import or a reconciliation: what was planned, and what came of it.
type Sync struct {
	ID         string     `json:"id"`
	Connection string     `json:"connection,omitempty" doc:"The connection's slug; absent for a file"`
	Source     string     `json:"source" doc:"The connection's slug, or file"`
	State      SyncState  `json:"state" enum:"running,preview,applied,refused,failed"`
	Plan       Plan       `json:"plan"`
	Creates    int        `json:"creates"`
	Changes    int        `json:"changes"`
	Removes    int        `json:"removes"`
	Error      string     `json:"error,omitempty"`
	StartedBy  *UserRef   `json:"started_by,omitempty"`
	StartedAt  time.Time  `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

// Holding is what a read found in a target: this account holds this resource.
type Holding struct {
	Resource ResourceRef `json:"resource"`
	Account  string      `json:"account" doc:"The account's id in the target"`
	User     *UserRef    `json:"user,omitempty" doc:"Absent: the account belongs to nobody who is known"`
	Relation Relation    `json:"relation"`
	SeenAt   time.Time   `json:"seen_at"`
}

// Drift is one difference between what ought to be and what is in a target.
type Drift struct {
	Kind     string      `json:"kind" enum:"unknown_account,only_in_target,missing_in_target" doc:"unknown_account: nobody known holds it there; only_in_target: held without a reason here; missing_in_target: has a reason here but is not there"`
	Resource ResourceRef `json:"resource"`
	Account  string      `json:"account,omitempty"`
	User     *UserRef    `json:"user,omitempty"`
	Relation Relation    `json:"relation"`
	Since    time.Time   `json:"since"`
	Words    string      `json:"words"`
}
