package catalog

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
)

// Limits of files, so that none of them can make the server run out of memory or patience.
const (
	maxBytes = 4 << 20
	maxDepth = 40
	maxNodes = 200_000 // counted where anchors are used, not where they are written
)

// place is where something stands in a file.
type place struct {
	file      string
	line, col int
}

func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col) }

// decoder reads YAML strictly into Go values whose JSON names are the fields, and keeps where each stood.
type decoder struct {
	file   string
	faults []sallyport.Fault
	places map[string]place
	nodes  int
	gaveUp bool
}

func (d *decoder) bad(n *yaml.Node, path, format string, args ...any) {
	at := place{d.file, n.Line, n.Column}
	d.faults = append(d.faults, sallyport.Fault{Path: at.String(), Message: field(path) + fmt.Sprintf(format, args...)})
}

func field(path string) string {
	if path == "" {
		return ""
	}
	return strings.TrimPrefix(path, ".") + ": "
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// decodeYAML reads a file of one or more documents into what each returns for one.
func decodeYAML(file, text string, document func(i int, d *decoder, n *yaml.Node)) []sallyport.Fault {
	d := &decoder{file: file, places: map[string]place{}}
	fault := func(line int, message string) []sallyport.Fault {
		return append(d.faults, sallyport.Fault{Path: place{file, line, 1}.String(), Message: message})
	}
	switch {
	case len(text) > maxBytes:
		return fault(1, fmt.Sprintf("is larger than %d MiB; split it", maxBytes>>20))
	case strings.HasPrefix(text, "\xff\xfe"), strings.HasPrefix(text, "\xfe\xff"):
		return fault(1, "is UTF-16; save it as UTF-8")
	case !utf8.ValidString(text):
		return fault(1+strings.Count(text[:invalidAt(text)], "\n"), "is not valid UTF-8; save it as UTF-8")
	}
	dec := yaml.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff")))
	for i := 0; ; i++ {
		var n yaml.Node
		err := dec.Decode(&n)
		if err != nil && err.Error() == "EOF" {
			return d.faults
		}
		if err != nil {
			line, message := 1, strings.TrimPrefix(err.Error(), "yaml: ")
			if m := yamlLine.FindStringSubmatch(message); m != nil {
				line, _ = strconv.Atoi(m[1])
				message = strings.Replace(message, m[0], "", 1)
			}
			return fault(line, "is not YAML: "+message+"; look at the indentation, the colons and the quotes there and in the line before")
		}
		if len(n.Content) == 1 {
			document(i, d, n.Content[0])
		}
	}
}

func invalidAt(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	return len(s)
}

var (
	durationType    = reflect.TypeFor[sallyport.Duration]()
	constraintsType = reflect.TypeFor[sallyport.Constraints]()
	giveType        = reflect.TypeFor[giveEntry]()
	ownerType       = reflect.TypeFor[ownerEntry]()
	dayType         = reflect.TypeFor[dayText]()
)

// decode reads a node into v. It goes on after a fault, so that all are found.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, path string, depth int) {
	if d.gaveUp {
		return
	}
	if d.nodes++; d.nodes > maxNodes || depth > maxDepth {
		d.gaveUp = true
		if depth > maxDepth {
			d.bad(n, path, "is nested more than %d deep; flatten it", maxDepth)
		} else {
			d.bad(n, path, "the file grows to more than %d values once its anchors are put in; write less with them", maxNodes)
		}
		return
	}
	d.places[path] = place{d.file, n.Line, n.Column}
	if n.Kind == yaml.AliasNode {
		d.decode(n.Alias, v, path, depth+1)
		return
	}
	if v.Type() == durationType {
		d.duration(n, v, path)
		return
	}
	if v.Type() == constraintsType {
		fields := reflect.New(sallyport.ConstraintFields()).Elem()
		d.mapping(n, fields, path, depth)
		v.Addr().Interface().(*sallyport.Constraints).Take(fields)
		return
	}
	if (v.Type() == giveType || v.Type() == ownerType) && n.Kind == yaml.ScalarNode { // the short form
		v = v.Field(0)
	}
	if v.Type() == dayType && n.Kind == yaml.ScalarNode && n.Tag != "!!null" { // YAML takes it for a time
		v.SetString(n.Value)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n.Tag == "!!null" {
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		d.decode(n, v.Elem(), path, depth)
	case reflect.Struct:
		d.mapping(n, v, path, depth)
	case reflect.Map:
		d.texts(n, v, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			d.bad(n, path, "must be a list; write each item on a line of its own after a hyphen")
			return
		}
		if v.IsNil() {
			v.Set(reflect.MakeSlice(v.Type(), 0, len(n.Content)))
		}
		for i, c := range n.Content {
			e := reflect.New(v.Type().Elem()).Elem()
			d.decode(c, e, fmt.Sprintf("%s[%d]", path, i), depth+1)
			v.Set(reflect.Append(v, e))
		}
	default:
		d.scalar(n, v, path)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string, depth int) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, path, "must be a mapping of fields, such as name: …")
		return
	}
	known := map[string]reflect.Value{}
	var names []string
	collect(v, known, &names)
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		name := key.Value
		sub := strings.TrimPrefix(path+"."+name, ".")
		if key.Tag == "!!merge" || key.Kind != yaml.ScalarNode {
			d.bad(key, path, "merge keys and keys that are no words are not understood; write the fields out")
			continue
		}
		if first, twice := seen[name]; twice {
			d.bad(key, sub, "stands here twice, first in line %d; remove one", first)
			continue
		}
		seen[name] = key.Line
		target, ok := known[name]
		if !ok {
			d.bad(key, sub, "is no field here; known are %s", strings.Join(names, ", "))
			continue
		}
		d.decode(value, target, sub, depth+1)
	}
}

