// Package web holds the page: the React application under src, its build under dist, and the handler
// that serves it with a strict content security policy.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built page. It is false in a binary that was compiled before the page was built;
// the file system then has no index.html, and NewHandler answers pages with how to build one.
func FS() (fs.FS, bool) {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, false
	}
	if _, err := fs.Stat(sub, "index.html"); err != nil {
		return sub, false
	}
	return sub, true
}
