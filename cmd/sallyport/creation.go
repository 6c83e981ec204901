package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
)

// creationCmd lists and says who decides about new things.
func (a *app) creationCmd() *cobra.Command {
	show := func(rules []sallyport.CreationRule) error {
		return a.show(rules, func() {
			var rows [][]string
			for _, r := range rules {
				note := ""
				if r.Default {
					note = "nobody has said, so it is the admins"
				}
				var who []string
				for _, s := range r.Flow.Stages {
					who = append(who, strings.Join(s.Approvers, " or "))
				}
				rows = append(rows, []string{string(r.Kind), strings.Join(who, ", then "), note})
			}
			a.table([]string{"NEW", "WHO DECIDES", ""}, rows)
		})
	}
	cmd := &cobra.Command{
		Use: "creation", Short: "Who decides about new apps, groups and roles",
		Long:    "About a new entitlement the owners of its app decide; about the rest the admins, or whom they name here. See sallyport request new.",
		Example: "  sallyport creation\n  sallyport creation set app --stage group:it --stage admins\n  sallyport creation set app --default",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			rules, err := c.CreationRules(cmd.Context())
			if err != nil {
				return err
			}
			return show(rules)
		},
	}
	var stages []string
	var admins bool
	set := &cobra.Command{
		Use: "set app|group|role", Short: "Say who decides about new things of a kind", Args: cobra.ExactArgs(1), ValidArgs: []string{"app", "group", "role"},
		Long: "Each --stage is asked after the one before; of those whom it names, one decides. The page also sets reminders and time-outs of\n" +
			"stages, and how many have to agree; what is set here replaces all that.",
		Example: "  sallyport creation set app --stage group:it --stage admins\n  sallyport creation set role --stage manager,user:grace\n  sallyport creation set app --default",
		RunE: func(cmd *cobra.Command, args []string) error {
			if admins == (len(stages) > 0) {
				return usage("say who decides: --stage, or --default for the admins")
			}
			var flow *sallyport.Flow
			if !admins {
				flow = &sallyport.Flow{}
				for _, s := range stages {
					flow.Stages = append(flow.Stages, sallyport.StageSpec{Approvers: strings.Split(s, ","), Rule: "any"})
				}
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			r, err := c.SetCreationRule(cmd.Context(), sallyport.Kind(args[0]), flow)
			if err != nil {
				return err
			}
			return show([]sallyport.CreationRule{r})
		},
	}
	set.Flags().StringArrayVar(&stages, "stage", nil, "who decides, e.g. group:it or manager,user:grace; may be repeated")
	set.Flags().BoolVar(&admins, "default", false, "the admins decide")
	cmd.AddCommand(set)
	return cmd
}
