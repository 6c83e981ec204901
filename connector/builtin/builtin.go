// Package builtin lists the kinds of connector that come with Sallyport. Only the command imports it;
// everything else is handed the kinds it may use.
package builtin

import (
	"slices"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector"
	"github.com/sallyport/sallyport/connector/ldap"
)

// Kinds gives every kind, in the order in which they are offered. The slice is the caller's own.
func Kinds() []connector.Kind {
	kinds := []connector.Kind{
		ldap.Kind(),
	}
	for i := range kinds {
		kinds[i].Fields = append(kinds[i].Fields, rate)
	}
	return kinds
}

// rate is a setting of every kind: it is kept before a connector is called at all.
var rate = connector.Field{Name: sallyport.SettingRate, Title: "Changes a minute", Type: connector.Number, Advanced: true,
	Help: "The most changes that the target gets in a minute, from all servers together. Removals go first. Empty or 0: as many as there are."}

// Find gives the kind of that name.
func Find(name string) (connector.Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k connector.Kind) bool { return k.Name == name })
	if i < 0 {
		return connector.Kind{}, false
	}
	return all[i], true
}
