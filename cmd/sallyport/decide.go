package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) approveCmd() *cobra.Command {
	var comment, length, edit string
	var dry, accept bool
	cmd := &cobra.Command{
		Use: "approve REQUEST...", Short: "Approve requests, also as edited",
		Long: "What somebody asks to be made can be edited while it is approved: write its form to a file, change it there, and name the\n" +
			"file. The whole form is checked again, and both are kept. --dry-run says what would come of it.",
		Example: "  sallyport approve req_…\n  sallyport approve req_… --for 7d --comment \"a week will do\"\n" +
			"  sallyport requests req_… --form > form.yaml\n  sallyport approve req_… --edit form.yaml --dry-run",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b := sallyport.Ballot{Vote: sallyport.VoteApprove, Comment: comment, Accept: accept}
			if err := howLong(length, "", &b.Duration, nil); err != nil {
				return err
			}
			if edit != "" {
				if len(args) > 1 {
					return usage("--edit goes with one request")
				}
				n, err := readForm(edit)
				if err != nil {
					return err
				}
				b.Edited = &n
			}
			if dry {
				return a.tryVotes(cmd, args, b)
			}
			return a.vote(cmd, args, b)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
	cmd.Flags().StringVar(&comment, "comment", "", "for the requester")
	cmd.Flags().StringVar(&length, "for", "", "approve for shorter than asked, e.g. 7d")
	cmd.Flags().BoolVar(&accept, "accept", false, "for a role: also when a tag shortens many memberships of it; for an admin who has seen how many")
	cmd.Flags().StringVar(&edit, "edit", "", "a file with the form as it should be made (YAML or JSON)")
	a.completeWaiting(cmd)
	return cmd
}

func (a *app) denyCmd() *cobra.Command {
	var comment string
	var dry bool
	cmd := &cobra.Command{
		Use: "deny REQUEST...", Short: "Deny requests, with a comment",
		Example: "  sallyport deny req_… --comment \"ask for the read-only role instead\"",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			b := sallyport.Ballot{Vote: sallyport.VoteDeny, Comment: comment}
			if dry {
				return a.tryVotes(cmd, args, b)
			}
			return a.vote(cmd, args, b)
		},
	}
	cmd.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
	cmd.Flags().StringVar(&comment, "comment", "", "why; needed")
	a.completeWaiting(cmd)
	return cmd
}

// vote votes on each request as it is now. What cannot be decided is said; the others are decided all the same.
func (a *app) vote(cmd *cobra.Command, ids []string, b sallyport.Ballot) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	return a.eachRequest(ids, func(id string) (sallyport.Request, error) {
		r, err := c.Request(cmd.Context(), id)
		if err == nil {
			b.Version = r.Version
			r, err = c.Vote(cmd.Context(), id, b)
		}
		return r, err
	})
}

// eachRequest does something to each request and shows what they are then. What fails is said; the others are done all the
// same.
func (a *app) eachRequest(ids []string, do func(id string) (sallyport.Request, error)) error {
	var first error
	var done []sallyport.Request
	for _, id := range ids {
		r, err := do(id)
		if err != nil {
			if first == nil {
				first = err
			} else {
				a.report(err)
			}
			continue
		}
		done = append(done, r)
	}
	if len(done) > 0 {
		var v any = done
		if len(ids) == 1 {
			v = done[0]
		}
		if err := a.show(v, func() {
			for _, r := range done {
				a.drawRequest(r)
			}
		}); err != nil {
			return err
		}
	}
	return first
}

// tryVotes says of each request what a vote would bring: who would have what, or who is asked next.
func (a *app) tryVotes(cmd *cobra.Command, ids []string, b sallyport.Ballot) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	for _, id := range ids {
		try, err := c.Try(cmd.Context(), http.MethodPost, client.Path("requests", id, "votes"), b)
		if err != nil {
			return err
		}
		var r sallyport.Request
		if err := json.Unmarshal(try.Result, &r); err != nil {
			return err
		}
		if st := r.Open(); st != nil && a.format == "table" {
			fmt.Fprintf(a.out, "%s would still wait, for the stage %s. Then, as far as this vote goes:\n", a.bold(r.ID), safe(st.Name))
		}
		if err := a.showTrial(try, nil); err != nil {
			return err
		}
	}
	return nil
}

// completeWaiting offers the requests that wait for the caller.
func (a *app) completeWaiting(cmd *cobra.Command) {
	a.completeRequests(cmd, client.Query{"state": "pending", "assignee": "me"})
}

// completeRequests offers the requests that a query finds.
func (a *app) completeRequests(cmd *cobra.Command, q client.Query) {
	cmd.ValidArgsFunction = func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		a.format = "table"
		c, err := a.client()
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		list, err := c.Requests(cmd.Context(), q, 100)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var out []string
		for _, r := range list {
			out = append(out, r.ID+"\t"+subjectOf(r)+" for "+holder(r.Beneficiary))
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}
