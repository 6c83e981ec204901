package discordaccess_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/catalog/discordaccess"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestReport: the whole report of a company is the same from and to every engine, names every row that does not fit, and
// accounts for every row that was read. The golden file is what people see.
func TestReport(t *testing.T) {
	each(t, func(w *world, o *origin) {
		company(o)
		rep := w.bring(o, discordaccess.Options{Attributes: []string{"Team"}})
		var b strings.Builder
		for _, c := range append(rep.Tables, rep.Total()) {
			fmt.Fprintf(&b, "%s: read %d, brought %d, changed %d, follows %d, left %d\n", c.Table, c.Read, c.Brought, c.Changed, c.Follows, c.Left)
			if c.Read != c.Brought+c.Changed+c.Earlier+c.Follows+c.Left {
				w.Errorf("%+v does not add up", c)
			}
			if c.Table != "total" && c.Read != len(o.rows[c.Table]) {
				w.Errorf("%d of the %d rows of %s were read", c.Read, len(o.rows[c.Table]), c.Table)
			}
		}
		named := map[string]bool{}
		for _, l := range rep.Lines {
			named[l.Table+" "+l.ID] = true
			fmt.Fprintf(&b, "%s %s %s (%s): %s\n", l.Fate, l.Table, l.ID, l.What, l.Why)
		}
		if total := rep.Total(); len(named) != total.Changed+total.Left {
			w.Errorf("%d rows are named, and %d were changed or left", len(named), total.Changed+total.Left)
		}
		for _, text := range rep.Warnings {
			fmt.Fprintf(&b, "! %s\n", text)
		}
		for _, d := range rep.Differences {
			fmt.Fprintf(&b, "%s, %s of %s: here %v, now %v\n", d.Login, d.Relation, d.Group, d.Here, d.Now)
		}
		const golden = "testdata/report.txt"
		text := strings.ReplaceAll(b.String(), strings.Repeat("x", 240), "x…")
		if *update {
			if err := os.WriteFile(golden, []byte(text), 0o644); err != nil {
				w.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			w.Fatal(err)
		}
		if text != string(want) {
			w.Errorf("the report differs from %s:\n%s", golden, text)
		}
	})
}
