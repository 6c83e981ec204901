package catalog

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/store"
)

// entry is one thing of the catalogue as it stands in a file.
type entry struct {
	Slug        string                `json:"slug"`
	Name        string                `json:"name"`
	Description string                `json:"description,omitempty"`
	Physical    bool                  `json:"physical,omitempty"`
	Owners      *[]ownerEntry         `json:"owners,omitempty"`
	Audience    string                `json:"audience,omitempty"`
	Tags        *[]string             `json:"tags,omitempty"`
	Form        sallyport.Form        `json:"form,omitempty"`
	Flow        *sallyport.Flow       `json:"flow,omitempty"`
	Fulfilment  sallyport.Fulfilment  `json:"fulfilment,omitempty"`
	Revocation  *sallyport.Fulfilment `json:"revocation,omitempty"`
	Durations   sallyport.Durations   `json:"durations,omitempty"`
	Gives       *[]giveEntry          `json:"gives,omitempty"` // of a role: what its members have by it, and what they own
	Was         string                `json:"was,omitempty"`   // the slug under which it was, where that changes or it becomes another kind of thing
}

type appEntry struct {
	entry
	Entitlements []entry `json:"entitlements,omitempty"`
}

type document struct {
	Connections []connEntry     `json:"connections,omitempty"`
	Tags        []tagEntry      `json:"tags,omitempty"`
	Apps        []appEntry      `json:"apps,omitempty"`
	Groups      []entry         `json:"groups,omitempty"`
	Roles       []entry         `json:"roles,omitempty"`
	WorkOrders  []entry         `json:"work_orders,omitempty"`
	Holidays    []dayEntry      `json:"holidays,omitempty"`
	Creations   []creationEntry `json:"creation_rules,omitempty"`
}

// item is an entry with its kind, its app and its place.
type item struct {
	entry
	kind sallyport.Kind
	app  string // slug
	path string // in its document
	d    *decoder
}

// fault is a fault of a field of the item, with its place.
func (it item) fault(field, message string) sallyport.Fault {
	at := it.d.where(it.path + "." + field)
	what := cmp.Or(it.Slug, it.Name, it.path)
	return sallyport.Fault{Path: at.String(), Message: fmt.Sprintf("%s, %s: %s", what, field, message)}
}

// Files is a catalogue as read from files.
type Files struct {
	items       []item
	connections []connItem
	tags        []tagItem
	spans       []dayItem // of holidays, as they are written
	days        []dayItem // each day of them, once they are checked
	creations   []creationItem
}

// Len is the number of resources, connections, tags, days and rules about new things in the files.
func (f Files) Len() int {
	return len(f.items) + len(f.connections) + len(f.tags) + len(f.days) + len(f.creations)
}

// Load reads every .yaml and .yml file below a folder. All faults are reported, each with file, line, column and field;
// with a fault there is nothing to apply.
func Load(fsys fs.FS) (Files, []sallyport.Fault) {
	texts := map[string]string{}
	var faults []sallyport.Fault
	total := int64(0)
	err := fs.WalkDir(fsys, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := path.Base(name); e.IsDir() && strings.HasPrefix(base, ".") && name != "." {
			return fs.SkipDir
		}
		if ext := path.Ext(name); e.IsDir() || ext != ".yaml" && ext != ".yml" {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if total += info.Size(); total > maxBytes || len(texts) >= 2000 {
			faults = append(faults, sallyport.Fault{Path: name, Message: fmt.Sprintf("all files together have more than %d MiB, or are more than 2000", maxBytes>>20)})
			return fs.SkipAll
		}
		b, err := fs.ReadFile(fsys, name)
		texts[name] = string(b)
		return err
	})
	if err != nil {
		return Files{}, append(faults, sallyport.Fault{Path: "catalogue", Message: "cannot be read: " + err.Error()})
	}
	if len(texts) == 0 && len(faults) == 0 {
		return Files{}, []sallyport.Fault{{Path: "catalogue", Message: "there is no .yaml file; name the folder that holds the catalogue"}}
	}
	if len(faults) > 0 {
		return Files{}, faults
	}
	return LoadTexts(texts)
}

// LoadTexts is Load of files by name.
func LoadTexts(texts map[string]string) (Files, []sallyport.Fault) {
	var f Files
	var faults []sallyport.Fault
	names := make([]string, 0, len(texts))
	total := 0
	for name, text := range texts {
		names = append(names, name)
		total += len(text)
	}
	if total > maxBytes {
		return f, []sallyport.Fault{{Path: "catalogue", Message: fmt.Sprintf("all files together have more than %d MiB", maxBytes>>20)}}
	}
	slices.Sort(names)
	for _, name := range names {
		faults = append(faults, decodeYAML(name, texts[name], func(i int, d *decoder, n *yaml.Node) {
			var doc document
			prefix := ""
			if i > 0 {
				prefix = fmt.Sprintf("document[%d]", i)
			}
			d.decode(n, reflect.ValueOf(&doc).Elem(), prefix, 1)
			f.take(doc, prefix, d)
		})...)
	}
	if len(faults) == 0 {
		faults = f.check()
	}
	return f, inOrder(faults)
}

