package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/catalog/discordaccess"
)

// shownLines is how much of a report a terminal gets; elsewhere, and with --report and -o json, it is whole.
const shownLines = 40

// importAccessCmd works on the server's database itself, as migrate does: what is brought has times in the past, which no
// call of the API can set.
func (a *app) importAccessCmd() *cobra.Command {
	var o discordaccess.Options
	var from, report string
	var dry, yes bool
	cmd := &cobra.Command{
		Use: "discord-access", Short: "Bring everything from a database of discord/access",
		Long: "Reads a database of discord/access (PostgreSQL or SQLite) in one snapshot, without changing it, and brings people, groups, roles,\n" +
			"apps, owners, memberships with their history, what roles hold, tags, and requests. It shows what that will be and every row that\n" +
			"does not fit, with why, and asks before it changes anything. A run that was stopped goes on where it was; running it again brings\n" +
			"nothing twice, but what is new, and ends what has ended there since.\n\n" +
			"It works on the server's own database and takes the flags of serve that say where that is. With SQLite, stop the server first.",
		Example: "  sallyport import discord-access --from postgresql://reader@db/access --dry-run --report report.json\n" +
			"  sallyport import discord-access --from sqlite:///var/lib/access/access.db --data /var/lib/sallyport --admins\n" +
			"  sallyport import discord-access --from postgresql://reader@db/access --database postgres://sallyport@db/sallyport -y",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" {
				from = a.env("SALLYPORT_IMPORT_FROM")
			}
			switch {
			case from == "":
				return usage("--from is missing; name the database of discord/access, as postgresql://user@host/name or sqlite:///path")
			case a.format != "table" && a.format != "json" && a.format != "yaml":
				return usage("--output is %q; use table, json or yaml", a.format)
			}
			c, err := load(cmd.Flags(), a.lookup)
			if err != nil {
				return err
			}
			data, err := discordaccess.Read(cmd.Context(), from)
			if err != nil {
				return err
			}
			release, err := claimData(c)
			if err != nil {
				return err
			}
			defer release()
			key, err := masterKey(c, cmd.Flags().Changed("data"))
			if err != nil {
				return err
			}
			db, err := openStore(cmd.Context(), c, key)
			if err != nil {
				return err
			}
			defer db.Close()
			log := logger(c, a.err)
			acc := access.New(db, log, c.Public)
			cat := catalog.New(db, acc, nil, log)
			acc.Maker = cat
			if err := seed(cmd.Context(), c, db, cat); err != nil {
				return err
			}
			tenant, err := db.EnsureTenant(cmd.Context(), "default", "Sallyport")
			if err != nil {
				return err
			}
			im := &discordaccess.Importer{DB: db, Access: acc}
			plan, err := im.Plan(cmd.Context(), tenant, data, o)
			if err != nil {
				return err
			}
			if err := keepReport(report, plan.Report); err != nil {
				return err
			}
			if dry {
				return a.show(discordaccess.Result{Report: plan.Report}, func() { a.drawImport(plan.Report, report) })
			}
			if a.format == "table" {
				a.drawImport(plan.Report, report)
			}
			if !yes && !plan.Empty() {
				if ok, err := a.confirm("Bring this?"); err != nil || !ok {
					return err
				}
			}
			return a.applyImport(cmd, im, plan, tenant, report)
		},
	}
	f := cmd.Flags()
	(&config{}).flags(f)
	for _, name := range []string{"listen", "public-url", "only", "demo", "admin", "trust-proxy", "session-lifetime", "target-timeout", "log-level", "log-format",
		"smtp-host", "smtp-port", "smtp-security", "smtp-username", "smtp-from", "oidc-id", "oidc-name", "oidc-issuer", "oidc-client-id", "oidc-groups-claim",
		"oidc-allowed-groups", "oidc-match", "oidc-create", "oidc-login-claim"} {
		_ = f.MarkHidden(name)
	}
	f.StringVar(&from, "from", "", "the database of discord/access: postgresql://user:password@host/name or sqlite:///path (SALLYPORT_IMPORT_FROM: where others read command lines, a password belongs there)")
	f.BoolVar(&dry, "dry-run", false, "only show what would be brought, and what does not fit")
	f.BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.StringVar(&report, "report", "", "write the whole report to this file, as JSON")
	f.BoolVar(&o.Admins, "admins", false, "make those who administer discord/access admins here")
	f.StringVar(&o.AppName, "app-name", "Access", "the app whose owner group administers discord/access (its APP_NAME)")
	f.BoolVar(&o.LocalLogin, "local-login", false, "logins are what is before the @ of the address")
	f.StringSliceVar(&o.Attributes, "attribute", nil, "a key of people's profiles to bring besides title and department; may be repeated")
	f.StringVar(&o.Source, "source", "discord-access", "by which name this database is remembered; name a second one otherwise")
	return cmd
}

