package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// What stands between these lines of the page was written by a person and stays.
const (
	handBegin = "<!-- written by hand: begin -->"
	handEnd   = "<!-- written by hand: end -->"
)

// budget is the p99 in milliseconds that the architecture gives a call; 0 where it gives none.
func budget(r Run, c Cell) float64 {
	switch c.Kind {
	case kindPage:
		return map[string]float64{"sqlite": 100, "postgres": 50}[r.Engine]
	case kindAttach:
		return 20
	}
	return 0
}

// report writes the page about all results, and keeps what was written by hand.
func (a *Results) report(path string) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	hand := "\nNothing was written here yet.\n"
	if _, rest, ok := strings.Cut(string(old), handBegin); ok {
		if kept, _, ok := strings.Cut(rest, handEnd); ok {
			hand = kept
		}
	}
	var w strings.Builder
	w.WriteString("# How fast\n\nWritten by `make bench` (and `make bench SIZE=10`), but for the part that says so. Times are milliseconds, of calls over HTTP by clients on the same machine " +
		"as the server and its database, which take their share of its cores; each client calls again as soon as it has its answer. " +
		"Size 1 is 10,000 people, 2,000 resources, 200 roles and 1,000,000 grants, history included.\n\n" +
		"A budget is a p99: 50 ms of any page's call on PostgreSQL, 100 ms on SQLite, 20 ms to attach a role of 5,000 members. A figure over it is **bold**. With 64 clients that never pause, a call takes 64 times " +
		"what one costs all cores together, however fast it is: that column tells how many calls a second there are, and what a crowd waits.\n")
	a.missed(&w)
	w.WriteString("\n## What misses its budget and why\n\n" + handBegin + hand + handEnd + "\n\n## Growth\n\n![time of calls against size](curves.svg)\n")
	for _, r := range a.Runs {
		if !r.Curve {
			r.section(&w)
		}
	}
	return os.WriteFile(path, []byte(w.String()), 0o644)
}

// missed lists what is over its budget with one client, and with eight.
func (a *Results) missed(w *strings.Builder) {
	for _, clients := range []int{1, 8} {
		fmt.Fprintf(w, "\n## Over budget with %s\n\n", map[int]string{1: "one client", 8: "eight clients"}[clients])
		var lines []string
		for _, r := range a.Runs {
			for _, c := range r.Cells {
				if b := budget(r, c); b > 0 && c.P99 > b && c.Clients == clients && !r.Curve {
					lines = append(lines, fmt.Sprintf("| %s | %g | %s: %s | %s | %s | %g |\n", r.Engine, r.Size, c.Page, c.Name, ms(c.P50), ms(c.P99), b))
				}
			}
		}
		if len(lines) == 0 {
			w.WriteString("Nothing.\n")
			continue
		}
		w.WriteString("| database | size | call | p50 | p99 | budget |\n| --- | --: | --- | --: | --: | --: |\n" + strings.Join(lines, ""))
	}
}

