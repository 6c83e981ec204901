package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
)

func (a *app) newCmd() *cobra.Command {
	var n sallyport.NewResource
	var parts []string
	var file string
	var dry bool
	kinds := []string{"app", "entitlement", "group", "role", "work_order"}
	cmd := &cobra.Command{
		Use: "new app|entitlement|group|role|work_order NAME", Short: "Add something to the catalogue, an app with what it begins with",
		Long: "At once and without a request: by admins and catalogue managers, and by the owners of an app what is in it. Anybody else asks:\n" +
			"see sallyport request new. --file has what the flags have not, as sallyport change\n" +
			"--settings prints it: form, flow, fulfilment, revocation, durations and physical.",
		Example: "  sallyport new app Figma --part Editors --part Viewers --owner ada --owner grace\n" +
			"  sallyport new entitlement \"Billing, read\" --app github\n  sallyport new group Writers --owner ada\n" +
			"  sallyport new work_order \"Restore a backup\" --file restore.yaml --dry-run",
		Args:      cobra.ExactArgs(2),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Kind, n.Name = sallyport.Kind(args[0]), args[1]
			if file != "" {
				if err := readSettings(file, &n); err != nil {
					return err
				}
			}
			for _, p := range parts {
				n.Entitlements = append(n.Entitlements, sallyport.NewPart{Name: p})
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryCreate(cmd.Context(), n)
				return a.showTrial(try, err)
			}
			r, err := c.CreateResource(cmd.Context(), n)
			var refused *sallyport.Error
			if errors.As(err, &refused) && refused.Rule == "catalogue" && n.Kind != sallyport.KindWorkOrder {
				refused.Hint = "Ask for it: see sallyport request new --help."
			}
			if err != nil {
				return err
			}
			return a.show(r, func() {
				fmt.Fprintf(a.out, "%s: %s is in the catalogue\n", a.bold(r.Slug), safe(r.Name))
				if len(parts) > 0 {
					fmt.Fprintf(a.out, "  with %d in it\n", len(parts))
				}
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.App, "app", "", "of an entitlement: its app")
	f.StringVar(&n.Slug, "slug", "", "default: made from the name")
	f.StringVar(&n.Description, "description", "", "what it lets people do")
	f.StringVar(&n.Audience, "audience", "", "the group that may find, see and request it; default everyone")
	f.StringArrayVar(&n.Owners, "owner", nil, "who looks after it; may be repeated; without one nobody but, in an app, its owners")
	f.StringArrayVar(&n.Tags, "tag", nil, "a tag to put on it; may be repeated")
	f.StringVar(&n.Reason, "reason", "", "why they own it; needed where a tag demands a reason of owners")
	f.StringArrayVar(&parts, "part", nil, "of an app: the name of an entitlement that it begins with; may be repeated")
	f.StringVarP(&file, "file", "f", "", "a file with its settings (YAML or JSON)")
	f.BoolVar(&dry, "dry-run", false, dryHelp)
	_ = cmd.MarkFlagFilename("file", "yaml", "yml", "json")
	return cmd
}

// readSettings reads how something new is asked for, decided and made real.
func readSettings(path string, n *sallyport.NewResource) error {
	var s struct {
		Physical   bool                  `json:"physical"`
		Form       *sallyport.Form       `json:"form"`
		Flow       *sallyport.Flow       `json:"flow"`
		Fulfilment *sallyport.Fulfilment `json:"fulfilment"`
		Revocation *sallyport.Fulfilment `json:"revocation"`
		Durations  *sallyport.Durations  `json:"durations"`
	}
	if err := readStrict(path, "no settings of a resource", "Name a file with form, flow, fulfilment, revocation, durations or physical.", &s); err != nil {
		return err
	}
	n.Physical, n.Form, n.Flow, n.Fulfilment, n.Revocation, n.Durations = s.Physical, s.Form, s.Flow, s.Fulfilment, s.Revocation, s.Durations
	return nil
}

func (a *app) removeCmd() *cobra.Command {
	var reason string
	var yes, dry bool
	cmd := &cobra.Command{
		Use: "remove RESOURCE", Short: "Remove something from the catalogue, and end what hangs on it",
		Long: "By admins only. All access to it ends and what waits is closed, each with that cause and the reason; what is in an app goes with it.\n" +
			"It says first who loses what, and asks.",
		Example:           "  sallyport remove old-wiki --dry-run\n  sallyport remove old-wiki --reason \"replaced by the new one\" --yes",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			r, err := c.Resource(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if dry || !yes {
				try, err := c.TryDelete(cmd.Context(), r.ID)
				if dry {
					return a.showTrial(try, err)
				}
				if err != nil {
					return err
				}
				if a.format == "table" {
					a.drawImpact(try.Impact)
				}
				ok, err := a.confirm("Remove " + safe(r.Name) + " (" + r.Slug + ")?")
				if err != nil || !ok {
					return err
				}
			}
			if err := c.DeleteResource(cmd.Context(), r.ID, reason); err != nil {
				return err
			}
			return a.show(r, func() { fmt.Fprintf(a.out, "%s: %s is removed\n", a.bold(r.Slug), safe(r.Name)) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&reason, "reason", "", "why; those whose access ends by it read it")
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.BoolVar(&dry, "dry-run", false, "say who would lose what, and do nothing")
	return cmd
}
