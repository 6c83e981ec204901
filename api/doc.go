// Package api serves the REST API (OpenAPI 3.1), its documentation, the live stream, health and metrics.
//
// One file per noun: a handler decodes, calls one use-case or reads through store.View, and encodes the nouns of the root
// package as they are. What holds for every call lies around the handlers, in server.go: who calls, what their token
// allows, the body's form, repeated calls, refusals. routes.go lists every route with what it needs; a route that is not
// in it is not served.
package api
