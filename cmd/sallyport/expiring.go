package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

// endsFlags say which grants that end are meant.
type endsFlags struct {
	owned, all                                                  bool
	from, within, app, role, resource, person, manager, via, as string
	reviewed, q                                                 string
}

func (f *endsFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVar(&f.owned, "owned", false, "of what the caller owns, and of their roles")
	fs.BoolVar(&f.all, "everything", false, "whatever the caller may see")
	fs.StringVar(&f.from, "from", "", "not before this day or moment, e.g. 2026-12-24")
	fs.StringVar(&f.within, "within", "30d", "how far ahead, e.g. 7d; any for no bound")
	fs.StringVar(&f.app, "app", "", "of an app and what it contains")
	fs.StringVar(&f.role, "role", "", "what a role holds, and who is in it")
	fs.StringVar(&f.resource, "resource", "", "of one resource")
	fs.StringVar(&f.person, "person", "", "of one person")
	fs.StringVar(&f.manager, "manager", "", "of people who report to this one")
	fs.StringVar(&f.via, "via", "", "direct or role")
	fs.StringVar(&f.as, "as", "", "member or owner")
	fs.StringVar(&f.reviewed, "reviewed", "", "true or false: whether it is marked as not to be renewed")
	fs.StringVarP(&f.q, "search", "q", "", "words in the names")
}

func (f *endsFlags) query() (client.Query, error) {
	q := client.Query{"scope": "mine", "app": f.app, "role": f.role, "resource": f.resource, "person": f.person, "manager": f.manager, "via": f.via, "relation": f.as, "reviewed": f.reviewed, "q": f.q}
	switch {
	case f.all:
		q["scope"] = "all"
	case f.owned:
		q["scope"] = "owned"
	}
	if f.within != "any" {
		d, err := sallyport.ParseDuration(f.within)
		if err != nil {
			return nil, usage("--within: %s", err)
		}
		q["to"] = time.Now().Add(d.Std()).UTC().Format(time.RFC3339)
	}
	from, err := dayFlag("from", f.from)
	if err != nil {
		return nil, err
	}
	q["from"] = from
	for k, v := range q { // a filter is a body, too, in which an empty value is a value
		if v == "" {
			delete(q, k)
		}
	}
	return q, nil
}

func (a *app) expiringCmd() *cobra.Command {
	var f endsFlags
	var sort string
	cmd := &cobra.Command{
		Use: "expiring", Short: "What ends soon, what hangs on it, and how long it may be renewed for",
		Example: "  sallyport expiring\n  sallyport expiring --owned --within 7d\n  sallyport expiring --everything --app github --via role -o json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q, err := f.query()
			if err != nil {
				return err
			}
			q["sort"] = sort
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Expiring(cmd.Context(), q, 0)
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, e := range list {
					limit := e.Limits.Greatest.Words() + ", " + e.Limits.From
					if e.Limits.Key == "any" {
						limit = "any length"
					}
					rows = append(rows, []string{e.Grant.ID, holder(e.Grant.Subject), e.Grant.Resource.Slug, string(e.Grant.Relation), when(e.Grant.EndsAt), hanging(e), limit})
				}
				a.table([]string{"GRANT", "WHO", "RESOURCE", "AS", "ENDS", "NOTE", "AT MOST"}, rows)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&sort, "sort", "ends_at", "ends_at, starts_at, resource or subject; -ends_at begins with the latest")
	return cmd
}

// hanging says in a few words what hangs on a grant, and what is known of its end.
func hanging(e sallyport.Expiring) string {
	var words []string
	if e.People > 0 {
		words = append(words, strconv.Itoa(e.People)+" people")
	}
	if e.Reaches > 0 {
		words = append(words, "reaches "+strconv.Itoa(e.Reaches))
	}
	if e.Continues {
		words = append(words, "goes on by another reason")
	}
	if e.Reviewed != nil {
		words = append(words, "not to be renewed")
	}
	return strings.Join(words, ", ")
}

func (a *app) renewCmd() *cobra.Command {
	var f endsFlags
	var length, until, reason, undo string
	var matching, atomic, mark, dry bool
	cmd := &cobra.Command{
		Use: "renew [GRANT…]", Args: cobra.ArbitraryArgs, Short: "Renew many grants as one operation, or mark them as not to be renewed",
		Long: "Renews the grants that are named, or, with --matching, all that the filters find (see sallyport expiring). A grant may have a length of its own: GRANT=14d.\n" +
			"The server does it row by row and says of each what became of it; where you may not renew directly, a request is filed.",
		Example: "  sallyport renew grt_… grt_…=14d --for 30d --reason \"the project goes on\"\n  sallyport renew --matching --owned --within 7d --for 90d\n  sallyport renew --mark --matching --role contractors\n  sallyport renew --undo bat_…",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			var b sallyport.Batch
			switch {
			case undo != "" && (len(args) > 0 || matching):
				return usage("--undo takes back a whole batch; name no grants")
			case undo != "" && dry:
				try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("batches", undo, "undo"), map[string]string{"reason": reason})
				return a.showBatchTrial(try, err)
			case undo != "":
				b, err = c.UndoBatch(cmd.Context(), undo, reason)
			default:
				var n client.NewBatch
				if n, err = f.batch(args, matching, mark, length, until); err != nil {
					return err
				}
				n.Reason, n.Atomic = reason, atomic
				if dry {
					try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("batches"), n)
					return a.showBatchTrial(try, err)
				}
				b, err = c.StartBatch(cmd.Context(), n)
			}
			if err != nil {
				return err
			}
			return a.showBatch(cmd, c, b)
		},
	}
	f.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&length, "for", "", "how long from now, e.g. 30d")
	fs.StringVar(&until, "until", "", "until when, e.g. 2026-12-31")
	fs.StringVar(&reason, "reason", "", "why")
	fs.BoolVar(&matching, "matching", false, "all that the filters find")
	fs.BoolVar(&atomic, "all-or-nothing", false, "change none if one is refused")
	fs.BoolVar(&mark, "mark", false, "do not renew: mark as reviewed, so that nobody is told again")
	fs.BoolVar(&dry, "dry-run", false, dryHelp)
	fs.StringVar(&undo, "undo", "", "take a batch back")
	return cmd
}

