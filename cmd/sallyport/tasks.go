package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) tasksCmd() *cobra.Command {
	var state, assignee string
	var everybody bool
	cmd := &cobra.Command{
		Use: "tasks", Short: "List tasks, claim and complete them",
		Example: "  sallyport tasks\n  sallyport tasks claim tsk_…\n  sallyport tasks complete tsk_… --evidence \"added by hand\"",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if everybody {
				assignee = ""
			}
			if state == "all" {
				state = ""
			}
			list, err := c.Tasks(cmd.Context(), client.Query{"assignee": assignee, "state": state}, 0)
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, t := range list {
					who := t.Assignee.Name
					if t.ClaimedBy != nil {
						who = t.ClaimedBy.Login
					}
					rows = append(rows, []string{t.ID, string(t.Kind), string(t.State), t.Resource.Slug, t.Beneficiary.Login, who, when(&t.DueAt)})
				}
				a.table([]string{"ID", "KIND", "STATE", "RESOURCE", "FOR", "WHO", "DUE"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&state, "state", "todo", "todo (open or claimed), open, claimed, done, rejected, cancelled, or all")
	cmd.Flags().StringVar(&assignee, "assignee", "me", "whose; me includes those of my groups")
	cmd.Flags().BoolVar(&everybody, "all", false, "everybody's")
	var evidence, reason string
	var dry bool
	one := func(use, short, example string, do func(context.Context, *client.Client, string) (sallyport.Task, error), try func() any) *cobra.Command {
		cmd := &cobra.Command{Use: use + " TASK", Short: short, Example: example, Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				c, err := a.client()
				if err != nil {
					return err
				}
				if dry {
					return a.showTrial(c.Try(cmd.Context(), http.MethodPost, client.Path("tasks", args[0], use), try()))
				}
				t, err := do(cmd.Context(), c, args[0])
				if err != nil {
					return err
				}
				return a.show(t, func() {
					fmt.Fprintf(a.out, "%s  %s: %s of %s for %s\n", a.bold(t.ID), a.state(string(t.State)), t.Kind, t.Resource.Slug, t.Beneficiary.Login)
					if t.Instructions != "" {
						fmt.Fprintf(a.out, "  %s\n", safe(t.Instructions))
					}
				})
			}}
		if try != nil {
			cmd.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
		}
		return cmd
	}
	claim := one("claim", "Take a task on", "  sallyport tasks claim tsk_…", func(ctx context.Context, c *client.Client, id string) (sallyport.Task, error) {
		return c.Claim(ctx, id)
	}, nil)
	complete := one("complete", "Say that a task is done", "  sallyport tasks complete tsk_… --evidence \"badge 4711 handed over\"",
		func(ctx context.Context, c *client.Client, id string) (sallyport.Task, error) {
			return c.Complete(ctx, id, evidence)
		}, func() any { return map[string]string{"evidence": evidence} })
	complete.Flags().StringVar(&evidence, "evidence", "", "how one can see that it is done")
	reject := one("reject", "Say that a task cannot be done", "  sallyport tasks reject tsk_… --reason \"no licence left\"",
		func(ctx context.Context, c *client.Client, id string) (sallyport.Task, error) {
			return c.Reject(ctx, id, reason)
		}, func() any { return map[string]string{"reason": reason} })
	reject.Flags().StringVar(&reason, "reason", "", "why; the requester reads it")
	cmd.AddCommand(claim, complete, reject)
	return cmd
}
