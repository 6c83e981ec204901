package access_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sallyport/sallyport/store"
)

// changing are the beginnings of the verbs that change what can be held, by whose decision and for how long: evidence
// lists them as changes.
var changing = []string{"catalogue.", "connection.", "creation_rule.", "delegation.", "resource.", "role.", "tag.", "token."}

// notChanging are those that do not, each with why. A verb with a beginning that is in neither list fails the test.
var notChanging = map[string]string{
	"admin.":     "an alarm: nothing was changed",
	"audit.":     "an alarm: nothing was changed",
	"batch.":     "many grants at once; each has its own event and row",
	"call.":      "a refusal: nothing was changed",
	"grant.":     "access itself, in the tables of what began and ended",
	"holidays.":  "when people are told, and not what they hold",
	"import.":    "what it brought has events of its own",
	"oidc.":      "a value of a sign-in, and no event",
	"provision.": "how far targets are",
	"request.":   "in the table of requests",
	"session.":   "who signed in",
	"stage.":     "of one request, and not of the rule that it comes from",
	"sync.":      "what it changed has events of its own",
	"task.":      "work of people on what was decided",
	"tenant.":    "the beginning, before which nothing was",
	"user.":      "people, in the tables of who was there and who left",
	"vote.":      "in the table of votes",
}

var verbText = regexp.MustCompile(`"([a-z_]+\.)([a-z_]*(?:ed|cut|left|made|cast|gap|late|failing|signed_in|signed_out|timed_out|undone))"`)

// written lists the verbs in the product's own text.
func written(t *testing.T) []string {
	t.Helper()
	seen := map[string]bool{}
	for _, dir := range []string{"access", "catalog", "store", "auth", "worker", "api", "cmd/sallyport"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, m := range verbText.FindAllStringSubmatch(string(text), -1) {
				seen[m[1]+m[2]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var out []string
	for verb := range seen {
		out = append(out, verb)
	}
	slices.Sort(out)
	return out
}

// TestEvidenceOfEveryKindOfChange: whatever the product can write of a change of the rules is among the changes of a
// period, and nothing else is.
func TestEvidenceOfEveryKindOfChange(t *testing.T) {
	verbs := written(t)
	if len(verbs) < 70 {
		t.Fatalf("only %d verbs were found: %v", len(verbs), verbs)
	}
	var want []string
	for _, verb := range verbs {
		noun, _, _ := strings.Cut(verb, ".")
		if slices.Contains(changing, noun+".") {
			want = append(want, verb)
		} else if notChanging[noun+"."] == "" {
			t.Errorf("%s is neither a change of the rules nor named as none", verb)
		}
	}
	each(t, func(w *world) {
		p := quarter(w)
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			for _, verb := range verbs {
				if _, err := tx.Append(ctx, store.NewEvent{Verb: verb, Actor: w.as("root"), ObjectKind: "thing", ObjectID: "xyz_1"}); err != nil {
					return err
				}
			}
			return nil
		})
		w.clock.Advance(hour)
		p.To = w.clock.Now()
		l, err := w.s.EvidenceRows(w.ctx, w.as("root"), p, "changes", store.Page{Limit: store.MaxLimit})
		if err != nil {
			w.Fatal(err)
		}
		var got []string
		for _, row := range l.Items {
			if strings.Contains(strings.Join(row, "|"), "xyz_1") {
				got = append(got, row[1])
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			w.Errorf("the changes of a period are\n%v\nwant\n%v", got, want)
		}
	})
}
