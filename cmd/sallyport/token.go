package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) tokenCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "token", Short: "List, make and revoke API tokens",
		Example: "  sallyport token\n  sallyport token create ci --scope read --scope request --for 30d\n  sallyport token revoke tok_…",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, t := range list {
					state, used := "until "+when(&t.ExpiresAt), "never"
					if t.RevokedAt != nil {
						state = "revoked"
					}
					if t.LastUsedAt != nil {
						used = when(t.LastUsedAt)
					}
					rows = append(rows, []string{t.ID, t.Name, strings.Join(t.Scopes, ","), state, used})
				}
				a.table([]string{"ID", "NAME", "SCOPES", "STATE", "LAST USED"}, rows)
			})
		},
	}
	var n client.NewToken
	var length string
	create := &cobra.Command{
		Use: "create NAME", Short: "Make a token; it is shown this once", Args: cobra.ExactArgs(1),
		Example: "  sallyport token create ci --scope read --for 30d",
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name = args[0]
			if err := howLong(length, "", &n.ExpiresIn, nil); err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			t, err := c.CreateToken(cmd.Context(), n)
			if err != nil {
				return err
			}
			return a.show(t, func() {
				fmt.Fprintln(a.out, t.Secret)
				fmt.Fprintf(a.err, "%s, %s, until %s. It is shown this once.\n", t.ID, strings.Join(t.Scopes, ", "), when(&t.ExpiresAt))
			})
		},
	}
	create.Flags().StringSliceVar(&n.Scopes, "scope", nil, "what it may do: read (default), request, decide, grant, catalogue, audit, admin")
	create.Flags().StringVar(&length, "for", "", "how long, e.g. 30d; default 90 days, at most 365")
	create.Flags().StringVar(&n.User, "user", "", "as whom: a service account that you answer for; default yourself")
	revoke := &cobra.Command{
		Use: "revoke ID", Short: "Revoke a token", Args: cobra.ExactArgs(1), Example: "  sallyport token revoke tok_…",
		RunE: func(cmd *cobra.Command, args []string) error {
			if !strings.HasPrefix(args[0], sallyport.PrefixToken+"_") {
				return usage("%q is not the id of a token (tok_…); see sallyport token", args[0])
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			return c.RevokeToken(cmd.Context(), args[0])
		},
	}
	cmd.AddCommand(create, revoke)
	return cmd
}
