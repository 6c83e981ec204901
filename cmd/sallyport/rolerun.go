package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

// roleRunCmd lists the roles that somebody runs.
func (a *app) roleRunCmd() *cobra.Command {
	var at, owner, search string
	cmd := &cobra.Command{
		Use: "run", Short: "Which roles one runs: who is in each, what it gives, what ends soon, what waits", Args: cobra.NoArgs,
		Example: "  sallyport role run\n  sallyport role run --owner lead --at 2026-01-31\n  sallyport role run --owner all",
		RunE: func(cmd *cobra.Command, _ []string) error {
			moment, err := atFlag(at)
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			if owner == "all" {
				owner = ""
			}
			list, err := c.Roles(cmd.Context(), client.Query{"owner": owner, "at": moment, "q": search})
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, r := range list {
					rows = append(rows, []string{r.Role.Slug, r.Role.Name, strconv.Itoa(r.Members), strconv.Itoa(r.Gives), strconv.Itoa(r.Ending), when(r.EndsAt), strconv.Itoa(r.Waiting)})
				}
				a.table([]string{"ROLE", "NAME", "PEOPLE", "GIVES", "END SOON", "FIRST END", "REQUESTS"}, rows)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&owner, "owner", "me", "who runs them; all: every role")
	f.StringVar(&search, "search", "", "in name or slug")
	f.StringVar(&at, "at", "", atHelp)
	return cmd
}

// roleReachCmd says what a role gives, and to whom.
func (a *app) roleReachCmd() *cobra.Command {
	var at string
	cmd := &cobra.Command{
		Use: "reach ROLE", Short: "What a role reaches: what it gives, and to whom", Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeResources(1),
		Example: "  sallyport role reach backend-engineer\n  sallyport role reach backend-engineer --at 2026-01-31 -o json",
		RunE: func(cmd *cobra.Command, args []string) error {
			moment, err := atFlag(at)
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			gives, err := c.RoleGives(cmd.Context(), args[0], moment)
			if err != nil {
				return err
			}
			people, err := c.Holders(cmd.Context(), args[0], string(sallyport.Member), moment)
			if err != nil {
				return err
			}
			return a.show(map[string]any{"gives": gives, "members": people}, func() {
				var rows [][]string
				for _, g := range gives {
					rows = append(rows, []string{g.Resource.Slug, string(g.Relation), when(g.EndsAt), safe(g.Reason)})
				}
				a.table([]string{"GIVES", "AS", "UNTIL", "WHY"}, rows)
				fmt.Fprintln(a.out)
				rows = nil
				for _, p := range people {
					rows = append(rows, []string{p.User.Login, p.User.Name, when(p.EndsAt)})
				}
				a.table([]string{"TO", "NAME", "UNTIL"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&at, "at", "", atHelp)
	return cmd
}
