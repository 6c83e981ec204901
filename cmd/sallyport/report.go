package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/client"
)

func (a *app) reportCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "Who had what and why, and the evidence of a period",
		Example: "  sallyport report history --person ada\n  sallyport report access --at 2026-01-31T12:00:00Z --app github --format csv --file github.csv\n  sallyport report evidence 2026-Q1 --file evidence.zip",
		Args:    cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(a.reportHistoryCmd(), a.reportAccessCmd(), a.reportEventsCmd(), a.reportEvidenceCmd())
	return cmd
}

// export is how a report leaves: shown page by page, or as a file of the whole.
type export struct{ format, columns, file, sort string }

func (e *export) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&e.format, "format", "", "write all of it as csv or json, as the server streams it")
	f.StringVar(&e.columns, "columns", "", "with --format: only these columns, with commas between")
	f.StringVar(&e.file, "file", "", "with --format: write to this file; default the standard output")
	f.StringVar(&e.sort, "sort", "", "a field; with - before it the other way round")
}

// to runs write with the file, or with the standard output. What broke off does not stay behind as a file.
func (a *app) to(file string, write func(io.Writer) error) error {
	if file == "" {
		return write(a.out)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "%s cannot be written: %w", file, err).WithHint("%s", err)
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(file)
	}
	return err
}

func (a *app) history(cmd *cobra.Command, q client.Query, e export, most int, draw func([]sallyport.Interval)) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	q["sort"] = e.sort
	if e.format != "" {
		q["format"], q["columns"] = e.format, e.columns
		c.HTTP.Timeout = 0
		return a.to(e.file, func(w io.Writer) error { return c.ExportHistory(cmd.Context(), q, w) })
	}
	if e.file != "" || e.columns != "" {
		return usage("--file and --columns go with --format csv or --format json")
	}
	list, err := c.History(cmd.Context(), q, most)
	if err != nil {
		return err
	}
	return a.show(list, func() { draw(list) })
}

func (a *app) reportHistoryCmd() *cobra.Command {
	var e export
	var limit int
	q := map[string]*string{}
	cmd := &cobra.Command{
		Use: "history", Short: "Who had what, why, and by whom it was given, decided and ended",
		Long:    "Of a person, a resource, a role, an app, or what somebody gave, ended, asked for or decided; several together must all fit.\nThe history of the whole company is for auditors and admins.",
		Example: "  sallyport report history --person ada\n  sallyport report history --resource vpn --state ended --since 2026-01-01\n  sallyport report history --role backend-engineer --search \"on call\" --format csv --file history.csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := client.Query{}
			for name, value := range q {
				query[name] = *value
			}
			for _, name := range []string{"since", "until"} {
				var err error
				if query[name], err = dayFlag(name, query[name]); err != nil {
					return err
				}
			}
			return a.history(cmd, query, e, limit, func(list []sallyport.Interval) {
				var rows [][]string
				for _, it := range list {
					over := it.EndedAt
					if over == nil {
						over = it.EndsAt
					}
					rows = append(rows, []string{holder(it.Subject), it.Resource.Slug, string(it.Relation), byWhat(it), string(it.State), when(&it.StartedAt), when(over), safe(it.Reason)})
				}
				a.table([]string{"WHO", "WHAT", "AS", "BY", "STATE", "FROM", "UNTIL", "WHY"}, rows)
			})
		},
	}
	for _, f := range [][3]string{{"person", "person", "who had it"}, {"resource", "resource", "what"}, {"role", "role", "its members, what it held, and what they had by it"}, {"app", "app", "an app and all that it contains"},
		{"actor", "actor", "who gave, ended, asked for or decided it"}, {"relation", "relation", "member or owner"}, {"via", "via", "direct or role"}, {"state", "state", "active, ended or coming"},
		{"since", "since", "not over before, e.g. 2026-01-01"}, {"until", "until", "begun before, e.g. 2026-04-01"}, {"q", "search", "words in names, reasons and comments"}} {
		q[f[0]] = cmd.Flags().String(f[1], "", f[2])
	}
	cmd.Flags().IntVar(&limit, "limit", 0, "at most so many rows on the screen; 0 is all")
	e.flags(cmd)
	return cmd
}