func ms(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// section is one run: where it was made, its figures, and how they compare.
func (r Run) section(w *strings.Builder) {
	m := r.Machine
	fmt.Fprintf(w, "\n## %s, size %g\n\n%s. %s, %d cores, %s of memory, %s, %s, %s.\n\n", m.Database, r.Size, r.Date.Format("2 January 2006, 15:04 MST"),
		m.CPU, m.Cores, bytesText(m.Memory), m.System, m.Go, "client and database on the same machine")
	settled := ""
	if r.SettleSeconds > 0 { // runs of before did not wait for it
		settled = fmt.Sprintf(", had told everybody what ends soon after %.0f s, whereupon the figures begin,", r.SettleSeconds)
	}
	fmt.Fprintf(w, "%d people, %d resources, %d roles, %d grants of which %d live, %d requests, %d events; laid out in %.0f s. The server was ready after %.2f s%s and had %s at the end.",
		r.Company.Users, r.Company.Resources, r.Company.Roles, r.Company.Grants, r.Living, r.Company.Requests, r.Company.Events, r.SeedSeconds, r.StartSeconds, settled, bytesText(r.Memory))
	if r.FirstStartSeconds > 0 {
		fmt.Fprintf(w, " With nothing in it, it started in %.2f s (budget 1 s) and had %s after %.0f s of idling (budget 100 MB).", r.FirstStartSeconds, bytesText(r.IdleMemory), r.IdleSeconds)
	}
	w.WriteString("\n\n")
	r.ratios(w)
	var clients []int
	for _, c := range r.Cells {
		if !slices.Contains(clients, c.Clients) {
			clients = append(clients, c.Clients)
		}
	}
	slices.Sort(clients)
	w.WriteString("| page | call |")
	for _, n := range clients {
		fmt.Fprintf(w, " %d: p50 | p95 | p99 | /s |", n)
	}
	w.WriteString("\n| --- | --- |" + strings.Repeat(" --: | --: | --: | --: |", len(clients)) + "\n")
	var seen []string
	for _, c := range r.Cells {
		if name := c.Page + "\x00" + c.Name; !slices.Contains(seen, name) {
			seen = append(seen, name)
			r.line(w, c.Page, c.Name, clients)
		}
	}
	for i, f := range r.Facts {
		if i == 0 {
			w.WriteString("\n")
		}
		w.WriteString("- " + f + "\n")
	}
}

func (r Run) line(w *strings.Builder, page, name string, clients []int) {
	fmt.Fprintf(w, "| %s | %s |", page, name)
	for _, n := range clients {
		c, ok := r.cell(page, name, n)
		if !ok {
			w.WriteString(" | | | |")
			continue
		}
		p99 := ms(c.P99)
		if b := budget(r, c); b > 0 && c.P99 > b {
			p99 = "**" + p99 + "**"
		}
		fmt.Fprintf(w, " %s | %s | %s | %.0f |", ms(c.P50), ms(c.P95), p99, c.PerSecond)
	}
	w.WriteString("\n")
}

// ratios sets the work beside what the database and the server do when there is none.
func (r Run) ratios(w *strings.Builder) {
	var head, raw, bare, inside, over, slow, mid strings.Builder
	for _, n := range []int{1, 8, 64} {
		commit, ok := r.cell("database", "a raw commit of one row", n)
		if !ok {
			continue
		}
		handler, _ := r.cell("server", "a bare handler: GET /healthz", n)
		in, _ := r.cell("database", "ask, approve, grant without the API", n)
		out, _ := r.cell("decide", "ask, approve, grant: two calls", n)
		var rates []float64
		for _, c := range r.Cells {
			if c.Kind == kindPage && c.Clients == n {
				rates = append(rates, c.PerSecond)
			}
		}
		slices.Sort(rates)
		fmt.Fprintf(&head, " %d |", n)
		fmt.Fprintf(&raw, " %.0f/s |", commit.PerSecond)
		fmt.Fprintf(&bare, " %.0f/s |", handler.PerSecond)
		// Each cycle commits twice; the budget counts cycles.
		fmt.Fprintf(&inside, " %.0f/s: %.2f of the raw commits, %.2f counting both commits |", in.PerSecond, in.PerSecond/commit.PerSecond, 2*in.PerSecond/commit.PerSecond)
		fmt.Fprintf(&over, " %.0f/s: %.2f, %.2f |", out.PerSecond, out.PerSecond/commit.PerSecond, 2*out.PerSecond/commit.PerSecond)
		if len(rates) > 0 {
			fmt.Fprintf(&slow, " %.0f/s: %.4f |", rates[0], rates[0]/handler.PerSecond)
			fmt.Fprintf(&mid, " %.0f/s: %.3f |", rates[len(rates)/2], rates[len(rates)/2]/handler.PerSecond)
		}
	}
	if head.Len() == 0 {
		return
	}
	n := strings.Count(head.String(), "|")
	w.WriteString("| clients |" + head.String() + "\n| --- |" + strings.Repeat(" --: |", n) + "\n| raw commits of one row |" + raw.String() + "\n| ask, approve, grant by the functions; budget 0.5 of the raw commits |" + inside.String() +
		"\n| ask, approve, grant by the API |" + over.String() + "\n| a bare handler |" + bare.String() + "\n| the page call of the middle, and of the bare handler |" + mid.String() +
		"\n| the slowest page call |" + slow.String() + "\n\n")
}