func (f *endsFlags) batch(args []string, matching, mark bool, length, until string) (client.NewBatch, error) {
	n := client.NewBatch{Action: sallyport.BatchRenew}
	if mark {
		n.Action = sallyport.BatchReview
	}
	if matching == (len(args) > 0) {
		return n, usage("name grants, or say --matching for all that the filters find")
	}
	for _, arg := range args {
		id, own, has := strings.Cut(arg, "=")
		row := sallyport.BatchRow{GrantID: id}
		if has {
			d, err := sallyport.ParseDuration(own)
			if err != nil {
				return n, usage("%s: %s", arg, err)
			}
			row.Duration = &d
		}
		n.Items = append(n.Items, row)
	}
	if matching {
		q, err := f.query()
		if err != nil {
			return n, err
		}
		n.Filter = q
	}
	if length != "" {
		d, err := sallyport.ParseDuration(length)
		if err != nil {
			return n, usage("--for: %s", err)
		}
		n.Duration = &d
	}
	if until != "" {
		t, err := parseTime(until)
		if err != nil {
			return n, usage("--until: %s", err)
		}
		n.Until = &t
	}
	return n, nil
}

// showBatchTrial prints what an operation on many grants would do, and which rows it would refuse.
func (a *app) showBatchTrial(try client.Rehearsal, err error) error {
	if err != nil {
		return err
	}
	var b sallyport.Batch
	if err := json.Unmarshal(try.Result, &b); err != nil {
		return err
	}
	return a.show(try, func() {
		a.drawImpact(try.Impact)
		if b.Counts.Refused == 0 {
			return
		}
		fmt.Fprintf(a.out, "\n%d of %d would be refused:\n", b.Counts.Refused, b.Counts.Total)
		var rows [][]string
		for _, it := range b.Refusals {
			who, what := itemNames(it)
			rows = append(rows, []string{who, what, whyRefused(it)})
		}
		a.table([]string{"WHO", "RESOURCE", "WHY"}, rows)
		if b.RefusalsCut > 0 {
			fmt.Fprintf(a.out, "… and %d more\n", b.RefusalsCut)
		}
	})
}

// itemNames says whose grant of what a row is; only its id, where the caller may not see it.
func itemNames(it sallyport.BatchItem) (who, what string) {
	if it.Grant == nil {
		return it.GrantID, ""
	}
	return holder(it.Grant.Subject), it.Grant.Resource.Slug
}

// whyRefused is what stands in the way of a row, and what to do; "" where nothing does.
func whyRefused(it sallyport.BatchItem) string {
	if it.Hint == "" {
		return it.Detail
	}
	return it.Detail + ". " + it.Hint
}

// showBatch waits for an operation on many grants, and shows what became of each row.
func (a *app) showBatch(cmd *cobra.Command, c *client.Client, b sallyport.Batch) error {
	b, err := c.WaitBatch(cmd.Context(), b.ID, nil)
	if err != nil {
		return err
	}
	items, err := c.BatchItems(cmd.Context(), b.ID, "")
	if err != nil {
		return err
	}
	if err := a.show(map[string]any{"batch": b, "items": items}, func() { a.drawBatch(b, items) }); err != nil {
		return err
	}
	if n := b.Counts.Refused; n > 0 {
		return sallyport.Errorf(sallyport.EPrecondition, "%d of %d were refused", n, b.Counts.Total).WithHint("Each row says why.")
	}
	return nil
}

func (a *app) drawBatch(b sallyport.Batch, items []sallyport.BatchItem) {
	var rows [][]string
	for _, it := range items {
		who, what := itemNames(it)
		note := whyRefused(it)
		switch {
		case it.RequestID != "":
			note = it.RequestID
		case it.State == sallyport.ItemRenewed || it.State == sallyport.ItemUndone:
			note = "until " + when(it.EndsAt)
		case it.Limits != nil:
			note = it.Detail + "; at most " + it.Limits.Greatest.String()
		}
		rows = append(rows, []string{who, what, it.State, note})
	}
	a.table([]string{"WHO", "RESOURCE", "RESULT", "NOTE"}, rows)
	fmt.Fprintf(a.out, "\n%s  %s", a.bold(b.ID), b.State)
	if b.MayUndo {
		fmt.Fprintf(a.out, "; sallyport renew --undo %s takes it back", b.ID)
	}
	fmt.Fprintln(a.out)
}
