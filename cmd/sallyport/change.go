package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
)

// settingsFile is what --settings prints and --file takes. Version is what it was read at; 0 is whatever there is.
type settingsFile struct {
	sallyport.ResourcePatch
	Version int `json:"version"`
}

// changeCmd changes what a resource says of itself. Owners and tags are grants and limits, and have commands of their own.
func (a *app) changeCmd() *cobra.Command {
	var p sallyport.ResourcePatch
	version := 0
	var name, slug, description, audience, file string
	var stages []string
	var noStages, settings, dry bool
	cmd := &cobra.Command{
		Use: "change RESOURCE", Short: "Change what something is called, says, asks, who decides, and how it becomes real",
		Long: "What no flag and no file names stays as it is. --settings prints what you may change, as a file that --file takes: the form, the\n" +
			"whole flow with reminders and time-outs, lengths, how it becomes real. Owners what admins allow them; see\n" +
			"sallyport give --owner for its owners, and sallyport tag on for its tags. A file whose version is no longer the\n" +
			"present one is refused; without a version it is applied to what is there.",
		Example: "  sallyport change vpn --description \"The office network, from home\" --dry-run\n" +
			"  sallyport change vpn --stage manager --stage group:security,user:grace\n" +
			"  sallyport change vpn --settings > vpn.yaml\n  sallyport change vpn --file vpn.yaml",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: a.completeResources(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file != "" {
				var from settingsFile
				if err := readStrict(file, "no settings of a resource", "Write it with: sallyport change "+args[0]+" --settings > "+file, &from); err != nil {
					return err
				}
				p, version = from.ResourcePatch, from.Version
			}
			for _, f := range []struct {
				flag  string
				from  *string
				field **string
			}{{"name", &name, &p.Name}, {"slug", &slug, &p.Slug}, {"description", &description, &p.Description}, {"audience", &audience, &p.Audience}} {
				if cmd.Flags().Changed(f.flag) {
					*f.field = f.from
				}
			}
			flow := noStages || len(stages) > 0
			switch asked := flow || p != (sallyport.ResourcePatch{}); {
			case noStages && len(stages) > 0:
				return usage("--stage and --no-stages contradict each other; keep one of them")
			case flow && p.Flow != nil:
				return usage("%s says who decides, and so do the flags; keep one of them", file)
			case settings && asked:
				return usage("--settings only prints them; leave out the rest")
			case !settings && !asked:
				return usage("say what changes, e.g. --description; see sallyport change --help")
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			if settings || flow {
				r, err := c.Resource(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if settings {
					return a.showSettings(r)
				}
				if version == 0 {
					version = r.Version
				}
				p.Flow = &sallyport.Flow{}
				if r.Flow != nil {
					p.Flow = r.Flow
				}
				p.Flow.Stages, p.Flow.NoApproval = stagesOf(stages), false
			}
			c = c.IfVersion(version)
			if dry {
				try, err := c.TryUpdate(cmd.Context(), args[0], p)
				return a.showTrial(try, err)
			}
			r, err := c.UpdateResource(cmd.Context(), args[0], p)
			if err != nil {
				return err
			}
			return a.show(r, func() { fmt.Fprintf(a.out, "%s: %s is changed\n", a.bold(r.Slug), safe(r.Name)) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&name, "name", "", "what it is called")
	f.StringVar(&slug, "slug", "", "by what commands and files name it")
	f.StringVar(&description, "description", "", "what it lets people do")
	f.StringVar(&audience, "audience", "", "the group that may find, see and request it; \"\" for everyone")
	f.StringArrayVar(&stages, "stage", nil, "who decides, one stage after the other, e.g. manager or group:it,user:grace; the rest of the flow stays; may be repeated")
	f.BoolVar(&noStages, "no-stages", false, "no stages of its own: its owners decide, then those of its app, then the admins")
	f.StringVarP(&file, "file", "f", "", "a file with the fields to change (YAML or JSON)")
	f.BoolVar(&settings, "settings", false, "print what you may change, as --file takes it")
	f.BoolVar(&dry, "dry-run", false, dryHelp)
	_ = cmd.MarkFlagFilename("file", "yaml", "yml", "json")
	return cmd
}

// stagesOf reads stages, of each of which one of those whom it names decides.
func stagesOf(list []string) (out []sallyport.StageSpec) {
	for _, s := range list {
		out = append(out, sallyport.StageSpec{Approvers: strings.Split(s, ","), Rule: "any"})
	}
	return out
}

// showSettings prints what the caller may change of a resource, apart from its owners and tags.
func (a *app) showSettings(r sallyport.Resource) error {
	if r.May == nil || len(r.May.Fields) == 0 {
		return sallyport.Errorf(sallyport.EForbidden, "you may change nothing of %s", r.Name).WithHint("Its owners, admins and catalogue managers may.")
	}
	if r.Flow == nil {
		r.Flow = &sallyport.Flow{}
	}
	audience := ""
	if r.Audience != nil {
		audience = r.Audience.Slug
	}
	all, err := json.Marshal(sallyport.ResourcePatch{Slug: &r.Slug, Name: &r.Name, Description: &r.Description, Physical: &r.Physical, Form: &r.Form, Flow: r.Flow,
		Fulfilment: &r.Fulfilment, Revocation: r.Revocation, Durations: &r.Durations, Audience: &audience})
	if err != nil {
		return err
	}
	out := map[string]any{}
	if err := json.Unmarshal(all, &out); err != nil {
		return err
	}
	for field := range out {
		if !slices.Contains(r.May.Fields, field) {
			delete(out, field)
		}
	}
	out["version"] = r.Version
	if a.format == "table" {
		a.format = "yaml"
	}
	return a.show(out, nil)
}
