package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) requestCmd() *cobra.Command {
	var ask sallyport.Ask
	var length, until, from string
	var isOwner, dry bool
	var answers []string
	cmd := &cobra.Command{
		Use: "request RESOURCE", Short: "Ask for something, for oneself or for another",
		Long: "Files a request. What the resource's form asks and --answer does not say is asked in the terminal.\n" +
			"A length is 2h, 30d, 1d12h or ISO 8601 (P30D); --until takes a date or a time.",
		Example: "  sallyport request vpn --for 7d --reason \"on call this week\"\n" +
			"  sallyport request laptop --beneficiary teammate --no-end --answer model=\"13 inch\" --answer address=\"…\"\n" +
			"  sallyport request github.engineering --from 2027-01-04 --for 30d --dry-run",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ask.Resource = args[0]
			if length != "" && until != "" || ask.NoEnd && length+until != "" {
				return usage("--for, --until and --no-end contradict each other; keep one of them")
			}
			if isOwner {
				ask.Relation = sallyport.Owner
			}
			if err := howLong(length, until, &ask.Duration, &ask.Until); err != nil {
				return err
			}
			if from != "" {
				day, err := dayFlag("from", from)
				if err != nil {
					return err
				}
				begin, err := time.Parse(time.RFC3339, day)
				if err != nil {
					return err
				}
				ask.StartsAt = &begin
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			res, err := c.Resource(cmd.Context(), ask.Resource)
			if err != nil {
				return err
			}
			if ask.Answers, err = a.answers(res.Form, answers); err != nil {
				return err
			}
			if dry {
				p, err := c.Preview(cmd.Context(), ask)
				if err != nil {
					return err
				}
				return a.show(p, func() { a.drawPreview(p) })
			}
			r, err := c.Ask(cmd.Context(), ask)
			if err != nil {
				return err
			}
			return a.show(r, func() { a.drawRequest(r) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&length, "for", "", "how long, e.g. 2h, 7d or P30D")
	f.StringVar(&until, "until", "", "until when, e.g. 2026-12-31 or 2026-12-31T18:00:00Z")
	f.StringVar(&from, "from", "", "from when, if not at once, e.g. 2027-01-04")
	f.BoolVar(&ask.NoEnd, "no-end", false, "without an end, where that is allowed")
	f.StringVar(&ask.Reason, "reason", "", "why")
	f.StringVar(&ask.Beneficiary, "beneficiary", "", "for whom: a login, user:LOGIN or role:SLUG; default oneself")
	f.BoolVar(&isOwner, "owner", false, "as owner, not as member")
	f.StringArrayVar(&answers, "answer", nil, "answer to a question of the form, NAME=VALUE; may be repeated")
	f.BoolVar(&dry, "dry-run", false, "only show who would decide, which limits apply and who else has it")
	cmd.AddCommand(a.requestNewCmd())
	return cmd
}

// howLong reads --for and --until.
func howLong(length, until string, d **sallyport.Duration, t **time.Time) error {
	if length != "" {
		v, err := sallyport.ParseDuration(length)
		if err != nil {
			return usage("--for: %s; or write 2h, 7d", err)
		}
		*d = &v
	}
	if until != "" {
		v, err := parseTime(until)
		if err != nil {
			return usage("--until: %s", err)
		}
		*t = &v
	}
	return nil
}

// parseTime reads a moment, or a date, which means the end of that day here.
func parseTime(text string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	if t, err := time.ParseInLocation("2006-01-02T15:04", strings.Replace(text, " ", "T", 1), time.Local); err == nil {
		return t.UTC(), nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, time.Local)
	if err != nil {
		return t, fmt.Errorf("%q is not a time; write 2026-12-31, 2026-12-31T18:00 or 2026-12-31T18:00:00Z", text)
	}
	return t.AddDate(0, 0, 1).UTC(), nil
}

func (a *app) requestsCmd() *cobra.Command {
	var state, assignee, requester, resource, q string
	var waiting, form, facts bool
	var limit int
	cmd := &cobra.Command{
		Use: "requests [ID]", Short: "List requests, or show one",
		Example: "  sallyport requests --waiting\n  sallyport requests --state pending --requester me\n  sallyport requests req_… -o json\n" +
			"  sallyport requests req_… --form > form.yaml\n" +
			"  sallyport requests req_… --facts -o json",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if len(args) == 1 {
				r, err := c.Request(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if form {
					return a.showForm(r)
				}
				if !facts && (a.format != "table" || r.State != sallyport.RequestPending) {
					return a.show(r, func() { a.drawRequest(r) })
				}
				in, err := c.Insight(cmd.Context(), r.ID)
				if err != nil {
					return err
				}
				return a.show(in, func() {
					a.drawRequest(r)
					a.drawInsight(r, in)
				})
			}
			if waiting {
				state, assignee = "pending", "me"
			}
			list, err := c.Requests(cmd.Context(), client.Query{"state": state, "assignee": assignee, "requester": requester, "resource": resource, "q": q}, limit)
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, r := range list {
					rows = append(rows, []string{r.ID, string(r.State), subjectOf(r), holder(r.Beneficiary), r.Requester.Login, people(r.WaitingFor), when(&r.CreatedAt)})
				}
				a.table([]string{"ID", "STATE", "RESOURCE", "FOR", "BY", "WAITS FOR", "ASKED"}, rows)
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&waiting, "waiting", false, "those that wait for my vote")
	f.BoolVar(&form, "form", false, "of a request for something new: its form, as approve --edit takes it")
	f.BoolVar(&facts, "facts", false, "of one request: what helps to decide it, which is shown anyway while it waits")
	f.StringVar(&state, "state", "", "pending, approved, denied, cancelled, expired, superseded or failed")
	f.StringVar(&assignee, "assignee", "", "who may vote now")
	f.StringVar(&requester, "requester", "", "who asked; me is the caller")
	f.StringVar(&resource, "resource", "", "for what")
	f.StringVarP(&q, "query", "q", "", "search")
	f.IntVar(&limit, "limit", 100, "at most so many; 0 is all")
	return cmd
}

func (a *app) drawRequest(r sallyport.Request) {
	fmt.Fprintf(a.out, "%s  %s\n", a.bold(r.ID), a.state(string(r.State)))
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(a.out, "  %-12s %s\n", name, safe(value))
		}
	}
	if r.Create == nil {
		line("for", holder(r.Beneficiary)+", "+string(r.Relation)+" of "+r.Resource.Slug+" ("+r.Resource.Name+")")
	} else {
		a.drawCreation(*r.Create)
	}
	line("asked by", r.Requester.Login)
	switch {
	case r.Duration != nil:
		line("how long", r.Duration.Words())
	case r.Until != nil:
		line("until", when(r.Until))
	case r.NoEnd:
		line("how long", "no end")
	}
	line("reason", r.Reason)
	a.drawStages(r.Stages)
	line("waits for", people(r.WaitingFor))
	line("next", r.Next)
	line("cause", r.Cause)
	if r.Grant != nil {
		until := "until " + when(r.Grant.EndsAt)
		switch {
		case r.Grant.NoEnd:
			until = "no end"
		case r.Grant.EndsAt == nil:
			until = "counts from the moment when it is real"
		}
		line("access", string(r.Grant.State)+", "+until)
	}
	line("grant", r.GrantID)
	line("tasks", strings.Join(r.TaskIDs, ", "))
}

func (a *app) drawStages(stages []sallyport.Stage) {
	for i, s := range stages {
		var who []string
		for _, p := range s.Approvers {
			who = append(who, p.Login)
		}
		fmt.Fprintf(a.out, "  stage %-6d %s: %s (%s of %s)\n", i+1, safe(s.Name), a.state(string(s.State)), s.Rule, safe(strings.Join(who, ", ")))
		for _, v := range s.Votes {
			fmt.Fprintf(a.out, "    %s %s %s\n", v.By.Login, a.state(v.Vote), safe(v.Comment))
		}
	}
}

func (a *app) drawPreview(p sallyport.Preview) {
	fmt.Fprintf(a.out, "%s (%s)\n", a.bold(safe(p.Resource.Name)), p.Resource.Slug)
	a.drawStages(p.Stages)
	for _, l := range p.Limits {
		fmt.Fprintf(a.out, "  limit        %s (%s)\n", safe(l.Words), safe(l.From))
	}
	a.drawPeers(p.Peers)
	if len(p.Peers.Roles) > 0 && len(p.Current) == 0 {
		fmt.Fprintf(a.out, "  or ask for   sallyport request %s: the role by which they have it\n", p.Peers.Roles[0].Role.Slug)
	}
	var gives []string
	for _, r := range p.Effects {
		gives = append(gives, r.Slug)
	}
	if len(gives) > 0 {
		fmt.Fprintf(a.out, "  role gives   %s\n", safe(strings.Join(gives, ", ")))
	}
	for _, h := range p.Current {
		fmt.Fprintf(a.out, "  held now     %s, until %s\n", h.Relation, when(h.EndsAt))
	}
	if p.EndsAt != nil {
		fmt.Fprintf(a.out, "  would end    %s\n", when(p.EndsAt))
	}
	fmt.Fprintf(a.out, "  fulfilment   %s\n", safe(p.Fulfil))
	for _, f := range p.Problems {
		fmt.Fprintf(a.out, "  %s %s: %s\n", a.red("refused:"), safe(f.Path), safe(f.Message))
	}
}

// state colours a word that says how something stands.
func (a *app) state(s string) string {
	switch s {
	case "approved", "approve", "active", "done":
		return a.green(s)
	case "denied", "deny", "failed", "failing", "rejected":
		return a.red(s)
	case "pending", "open", "granting", "revoking", "claimed":
		return a.yellow(s)
	}
	return s
}

// completeResources offers slugs of the server's catalogue.
func (a *app) completeResources(most int) func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return func(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		a.format = "table"
		c, err := a.client()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), 2*time.Second)
		defer cancel()
		list, err := c.Resources(ctx, client.Query{"q": typed, "limit": "100"}, 100)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, r := range list {
			if strings.HasPrefix(r.Slug, typed) {
				out = append(out, r.Slug+"\t"+safe(r.Name))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}
