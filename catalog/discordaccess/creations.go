package discordaccess

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/sallyport/sallyport"
)

// planCreation files a request for a new group that waits anew, as one for a new group, access or role. One that is over
// led to a group that is brought by itself, or to nothing: both forms are in the report.
func (p *planner) planCreation(c creation) {
	if p.l.fate(tableGrpReq, c.ID) == Earlier {
		p.decidedThere(rowKey{tableGrpReq, c.ID}, c.Status)
		return
	}
	leave := func(why string, args ...any) { p.l.set(tableGrpReq, c.ID, Left, why, args...) }
	_, gone := p.gone[rowKey{tableUser, c.Requester}]
	_, appGone := p.gone[rowKey{tableApp, c.App}]
	switch {
	case c.Status != "PENDING":
		leave("it is over, and what came of it is brought by itself; what was asked and what was granted: %s", cleanText(string(c.Forms), sallyport.MaxText))
		return
	case !p.has(tableUser, c.Requester):
		leave("who asked is not in the table")
		return
	case gone:
		leave("who asked is gone")
		return
	case c.Type == typeApp && !p.has(tableApp, c.App):
		leave("its app is not brought")
		return
	case c.Type == typeApp && appGone:
		leave("its app is deleted")
		return
	}
	changed := func(why string, args ...any) { p.l.set(tableGrpReq, c.ID, Changed, why, args...) }
	p.l.set(tableGrpReq, c.ID, Brought, "")
	if c.Type != typeApp && c.Type != typeRole && c.Type != tableGroup {
		changed("the type %q is unknown, so a group is asked for", plain(c.Type))
	}
	if c.OwnerUntil != nil {
		changed("who asked would have owned it until %s; here the tags on it say how long", stamp(*c.OwnerUntil))
	}
	p.tooMuch(rowKey{tableGrpReq, c.ID}, "its reason", c.Reason, sallyport.MaxReason)
	p.tooMuch(rowKey{tableGrpReq, c.ID}, "its description", c.Description, sallyport.MaxText)
	if blank(c.Reason) {
		changed("no reason was given, and one is needed here; it says where it comes from")
	}
	for _, t := range p.creationTags(c) {
		if t.key.id == "" {
			changed("the tag %q is not brought", t.name)
			continue
		}
		c.tags = append(c.tags, t.key)
	}
	if a := p.apps[c.App]; c.Type == typeApp && a != nil {
		c.Name = strings.TrimPrefix(c.Name, "App-"+a.Name+"-")
	}
	c.what = p.l.what(tableGrpReq, c.ID)
	p.news = append(p.news, c)
}

// wantedTag is a tag that was asked for, by what stands in the row.
type wantedTag struct {
	key  rowKey // without an id: it is not brought
	name string
}

// creationTags finds the tags that a request names, by id or by name.
func (p *planner) creationTags(c creation) []wantedTag {
	var names []string
	if json.Unmarshal(c.Tags, &names) != nil {
		return nil
	}
	var out []wantedTag
	for _, n := range names {
		t := wantedTag{name: plain(n)}
		for _, tag := range p.d.Tags {
			_, gone := p.gone[rowKey{tableTag, tag.ID}]
			if (tag.ID == n || strings.EqualFold(tag.Name, n)) && tag.Deleted == nil && !gone && p.has(tableTag, tag.ID) {
				t.key = rowKey{tableTag, tag.ID}
			}
		}
		out = append(out, t)
	}
	return out
}

// askNew is the request as it is asked here. What its owner would be is who asked, as there.
func (r *run) askNew(c creation) sallyport.Ask {
	n := sallyport.NewThing{Kind: sallyport.KindGroup, Description: cleanText(c.Description, sallyport.MaxText), Owners: []string{r.p.ids[rowKey{tableUser, c.Requester}]}}
	name := c.Name
	switch c.Type {
	case typeRole:
		n.Kind, name = sallyport.KindRole, strings.TrimPrefix(name, "Role-")
	case typeApp:
		n.Kind, n.App = sallyport.KindEntitlement, r.p.ids[rowKey{tableApp, c.App}]
	}
	n.Name, _ = cleanName(name, c.Name, c.ID)
	for _, t := range c.tags {
		if id := r.p.ids[t]; id != "" && !slices.Contains(n.Tags, id) {
			n.Tags = append(n.Tags, id)
		}
	}
	reason := cleanText(c.Reason, sallyport.MaxReason)
	if blank(reason) {
		reason = "Asked for in Access, where no reason was given"
	}
	return sallyport.Ask{Kind: sallyport.RequestCreate, Create: &n, Reason: reason}
}
