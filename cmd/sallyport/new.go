package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
)

func (a *app) requestNewCmd() *cobra.Command {
	var n sallyport.NewThing
	var length, reason, audience string
	var parts, gives []string
	var dry bool
	kinds := []string{"app", "entitlement", "group", "role"}
	cmd := &cobra.Command{
		Use: "new app|entitlement|group|role NAME", Short: "Ask for something that is not there yet",
		Long: "Asks that an app, an entitlement in an app, a group or a role is made. About an entitlement the owners of its app decide,\n" +
			"about the rest the admins or whom they named. What a role gives is given with it where the approver has a say over that;\n" +
			"for the rest its own approvers are asked once the role is there. Without --owner you will own it.",
		Example: "  sallyport request new app Figma --part Editors --part Viewers --owner ada --reason \"the designers need it\"\n" +
			"  sallyport request new entitlement \"Billing, read\" --app github --reason \"finance looks at the bills\"\n" +
			"  sallyport request new group Writers --member ada --member grace --reason \"one list for all who write\"\n" +
			"  sallyport request new role \"Data engineer\" --gives vpn --gives github.engineering=90d --reason \"a team of their own\" --dry-run",
		Args:      cobra.ExactArgs(2),
		ValidArgs: kinds,
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Kind, n.Name = sallyport.Kind(args[0]), args[1]
			if err := howLong(length, "", &n.MembersFor, nil); err != nil {
				return usage("--members-%s", strings.TrimPrefix(err.Error(), "--"))
			}
			if audience != "" {
				n.Audience = &audience
			}
			for _, p := range parts {
				n.Entitlements = append(n.Entitlements, sallyport.NewPart{Name: p})
			}
			for _, g := range gives {
				what, length, _ := strings.Cut(g, "=")
				it := sallyport.RoleItem{Resource: what}
				if length != "" {
					d, err := sallyport.ParseDuration(length)
					if err != nil {
						return usage("--gives %s: %s", g, err)
					}
					it.Duration = &d
				}
				n.Gives = append(n.Gives, it)
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			ask := sallyport.Ask{Kind: sallyport.RequestCreate, Create: &n, Reason: reason}
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
	f.StringVar(&n.App, "app", "", "of an entitlement: its app")
	f.StringVar(&n.Slug, "slug", "", "default: made from the name")
	f.StringVar(&n.Description, "description", "", "what it lets people do")
	f.StringVar(&audience, "audience", "", "the group that may find, see and request it; default everyone")
	f.StringArrayVar(&n.Owners, "owner", nil, "who looks after it; may be repeated; default you, of an entitlement nobody but its app's owners")
	f.StringArrayVar(&n.Members, "member", nil, "who has it from the start; may be repeated")
	f.StringVar(&length, "members-for", "", "how long they have it, e.g. 90d; default as long as is allowed")
	f.StringArrayVar(&n.Tags, "tag", nil, "a tag to put on it; may be repeated")
	f.StringArrayVar(&parts, "part", nil, "of an app: the name of an entitlement that it begins with; may be repeated")
	f.StringArrayVar(&gives, "gives", nil, "of a role: what its members get, RESOURCE or RESOURCE=LENGTH; may be repeated")
	f.StringVar(&reason, "reason", "", "why; needed")
	f.BoolVar(&dry, "dry-run", false, "only show who would decide and what is wrong")
	return cmd
}

// subjectOf is what a request is about in a list: a slug, or what is to be made.
func subjectOf(r sallyport.Request) string {
	if r.Create != nil && r.Create.Made == nil {
		return "new " + string(r.Create.Now().Kind) + " " + r.Create.Now().Slug
	}
	return r.Resource.Slug
}

// drawCreation writes what is to be made, or was: as asked, and beside it as decided where an approver edited it.
func (a *app) drawCreation(c sallyport.Creation) {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(a.out, "  %-12s %s\n", name, safe(value))
		}
	}
	line("new", string(c.Asked.Kind))
	if c.Asked.App != nil {
		line("in", c.Asked.App.Slug)
	}
	changed := map[string]bool{}
	for _, ch := range c.Changes {
		changed[ch.Field] = true
	}
	for _, f := range (sallyport.Thing{}).Changes(c.Asked) {
		if !changed[f.Field] {
			line(strings.ReplaceAll(f.Field, "_", " "), f.After)
		}
	}
	if c.Asked.Hidden > 0 {
		line("also gives", fmt.Sprintf("%d things that are for others only", c.Asked.Hidden))
	}
	if c.EditedBy != nil {
		line("edited by", c.EditedBy.Login+", "+when(c.EditedAt))
		var rows [][]string
		for _, ch := range c.Changes {
			rows = append(rows, []string{"  " + strings.ReplaceAll(ch.Field, "_", " "), ch.Before, ch.After})
		}
		a.table([]string{"  FIELD", "ASKED", "DECIDED"}, rows)
	}
	if c.Made != nil {
		line("made", c.Made.Slug+" ("+c.Made.Name+")")
	}
	for _, f := range c.Filed {
		line("asked apart", f.Resource.Slug+" for the role: "+string(f.State)+" ("+f.ID+")")
	}
}

// showForm prints the form of a request as approve --edit takes it.
func (a *app) showForm(r sallyport.Request) error {
	if r.Create == nil {
		return usage("%s asks for nothing new, so it has no form to edit", r.ID)
	}
	if a.format == "table" {
		a.format = "yaml"
	}
	return a.show(r.Create.Now().Draft(), nil)
}

// readForm reads an edited form.
func readForm(path string) (n sallyport.NewThing, err error) {
	return n, readStrict(path, "no form", "Write it with: sallyport requests ID --form > "+path, &n)
}

// readStrict reads YAML or JSON. A field that is none is a fault, so that a slip of the pen changes nothing; not says what the
// file then is, and hint what to do when there is none.
func readStrict(path, not, hint string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "%s cannot be read: %w", path, err).WithHint("%s", hint)
	}
	var plain any
	if err := yaml.Unmarshal(b, &plain); err != nil {
		return usage("%s is neither YAML nor JSON: %s", path, err)
	}
	if b, err = json.Marshal(plain); err != nil {
		return usage("%s is %s: %s", path, not, err)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return usage("%s is %s: %s", path, not, err)
	}
	return nil
}
