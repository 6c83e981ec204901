// Package builtin lists the kinds of notifier that come with Sallyport. Only the command imports it.
package builtin

import (
	"slices"

	"github.com/sallyport/sallyport/notify"
	"github.com/sallyport/sallyport/notify/email"
)

// Kinds gives every kind, in the order in which they are offered. The slice is the caller's own.
func Kinds() []notify.Kind { return []notify.Kind{email.Kind()} }

// Find gives the kind of that name.
func Find(name string) (notify.Kind, bool) {
	all := Kinds()
	i := slices.IndexFunc(all, func(k notify.Kind) bool { return k.Name == name })
	if i < 0 {
		return notify.Kind{}, false
	}
	return all[i], true
}