func (a *app) reportAccessCmd() *cobra.Command {
	var e export
	var at, app, resource, department, person string
	cmd := &cobra.Command{
		Use: "access", Short: "Who held what at a moment",
		Long:    "Departments and titles are those of today. The whole company's access is for auditors and admins.",
		Example: "  sallyport report access --app github\n  sallyport report access --at 2026-01-31T12:00:00Z --department Engineering --format csv --file access.csv",
		RunE: func(cmd *cobra.Command, _ []string) error {
			moment := time.Now().UTC().Format(time.RFC3339)
			if at != "" {
				t, err := parseTime(at)
				if err != nil {
					return usage("--at: %s", err)
				}
				moment = t.Format(time.RFC3339)
			}
			if e.sort == "" {
				e.sort = "person"
			}
			return a.history(cmd, client.Query{"at": moment, "app": app, "resource": resource, "department": department, "person": person}, e, 0, func(list []sallyport.Interval) {
				var rows [][]string
				for _, it := range list {
					rows = append(rows, []string{holder(it.Subject), safe(it.Department), it.Resource.Slug, string(it.Relation), byWhat(it), when(&it.StartedAt)})
				}
				a.table([]string{"WHO", "DEPARTMENT", "WHAT", "AS", "BY", "SINCE"}, rows)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&at, "at", "", "the moment, e.g. 2026-01-31T12:00:00Z; default now")
	f.StringVar(&app, "app", "", "an app and all that it contains")
	f.StringVar(&resource, "resource", "", "what")
	f.StringVar(&department, "department", "", "of the person, as of today")
	f.StringVar(&person, "person", "", "who")
	e.flags(cmd)
	return cmd
}

func byWhat(it sallyport.Interval) string {
	if it.Role != nil {
		return "role " + it.Role.Slug
	}
	return string(it.Origin)
}

func (a *app) reportEventsCmd() *cobra.Command {
	var e export
	q := map[string]*string{}
	cmd := &cobra.Command{
		Use: "events", Short: "The log as a table, all that matches",
		Long:    "For reading. For a proof there is sallyport audit export. The whole log is for auditors and admins.",
		Example: "  sallyport report events --actor ada --verb request. --file events.csv\n  sallyport report events --app github --since 2026-01-01 --format json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if e.format == "" {
				e.format = access.FormatCSV
			}
			query := client.Query{"format": e.format, "columns": e.columns, "sort": e.sort}
			for name, value := range q {
				query[name] = *value
			}
			for _, name := range []string{"since", "until"} {
				if query[name], err = dayFlag(name, query[name]); err != nil {
					return err
				}
			}
			c.HTTP.Timeout = 0
			return a.to(e.file, func(w io.Writer) error { return c.ExportEvents(cmd.Context(), query, w) })
		},
	}
	for _, f := range [][3]string{{"actor", "actor", "who acted"}, {"user", "person", "about this person"}, {"resource", "resource", "about this resource, or role"}, {"app", "app", "about this app, or anything that it contains"},
		{"request", "request", "about this request"}, {"verb", "verb", "a whole verb, or its beginning up to a dot, e.g. request."}, {"since", "since", "e.g. 2026-01-01"}, {"until", "until", "not included, e.g. 2026-04-01"},
		{"q", "search", "in the verb, and in the names of what it is about"}, {"said", "said", "words in what was written with it: reasons, comments, what was before and after"}} {
		q[f[0]] = cmd.Flags().String(f[1], "", f[2])
	}
	e.flags(cmd)
	return cmd
}

// dayFlag reads a day or a time as its first moment.
func dayFlag(name, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t.UTC().Format(time.RFC3339), nil
	}
	t, err := parseTime(text)
	if err != nil {
		return "", usage("--%s: %s", name, err)
	}
	return t.Format(time.RFC3339), nil
}

func (a *app) reportEvidenceCmd() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "evidence PERIOD", Short: "The evidence of a period for an audit, in numbers or as an archive",
		Long: "PERIOD is a year, a quarter, a month, or FROM/TO, where TO is not included; in UTC. Without --file it prints the numbers.\n" +
			"The archive has a document that sums up, a table for each part, and what a check of the whole log found. Auditors and admins only.",
		Example: "  sallyport report evidence 2026-Q1\n  sallyport report evidence 2026-Q1 --file evidence.zip\n  sallyport report evidence 2026-01-15/2026-02-01 --file evidence.zip",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := access.ParsePeriod(args[0])
			if err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			c.HTTP.Timeout = 0
			from, to := p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339)
			if file != "" {
				if err := a.to(file, func(w io.Writer) error { return c.EvidencePack(cmd.Context(), from, to, w) }); err != nil {
					return err
				}
				return a.show(map[string]string{"file": file}, func() { fmt.Fprintf(a.out, "The evidence from %s up to %s is in %s.\n", from, to, file) })
			}
			e, err := c.Evidence(cmd.Context(), from, to)
			if err != nil {
				return err
			}
			return a.show(e, func() {
				var rows [][]string
				for _, f := range e.Figures {
					rows = append(rows, []string{f.Title, strconv.Itoa(f.Count), f.Link})
				}
				a.table([]string{"FIGURE", "ROWS", "PAGE"}, rows)
			})
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "write the archive to this file")
	return cmd
}