// texts reads a mapping of names to text, in which bare numbers and true are meant as text.
func (d *decoder) texts(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.MappingNode {
		d.bad(n, path, "must be a mapping of names to values")
		return
	}
	m := map[string]string{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		sub := path + "." + key.Value
		d.places[sub] = place{d.file, value.Line, value.Column}
		if _, twice := m[key.Value]; twice {
			d.bad(key, sub, "stands here twice; remove one")
		} else if value.Kind != yaml.ScalarNode || value.Tag == "!!null" {
			d.bad(value, sub, "must be a single value")
		}
		m[key.Value] = value.Value
	}
	v.Set(reflect.ValueOf(m))
}

// collect lists the fields of a struct by their JSON names, those of embedded structs included.
func collect(v reflect.Value, known map[string]reflect.Value, names *[]string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			collect(v.Field(i), known, names)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		known[name] = v.Field(i)
		*names = append(*names, name)
	}
}

func (d *decoder) duration(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		d.bad(n, path, "must be a length of time with its unit, such as P7D, PT2H or 7d")
		return
	}
	l, err := sallyport.ParseDuration(n.Value)
	if err != nil {
		d.bad(n, path, "%s", err)
		return
	}
	v.SetInt(int64(l))
}

// loose are fields of text in which a bare number or true is meant as text.
var loose = []string{"rule", "in"}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, path string) {
	if n.Kind != yaml.ScalarNode {
		d.bad(n, path, "must be a single value, not a list or a mapping")
		return
	}
	name := path[strings.LastIndex(path, ".")+1:]
	name, _, _ = strings.Cut(name, "[")
	switch v.Kind() {
	case reflect.String:
		if n.Tag == "!!null" {
			d.bad(n, path, "is empty; give it a value or leave the line out")
		} else if n.Tag != "!!str" && !slices.Contains(loose, name) {
			d.bad(n, path, "must be text; put it in quotes: %q", n.Value)
		} else {
			v.SetString(n.Value)
		}
	case reflect.Bool:
		if n.Tag != "!!bool" {
			d.bad(n, path, "must be true or false")
			return
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Value, 64)
		if (n.Tag != "!!int" && n.Tag != "!!float") || err != nil {
			d.bad(n, path, "must be a number")
			return
		}
		v.SetFloat(f)
	default:
		d.bad(n, path, "cannot be set in a file")
	}
}

// where finds the place of a field, or of the nearest thing around it.
func (d *decoder) where(path string) place {
	for {
		if p, ok := d.places[path]; ok {
			return p
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return place{d.file, 1, 1}
		}
		path = path[:i]
	}
}

// keyOrder is the order in which fields are written; others follow by name.
var keyOrder = []string{"slug", "name", "title", "type", "kind", "directory", "description", "day", "physical", "owners", "audience", "tags", "form", "flow", "fulfilment", "revocation",
	"durations", "entitlements", "stages", "fields", "approvers", "rule"}

// yamlNode makes a node of plain JSON values, in the order of keyOrder.
func yamlNode(v any) *yaml.Node {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		rank := func(k string) int {
			if i := slices.Index(keyOrder, k); i >= 0 {
				return i
			}
			return len(keyOrder)
		}
		slices.SortFunc(keys, func(a, b string) int {
			if c := rank(a) - rank(b); c != 0 {
				return c
			}
			return strings.Compare(a, b)
		})
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, k := range keys {
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: k}, yamlNode(v[k]))
		}
		return n
	case []any:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for _, e := range v {
			n.Content = append(n.Content, yamlNode(e))
		}
		return n
	}
	n := &yaml.Node{}
	_ = n.Encode(v) // only text, numbers and booleans come here
	return n
}

// plainOf turns a value into maps, lists and scalars without what is empty.
func plainOf(v any) any {
	var out any
	_ = json.Unmarshal([]byte(asText(v)), &out)
	return out
}
