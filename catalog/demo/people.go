package demo

import (
	"strings"
)

// domain is that of the demo company's addresses. It can never receive mail (RFC 2606).
const domain = "harbourline.example"

// Company is the name of the demo company.
const Company = "Harbourline"

type person struct {
	login, name, title, department, manager string
}

// fixed are the people that guides and tests name.
var fixed = []person{
	{"employee", "Ada Okafor", "Backend engineer", "Engineering", "lead"},
	{"teammate", "Tomás Herrera", "Frontend engineer", "Engineering", "lead"},
	{"lead", "Lena Fischer", "Team lead, Payments", "Engineering", "grace.mbeki"},
	{"security", "Samir Haddad", "Security engineer", "Security", "noor.rahman"},
	{"it", "Ingrid Solberg", "IT engineer", "IT", "kwame.asante"},
	{"owner", "Oliver Tan", "Developer platform lead", "Engineering", "grace.mbeki"},
	{"auditor", "Aiko Mori", "Internal auditor", "Finance", "helena.novakova"},
	{"admin", "Amara Diallo", "Systems administrator", "IT", "kwame.asante"},
}

// team is a lead and the people who report to them; the lead reports to over.
type team struct {
	department, over, lead, leadTitle, title string
	people                                   string
}

// teams is the company from the top down: a team's lead is known before its people are.
var teams = []team{
	{"Management", "", "Margaret Olsen", "Chief executive", "", ""},
	{"Engineering", "margaret.olsen", "Grace Mbeki", "VP Engineering", "", ""},
	{"Security", "margaret.olsen", "Noor Rahman", "Chief information security officer", "Security engineer", "Petr Dvořák; Yara Benali; Callum Reid"},
	{"IT", "margaret.olsen", "Kwame Asante", "Head of IT", "IT engineer", "Mei-Ling Chou; Dario Conti; Ruta Kazlauskaitė; Sven Bergström; Fatou Ndiaye"},
	{"Finance", "margaret.olsen", "Helena Nováková", "Chief financial officer", "Accountant", "Benedikt Maier; Chiara Russo; Omar Farouk; Lucy Whitfield; Tuomas Virtanen; Ines Carvalho; Rajesh Iyer"},
	{"People", "margaret.olsen", "Simone Laurent", "VP People", "People partner", "Hannah Schmidt; Adaeze Eze; Nikolai Petrov; Bridget O'Neill; Kenji Watanabe"},
	{"Sales", "margaret.olsen", "Diego Morales", "VP Sales", "Account executive", "Charlotte Dubois; Emre Yılmaz; Freya Nielsen; Marcus Johnson; Priya Nair; Stefan Popescu; Valentina Rossi; Wei Zhang; Zanele Dlamini; Anton Kovalenko; Beatriz Almeida; Conor Walsh"},
	{"Marketing", "margaret.olsen", "Isabelle Moreau", "VP Marketing", "Marketing manager", "Lukas Wagner; Nadia Hussein; Pablo Castillo; Sofia Andersson; Theo Papadopoulos; Umi Hasegawa"},
	{"Customer Support", "margaret.olsen", "Jamal Edwards", "Head of Support", "Support agent", "Agnieszka Wójcik; Bilal Khan; Carmen Vega; Daniel Levy; Elif Demir; Farah Aziz; Gustav Lindgren; Hyun-woo Park; Ivana Horvat; Joaquim Pinto"},
	{"Operations", "margaret.olsen", "Katarzyna Nowak", "Head of Operations", "Operations manager", "Leo Marchetti; Maya Cohen; Nils Haugen; Olga Ivanova"},
	{"Legal", "margaret.olsen", "Quentin Leroy", "General counsel", "Counsel", "Rosa Jiménez; Shira Ben-David; Thomas Keller"},
	{"Engineering", "grace.mbeki", "", "", "Backend engineer", ""},
	{"Engineering", "grace.mbeki", "Arjun Mehta", "Team lead, Data", "Data engineer", "Birgit Hansen; Chukwuemeka Obi; Daria Sokolova; Eoin Murphy; Fernanda Lima; Giorgos Nikolaidis"},
	{"Engineering", "grace.mbeki", "Bianca Ferrari", "Team lead, Mobile", "Mobile engineer", "Hugo Lefèvre; Ilse de Vries; Jun Takahashi; Kofi Mensah; Laura Gómez"},
	{"Engineering", "grace.mbeki", "Cem Arslan", "Team lead, Infrastructure", "Site reliability engineer", "Magnus Dahl; Nour El-Sayed; Oskar Zieliński; Paula Schneider; Quang Nguyen; Rina Suzuki"},
	{"Product", "margaret.olsen", "Eleni Georgiou", "VP Product", "Product manager", "Felix Braun; Gabriela Torres; Hiroshi Tanaka; Imani Njoroge; Jakub Svoboda; Klara Johansson"},
	{"Design", "eleni.georgiou", "Liam Gallagher", "Head of Design", "Product designer", "Mina Karimi; Noah Fraser; Oona Koskinen; Pia Holm; Rafael Souza"},
}

// under are people who report to somebody fixed.
var under = []struct{ manager, department, title, people string }{
	{"lead", "Engineering", "Backend engineer", "Sanne Bakker; Tariq Mansour; Ula Wiśniewska; Viktor Nagy"},
	{"owner", "Engineering", "Platform engineer", "Wanjiru Kamau; Xavier Blanc; Yuki Nakamura; Zsófia Tóth"},
}

// people lists everybody, managers before those who report to them.
func people() []person {
	var all []person
	add := func(name, title, department, manager string) string {
		p := person{login(name), name, title, department, manager}
		all = append(all, p)
		return p.login
	}
	for _, t := range teams {
		lead := t.over
		if t.lead != "" {
			lead = add(t.lead, t.leadTitle, t.department, t.over)
		}
		for name := range strings.SplitSeq(t.people, "; ") {
			if name != "" {
				add(name, t.title, t.department, lead)
			}
		}
	}
	for _, underFixed := range []bool{false, true} {
		for _, p := range fixed {
			if (p.manager == "lead") == underFixed {
				all = append(all, p)
			}
		}
	}
	for _, u := range under {
		for name := range strings.SplitSeq(u.people, "; ") {
			add(name, u.title, u.department, u.manager)
		}
	}
	return all
}

var plain = strings.NewReplacer("á", "a", "à", "a", "ã", "a", "č", "c", "é", "e", "è", "e", "ě", "e", "ė", "e", "í", "i", "ı", "i", "ł", "l", "ń", "n",
	"ö", "o", "ó", "o", "ř", "r", "ś", "s", "š", "s", "ú", "u", "ü", "u", "ý", "y", "ž", "z", "'", "", " ", ".")

// login makes first.last in plain letters out of a name.
func login(name string) string {
	return plain.Replace(strings.ToLower(name))
}
