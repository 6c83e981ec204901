package demo

import (
	"time"

	"github.com/sallyport/sallyport"
)

func days(n int) sallyport.Duration { return sallyport.Duration(n) * sallyport.Day }

func hours(n int) sallyport.Duration { return sallyport.Duration(time.Duration(n) * time.Hour) }

func manual(group, steps string) *sallyport.Fulfilment {
	return &sallyport.Fulfilment{Kind: sallyport.FulfilManual, Assignee: "group:" + group, Steps: steps}
}

func flow(stages ...sallyport.StageSpec) *sallyport.Flow { return &sallyport.Flow{Stages: stages} }

func stage(name string, approvers ...string) sallyport.StageSpec {
	return sallyport.StageSpec{Name: name, Approvers: approvers}
}

func upTo(greatest int, presets ...int) *sallyport.Durations {
	d := sallyport.Durations{Max: days(greatest)}
	for _, p := range presets {
		d.Presets = append(d.Presets, days(p))
	}
	if len(presets) > 0 {
		d.Default = days(presets[0])
	}
	return &d
}

// fixedResources are those that guides and tests name; the groups come first, since the others name them.
func fixedResources() []sallyport.NewResource {
	manager, owners := sallyport.ExprManager, sallyport.ExprOwners
	return []sallyport.NewResource{
		{Kind: sallyport.KindGroup, Slug: "security", Name: "Security", Description: "The security team. Decides about access to what is sensitive."},
		{Kind: sallyport.KindGroup, Slug: "it", Name: "IT", Description: "The people who hand over equipment and set up accounts."},
		{Kind: sallyport.KindApp, Slug: "vpn", Name: "VPN", Description: "The network of the company from anywhere.",
			Flow:       flow(stage("Manager", manager), sallyport.StageSpec{Name: "Security", Approvers: []string{"group:security"}, Rule: "any"}),
			Fulfilment: manual("it", "Add the person to the VPN gateway and send them their profile.")},
		{Kind: sallyport.KindApp, Slug: "wiki", Name: "Wiki", Description: "What the company knows, written down.", Flow: flow(stage("Owners", owners)), Owners: []string{"lead"}},
		{Kind: sallyport.KindApp, Slug: "laptop", Name: "Laptop", Description: "A laptop, handed over by IT and returned at the end.", Physical: true,
			Flow: flow(stage("Manager", manager)), Fulfilment: manual("it", "Prepare the model that was asked for and send it to the address."),
			Form: &sallyport.Form{Fields: []sallyport.Field{
				{Name: "model", Title: "Model", Type: sallyport.FieldChoice, Required: true, Choices: []string{"14 inch", "16 inch"}, Help: "The larger one weighs 2.1 kg."},
				{Name: "address", Title: "Where to send it", Type: sallyport.FieldLongText, Sensitive: true, Help: "Leave empty to fetch it at the IT desk."}}}},
		{Kind: sallyport.KindApp, Slug: "github", Name: "GitHub", Description: "Source code and reviews.", Owners: []string{"owner"}},
		{Kind: sallyport.KindEntitlement, App: "github", Slug: "github.engineering", Name: "Engineering", Description: "Read and write the company's repositories.",
			Flow: flow(stage("Owners of the app", sallyport.ExprAppOwners))},
		{Kind: sallyport.KindRole, Slug: "backend-engineer", Name: "Backend engineer", Description: "What everybody who works on the services needs from the first day.",
			Flow: flow(stage("Owners", owners)), Owners: []string{"lead"}},
		{Kind: sallyport.KindWorkOrder, Slug: "reset-mfa", Name: "Reset MFA", Description: "A new second factor, when the old one is lost.",
			Flow: flow(stage("Manager", manager)), Fulfilment: manual("it", "Call the person back on the number in the directory before you reset anything.")},
	}
}

type part struct {
	slug, name, description string
	greatest                int // days; 0: any length
	sensitive               bool
}

type app struct {
	slug, name, description, owner string
	physical                       bool
	parts                          []part
}

// apps are the generated ones beside the fixed four and Sallyport itself.
var apps = []app{
	{"aws", "AWS", "Accounts in the cloud.", "cem.arslan", false, []part{
		{"production-read", "Production, read", "Look at production: metrics, logs, configuration.", 90, false},
		{"production-admin", "Production, administrator", "Change anything in production. For incidents and planned work.", 1, true},
		{"staging", "Staging", "Everything in the staging account.", 180, false},
		{"billing", "Billing", "Invoices and budgets.", 0, false},
		{"security-audit", "Security audit", "Read every configuration and its history.", 90, true},
		{"sandbox", "Sandbox", "An account of one's own to try things.", 0, false}}},
	{"salesforce", "Salesforce", "Customers, offers and contracts.", "diego.morales", false, []part{
		{"sales-user", "Sales user", "Work with one's own customers.", 0, false},
		{"reports", "Reports", "Read pipeline and forecast.", 0, false},
		{"campaigns", "Campaigns", "Plan campaigns and see who answered.", 180, false},
		{"administrator", "Administrator", "Change fields, flows and users.", 30, true}}},
	{"snowflake", "Snowflake", "The data warehouse.", "arjun.mehta", false, []part{
		{"analyst", "Analyst", "Query the modelled data.", 0, false},
		{"finance-marts", "Finance marts", "Revenue and cost in detail.", 90, true},
		{"raw", "Raw data", "Unmodelled events, with personal data.", 14, true},
		{"engineer", "Engineer", "Create tables and pipelines.", 180, false}}},
	{"datadog", "Datadog", "Metrics, traces and alerts.", "cem.arslan", false, []part{
		{"viewer", "Viewer", "Look at dashboards.", 0, false},
		{"responder", "Responder", "Acknowledge and silence alerts.", 180, false},
		{"administrator", "Administrator", "Change monitors and users.", 30, true}}},
	{"figma", "Figma", "Design files.", "liam.gallagher", false, []part{
		{"viewer", "Viewer", "Look and comment.", 0, false},
		{"editor", "Editor", "Draw and publish.", 0, false},
		{"administrator", "Administrator", "Change teams and seats.", 30, true}}},
	{"zendesk", "Zendesk", "Support tickets.", "jamal.edwards", false, []part{
		{"agent", "Agent", "Answer customers.", 0, false},
		{"light-agent", "Light agent", "Read and comment inside.", 0, false},
		{"administrator", "Administrator", "Change queues and automations.", 30, true}}},
	{"payroll", "Payroll", "Salaries.", "helena.novakova", false, []part{
		{"preparer", "Preparer", "Prepare a pay run.", 90, true},
		{"approver", "Approver", "Release a pay run. Never the one who prepared it.", 90, true}}},
	{"badge", "Building badge", "Opens the doors; returned at the end.", "katarzyna.nowak", true, nil},
}

