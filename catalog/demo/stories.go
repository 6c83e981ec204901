package demo

import (
	"math/rand/v2"
	"time"

	"github.com/sallyport/sallyport"
)

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// wishes are what people of a department ask for, beside what everyone does.
var wishes = map[string][]string{
	"Engineering":      {"aws.production-read", "aws.production-admin", "github.platform-admins", "datadog.responder", "snowflake.analyst", "github.engineering", "on-call", "aws.sandbox"},
	"Security":         {"aws.security-audit", "github.platform-admins", "datadog.administrator"},
	"IT":               {"aws.sandbox", "datadog.responder", "zendesk.administrator"},
	"Finance":          {"snowflake.finance-marts", "payroll.preparer", "payroll.approver", "aws.billing", "github.billing"},
	"People":           {"payroll.preparer", "salesforce.reports"},
	"Sales":            {"salesforce.administrator", "snowflake.analyst", "zendesk.light-agent"},
	"Marketing":        {"figma.editor", "salesforce.reports", "launch-team", "snowflake.analyst"},
	"Customer Support": {"zendesk.administrator", "snowflake.analyst", "datadog.viewer"},
	"Operations":       {"snowflake.analyst", "zendesk.light-agent"},
	"Legal":            {"salesforce.reports", "zendesk.light-agent", "github.contractors"},
	"Product":          {"figma.editor", "snowflake.raw", "launch-team", "aws.staging"},
	"Design":           {"figma.administrator", "zendesk.light-agent", "snowflake.analyst"},
	"Management":       {"snowflake.finance-marts", "salesforce.reports"},
}

var everyone = []string{"vpn", "wiki", "badge", "laptop", "move-desk", "restore-backup", "meeting-room-equipment", "reset-mfa"}

var reasons = []string{
	"The report for the quarter is due on Friday.", "I take over from a colleague who is on parental leave.", "Needed to find out why the import failed last night.",
	"We move the service to the new cluster this month.", "For the audit that begins on Monday.", "My old access ended and the project goes on.",
	"I join the rota from next week.", "A customer asked for numbers that only this shows.", "To review the change before it goes live.",
	"I work from home two days a week from now on.", "New in the team; the checklist says that I need it.", "For the incident of this morning.",
}

var denials = []string{"Please use the reports instead; they have what you need.", "Not for this long: ask again for the days of the audit.", "The project was moved to spring; ask again then."}

// answersFor fills the form of what is asked for.
func (c *company) answersFor(slug string) map[string]any {
	switch slug {
	case "laptop":
		return map[string]any{"model": pick(c.rng, "14 inch", "16 inch"), "address": pick(c.rng, "12 Quay Street, third floor", "4 Mill Lane", "To the IT desk, please")}
	case "badge":
		if c.rng.IntN(3) == 0 {
			return map[string]any{"building": "Harbour", "lost": true, "number": "204417"}
		}
		return map[string]any{"building": pick(c.rng, "Harbour", "Mill", "North yard")}
	}
	if len(c.resources[slug].Form.Fields) > 0 {
		return map[string]any{"what": pick(c.rng, "The folder “Contracts 2025”, as of last Monday.", "From room 2.14 to 3.02.", "The key of the staging database.", "Room Lighthouse has no camera.")}
	}
	return nil
}

// layRequests plans half a year of requests, more of them lately, and the ones that are under way now.
func (c *company) layRequests() error {
	for i := range 78 {
		share := c.rng.Float64()
		ago := time.Duration(share * share * float64(past-5*24*time.Hour))
		at := c.end.Add(-ago - 36*time.Hour)
		at = at.Truncate(24 * time.Hour).Add(time.Duration(7*3600+c.rng.IntN(9*3600)) * time.Second)
		login := pick(c.rng, c.logins...)
		options := append(append([]string{}, wishes[c.users[login].Department]...), everyone...)
		slug := pick(c.rng, options...)
		s := story{requester: login, beneficiary: login, slug: slug, reason: pick(c.rng, reasons...), at: at, length: c.lengthFor(slug), answers: c.answersFor(slug),
			pace: time.Duration(20+c.rng.IntN(600)) * time.Minute, outcome: "approve"}
		switch i % 13 {
		case 3:
			s.outcome, s.comment = "deny", pick(c.rng, denials...)
		case 6:
			s.outcome, s.comment = "cancel", "no longer needed"
		case 8:
			s.outcome = "ignore"
		case 10:
			s.outcome, s.comment = "reject", "The model that was asked for is not made any more; please choose another."
			s.slug = pick(c.rng, "laptop", "badge", "move-desk")
			s.length, s.answers = c.lengthFor(s.slug), c.answersFor(s.slug)
		case 11: // a manager asks for somebody of theirs
			if m := c.users[login].Manager; m != nil {
				s.requester = m.Login
			}
		}
		c.tell(s)
	}
	c.layPresent()
	return nil
}

