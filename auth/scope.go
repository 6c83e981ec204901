package auth

import (
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// The scopes of API tokens. None includes another: a token that asks and looks needs request and read. A scope never
// gives more than its person may.
const (
	ScopeRead      = "read"      // every GET but the audit log
	ScopeRequest   = "request"   // ask, cancel, extend, delegate
	ScopeDecide    = "decide"    // vote, claim and complete tasks
	ScopeGrant     = "grant"     // add and end grants directly
	ScopeCatalogue = "catalogue" // change resources, tags and connections
	ScopeAudit     = "audit"     // events, export, checkpoints
	ScopeAdmin     = "admin"     // everything else: sessions, tokens, syncs, settings
)

// Scopes lists all scopes.
func Scopes() []string {
	return []string{ScopeRead, ScopeRequest, ScopeDecide, ScopeGrant, ScopeCatalogue, ScopeAudit, ScopeAdmin}
}

// Allows reports whether the actor's token has the scope. Sessions and Sallyport itself have all.
func Allows(a sallyport.Actor, scope string) bool {
	return a.Scopes == nil || slices.Contains(a.Scopes, scope)
}

// RequireScope is nil when the actor's token has the scope, else EForbidden.
func RequireScope(a sallyport.Actor, scope string) error {
	if Allows(a, scope) {
		return nil
	}
	has := "no scope"
	if len(a.Scopes) > 0 {
		has = strings.Join(a.Scopes, ", ")
	}
	return sallyport.Errorf(sallyport.EForbidden, "this needs a token with the scope %s; this one has %s", scope, has).
		WithHint("Make a token with the scope, or sign in.").WithRule("scope:" + scope)
}

// checkScopes wants at least one scope, known ones only, and returns them sorted and once each.
func checkScopes(scopes []string) ([]string, error) {
	if len(scopes) == 0 {
		return nil, sallyport.Invalid("scopes", "is empty; name at least one of %s", strings.Join(Scopes(), ", "))
	}
	for i, s := range scopes {
		if !slices.Contains(Scopes(), s) {
			return nil, sallyport.Invalid("scopes["+itoa(i)+"]", "%q is not a scope; use %s", clip(s), strings.Join(Scopes(), ", "))
		}
	}
	out := slices.Clone(scopes)
	slices.Sort(out)
	return slices.Compact(out), nil
}
