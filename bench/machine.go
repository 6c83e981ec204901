package main

import (
	"context"
	"database/sql"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Machine is where something was measured.
type Machine struct {
	CPU      string `json:"cpu"`
	Cores    int    `json:"cores"`
	Memory   int64  `json:"memory"` // bytes; 0 is unknown
	System   string `json:"system"`
	Go       string `json:"go"`
	Database string `json:"database"`
}

func machine(ctx context.Context, p *place) Machine {
	m := Machine{CPU: runtime.GOARCH, Cores: runtime.NumCPU(), System: runtime.GOOS, Go: runtime.Version()}
	field := func(path, name string) string {
		b, _ := os.ReadFile(path)
		for line := range strings.Lines(string(b)) {
			if key, value, ok := strings.Cut(line, map[bool]string{true: "=", false: ":"}[path == "/etc/os-release"]); ok && strings.TrimSpace(key) == name {
				return strings.Trim(strings.TrimSpace(value), `"`)
			}
		}
		return ""
	}
	if cpu := field("/proc/cpuinfo", "model name"); cpu != "" {
		m.CPU = cpu
	}
	if kb, err := strconv.ParseInt(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 10, 64); err == nil {
		m.Memory = kb * 1024
	}
	if os := field("/etc/os-release", "PRETTY_NAME"); os != "" {
		m.System = os
	}
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += ", Linux " + strings.TrimSpace(string(b))
	}
	m.Database = databaseVersion(ctx, p)
	return m
}

func databaseVersion(ctx context.Context, p *place) string {
	db, err := p.plain()
	if err != nil {
		return p.engine
	}
	defer db.Close()
	name, query := "SQLite ", "SELECT sqlite_version()"
	if p.engine == "postgres" {
		name, query = "PostgreSQL ", "SELECT current_setting('server_version') || ', shared_buffers ' || current_setting('shared_buffers')"
	}
	var version sql.NullString
	_ = db.QueryRowContext(ctx, query).Scan(&version) // an unknown version is an empty one
	return name + version.String
}
