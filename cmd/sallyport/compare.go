package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) compareCmd() *cobra.Command {
	var at string
	var d differenceFlags
	cmd := &cobra.Command{Use: "compare PERSON PERSON...", Short: "What people have in common, and not; and ask for the difference", Args: cobra.MinimumNArgs(2),
		Long: "Lists what each has and how. With --ask, what the others have as members and the first has not is asked for, for the first: one request each,\n" +
			"so that those who know each thing decide. --only names which of it.",
		Example: "  sallyport compare me teammate\n  sallyport compare ada grace joan --at 2026-01-31 -o json\n" +
			"  sallyport compare me teammate --ask --for 30d --reason \"the same work\" --dry-run\n  sallyport compare me teammate --ask --only vpn --for 30d -y",
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := atFlag(at)
			if err != nil {
				return err
			}
			if d.ask && at != "" {
				return usage("--ask is about what they have now; leave --at out")
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			out, err := c.Compare(cmd.Context(), args, moment)
			if err != nil {
				return err
			}
			if d.ask {
				return a.askDifference(cmd, c, out, d)
			}
			return a.show(out, func() {
				head := []string{"RESOURCE", "AS", "HAVE IT"}
				for _, u := range out.Users {
					head = append(head, strings.ToUpper(u.Login))
				}
				var rows [][]string
				for _, it := range out.Items {
					row := []string{it.Resource.Slug, string(it.Relation), fmt.Sprintf("%d of %d", it.Count, len(out.Users))}
					for _, u := range out.Users {
						row = append(row, ways(it, u.ID))
					}
					rows = append(rows, row)
				}
				a.table(head, rows)
			})
		}}
	cmd.Flags().StringVar(&at, "at", "", atHelp)
	d.add(cmd)
	return cmd
}

// ways says how somebody has an item.
func ways(it sallyport.SharedItem, user string) string {
	for _, h := range it.Holders {
		if h.ID != user {
			continue
		}
		var words []string
		if h.Direct {
			words = append(words, "directly")
		}
		for _, r := range h.Roles {
			words = append(words, "by "+r.Slug)
		}
		return strings.Join(words, ", ")
	}
	return "-"
}

// differenceFlags say how the difference is asked for.
type differenceFlags struct {
	ask, yes, dry, noEnd  bool
	length, until, reason string
	only                  []string
}

func (d *differenceFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&d.ask, "ask", false, "ask for what the others have and the first has not")
	f.StringSliceVar(&d.only, "only", nil, "with --ask: only these of it; may be repeated")
	f.StringVar(&d.length, "for", "", "with --ask: how long, e.g. 30d")
	f.StringVar(&d.until, "until", "", "with --ask: until when, e.g. 2026-12-31")
	f.BoolVar(&d.noEnd, "no-end", false, "with --ask: without an end, where that is allowed")
	f.StringVar(&d.reason, "reason", "", "with --ask: why")
	f.BoolVar(&d.dry, "dry-run", false, "with --ask: "+dryHelp)
	f.BoolVarP(&d.yes, "yes", "y", false, "with --ask: do not ask back")
}

// asks are what the first lacks of what the others have, each as it is asked for. What --only names must be among it.
func (d *differenceFlags) asks(s sallyport.Shared) ([]sallyport.Ask, error) {
	if d.length != "" && d.until != "" || d.noEnd && d.length+d.until != "" {
		return nil, usage("say how long once: --for, --until or --no-end")
	}
	one := sallyport.Ask{Beneficiary: "user:" + s.Users[0].Login, Reason: d.reason, NoEnd: d.noEnd}
	if err := howLong(d.length, d.until, &one.Duration, &one.Until); err != nil {
		return nil, err
	}
	var out []sallyport.Ask
	missing := slices.Clone(d.only)
	for _, it := range s.Items {
		named := func(ref string) bool { return ref == it.Resource.Slug || ref == it.Resource.ID }
		if it.Relation != sallyport.Member || ways(it, s.Users[0].ID) != "-" || len(d.only) > 0 && !slices.ContainsFunc(d.only, named) {
			continue
		}
		missing = slices.DeleteFunc(missing, named)
		one.Resource = it.Resource.Slug
		out = append(out, one)
	}
	if len(missing) > 0 {
		return nil, usage("%s is not what the others have as members and %s has not", strings.Join(missing, ", "), s.Users[0].Login)
	}
	if len(out) > client.MaxAsks {
		return nil, usage("that are %d things, and at most %d are asked for at once; name some with --only", len(out), client.MaxAsks)
	}
	return out, nil
}

func (a *app) askDifference(cmd *cobra.Command, c *client.Client, s sallyport.Shared, d differenceFlags) error {
	asks, err := d.asks(s)
	if err != nil {
		return err
	}
	if len(asks) == 0 {
		return a.show(client.AskedMany{Items: []client.AskedItem{}}, func() { fmt.Fprintf(a.out, "%s has all that the others have.\n", s.Users[0].Login) })
	}
	if d.dry {
		return a.tryAsks(cmd, c, asks)
	}
	if !d.yes {
		fmt.Fprintf(a.err, "For %s:\n", s.Users[0].Login)
		for _, ask := range asks {
			fmt.Fprintf(a.err, "  %s\n", ask.Resource)
		}
		if ok, err := a.confirm(fmt.Sprintf("Ask for %d of them?", len(asks))); err != nil || !ok {
			return err
		}
	}
	out, err := c.AskMany(cmd.Context(), asks)
	if err != nil {
		return err
	}
	if err := a.show(out, func() { a.drawAsked(out) }); err != nil {
		return err
	}
	if n := out.Refused(); n > 0 {
		return sallyport.Errorf(sallyport.EPrecondition, "%d of %d were refused", n, len(out.Items)).WithHint("Each row says why.")
	}
	return nil
}

// tryAsks says what would be gained at once, and what would become of each ask.
func (a *app) tryAsks(cmd *cobra.Command, c *client.Client, asks []sallyport.Ask) error {
	try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("requests", "batch"), map[string]any{"items": asks})
	if err != nil {
		return err
	}
	var out client.AskedMany
	if err := json.Unmarshal(try.Result, &out); err != nil {
		return err
	}
	return a.show(try, func() {
		a.drawAsked(out)
		a.drawImpact(try.Impact)
	})
}

func (a *app) drawAsked(out client.AskedMany) {
	var rows [][]string
	for _, it := range out.Items {
		row := []string{it.Resource, "refused", it.Detail}
		if r := it.Request; r != nil {
			row = []string{it.Resource, string(r.State), people(r.WaitingFor)}
		}
		rows = append(rows, row)
	}
	a.table([]string{"RESOURCE", "RESULT", "WAITS FOR, OR WHY"}, rows)
}
