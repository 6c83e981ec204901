package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

// graphCmds are the verbs about who has and owns what, beside requests.
func (a *app) graphCmds() []*cobra.Command {
	return []*cobra.Command{a.newCmd(), a.changeCmd(), a.removeCmd(), a.giveCmd(), a.convertCmd(), a.limitsCmd(), a.orphansCmd()}
}

func (a *app) giveCmd() *cobra.Command {
	var in sallyport.Give
	var length, until string
	var owner, dry bool
	cmd := &cobra.Command{
		Use: "give WHO RESOURCE", Short: "Give access or ownership directly, or attach a role", Args: cobra.ExactArgs(2),
		Long: "WHO is a person, or role:SLUG: then everyone in the role has the resource by it. By owners where the resource's flow allows it, and by admins\n" +
			"with a reason; anybody else asks: see sallyport request. End it again with sallyport end.",
		Example: "  sallyport give ada wiki --for 30d --reason \"covers for Joan\"\n  sallyport give role:backend-engineer vpn --no-end --reason \"their work\" --dry-run\n" +
			"  sallyport give ada github --owner --no-end --reason \"runs it now\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			in.Subject, in.Resource = args[0], args[1]
			if length != "" && until != "" || in.NoEnd && length+until != "" {
				return usage("say how long once: --for, --until or --no-end")
			}
			if owner {
				in.Relation = sallyport.Owner
			}
			if length != "" {
				d, err := sallyport.ParseDuration(length)
				if err != nil {
					return usage("--for: %s", err)
				}
				in.Duration = &d
			}
			if until != "" {
				t, err := parseTime(until)
				if err != nil {
					return usage("--until: %s", err)
				}
				in.Until = &t
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryGive(cmd.Context(), in)
				return a.showTrial(try, err)
			}
			g, err := c.Give(cmd.Context(), in)
			if err != nil {
				return err
			}
			return a.show(g, func() {
				fmt.Fprintf(a.out, "%s  %s is %s of %s: %s\n", a.bold(g.ID), safe(g.Subject.Name), g.Relation, g.Resource.Slug, a.state(string(g.State)))
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&length, "for", "", "how long, e.g. 30d")
	f.StringVar(&until, "until", "", "until when, e.g. 2026-12-31")
	f.BoolVar(&in.NoEnd, "no-end", false, "without an end, where that is allowed")
	f.BoolVar(&owner, "owner", false, "as owner, not as member")
	f.StringVar(&in.Reason, "reason", "", "why")
	f.BoolVar(&in.Replace, "replace", false, "also when it ends earlier than what is there")
	f.BoolVar(&in.Accept, "accept", false, "also when a tag shortens many memberships of the role; for an admin who has seen how many")
	f.BoolVar(&dry, "dry-run", false, "say who would gain what, and do nothing")
	return cmd
}

func (a *app) convertCmd() *cobra.Command {
	var to client.Conversion
	var dry bool
	cmd := &cobra.Command{
		Use: "convert RESOURCE group|entitlement|role", Short: "Make a group an entitlement or a role, and back; all that is known of it stays", Args: cobra.ExactArgs(2),
		Example:           "  sallyport convert release-managers role --dry-run\n  sallyport convert deployers entitlement --app github",
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			to.Kind = sallyport.Kind(args[1])
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryConvert(cmd.Context(), args[0], to)
				return a.showTrial(try, err)
			}
			r, err := c.Convert(cmd.Context(), args[0], to)
			if err != nil {
				return err
			}
			return a.show(r, func() { fmt.Fprintf(a.out, "%s: %s is now of the kind %s\n", a.bold(r.Slug), safe(r.Name), r.Kind) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&to.App, "app", "", "the app of an entitlement")
	f.StringVar(&to.Slug, "slug", "", "default: the present one")
	f.BoolVar(&to.Accept, "accept", false, "also when the app's tags shorten many grants; for an admin who has seen how many")
	f.BoolVar(&dry, "dry-run", false, "say who would lose what, and do nothing")
	return cmd
}

func (a *app) limitsCmd() *cobra.Command {
	return &cobra.Command{
		Use: "limits RESOURCE", Short: "Which limits apply to a resource, and where each comes from", Args: cobra.ExactArgs(1), Example: "  sallyport limits aws.production-admin",
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			l, err := c.Limits(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.show(l, func() {
				var rows [][]string
				for _, it := range l.Limits {
					rows = append(rows, []string{it.Words, it.From})
				}
				a.table([]string{"LIMIT", "FROM"}, rows)
			})
		},
	}
}

func (a *app) orphansCmd() *cobra.Command {
	return &cobra.Command{
		Use: "orphans", Short: "What nobody looks after, and who could", Example: "  sallyport orphans\n  sallyport give grace wiki --owner --no-end --reason \"nobody owned it\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Orphans(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, o := range list {
					why, suggested := "nobody owns it", "-"
					if o.Why == sallyport.OrphanOnlyMember {
						why = "its owner is its only member"
					}
					if o.Suggested != nil {
						suggested = o.Suggested.Login
					}
					rows = append(rows, []string{o.Resource.Slug, why, fmt.Sprint(o.Members), suggested})
				}
				a.table([]string{"RESOURCE", "WHY", "PEOPLE", "COULD OWN IT"}, rows)
			})
		},
	}
}
