package main

import (
	"fmt"
	"maps"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

// demands is what a tag says, in one line.
func demands(t sallyport.Tag) string {
	var words []string
	for _, d := range t.Constraints.Demands() {
		words = append(words, d.Words)
	}
	if len(words) == 0 {
		return "a label only"
	}
	return strings.Join(words, "; ")
}

func (a *app) tagCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "tag", Short: "List tags, change what they demand, put them on and take them off",
		Example: "  sallyport tag\n  sallyport tag set Production --members 30d --member-reason\n  sallyport tag on aws.production-admin Production",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Tags(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(list, func() {
				var rows [][]string
				for _, t := range list {
					force := "in force"
					if !t.Enabled {
						force = "off"
					}
					rows = append(rows, []string{t.Name, force, demands(t)})
				}
				a.table([]string{"TAG", "STATE", "DEMANDS"}, rows)
			})
		},
	}
	var accept, dry bool
	var reason string
	on := &cobra.Command{
		Use: "on RESOURCE TAG", Short: "Put a tag on a resource", Args: cobra.ExactArgs(2), Example: "  sallyport tag on aws.production-admin Production --dry-run\n  sallyport tag on aws.production-admin Production",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryAttachTag(cmd.Context(), args[0], args[1], accept)
				return a.showTrial(try, err)
			}
			r, err := c.AttachTag(cmd.Context(), args[0], args[1], accept)
			if err != nil {
				return err
			}
			return a.show(r, func() { fmt.Fprintf(a.out, "%s has the tags %s\n", r.Slug, safe(strings.Join(r.Tags, ", "))) })
		},
	}
	off := &cobra.Command{
		Use: "off RESOURCE TAG", Short: "Take a tag off a resource; nothing gets longer by it", Args: cobra.ExactArgs(2), Example: "  sallyport tag off aws.production-admin Production",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryDetachTag(cmd.Context(), args[0], args[1])
				return a.showTrial(try, err)
			}
			return c.DetachTag(cmd.Context(), args[0], args[1])
		},
	}
	remove := &cobra.Command{
		Use: "remove TAG", Short: "Remove a tag from everything", Args: cobra.ExactArgs(1), Example: "  sallyport tag remove Production --reason \"two tags said the same\"",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if dry {
				try, err := c.TryDeleteTag(cmd.Context(), args[0])
				return a.showTrial(try, err)
			}
			return c.DeleteTag(cmd.Context(), args[0], reason)
		},
	}
	remove.Flags().StringVar(&reason, "reason", "", "why; kept in the audit log")
	set := a.tagSetCmd(&accept, &dry)
	for _, sub := range []*cobra.Command{on, set} {
		sub.Flags().BoolVar(&accept, "accept", false, "also when it shortens many grants; for an admin who has seen how many")
	}
	for _, sub := range []*cobra.Command{on, set, off, remove} {
		sub.Flags().BoolVar(&dry, "dry-run", false, dryHelp)
	}
	on.ValidArgsFunction, off.ValidArgsFunction = a.completeResources(1), a.completeResources(1)
	cmd.AddCommand(set, on, off, remove)
	return cmd
}

// tagSetCmd adds a tag or changes one; what no flag names stays as it is.
func (a *app) tagSetCmd(accept, dry *bool) *cobra.Command {
	var description, name string
	var disable bool
	cmd := &cobra.Command{
		Use: "set TAG", Short: "Add a tag, or change the one of that name; what no flag names stays", Args: cobra.ExactArgs(1),
		Example: "  sallyport tag set Production --members 30d --member-reason\n  sallyport tag set Production --members 7d --dry-run\n  sallyport tag set Production --members none --disable",
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			t, err := c.Tag(cmd.Context(), args[0])
			fresh := sallyport.CodeOf(err) == sallyport.ENotFound
			if err != nil && !fresh {
				return err
			}
			change := client.TagChange{Accept: *accept}
			constraints, err := constraintsOf(cmd, t.Constraints)
			if err != nil {
				return err
			}
			change.Constraints = &constraints
			if cmd.Flags().Changed("description") {
				change.Description = &description
			}
			if cmd.Flags().Changed("disable") {
				enabled := !disable
				change.Enabled = &enabled
			}
			switch {
			case fresh:
				change.Name = &args[0]
			case name != "":
				change.Name = &name
			}
			if *dry {
				try, err := c.TrySaveTag(cmd.Context(), t.ID, change)
				return a.showTrial(try, err)
			}
			if fresh {
				t, err = c.CreateTag(cmd.Context(), change)
			} else {
				t, err = c.UpdateTag(cmd.Context(), t.ID, change)
			}
			if err != nil {
				return err
			}
			return a.show(t, func() {
				fmt.Fprintf(a.out, "%s: %s\n", safe(t.Name), safe(demands(t)))
				if !t.Enabled {
					fmt.Fprintln(a.out, "It is not in force.")
				}
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "a new name")
	f.StringVar(&description, "description", "", "what it is for")
	for _, k := range sallyport.ConstraintKeys() {
		if says := strings.ReplaceAll(k.Says, "{}", "this long"); k.Kind == sallyport.ConstraintLength {
			f.String(k.Flag, "", says+", e.g. 30d; none for no limit")
		} else {
			f.Bool(k.Flag, false, says)
		}
	}
	f.BoolVar(&disable, "disable", false, "not in force; --disable=false puts it in force again")
	return cmd
}

// constraintsOf takes over what the flags name; the rest stays.
func constraintsOf(cmd *cobra.Command, c sallyport.Constraints) (sallyport.Constraints, error) {
	out := maps.Clone(c)
	if out == nil {
		out = sallyport.Constraints{}
	}
	for _, k := range sallyport.ConstraintKeys() {
		f := cmd.Flags().Lookup(k.Flag)
		if !f.Changed {
			continue
		}
		delete(out, k.Key)
		switch text := f.Value.String(); {
		case text == "none", text == "false":
		case k.Kind == sallyport.ConstraintLength:
			d, err := sallyport.ParseDuration(text)
			if err != nil {
				return nil, usage("--%s: %s; or write 30d, or none", k.Flag, err)
			}
			out[k.Key] = d
		default:
			out[k.Key] = true
		}
	}
	return out, nil
}
