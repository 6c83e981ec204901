// Package builtin lists the kinds of connector that come with Sallyport. Only the command imports it;
// everything else is handed the kinds it may use.
package builtin

import (
	"context"
	"log/slog"
	"maps"
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
		kinds[i] = paced(kinds[i])
	}
	return kinds
}

// paced is the kind with the setting rate, of which its connector is not told.
func paced(k connector.Kind) connector.Kind {
	open, extra := k.Open, k.Extra
	without := func(settings map[string]string) map[string]string {
		own := maps.Clone(settings)
		delete(own, rate.Name)
		return own
	}
	k.Fields = append(slices.Clone(k.Fields), rate)
	k.Open = func(ctx context.Context, settings map[string]string, log *slog.Logger) (connector.Connector, error) {
		return open(ctx, without(settings), log)
	}
	if extra != nil {
		k.Extra = func(settings map[string]string) []connector.Fault { return extra(without(settings)) }
	}
	return k
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
