package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// everyday is what a department's people hold from their first day.
var everyday = map[string][]string{
	"Engineering":      {"github.security-alerts", "datadog.viewer", "aws.staging"},
	"Security":         {"github.security-alerts", "datadog.viewer", "aws.production-read"},
	"IT":               {"datadog.viewer", "zendesk.light-agent"},
	"Finance":          {"snowflake.analyst", "salesforce.reports"},
	"People":           {"zendesk.light-agent"},
	"Sales":            {"salesforce.sales-user", "salesforce.reports"},
	"Marketing":        {"salesforce.campaigns", "figma.viewer"},
	"Customer Support": {"zendesk.agent", "salesforce.reports"},
	"Operations":       {"salesforce.reports"},
	"Product":          {"figma.viewer", "snowflake.analyst", "datadog.viewer"},
	"Design":           {"figma.editor"},
	"Management":       {"salesforce.reports", "snowflake.analyst"},
}

// members are those of groups and of what is built in.
var members = map[string][]string{
	"security":                    {"security"},
	"it":                          {"it"},
	"sallyport.admin":             {"admin"},
	"sallyport.auditor":           {"auditor"},
	"sallyport.catalogue-manager": {"kwame.asante"},
	"helpdesk":                    {"mei-ling.chou", "dario.conti", "ruta.kazlauskaite"},
	"facilities":                  {"leo.marchetti", "maya.cohen"},
	"on-call":                     {"magnus.dahl", "oskar.zielinski", "rina.suzuki", "viktor.nagy"},
	"incident-commanders":         {"noor.rahman", "cem.arslan"},
	"architecture-circle":         {"lead", "owner", "grace.mbeki", "arjun.mehta", "bianca.ferrari"},
	"launch-team":                 {"eleni.georgiou", "felix.braun", "isabelle.moreau", "employee"},
}

// lives is what the personas hold in generated resources: slug, and the days until it ends, 0 for no end.
var lives = map[string][]struct {
	slug string
	ends int
}{
	"employee": {{"datadog.viewer", 0}, {"aws.staging", 5}, {"aws.production-read", 12}, {"snowflake.analyst", 2}, {"figma.viewer", 45}, {"aws.sandbox", 0}, {"badge", 0}},
	"teammate": {{"datadog.viewer", 0}, {"aws.staging", 60}, {"figma.editor", 0}, {"aws.sandbox", 9}, {"badge", 0}, {"github.contractors", 30}},
	"lead":     {{"datadog.responder", 80}, {"aws.staging", 90}, {"aws.production-read", 7}, {"snowflake.analyst", 0}, {"figma.viewer", 0}, {"badge", 0}},
	"security": {{"datadog.viewer", 0}, {"aws.security-audit", 40}, {"github.security-alerts", 60}, {"badge", 0}},
	"it":       {{"datadog.viewer", 0}, {"zendesk.light-agent", 0}, {"badge", 0}, {"aws.sandbox", 20}},
	"owner":    {{"datadog.viewer", 0}, {"aws.staging", 33}, {"badge", 0}, {"figma.viewer", 0}},
	"auditor":  {{"snowflake.finance-marts", 50}, {"salesforce.reports", 0}, {"badge", 0}},
	"admin":    {{"datadog.viewer", 0}, {"zendesk.light-agent", 0}, {"badge", 0}, {"aws.billing", 0}},
}

// layMembers gives what people hold without having asked.
func (c *company) layMembers() error {
	c.at(c.begin.Add(2 * time.Hour))
	slugs := make([]string, 0, len(members))
	for slug := range members {
		slugs = append(slugs, slug)
	}
	slices.Sort(slugs)
	for _, slug := range slugs {
		for _, login := range members[slug] {
			if err := c.give(login, slug, sallyport.Member, 0, "a member since before Sallyport"); err != nil {
				return err
			}
		}
	}
	for i, login := range c.logins {
		u := c.users[login]
		for j, slug := range everyday[u.Department] {
			length := sallyport.Duration(0)
			if greatest := c.resources[slug].Durations.Max; greatest > 0 {
				length = greatest
			} else if (i+j)%9 == 0 {
				length = days(int(past.Hours())/24 + 3 + (i*7+j)%60) // some of these end in the days to come
			}
			if err := c.give(login, slug, sallyport.Member, length, "belongs to the work of "+u.Department); err != nil {
				return err
			}
		}
	}
	return nil
}

// backend are the members of the role; none of the personas is.
var backend = []string{"birgit.hansen", "chukwuemeka.obi", "eoin.murphy", "fernanda.lima", "giorgos.nikolaidis"}

// layRoles gives the role what it reaches, and its members, and marks what is dangerous with a tag.
func (c *company) layRoles() error {
	role := c.resources["backend-engineer"]
	for _, slug := range []string{"vpn", "github.engineering"} {
		if _, err := c.s.Access.AddGrantTx(c.ctx, c.tx, c.system, access.NewGrant{Subject: sallyport.Subject{Kind: sallyport.SubjectRole, ID: role.ID}, Resource: c.resources[slug],
			Relation: sallyport.Member, Origin: sallyport.OriginGiven, ReasonKind: "direct", Reason: "part of the job", NoEnd: true}); err != nil {
			return fmt.Errorf("%s for the role: %w", slug, err)
		}
	}
	for _, login := range backend {
		if err := c.give(login, role.Slug, sallyport.Member, 0, "works on the services"); err != nil {
			return err
		}
	}
	// What a role gives becomes tasks when a worker looks at it; here that happened long ago.
	due, err := c.tx.ClaimProvisions(c.ctx, store.Claim{Lane: store.LaneAdd, By: "demo", Lease: time.Minute, Limit: 100})
	if err != nil {
		return err
	}
	for _, p := range due {
		if _, _, err := c.s.Access.Prepare(c.ctx, p); err != nil {
			return err
		}
	}
	t, err := c.s.SaveTag(c.ctx, c.system, "", sallyport.Tag{Name: "Dangerous", Description: "What can stop the company.", Enabled: true,
		Constraints: sallyport.Constraints{sallyport.MemberTimeLimit: days(7), sallyport.RequireMemberReason: true, sallyport.ForbidSelfMember: true, sallyport.NoStandingAccess: true}}, true)
	if err != nil {
		return err
	}
	return c.s.AttachTag(c.ctx, c.system, "aws.production-admin", t.ID, true)
}

// layLives gives the personas what they hold, shortly before now, so that ends lie where the plan says.
func (c *company) layLives() error {
	for _, p := range fixed {
		for i, l := range lives[p.login] {
			given := c.end.Add(-time.Duration(20+i) * 24 * time.Hour)
			length := sallyport.Duration(0)
			if greatest := c.resources[l.slug].Durations.Max; l.ends > 0 {
				length = days(l.ends + 20 + i)
				if greatest > 0 && length > greatest {
					length = min(greatest, days(l.ends)+sallyport.Duration(6*time.Hour))
					given = c.end.Add(-(length - days(l.ends)).Std())
				}
			}
			c.plan(given, func() error {
				return c.give(p.login, l.slug, sallyport.Member, length, "needed for the work of "+p.department)
			})
		}
	}
	return nil
}