// moreOfGithub are entitlements beside the fixed one.
var moreOfGithub = []part{
	{"platform-admins", "Platform admins", "Settings, runners and secrets of the organization.", 30, true},
	{"security-alerts", "Security alerts", "See what the scanners found.", 90, false},
	{"billing", "Billing", "Seats and invoices.", 0, false},
	{"contractors", "Contractors", "Write to the repositories of one project.", 90, false},
}

// groups stand on their own.
var groups = []struct{ slug, name, description, owner string }{
	{"helpdesk", "Helpdesk", "Takes the first call.", "kwame.asante"},
	{"facilities", "Facilities", "Keeps the buildings.", "katarzyna.nowak"},
	{"on-call", "On call", "Who is paged at night.", "cem.arslan"},
	{"incident-commanders", "Incident commanders", "Lead an incident when there is one.", "noor.rahman"},
	{"architecture-circle", "Architecture circle", "Meets every second Tuesday.", "grace.mbeki"},
	{"launch-team", "Launch team", "Prepares the launch in autumn.", "eleni.georgiou"},
}

// orders are the generated work orders.
var orders = []struct{ slug, name, description, group string }{
	{"restore-backup", "Restore a backup", "Bring back a file, a database or a machine as it was.", "helpdesk"},
	{"new-repository", "New repository", "With the usual protections and checks.", "helpdesk"},
	{"meeting-room-equipment", "Equip a meeting room", "Screen, camera and cables where they are missing.", "facilities"},
	{"move-desk", "Move a desk", "To another room or floor.", "facilities"},
	{"rotate-shared-secret", "Rotate a shared secret", "When somebody saw it who should not have.", "helpdesk"},
}

// generated makes the resources beside the fixed ones, in an order in which each names only what is there.
func generated() []sallyport.NewResource {
	var all []sallyport.NewResource
	for _, g := range groups {
		all = append(all, sallyport.NewResource{Kind: sallyport.KindGroup, Slug: g.slug, Name: g.name, Description: g.description, Owners: []string{g.owner}})
	}
	parts := func(app string, list []part) {
		for _, p := range list {
			r := sallyport.NewResource{Kind: sallyport.KindEntitlement, App: app, Slug: app + "." + p.slug, Name: p.name, Description: p.description}
			r.Flow = flow(stage("Manager", sallyport.ExprManager), stage("Owners of the app", sallyport.ExprAppOwners))
			if p.sensitive {
				r.Flow.Stages = append(r.Flow.Stages, stage("Security", "group:security"))
				r.Flow.Stages[0].RemindAfter, r.Flow.Stages[0].EscalateAfter, r.Flow.Stages[0].EscalateTo = days(1), days(3), []string{sallyport.ExprManager2}
			}
			switch {
			case p.greatest == 1:
				r.Durations = &sallyport.Durations{Max: hours(24), Presets: []sallyport.Duration{hours(1), hours(4), hours(8)}, Default: hours(4)}
			case p.greatest > 0:
				r.Durations = upTo(p.greatest, max(p.greatest/3, 1), p.greatest)
			}
			all = append(all, r)
		}
	}
	for _, a := range apps {
		r := sallyport.NewResource{Kind: sallyport.KindApp, Slug: a.slug, Name: a.name, Description: a.description, Owners: []string{a.owner}, Physical: a.physical}
		if a.physical {
			r.Fulfilment = manual("facilities", "Print it, hand it over against a signature, and write its number into the evidence.")
			r.Form = &sallyport.Form{Fields: []sallyport.Field{
				{Name: "building", Title: "Building", Type: sallyport.FieldChoice, Required: true, Choices: []string{"Harbour", "Mill", "North yard"}},
				{Name: "lost", Title: "It replaces one that was lost", Type: sallyport.FieldCheckbox},
				{Name: "number", Title: "Number of the lost one", Type: sallyport.FieldText, Pattern: "[0-9]{6}", Help: "Six digits, on the back of its sleeve.",
					VisibleIf: &sallyport.Condition{Field: "lost", In: []string{"true"}}}}}
		}
		all = append(all, r)
		parts(a.slug, a.parts)
	}
	parts("github", moreOfGithub)
	for _, o := range orders {
		all = append(all, sallyport.NewResource{Kind: sallyport.KindWorkOrder, Slug: o.slug, Name: o.name, Description: o.description,
			Flow: flow(stage("Manager", sallyport.ExprManager)), Fulfilment: manual(o.group, ""),
			Form: &sallyport.Form{Fields: []sallyport.Field{{Name: "what", Title: "What exactly", Type: sallyport.FieldLongText, Required: true}}}})
	}
	return all
}