func (c *company) lengthFor(slug string) sallyport.Duration {
	r := c.resources[slug]
	switch {
	case r.Kind == sallyport.KindWorkOrder:
		return 0
	case len(r.Durations.Presets) > 0:
		return pick(c.rng, r.Durations.Presets...)
	case slug == "laptop" || slug == "badge":
		return days(730)
	}
	return days(pick(c.rng, 7, 30, 30, 90, 180, 365))
}

// layPresent plans what the personas find when they sign in: something to decide, something to do, something that waits.
func (c *company) layPresent() {
	hour := time.Hour
	for _, s := range []story{
		{requester: "employee", slug: "github.contractors", length: days(30), reason: "I look after the two contractors of the payments project.", at: c.end.Add(-26 * hour), outcome: "ignore"},
		{requester: "employee", slug: "aws.production-admin", length: hours(4), reason: "The migration tonight, together with infrastructure.", at: c.end.Add(-5 * hour), outcome: "stop:2"},
		{requester: "employee", slug: "snowflake.raw", length: days(4), reason: "To find where the duplicate events come from.", at: c.end.Add(-20 * 24 * hour), outcome: "deny", comment: "The modelled tables have this; ask Arjun to show you."},
		{requester: "employee", slug: "figma.editor", length: days(30), reason: "I draw the diagrams for the launch.", at: c.end.Add(-9 * 24 * hour), outcome: "cancel", comment: "a colleague does it"},
		{requester: "teammate", slug: "aws.production-read", length: days(30), reason: "To see the timings of the new checkout.", at: c.end.Add(-3 * hour), outcome: "ignore"},
		{requester: "teammate", slug: "snowflake.analyst", length: days(90), reason: "Conversion by browser, for the plan.", at: c.end.Add(-30 * hour), outcome: "ignore"},
		{requester: "lead", beneficiary: "teammate", slug: "on-call", length: days(90), reason: "Joins the rota.", at: c.end.Add(-50 * hour), outcome: "approve"},
		{requester: "sanne.bakker", slug: "vpn", length: days(90), reason: "I work from home two days a week from now on.", at: c.end.Add(-7 * hour), outcome: "ignore"},
		{requester: "tariq.mansour", slug: "wiki", length: days(180), reason: "To write down what we learned from the incident.", at: c.end.Add(-28 * hour), outcome: "ignore"},
		{requester: "ula.wisniewska", slug: "vpn", length: days(30), reason: "Two weeks abroad.", at: c.end.Add(-31 * hour), outcome: "stop:2"},
		{requester: "viktor.nagy", slug: "vpn", length: days(90), reason: "On the rota at night.", at: c.end.Add(-56 * hour), outcome: "stop:3"},
		{requester: "yuki.nakamura", slug: "laptop", length: days(730), reason: "Mine is four years old.", at: c.end.Add(-40 * hour), outcome: "stop:2"},
		{requester: "wanjiru.kamau", slug: "github.engineering", length: days(180), reason: "New in the team.", at: c.end.Add(-6 * hour), outcome: "ignore"},
		{requester: "xavier.blanc", slug: "github.platform-admins", length: days(10), reason: "To replace the old runners.", at: c.end.Add(-45 * hour), outcome: "stop:3"},
		{requester: "freya.nielsen", slug: "reset-mfa", reason: "My phone fell into the harbour.", at: c.end.Add(-4 * hour), outcome: "stop:2"},
		{requester: "carmen.vega", slug: "badge", length: days(730), reason: "New in the team; the checklist says that I need it.", at: c.end.Add(-29 * hour), outcome: "claimed"},
		{requester: "pia.holm", slug: "snowflake.analyst", length: days(30), reason: "Which icons people press.", at: c.end.Add(-52 * hour), outcome: "ignore"},
		{requester: "pia.holm", slug: "snowflake.analyst", length: days(90), reason: "Which icons people press, over a season.", at: c.end.Add(-49 * hour), outcome: "ignore"},
	} {
		if s.beneficiary == "" {
			s.beneficiary = s.requester
		}
		s.answers, s.pace = c.answersFor(s.slug), 40*time.Minute
		c.tell(s)
	}
}
