package catalog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/catalog"
)

func TestManyPeople(t *testing.T) {
	each(t, func(w *world) {
		var b strings.Builder
		b.WriteString("login,name,email,manager,groups\n")
		const people = 1_000
		for i := range people {
			manager := ""
			if i > 0 {
				manager = fmt.Sprintf("p%d", (i-1)/8)
			}
			fmt.Fprintf(&b, "p%d,Person %d,p%d@example.test,%s,team %d\n", i, i, i, manager, i%200)
		}
		for i, what := range []string{"first", "second"} {
			begin := time.Now()
			run, err := w.s.ImportPeople(t.Context(), w.admin, "people.csv", b.String(), catalog.SyncOptions{})
			if err != nil || run.State != sallyport.SyncApplied || i == 0 && run.Creates != 2*people+200 || i == 1 && !run.Plan.Empty() {
				t.Fatalf("%s: %d creates, %s %v", what, run.Creates, run.Error, err)
			}
			t.Logf("the %s time: %s", what, time.Since(begin))
		}
	})
}
