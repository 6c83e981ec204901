package builtin_test

import (
	"testing"

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
