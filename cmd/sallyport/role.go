package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) roleCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "role", Short: "Which roles one runs, what a role reaches and how far targets are; reorganize: from people, copy, merge, split, rename, undo",
		Long: "Each change happens as a whole or not at all, and can be undone. --dry-run says who would gain and lose what.",
		Example: "  sallyport compare ada grace joan\n  sallyport role create \"Site reliability\" --member ada --member grace --resource vpn --reason \"one team now\" --dry-run\n" +
			"  sallyport role merge backend platform --into backend --reason \"one team now\"\n  sallyport role undo reo_01h…",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Reorganizations(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, r := range list {
					by, state := "", "made"
					if r.By != nil {
						by = r.By.Login
					}
					switch {
					case r.UndoneAt != nil:
						state = "undone " + when(r.UndoneAt)
					case r.Gone != nil:
						state = "removed " + when(r.Gone)
					}
					rows = append(rows, []string{r.ID, r.Title, by, when(&r.At), state})
				}
				a.table([]string{"ID", "WHAT", "BY", "AT", "STATE"}, rows)
			})
		},
	}
	cmd.AddCommand(a.roleChange("create NAME", "Make a role from people and what they need", 1, "  sallyport role create \"Site reliability\" --member ada --resource vpn --reason \"one team now\"",
		func(in *sallyport.Reorganization, args []string) { in.Action, in.Name = "create", args[0] }),
		a.roleChange("copy ROLE NAME", "Make another role that holds the same", 2, "  sallyport role copy backend-engineer \"Backend contractor\" --reason \"contractors get a role of their own\"",
			func(in *sallyport.Reorganization, args []string) {
				in.Action, in.Role, in.Name = "copy", args[0], args[1]
			}),
		a.roleChange("merge ROLE...", "Merge roles into one; those that are merged are removed", -1, "  sallyport role merge platform --into backend-engineer --reason \"one team now\"",
			func(in *sallyport.Reorganization, args []string) { in.Action, in.Roles = "merge", args }),
		a.roleChange("split ROLE NAME", "Make a new role of some members and resources of another", 2, "  sallyport role split backend-engineer Database --member ada --resource github.engineering --reason \"two teams now\"",
			func(in *sallyport.Reorganization, args []string) {
				in.Action, in.Role, in.Name = "split", args[0], args[1]
			}),
		a.roleChange("rename ROLE NAME", "Give a role another name", 2, "  sallyport role rename backend-engineer \"Back-end engineer\" --reason \"as HR spells it\"",
			func(in *sallyport.Reorganization, args []string) {
				in.Action, in.Role, in.Name = "rename", args[0], args[1]
			}), a.roleUndo(), a.roleRunCmd(), a.roleReachCmd(), a.roleProgress())
	return cmd
}

