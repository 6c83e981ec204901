package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) accessCmd() *cobra.Command {
	var at string
	var lost bool
	cmd := &cobra.Command{
		Use: "access [PERSON]", Short: "What somebody has, and why; or what they have lost",
		Example: "  sallyport access\n  sallyport access employee --at 2026-01-31 -o json\n  sallyport access me --lost",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := atFlag(at)
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			who := "me"
			if len(args) == 1 {
				who = args[0]
			}
			if lost {
				if at != "" {
					return usage("--lost says what is gone by now; leave --at out")
				}
				return a.showLost(cmd.Context(), c, who)
			}
			list, err := c.Access(cmd.Context(), who, moment)
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, x := range list {
					rows = append(rows, []string{x.Resource.Slug, string(x.Relation), when(x.EndsAt), why(x.Paths)})
				}
				a.table([]string{"RESOURCE", "AS", "UNTIL", "BECAUSE"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", atHelp)
	cmd.Flags().BoolVar(&lost, "lost", false, "what they had and have no longer, when it went and why")
	return cmd
}

// showLost tells what somebody has lost, the latest loss first.
func (a *app) showLost(ctx context.Context, c *client.Client, who string) error {
	list, err := c.History(ctx, client.Query{"person": who, "state": "lost", "sort": "-ended"}, 0)
	if err != nil {
		return err
	}
	return a.show(list, func() {
		var rows [][]string
		for _, it := range list {
			by, why := "", it.EndedReason
			if it.EndedBy != nil {
				by = it.EndedBy.Login
			}
			if why == "" {
				why = "it reached its end"
			}
			lost := when(it.EndedAt)
			if it.State == sallyport.IntervalRevoking {
				lost += ", still being removed"
			}
			rows = append(rows, []string{it.Resource.Slug, string(it.Relation), byWhat(it), when(&it.StartedAt), lost, safe(why), by})
		}
		a.table([]string{"RESOURCE", "AS", "BY", "FROM", "LOST", "WHY", "ENDED BY"}, rows)
	})
}

func (a *app) holdersCmd() *cobra.Command {
	var at, relation string
	cmd := &cobra.Command{
		Use: "holders RESOURCE", Short: "Who has a resource, and why",
		Example:           "  sallyport holders vpn\n  sallyport holders github --relation owner",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := atFlag(at)
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Holders(cmd.Context(), args[0], relation, moment)
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, x := range list {
					rows = append(rows, []string{x.User.Login, x.User.Name, string(x.Relation), when(x.EndsAt), why(x.Paths)})
				}
				a.table([]string{"LOGIN", "NAME", "AS", "UNTIL", "BECAUSE"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", atHelp)
	cmd.Flags().StringVar(&relation, "relation", "", "member or owner")
	return cmd
}

const atHelp = "at another time: a day, which means its end here, or a moment, e.g. 2026-01-31T12:00:00Z"

// atFlag reads a moment to look at. A day is its last moment where the terminal is, and today is now.
func atFlag(text string) (string, error) {
	if text == "" || text == time.Now().Format(time.DateOnly) {
		return "", nil
	}
	t, err := parseTime(text)
	if err != nil {
		return "", usage("--at: %s", err)
	}
	if len(text) == len(time.DateOnly) { // what ends with the day is still there
		t = t.Add(-time.Millisecond)
	}
	return t.Format(time.RFC3339Nano), nil
}

// why tells the paths in a line.
func why(paths []sallyport.Path) string {
	var parts []string
	for _, p := range paths {
		switch {
		case p.Role != nil:
			parts = append(parts, "role "+p.Role.Slug)
		case p.RequestID != "":
			parts = append(parts, "request "+p.RequestID)
		default:
			parts = append(parts, string(p.Origin))
		}
	}
	return strings.Join(parts, ", ")
}
