package main

import (
	"fmt"
	"strings"

	"github.com/sallyport/sallyport"
)

// drawPeers writes who else has something, as far as there is anybody to compare with.
func (a *app) drawPeers(p sallyport.Peers) {
	near := map[string]string{"manager": "with the same manager", "department": "of the same department"}[p.Basis]
	if p.Of > 0 {
		line := fmt.Sprintf("%d of %d %s", p.Have, p.Of, near)
		if len(p.People) > 0 {
			line += ": " + people(p.People)
		}
		if p.Have > len(p.People) {
			line += ", …"
		}
		fmt.Fprintf(a.out, "  have it      %s\n", safe(line))
	}
	if p.TitleOf > 0 {
		fmt.Fprintf(a.out, "  have it      %d of %d with the same title\n", p.TitleHave, p.TitleOf)
	}
	for _, r := range p.Roles {
		fmt.Fprintf(a.out, "  by the role  %s, %d of them\n", safe(r.Role.Slug), r.People)
	}
}

// drawInsight writes what helps to decide a request.
func (a *app) drawInsight(r sallyport.Request, in sallyport.Insight) {
	a.drawPeers(in.Peers)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(a.out, "  %-12s %s\n", name, safe(value))
		}
	}
	if in.HadBefore > 0 && r.Kind != sallyport.RequestExtend {
		line("had before", times(in.HadBefore))
	}
	denied := 0
	for _, old := range in.Requests {
		if old.State == sallyport.RequestDenied {
			denied++
		}
	}
	if denied > 0 {
		line("was denied", times(denied))
	}
	var words []string
	for _, h := range in.Holds {
		words = append(words, asOwner(h.Resource.Slug, h.Relation))
	}
	line("holds here", strings.Join(words, ", "))
	if r.Beneficiary.Kind == sallyport.SubjectUser && r.Create == nil {
		line("holds in all", fmt.Sprint(in.HoldsAll))
	}
	words = nil
	for _, g := range in.Gives {
		words = append(words, asOwner(g.Resource.Slug, g.Relation))
	}
	line("role gives", strings.Join(words, ", "))
}

func asOwner(slug string, rel sallyport.Relation) string {
	if rel == sallyport.Owner {
		return slug + " as owner"
	}
	return slug
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprint(n, " times")
}
