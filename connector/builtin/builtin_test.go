package builtin_test

import (
	"log/slog"
	"testing"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/connector/builtin"
)

func TestKindsAreFoundByName(t *testing.T) {
	known := map[string]bool{}
	for _, k := range builtin.Kinds() {
		if known[k.Name] {
			t.Errorf("%s is there twice", k.Name)
		}
		known[k.Name] = true
		if got, ok := builtin.Find(k.Name); !ok || got.Title != k.Title || len(k.Icon) == 0 {
			t.Errorf("%s is not found, or has no icon", k.Name)
		}
	}
	if _, ok := builtin.Find("no such kind"); ok {
		t.Error("found what does not exist")
	}
}

func TestEveryKindHasARate(t *testing.T) {
	for _, k := range builtin.Kinds() {
		settings := map[string]string{"url": "ldap://127.0.0.1:1", "people_base": "dc=example,dc=org", sallyport.SettingRate: "60"}
		if faults := k.Validate(settings); len(faults) != 0 {
			t.Fatal(faults)
		}
		c, err := k.Open(t.Context(), k.WithDefaults(settings), slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err) // the connector itself must not hear of it
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		settings[sallyport.SettingRate] = "-1"
		if faults := k.Validate(settings); len(faults) != 1 || faults[0].Field != sallyport.SettingRate {
			t.Fatal(faults)
		}
	}
}
