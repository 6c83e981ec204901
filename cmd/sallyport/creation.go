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
	var file string
	var admins bool
	set := &cobra.Command{
		Use: "set app|group|role", Short: "Say who decides about new things of a kind", Args: cobra.ExactArgs(1), ValidArgs: []string{"app", "group", "role"},
		Long: "Each --stage is asked after the one before; of those whom it names, one decides. Reminders and time-outs of stages, and how\n" +
			"many have to agree, are said in a file; -o yaml prints the flow as it is. What is set replaces all that was.",
		Example: "  sallyport creation set app --stage group:it --stage admins\n  sallyport creation set role --stage manager,user:grace\n  sallyport creation set group --file flow.yaml\n  sallyport creation set app --default",
		RunE: func(cmd *cobra.Command, args []string) error {
			ways := 0
			for _, said := range []bool{admins, len(stages) > 0, file != ""} {
				if said {
					ways++
				}
			}
			if ways != 1 {
				return usage("say who decides, in one way: --stage, --file, or --default for the admins")
			}
			var flow *sallyport.Flow
			if !admins {
				flow = &sallyport.Flow{Stages: stagesOf(stages)}
			}
			if file != "" {
				if err := readStrict(file, "no flow", "Name a file with stages; sallyport creation -o yaml prints what a flow is like.", flow); err != nil {
					return err
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
	set.Flags().StringVarP(&file, "file", "f", "", "a file with the flow (YAML or JSON)")
	_ = set.MarkFlagFilename("file", "yaml", "yml", "json")
	set.Flags().BoolVar(&admins, "default", false, "the admins decide")
	cmd.AddCommand(set)
	return cmd
}
