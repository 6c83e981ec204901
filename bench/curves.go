package main

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
)

// drawn are the calls whose growth is shown, a panel each.
var drawn = [][2]string{
	{"home", "me, with counts"}, {"home", "what waits for my vote"}, {"catalogue", "search in the catalogue"}, {"anywhere", "search in everything"},
	{"resource", "who has it"}, {"resource", "history of a resource"}, {"resource", "holders of what 50 roles reach"}, {"person", "a person's access"},
	{"person", "access of a person with 30 roles"}, {"person", "a person's access half a year ago"}, {"person", "compare two people"}, {"people", "search for people"},
	{"expiring", "what ends in the company"}, {"audit", "the newest of the log"}, {"role", "attach a role of 5,000 members to one of 20 resources"}, {"decide", "ask, approve, grant: two calls"},
}

const (
	panelWidth, panelHeight = 240, 150
	across                  = 4
)

// curves draws p95 with one client against the number of grants, small panels side by side, readable on light and dark.
func (a *Results) curves() string {
	var w strings.Builder
	rows := (len(drawn) + across - 1) / across
	width, height := across*panelWidth+20, rows*panelHeight+70
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="p95 of calls against the number of grants">
<style>
text { font: 11px system-ui, sans-serif; fill: #333 } .title { font-weight: 600 } .axis { stroke: #bbb; fill: none } .budget { stroke: #999; stroke-dasharray: 3 3 }
.sqlite { stroke: #b45309; fill: none; stroke-width: 1.8 } .postgres { stroke: #1d4ed8; fill: none; stroke-width: 1.8 } circle.sqlite { fill: #b45309 } circle.postgres { fill: #1d4ed8 } .back { fill: #fff }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .axis { stroke: #555 } .sqlite { stroke: #fbbf24 } .postgres { stroke: #93c5fd } circle.sqlite { fill: #fbbf24 } circle.postgres { fill: #93c5fd } .back { fill: #161616 } }
</style>
<rect class="back" width="%d" height="%d"/>
<text x="14" y="22" class="title">p95 in milliseconds, one client, against the number of grants (a line per database)</text>
<circle class="sqlite" cx="20" cy="38" r="3.5"/><text x="28" y="42">SQLite</text><circle class="postgres" cx="90" cy="38" r="3.5"/><text x="98" y="42">PostgreSQL</text>
`, width, height, width, height, width, height)
	for i, d := range drawn {
		a.panel(&w, d[0], d[1], 10+float64(i%across*panelWidth), 55+float64(i/across*panelHeight))
	}
	w.WriteString("</svg>\n")
	return w.String()
}

type point struct{ grants, ms float64 }

func (a *Results) points(engine, page, name string) (list []point) {
	for _, r := range a.Runs {
		if c, ok := r.cell(page, name, 1); ok && r.Engine == engine {
			list = append(list, point{float64(r.Company.Grants), c.P95})
		}
	}
	return list
}

func (a *Results) panel(w *strings.Builder, page, name string, x, y float64) {
	left, top, right, bottom := x+34, y+22, x+panelWidth-16, y+panelHeight-26
	all := map[string][]point{"postgres": a.points("postgres", page, name), "sqlite": a.points("sqlite", page, name)}
	most, low, high := 1.0, math.Inf(1), 1.0
	for _, list := range all {
		for _, p := range list {
			most, low, high = max(most, p.ms), min(low, p.grants), max(high, p.grants)
		}
	}
	most = nice(most)
	title := name
	if len([]rune(title)) > 38 {
		title = string([]rune(title)[:37]) + "…"
	}
	fmt.Fprintf(w, `<text class="title" x="%.0f" y="%.0f">%s</text><title>%s</title>`+"\n", x+4, y+14, html.EscapeString(title), html.EscapeString(page+": "+name))
	fmt.Fprintf(w, `<path class="axis" d="M%.1f %.1fV%.1fH%.1f"/><text x="%.0f" y="%.0f" text-anchor="end">%g</text><text x="%.0f" y="%.0f" text-anchor="end">0</text>`+"\n",
		left, top, bottom, right, left-4, top+5, most, left-4, bottom+3)
	at := func(p point) (float64, float64) {
		part := 0.5
		if high > low {
			part = (math.Log(p.grants) - math.Log(low)) / (math.Log(high) - math.Log(low))
		}
		return left + 8 + part*(right-left-16), bottom - p.ms/most*(bottom-top)
	}
	var ticks []float64
	for _, engine := range []string{"sqlite", "postgres"} {
		var path []string
		for _, p := range all[engine] {
			px, py := at(p)
			path = append(path, fmt.Sprintf("%.1f %.1f", px, py))
			fmt.Fprintf(w, `<circle class="%s" cx="%.1f" cy="%.1f" r="2.5"><title>%s</title></circle>`, engine, px, py,
				html.EscapeString(fmt.Sprintf("%s, %.0f grants: %s ms", engine, p.grants, ms(p.ms))))
			if !slices.Contains(ticks, p.grants) {
				ticks = append(ticks, p.grants)
				fmt.Fprintf(w, `<text x="%.1f" y="%.1f" text-anchor="middle">%s</text>`, px, bottom+15, grantsText(p.grants))
			}
		}
		if len(path) > 1 {
			fmt.Fprintf(w, `<path class="%s" d="M%s"/>`+"\n", engine, strings.Join(path, "L"))
		}
	}
}

// nice is a round number not below v.
func nice(v float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 5, 10} {
		if n*unit >= v {
			return n * unit
		}
	}
	return v
}

func grantsText(n float64) string {
	switch {
	case n >= 1e6:
		return fmt.Sprintf("%gM", n/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%gk", n/1e3)
	}
	return fmt.Sprintf("%g", n)
}
