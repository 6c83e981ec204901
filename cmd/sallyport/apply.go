package main

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) applyCmd() *cobra.Command {
	var from string
	var in client.Catalogue
	var yes, dry bool
	cmd := &cobra.Command{
		Use: "apply -f DIR|FILE", Short: "Make the catalogue what YAML files say",
		Long: "Shows what would be created, changed and removed, asks, and applies it in one transaction. Applied twice, the second\n" +
			"time has nothing to do. Only what came from files is ever removed, and only with --prune. What moves to the list of another\n" +
			"kind (a group that becomes a role; with was: SLUG also into an app and out of it) is converted, what has another slug and says\n" +
			"was: SLUG is renamed, and everybody keeps it.",
		Example: "  sallyport apply -f catalogue/\n  sallyport apply -f catalogue/ --prune -y",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				return usage("say from where: -f catalogue/")
			}
			var err error
			if in.Files, err = readCatalogue(from); err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			plan, err := c.PlanCatalogue(cmd.Context(), in)
			if err != nil {
				return err
			}
			if len(plan.Faults) > 0 {
				return sallyport.Faults(plan.Faults)
			}
			if dry || plan.Empty() {
				return a.show(plan, func() {
					a.drawPlan(plan)
					if dry && !plan.Empty() && plan.Refused == "" {
						a.drawApplied(cmd.Context(), c, in)
					}
				})
			}
			if a.format == "table" {
				a.drawPlan(plan)
			}
			if plan.Refused != "" && !in.AllowRemovals {
				return sallyport.Errorf(sallyport.EPrecondition, "%s", plan.Refused).WithHint("If that is meant, add --allow-removals.")
			}
			if !yes {
				ok, err := a.confirm("Apply this?")
				if err != nil || !ok {
					return err
				}
			}
			in.Hash = plan.Hash
			done, err := c.ApplyCatalogue(cmd.Context(), in)
			if err != nil {
				return err
			}
			return a.show(done, func() {
				fmt.Fprintf(a.out, "%s %d created, %d changed, %d removed\n", a.green("applied:"), done.Creates, done.Changes, done.Removes)
			})
		},
	}
	f := cmd.Flags()
	f.StringVarP(&from, "file", "f", "", "a directory of YAML files, or one file")
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.BoolVar(&dry, "dry-run", false, "only show the plan, and who would gain or lose what by it")
	f.BoolVar(&in.Prune, "prune", false, "remove what came from files and is in them no longer")
	f.BoolVar(&in.AllowRemovals, "allow-removals", false, "also when suspiciously much would be removed")
	_ = cmd.MarkFlagDirname("file")
	return cmd
}

// drawApplied writes who would gain and lose what if the files were applied, or why they would be refused.
func (a *app) drawApplied(ctx context.Context, c *client.Client, in client.Catalogue) {
	try, err := c.TryCatalogue(ctx, in)
	if err == nil {
		err = a.showTrial(try, nil)
	}
	if err != nil {
		fmt.Fprintf(a.out, "%s applying it would be refused: %s\n", a.yellow("!"), safe(err.Error()))
	}
}

// readCatalogue reads all YAML files below a directory, by their paths within it.
func readCatalogue(from string) (map[string]string, error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, sallyport.Errorf(sallyport.EInvalid, "%s cannot be read: %w", from, err).WithHint("Name a directory of YAML files, or one file.")
	}
	files := map[string]string{}
	read := func(path, name string) error {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if err := sallyport.CheckText(string(b), true); err != nil {
			return sallyport.Invalid(name, "%s", err)
		}
		files[filepath.ToSlash(name)] = string(b)
		return nil
	}
	if !info.IsDir() {
		return files, read(from, filepath.Base(from))
	}
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != from {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); d.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return read(path, name)
	})
	if err == nil && len(files) == 0 {
		err = sallyport.Errorf(sallyport.EInvalid, "there is no YAML file in %s", from)
	}
	return files, err
}

// drawPlan lists what a plan does: + creates, ~ changes, - removes.
func (a *app) drawPlan(p sallyport.Plan) {
	for _, f := range p.Faults {
		fmt.Fprintf(a.out, "%s %s: %s\n", a.red("!"), safe(f.Path), safe(f.Message))
	}
	for _, w := range p.Warnings {
		fmt.Fprintf(a.out, "%s %s\n", a.yellow("!"), safe(w))
	}
	for _, it := range p.Items {
		sign, paint := "-", a.red
		switch it.Action {
		case sallyport.PlanCreate, sallyport.PlanAdd, sallyport.PlanReturn:
			sign, paint = "+", a.green
		case sallyport.PlanChange, sallyport.PlanConvert:
			sign, paint = "~", a.yellow
		}
		detail := it.Detail
		if detail != "" {
			detail = " (" + detail + ")"
		}
		fmt.Fprintf(a.out, "%s %s %s%s\n", paint(sign), it.Kind, safe(it.Slug), safe(detail))
		for _, c := range it.Fields {
			fmt.Fprintf(a.out, "    %s: %s → %s\n", c.Field, safe(short(c.Before)), safe(short(c.After)))
		}
	}
	if p.Cut > 0 {
		fmt.Fprintf(a.out, "… and %d more\n", p.Cut)
	}
	if p.Empty() {
		fmt.Fprintf(a.out, "nothing to do; %d as they should be\n", p.Same)
		return
	}
	fmt.Fprintf(a.out, "%s to create, %s to change, %s to remove; %d as they should be\n",
		a.green(fmt.Sprint(p.Creates)), a.yellow(fmt.Sprint(p.Changes)), a.red(fmt.Sprint(p.Removes)), p.Same)
	keys := make([]string, 0, len(p.Counts))
	for k, n := range p.Counts {
		keys = append(keys, fmt.Sprintf("%s: %d", k, n))
	}
	sort.Strings(keys)
	if len(keys) > 0 {
		fmt.Fprintf(a.out, "  %s\n", strings.Join(keys, ", "))
	}
}

func short(s string) string {
	if s == "" {
		return "nothing"
	}
	r := []rune(s)
	if len(r) > 120 {
		return string(r[:120]) + "…"
	}
	return s
}

// confirm asks a question that no answer denies.
func (a *app) confirm(question string) (bool, error) {
	if !a.terminal() {
		return false, usage("nobody is there to ask; add -y to go on without asking")
	}
	fmt.Fprintf(a.err, "%s [y/N] ", question)
	line, _ := bufio.NewReader(a.in).ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	fmt.Fprintln(a.err, "nothing was changed")
	return false, nil
}
