package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) progressCmd() *cobra.Command {
	return a.progress("progress RESOURCE", "How far a target is with what a resource, or a role, needs",
		"  sallyport progress vpn\n  sallyport progress backend-engineer --watch\n  sallyport progress vpn --role backend-engineer --left\n  sallyport progress vpn --retry")
}

func (a *app) roleProgress() *cobra.Command {
	return a.progress("progress ROLE", "How far targets are with what a role gives and takes away", "  sallyport role progress backend-engineer --watch")
}

func (a *app) progress(use, short, example string) *cobra.Command {
	var role, person string
	var watch, left, retry bool
	var limit int
	cmd := &cobra.Command{Use: use, Short: short, Example: example, Args: cobra.ExactArgs(1), ValidArgsFunction: a.completeResources(1),
		Long: "Shows what is under way or failing; what is in place is not listed. --watch goes on until nothing waits for its turn, and fails when something is failing then.",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if person != "" && !retry {
				return usage("--person goes with --retry; --left lists who is not done")
			}
			if retry {
				n, err := c.RetryNow(cmd.Context(), args[0], sallyport.Retry{Role: role, User: person})
				if err != nil {
					return err
				}
				return a.show(sallyport.Retried{Tried: n}, func() { fmt.Fprintf(a.out, "%d are tried again now.\n", n) })
			}
			if left {
				list, err := c.Pending(cmd.Context(), args[0], client.Query{"role": role}, limit)
				if err != nil {
					return err
				}
				return a.show(list, func() { a.drawPending(list) })
			}
			if !watch {
				items, err := c.Progress(cmd.Context(), args[0], role)
				if err != nil {
					return err
				}
				return a.show(items, func() { a.drawProgress(items) })
			}
			last := ""
			items, err := c.WaitProgress(cmd.Context(), args[0], role, func(items []sallyport.Progress) {
				for _, p := range items {
					if line := progressLine(p); a.format == "table" && !strings.Contains(last, line) {
						fmt.Fprintln(a.out, line)
						last += line + "\n"
					}
				}
			})
			if err != nil {
				return err
			}
			if err := a.show(items, func() { a.drawProgress(items) }); err != nil {
				return err
			}
			for _, p := range items {
				if p.Failing > 0 {
					return sallyport.Errorf(sallyport.EPrecondition, "%d of %s are failing", p.Failing, p.Resource.Slug).WithHint("--left says who and why; --retry tries again now.")
				}
			}
			return nil
		}}
	f := cmd.Flags()
	f.BoolVar(&watch, "watch", false, "go on until nothing waits for its turn")
	f.BoolVar(&left, "left", false, "list the people who are not done, and why")
	f.IntVar(&limit, "limit", 200, "how many --left lists; 0 is all")
	f.BoolVar(&retry, "retry", false, "try again now what failed")
	f.StringVar(&person, "person", "", "with --retry: only what failed for this person, e.g. ada")
	if !strings.Contains(use, "ROLE") {
		f.StringVar(&role, "role", "", "only people who have it by this role")
	}
	return cmd
}

func (a *app) drawProgress(items []sallyport.Progress) {
	if len(items) == 0 {
		fmt.Fprintln(a.out, "Nothing is under way.")
		return
	}
	var rows [][]string
	for _, p := range items {
		rows = append(rows, []string{p.Resource.Slug, string(p.Direction), fmt.Sprintf("%d of %d", p.Done, p.Total), fmt.Sprint(p.InHand), fmt.Sprint(p.Waiting),
			fmt.Sprint(p.ByHand), fmt.Sprint(p.Failing), when(p.Since), timeLeft(p)})
	}
	a.table([]string{"WHAT", "DIRECTION", "DONE", "IN HAND", "WAITING", "BY HAND", "FAILING", "SINCE", "LEFT"}, rows)
	for _, p := range items {
		for _, r := range p.Reasons {
			fmt.Fprintf(a.out, "  %s %s: %s (%d)\n", a.red("!"), safe(p.Resource.Slug), safe(r.Words), r.Count)
		}
	}
}

func (a *app) drawPending(list []sallyport.PendingPerson) {
	var rows [][]string
	for _, p := range list {
		why := p.Provisioning.Error
		if p.TaskID != "" {
			why = p.TaskID
		}
		rows = append(rows, []string{p.User.Login, p.Resource.Slug, string(p.Provisioning.State), p.State, when(&p.Provisioning.Since), why})
	}
	a.table([]string{"WHO", "WHAT", "DIRECTION", "STATE", "SINCE", "WHY"}, rows)
}

// progressLine is one line of --watch.
func progressLine(p sallyport.Progress) string {
	words := "in place for"
	if p.Direction == sallyport.ProvisionRemoving {
		words = "taken away from"
	}
	line := fmt.Sprintf("%s: %s %d of %d", safe(p.Resource.Slug), words, p.Done, p.Total)
	if p.Failing > 0 {
		line += fmt.Sprintf(", %d failing", p.Failing)
	}
	if left := timeLeft(p); left != "-" {
		line += ", " + left + " left"
	}
	return line
}

// timeLeft is about how long the rate of the connection makes it.
func timeLeft(p sallyport.Progress) string {
	switch {
	case p.PausedAt != nil:
		return "paused"
	case p.DoneAbout == nil:
		return "-"
	}
	return "about " + max(time.Until(*p.DoneAbout), time.Second).Round(time.Second).String()
}