func (a *app) applyImport(cmd *cobra.Command, im *discordaccess.Importer, plan *discordaccess.Plan, tenant, report string) error {
	actor := sallyport.System(tenant)
	actor.Via = sallyport.ViaCLI
	next := 10
	res, err := im.Apply(cmd.Context(), actor, plan, func(done, total int) {
		if percent := done * 100 / total; a.format == "table" && percent >= next {
			fmt.Fprintf(a.err, "%d%% (%d of %d)\n", percent, done, total)
			next = percent/10*10 + 10
		}
	})
	if err != nil {
		return err
	}
	if err := keepReport(report, res.Report); err != nil {
		return err
	}
	return a.show(res, func() {
		for _, l := range res.Report.Lines[len(plan.Report.Lines):] {
			a.drawLine(l)
		}
		t := res.Report.Total()
		if plan.Empty() {
			fmt.Fprintln(a.out, "there is nothing new to bring")
			return
		}
		fmt.Fprintf(a.out, "%s  %d rows were brought, %d of them changed; %d were not, %d follow from the others, %d were here\n",
			a.bold(res.Run), t.Brought+t.Changed, t.Changed, t.Left, t.Follows, t.Earlier)
	})
}

// keepReport writes the whole report to a file, readable for its owner alone: it names people.
func keepReport(path string, r discordaccess.Report) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".report-*")
	if err == nil {
		defer os.Remove(f.Name())
		_, err = f.Write(append(b, '\n'))
		if cerr := f.Close(); err == nil {
			err = cerr
		}
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return sallyport.Errorf(sallyport.EInvalid, "the report cannot be written to %s: %w", path, err).WithHint("Nothing was brought with this call yet; name another file.")
	}
	return nil
}

func (a *app) drawImport(r discordaccess.Report, file string) {
	var rows [][]string
	for _, c := range append(r.Tables, r.Total()) {
		rows = append(rows, []string{c.Table, strconv.Itoa(c.Read), strconv.Itoa(c.Brought), strconv.Itoa(c.Changed), strconv.Itoa(c.Earlier), strconv.Itoa(c.Follows), strconv.Itoa(c.Left)})
	}
	a.table([]string{"TABLE", "READ", "BROUGHT", "CHANGED", "HERE", "FOLLOWS", "LEFT"}, rows)
	for _, w := range r.Warnings {
		fmt.Fprintf(a.out, "%s %s\n", a.yellow("!"), safe(w))
	}
	shown := len(r.Lines) + len(r.Differences)
	if f, ok := a.out.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		shown = shownLines
	}
	where := "see them all with -o json or --report FILE"
	if file != "" {
		where = "all of them are in " + file
	}
	if n := len(r.Lines); n > 0 {
		fmt.Fprintf(a.out, "\n%s\n", a.bold(fmt.Sprintf("%d things do not fit, or not as they were:", n)))
		for i, l := range r.Lines {
			if i == shown {
				fmt.Fprintf(a.out, "  … and %d more; %s\n", n-i, where)
				break
			}
			a.drawLine(l)
		}
	}
	n := len(r.Differences)
	if n == 0 {
		same := "Who has what, and had when, is the same."
		if len(r.Lines) > 0 {
			same = "Apart from that, who has what, and had when, is the same."
		}
		fmt.Fprintf(a.out, "\n%s\n", same)
		return
	}
	fmt.Fprintf(a.out, "\n%s\n", a.bold(fmt.Sprintf("%d times somebody has something here that they had not there, or the other way round:", n)))
	for i, d := range r.Differences {
		if i == shown {
			fmt.Fprintf(a.out, "  … and %d more; %s\n", n-i, where)
			break
		}
		only := "only there"
		if d.Here {
			only = "only here"
		}
		if d.Now {
			only += ", now"
		}
		fmt.Fprintf(a.out, "  %s, %s of %s from %s until %s: %s\n", safe(d.Login), d.Relation, safe(d.Group), when(&d.From), when(d.Until), a.yellow(only))
	}
}

func (a *app) drawLine(l discordaccess.Line) {
	mark := a.yellow("changed")
	switch l.Fate {
	case discordaccess.Left:
		mark = a.red("left   ")
	case discordaccess.Earlier:
		mark = "here   "
	}
	fmt.Fprintf(a.out, "  %s %s %s (%s): %s\n", mark, l.Table, safe(l.ID), safe(l.What), safe(l.Why))
}
