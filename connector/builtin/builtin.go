// Package builtin lists the kinds of connector that come with Sallyport. Only the command imports it;
// everything else is handed the kinds it may use.
package builtin

import (
	"slices"

	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
)

// Kinds gives every kind, in the order in which they are offered. The slice is the caller's own.
func Kinds() []connector.Kind {
	return []connector.Kind{
		ldap.Kind(),
	}
}

// Find gives the kind of that name.
func Find(name string) (connector.Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k connector.Kind) bool { return k.Name == name })
	if i < 0 {
		return connector.Kind{}, false
	}
	return all[i], true
}
