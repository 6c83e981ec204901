package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) endCmd() *cobra.Command {
	var f endsFlags
	var reason string
	var dry, matching, atomic, yes bool
	cmd := &cobra.Command{
		Use: "end GRANT|RESOURCE...", Short: "End access now",
		Long: "Ends a grant by its id; or, named by its resource, the caller's own access to it: give it back. Several are one operation of the server, which\n" +
			"says of each what became of it. --matching ends all that the filters find of what comes to an end (see sallyport expiring), after asking;\n" +
			"what has no end is named by its id.",
		Example: "  sallyport end vpn\n  sallyport end grt_… --reason \"project is over\"\n  sallyport end grt_… grt_… --reason \"project is over\" --dry-run\n" +
			"  sallyport end --matching --owned --role contractors --within any --reason \"their contract is over\"",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: a.completeResources(20),
		RunE: func(cmd *cobra.Command, args []string) error {
			if matching == (len(args) > 0) {
				return usage("name what ends, or say --matching for all that the filters find")
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			n := client.NewBatch{Action: sallyport.BatchEnd, Reason: reason, Atomic: atomic}
			if matching {
				if n.Filter, err = f.query(); err != nil {
					return err
				}
			}
			for _, arg := range args {
				ids, err := a.endable(cmd, c, arg)
				if err != nil {
					return err
				}
				for _, id := range ids {
					n.Items = append(n.Items, sallyport.BatchRow{GrantID: id})
				}
			}
			switch {
			case dry:
				try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("batches"), n)
				return a.showBatchTrial(try, err)
			case len(n.Items) == 1:
				return a.endOne(cmd, c, n.Items[0].GrantID, reason)
			case matching && !yes:
				try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("batches"), n)
				if err != nil {
					return err
				}
				if a.format == "table" {
					a.drawImpact(try.Impact)
				}
				if ok, err := a.confirm("End this?"); err != nil || !ok {
					return err
				}
			}
			b, err := c.StartBatch(cmd.Context(), n)
			if err != nil {
				return err
			}
			return a.showBatch(cmd, c, b)
		},
	}
	f.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&reason, "reason", "", "why")
	fs.BoolVar(&matching, "matching", false, "all that the filters find of what comes to an end")
	fs.BoolVar(&atomic, "all-or-nothing", false, "end none if one is refused")
	fs.BoolVar(&dry, "dry-run", false, dryHelp)
	fs.BoolVarP(&yes, "yes", "y", false, "with --matching: do not ask")
	return cmd
}

// endable are the grants that an argument of end means: the one of that id, or the caller's own of a resource.
func (a *app) endable(cmd *cobra.Command, c *client.Client, arg string) ([]string, error) {
	if strings.HasPrefix(arg, sallyport.PrefixGrant+"_") {
		return []string{arg}, nil
	}
	grants, err := client.All[sallyport.Grant](cmd.Context(), c, client.Path("grants"),
		client.Query{"subject": "me", "resource": arg, "active": "true"}, 0)
	if err != nil {
		return nil, err
	}
	if len(grants) == 0 {
		return nil, sallyport.Errorf(sallyport.ENotFound, "you hold no grant of %s of your own", arg).
			WithHint("What comes by a role ends with the role: see sallyport access.")
	}
	var ids []string
	for _, g := range grants {
		ids = append(ids, g.ID)
	}
	return ids, nil
}

func (a *app) endOne(cmd *cobra.Command, c *client.Client, id, reason string) error {
	g, err := c.EndGrant(cmd.Context(), id, reason)
	if err != nil {
		return err
	}
	return a.show([]sallyport.Grant{g}, func() {
		fmt.Fprintf(a.out, "%s  %s of %s: %s\n", a.bold(g.ID), g.Relation, g.Resource.Slug, a.state(string(g.State)))
	})
}

func (a *app) cancelCmd() *cobra.Command {
	var reason string
	var dry bool
	cmd := &cobra.Command{
		Use: "cancel REQUEST...", Short: "Take requests back", Args: cobra.MinimumNArgs(1),
		Long:    "By whoever filed a request, whom it is for (of a role its owners) and admins, as long as it is not decided. What was approved ends with sallyport end.",
		Example: "  sallyport cancel req_…\n  sallyport cancel req_… req_… --reason \"asked for the wrong thing\"\n  sallyport cancel req_… --dry-run",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				for _, id := range args {
					try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("requests", id, "cancel"), map[string]string{"reason": reason})
					if err := a.showTrial(try, err); err != nil {
						return err
					}
				}
				return nil
			}
			return a.eachRequest(args, func(id string) (sallyport.Request, error) { return c.Cancel(cmd.Context(), id, reason) })
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why")
	cmd.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
	a.completeRequests(cmd, client.Query{"state": "pending", "requester": "me"})
	return cmd
}
