//go:build tools

// Package tools keeps staticcheck in go.mod; the file "build" beside it names the program to build.
package tools

import _ "honnef.co/go/tools/cmd/staticcheck"