func (f *Files) take(doc document, prefix string, d *decoder) {
	add := func(kind sallyport.Kind, app, list string, i int, e entry) string {
		at := strings.TrimPrefix(fmt.Sprintf("%s.%s[%d]", prefix, list, i), ".")
		if app != "" && !strings.Contains(e.Slug, ".") {
			e.Slug = app + "." + e.Slug
		}
		f.items = append(f.items, item{entry: e, kind: kind, app: app, path: at, d: d})
		return at
	}
	for i, e := range doc.Connections {
		f.connections = append(f.connections, connItem{connEntry: e, path: strings.TrimPrefix(fmt.Sprintf("%s.connections[%d]", prefix, i), "."), d: d})
	}
	for i, e := range doc.Tags {
		f.tags = append(f.tags, tagItem{tagEntry: e, path: strings.TrimPrefix(fmt.Sprintf("%s.tags[%d]", prefix, i), "."), d: d})
	}
	for i, e := range doc.Holidays {
		f.spans = append(f.spans, dayItem{dayEntry: e, path: strings.TrimPrefix(fmt.Sprintf("%s.holidays[%d]", prefix, i), "."), d: d})
	}
	for i, e := range doc.Creations {
		f.creations = append(f.creations, creationItem{creationEntry: e, path: strings.TrimPrefix(fmt.Sprintf("%s.creation_rules[%d]", prefix, i), "."), d: d})
	}
	for i, e := range doc.Groups {
		add(sallyport.KindGroup, "", "groups", i, e)
	}
	for i, e := range doc.Roles {
		add(sallyport.KindRole, "", "roles", i, e)
	}
	for i, a := range doc.Apps {
		at := add(sallyport.KindApp, "", "apps", i, a.entry)
		for j, e := range a.Entitlements {
			add(sallyport.KindEntitlement, a.Slug, strings.TrimPrefix(at, prefix+".")+".entitlements", j, e)
		}
	}
	for i, e := range doc.WorkOrders {
		add(sallyport.KindWorkOrder, "", "work_orders", i, e)
	}
}

// check finds what the files alone show to be wrong.
func (f *Files) check() []sallyport.Fault {
	faults := slices.Concat(f.checkConnections(), f.checkTags(), f.checkHolidays(), f.checkCreations())
	slugs, names := map[string]item{}, map[string]item{}
	for _, it := range f.items {
		if err := it.resource().Check(); err != nil {
			for _, bad := range err.(*sallyport.Error).Fields {
				faults = append(faults, it.fault(bad.Path, bad.Message))
			}
		}
		faults = append(append(faults, it.checkGives()...), it.checkOwners()...)
		if it.Slug == SlugSallyport || strings.HasPrefix(it.Slug, SlugSallyport+".") {
			faults = append(faults, it.fault("slug", "is built in; leave it out of the files"))
		}
		if first, twice := slugs[it.Slug]; twice {
			faults = append(faults, it.fault("slug", "is taken already, at "+first.d.where(first.path+".slug").String()+"; slugs are unique over all kinds"))
			continue
		}
		slugs[it.Slug] = it
		key := string(it.kind) + "\x00" + it.app + "\x00" + store.Fold(it.Name)
		if first, twice := names[key]; twice && it.Name != "" {
			faults = append(faults, it.fault("name", "is taken already, at "+first.d.where(first.path+".name").String()+"; names are unique within a kind, whatever their case"))
		}
		names[key] = it
	}
	return faults
}

// resource is what the item wants its resource to be; app and audience are named by slug alone.
func (it item) resource() sallyport.Resource {
	r := sallyport.Resource{Kind: it.kind, Slug: it.Slug, Name: it.Name, Description: it.Description, Managed: true, Physical: it.Physical, Form: it.Form,
		Flow: normalFlow(it.Flow), Fulfilment: it.Fulfilment, Revocation: normalRevocation(it.Revocation), Durations: it.Durations, Source: sourceFiles}
	if it.app != "" {
		r.App = &sallyport.ResourceRef{Slug: it.app, Kind: sallyport.KindApp}
	}
	if it.Audience != "" {
		r.Audience = &sallyport.ResourceRef{Slug: it.Audience, Kind: sallyport.KindGroup}
	}
	if r.Fulfilment.Kind == "" {
		r.Fulfilment.Kind = sallyport.FulfilNone
	}
	return r
}