// roleChange is a verb that reorganizes.
func (a *app) roleChange(use, short string, args int, example string, fill func(*sallyport.Reorganization, []string)) *cobra.Command {
	var in sallyport.Reorganization
	var resources, owned []string
	var dry bool
	var length string
	cmd := &cobra.Command{Use: use, Short: short, Example: example, Args: cobra.ExactArgs(args), ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fill(&in, args)
			for _, r := range resources {
				in.Resources = append(in.Resources, sallyport.RoleItem{Resource: r})
			}
			for _, r := range owned {
				in.Resources = append(in.Resources, sallyport.RoleItem{Resource: r, Relation: sallyport.Owner})
			}
			if length != "" {
				d, err := sallyport.ParseDuration(length)
				if err != nil {
					return usage("--membership: %s", err)
				}
				in.MembershipEnds = &d
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryReorganize(cmd.Context(), in)
				return a.showTrial(try, err)
			}
			out, err := c.Reorganize(cmd.Context(), in)
			if err != nil {
				return err
			}
			return a.show(out, func() {
				fmt.Fprintf(a.out, "%s. Undo it with: sallyport role undo %s\n", safe(out.Title), out.ID)
			})
		}}
	if args < 0 {
		cmd.Args, cmd.ValidArgsFunction = cobra.MinimumNArgs(1), a.completeResources(20)
	}
	f := cmd.Flags()
	f.StringVar(&in.Reason, "reason", "", "why; needed")
	f.BoolVar(&in.Accept, "accept", false, "also when tags shorten many memberships; for an admin who has seen how many")
	f.BoolVar(&dry, "dry-run", false, dryHelp)
	verb, _, _ := strings.Cut(use, " ")
	has := func(verbs string) bool { return strings.Contains(" "+verbs+" ", " "+verb+" ") }
	if has("create copy split rename") {
		f.StringVar(&in.Slug, "slug", "", "default: made from the name")
		f.StringVar(&in.Description, "description", "", "what it is for")
	}
	if has("create copy merge split") {
		f.StringSliceVar(&in.Owners, "owner", nil, "who owns the new role; default: the owners of the old one, else you")
	}
	if has("create split") {
		f.StringSliceVar(&in.Members, "member", nil, "a person; may be given more than once")
		f.StringSliceVar(&resources, "resource", nil, "what it holds; may be given more than once")
	}
	switch verb {
	case "create":
		f.StringSliceVar(&owned, "owns", nil, "what its members own; may be given more than once")
		f.BoolVar(&in.EndDirect, "end-direct", false, "end what they have directly and get by the role from now on")
		f.BoolVar(&in.Longest, "longest", false, "what may not be without end is given for as long as it may be")
		f.StringVar(&length, "membership", "", "how long the memberships are, e.g. 90d; default: no end")
	case "copy":
		f.BoolVar(&in.WithMembers, "with-members", false, "its members too")
	case "merge":
		f.StringVar(&in.Role, "into", "", "the role that stays; else a new one is made, see --name")
		f.StringVar(&in.Name, "name", "", "the name of the new role")
	case "split":
		f.BoolVar(&in.KeepMembers, "keep-members", false, "they stay members of the old role as well")
		f.BoolVar(&in.KeepResources, "keep-resources", false, "the old role keeps the resources as well")
	}
	return cmd
}

func (a *app) roleUndo() *cobra.Command {
	var dry bool
	cmd := &cobra.Command{Use: "undo ID", Short: "Take a reorganization back; sallyport role lists them", Args: cobra.ExactArgs(1), Example: "  sallyport role undo reo_01h… --dry-run",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryUndoReorganization(cmd.Context(), args[0])
				return a.showTrial(try, err)
			}
			out, err := c.UndoReorganization(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.show(out, func() {
				fmt.Fprintf(a.out, "Undone: %s\n", safe(out.Title))
				for _, n := range out.Notes {
					fmt.Fprintln(a.out, safe(n))
				}
			})
		}}
	cmd.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
	return cmd
}

const dryHelp = "say who would gain and lose what, and do nothing"

// showTrial prints what a change would do.
func (a *app) showTrial(try client.Rehearsal, err error) error {
	if err != nil {
		return err
	}
	return a.show(try, func() { a.drawImpact(try.Impact) })
}

func (a *app) drawImpact(i sallyport.Impact) {
	if len(i.Items) == 0 {
		fmt.Fprintln(a.out, "Nobody would gain or lose anything.")
		return
	}
	var rows [][]string
	until := func(s *sallyport.Span) string {
		if s == nil {
			return "-"
		}
		words := when(s.EndsAt)
		switch {
		case s.NoEnd:
			words = "no end"
		case s.Duration != nil:
			words = s.Duration.Words() + " once it is real"
		}
		if s.StartsAt != nil {
			words = when(s.StartsAt) + " to " + words
		}
		if s.AgainAt != nil {
			if words += ", again " + when(s.AgainAt); s.LastEnd != nil {
				words += " to " + when(s.LastEnd)
			}
		}
		return words
	}
	for _, it := range i.Items {
		rows = append(rows, []string{it.Change, it.User.Login, it.Resource.Slug, string(it.Relation), until(it.Before), until(it.After)})
	}
	a.table([]string{"CHANGE", "WHO", "WHAT", "AS", "UNTIL, BEFORE", "UNTIL, AFTER"}, rows)
	if i.Cut > 0 {
		fmt.Fprintf(a.out, "… and %d more\n", i.Cut)
	}
	fmt.Fprintf(a.out, "%d lost, %d shorter, %d gained, %d longer: %d people, %d resources. Nothing was changed.\n", i.Lost, i.Shorter, i.Gained, i.Longer, i.People, i.Resources)
}
