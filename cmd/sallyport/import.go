package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) importCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "import", Short: "Import people from a file, or everything from discord/access", Example: "  sallyport import people people.csv\n  sallyport import discord-access --from sqlite:///var/lib/access/access.db --dry-run", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var preview, skip, accept, yes bool
	peopleCmd := &cobra.Command{
		Use: "people FILE", Short: "Import people from CSV or JSON",
		Long: "Reads login, name, email, title, department, manager, groups and active. The whole file is checked first, and every\n" +
			"fault is told with its line; nothing is applied when anything is wrong, unless --skip-invalid says so. People whom an\n" +
			"earlier import brought and who are in the file no longer have left: what they hold ends.",
		Example: "  sallyport import people people.csv --preview\n  sallyport import people people.json -y",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := os.ReadFile(args[0])
			if err != nil {
				return sallyport.Errorf(sallyport.EInvalid, "%s cannot be read: %w", args[0], err)
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			call := func(look bool) (sallyport.Sync, error) {
				return c.ImportPeople(cmd.Context(), bytes.NewReader(b), client.Query{"name": filepath.Base(args[0]), "preview": strconv.FormatBool(look),
					"skip_invalid": strconv.FormatBool(skip), "accept_shrink": strconv.FormatBool(accept)})
			}
			s, err := call(true)
			if err != nil {
				return err
			}
			if preview || s.Plan.Empty() {
				return a.show(s, func() { a.drawPlan(s.Plan) })
			}
			if a.format == "table" {
				a.drawPlan(s.Plan)
			}
			if s.Plan.Refused != "" && !accept {
				return sallyport.Errorf(sallyport.EPrecondition, "%s", s.Plan.Refused).WithHint("If that is meant, add --accept-shrink.")
			}
			if !yes {
				ok, err := a.confirm("Apply this?")
				if err != nil || !ok {
					return err
				}
			}
			if s, err = call(false); err != nil {
				return err
			}
			return a.showSync(s)
		},
	}
	f := peopleCmd.Flags()
	f.BoolVar(&preview, "preview", false, "only show what would change")
	f.BoolVar(&skip, "skip-invalid", false, "leave wrong lines out and apply the others")
	f.BoolVar(&accept, "accept-shrink", false, "also when suspiciously many people are missing")
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	cmd.AddCommand(peopleCmd, a.importAccessCmd())
	return cmd
}

func (a *app) showSync(s sallyport.Sync) error {
	err := a.show(s, func() {
		fmt.Fprintf(a.out, "%s  %s: %d created, %d changed, %d removed\n", a.bold(s.ID), s.State, s.Creates, s.Changes, s.Removes)
		for _, f := range s.Plan.Faults {
			fmt.Fprintf(a.out, "  %s %s: %s\n", a.red("!"), safe(f.Path), safe(f.Message))
		}
		if s.Error != "" {
			fmt.Fprintf(a.out, "  %s\n", safe(s.Error))
		}
	})
	if err != nil {
		return err
	}
	switch s.State {
	case sallyport.SyncRefused:
		return sallyport.Errorf(sallyport.EPrecondition, "nothing was applied: %s", s.Plan.Refused).WithHint("If that is meant, add --accept-shrink.")
	case sallyport.SyncFailed:
		return sallyport.Errorf(sallyport.EUnavailable, "nothing was applied: %s", s.Error)
	}
	return nil
}

func (a *app) syncCmd() *cobra.Command {
	var o client.SyncOptions
	cmd := &cobra.Command{
		Use: "sync [CONNECTION]", Short: "Read a directory or target now; without a name list the connections",
		Example: "  sallyport sync\n  sallyport sync ldap --preview",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if len(args) == 0 {
				list, err := c.Connections(cmd.Context())
				if err != nil {
					return err
				}
				return a.show(list, func() {
					var rows [][]string
					for _, x := range list {
						state := "works"
						switch {
						case x.PausedAt != nil:
							state = "paused"
						case x.CheckError != "":
							state = x.CheckError
						case x.CheckedAt == nil:
							state = "not tried"
						}
						rows = append(rows, []string{x.Slug, x.Kind, x.Name, state})
					}
					a.table([]string{"CONNECTION", "KIND", "NAME", "STATE"}, rows)
				})
			}
			s, err := c.Sync(cmd.Context(), args[0], o)
			if err != nil {
				return err
			}
			if s.State == sallyport.SyncPreview && a.format == "table" {
				a.drawPlan(s.Plan)
				return nil
			}
			return a.showSync(s)
		},
	}
	cmd.Flags().BoolVar(&o.Preview, "preview", false, "only show what would change")
	cmd.Flags().BoolVar(&o.AcceptShrink, "accept-shrink", false, "also when the source suddenly has suspiciously little")
	return cmd
}
