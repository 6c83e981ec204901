package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/store"
)

// config is the server's configuration. Each field is a flag (--public-url), an environment variable
// (SALLYPORT_PUBLIC_URL) and a key of the YAML file (public_url); flags win over the environment, that over the file.
// Secrets are no flags: a command line can be read by every user of the machine.
type config struct {
	Data     string `name:"data" default:"data" help:"directory of the SQLite database and the key; made when missing"`
	Database string `name:"database" secret:"may" help:"address of a PostgreSQL database, postgres://user:password@host/name, in place of SQLite"`
	Listen   string `name:"listen" default:"127.0.0.1:8080" help:"address and port to listen on"`
	Public   string `name:"public-url" help:"where people reach the server, e.g. https://sallyport.example.com; default: the address it listens on"`
	Only     string `name:"only" help:"be one part of a cluster: api or worker; default both"`
	Demo     bool   `name:"demo" help:"seed a company into an empty database and sign in as anybody; on loopback only"`
	Admin    string `name:"admin" help:"e-mail address of a person who is made admin at the start, if they are not"`
	Key      string `name:"key" secret:"yes" help:"32 random bytes in base64 that seal secrets; default: the file key in the data directory"`

	TrustProxy bool          `name:"trust-proxy" help:"take the caller's address and https from X-Forwarded-For and -Proto; only behind a proxy that sets both"`
	Session    time.Duration `name:"session-lifetime" default:"12h" help:"how long a session lasts, however much it is used"`
	Target     time.Duration `name:"target-timeout" default:"20s" help:"how long all calls for one change in a target may take together"`
	LogLevel   string        `name:"log-level" default:"info" help:"debug, info, warn or error"`
	LogFormat  string        `name:"log-format" default:"text" help:"text or json"`

	SMTPHost     string `name:"smtp-host" help:"mail server that notices are sent through; without one they are in the page alone"`
	SMTPPort     int    `name:"smtp-port" help:"its port; default by the encryption: 587, 465 or 25"`
	SMTPSecurity string `name:"smtp-security" default:"starttls" help:"starttls, tls or none"`
	SMTPUser     string `name:"smtp-username" help:"user name at the mail server"`
	SMTPPassword string `name:"smtp-password" secret:"yes" help:"password at the mail server"`
	SMTPFrom     string `name:"smtp-from" help:"sender, e.g. Sallyport <access@example.com>"`

	OIDCID        string   `name:"oidc-id" default:"sso" help:"name of the identity provider in addresses: PUBLIC_URL/auth/oidc/ID/callback"`
	OIDCName      string   `name:"oidc-name" help:"its name on the button"`
	OIDCIssuer    string   `name:"oidc-issuer" help:"issuer of OpenID Connect, e.g. https://login.example.com"`
	OIDCClient    string   `name:"oidc-client-id" help:"client id at the provider"`
	OIDCSecret    string   `name:"oidc-client-secret" secret:"yes" help:"client secret; empty for a public client"`
	OIDCGroups    string   `name:"oidc-groups-claim" help:"claim that lists groups; default groups"`
	OIDCAllowed   []string `name:"oidc-allowed-groups" help:"only members of one of these sign in; default everybody"`
	OIDCMatch     string   `name:"oidc-match" help:"find people by email (default) or login"`
	OIDCCreate    bool     `name:"oidc-create" help:"make people whom the directory does not know"`
	OIDCLoginName string   `name:"oidc-login-claim" help:"claim that holds the login; default preferred_username"`
}

// option is one field of the configuration.
type option struct {
	name, help, fallback string
	secret               string // "yes": no flag; "may": may hold one, so it is never shown
	field                reflect.Value
}

func (o option) env() string  { return "SALLYPORT_" + strings.ToUpper(o.yaml()) }
func (o option) yaml() string { return strings.ReplaceAll(o.name, "-", "_") }

func (c *config) options() []option {
	v := reflect.ValueOf(c).Elem()
	list := make([]option, v.NumField())
	for i := range list {
		tag := v.Type().Field(i).Tag
		list[i] = option{tag.Get("name"), tag.Get("help"), tag.Get("default"), tag.Get("secret"), v.Field(i)}
	}
	return list
}

// set writes a text into a field of any of the types that fields have.
func (o option) set(text string) error {
	switch o.field.Interface().(type) {
	case string:
		o.field.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("is %q; write true or false", text)
		}
		o.field.SetBool(b)
	case int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("is %q; write a whole number", text)
		}
		o.field.SetInt(int64(n))
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("is %q; write a length such as 12h", text)
		}
		o.field.SetInt(int64(d))
	case []string:
		var list []string
		for _, s := range strings.Split(text, ",") {
			if s = strings.TrimSpace(s); s != "" {
				list = append(list, s)
			}
		}
		o.field.Set(reflect.ValueOf(list))
	}
	return nil
}

// flags declares a flag for each option that is no secret; what they say is read by load.
func (c *config) flags(f *pflag.FlagSet) {
	for _, o := range c.options() {
		if o.secret == "yes" {
			continue
		}
		if o.field.Kind() == reflect.Bool {
			f.Bool(o.name, false, o.help)
		} else {
			f.String(o.name, o.fallback, o.help)
		}
	}
	f.String("config", "", "YAML file with any of these, in snake_case, and with key, smtp_password and oidc_client_secret")
}

// load fills the configuration: defaults, then the file, then the environment, then the flags that were given.
func load(f *pflag.FlagSet, lookup func(string) (string, bool)) (*config, error) {
	c := &config{}
	var faults []sallyport.Fault
	set := func(o option, where, text string) {
		if err := o.set(text); err != nil {
			faults = append(faults, sallyport.Fault{Path: where, Message: err.Error()})
		}
	}
	options := c.options()
	for _, o := range options {
		if o.fallback != "" {
			set(o, o.name, o.fallback)
		}
	}
	path, _ := f.GetString("config")
	if path == "" {
		path, _ = lookup("SALLYPORT_CONFIG")
	}
	if path != "" {
		values, bad := readConfigFile(path, options)
		faults = append(faults, bad...)
		for _, o := range options {
			if text, ok := values[o.yaml()]; ok {
				set(o, path+": "+o.yaml(), text)
			}
		}
	}
	for _, o := range options {
		if text, ok := lookup(o.env()); ok && text != "" {
			set(o, o.env(), text)
		}
		if flag := f.Lookup(o.name); flag != nil && flag.Changed {
			set(o, "--"+o.name, flag.Value.String())
		}
	}
	faults = append(faults, c.Validate()...)
	return c, sallyport.Faults(faults)
}

func readConfigFile(path string, options []option) (map[string]string, []sallyport.Fault) {
	b, err := os.ReadFile(path)
	if err != nil {
		why := "cannot be read: " + err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			why = "does not exist"
		}
		return nil, []sallyport.Fault{{Path: path, Message: why}}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return nil, []sallyport.Fault{{Path: path, Message: "is not YAML: " + strings.TrimPrefix(err.Error(), "yaml: ")}}
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, []sallyport.Fault{{Path: path, Message: "is no list of keys and values"}}
	}
	known := map[string]bool{}
	for _, o := range options {
		known[o.yaml()] = true
	}
	values := map[string]string{}
	var faults []sallyport.Fault
	for i := 0; i+1 < len(root.Content); i += 2 {
		k, v := root.Content[i], root.Content[i+1]
		at := fmt.Sprintf("%s:%d", path, k.Line)
		switch {
		case !known[k.Value]:
			faults = append(faults, sallyport.Fault{Path: at, Message: fmt.Sprintf("%q is not known; see config.example.yaml", k.Value)})
		case v.Kind == yaml.SequenceNode:
			var list []string
			for _, item := range v.Content {
				list = append(list, item.Value)
			}
			values[k.Value] = strings.Join(list, ",")
		case v.Kind != yaml.ScalarNode:
			faults = append(faults, sallyport.Fault{Path: at, Message: fmt.Sprintf("%q takes one value", k.Value)})
		default:
			if _, twice := values[k.Value]; twice {
				faults = append(faults, sallyport.Fault{Path: at, Message: fmt.Sprintf("%q is there twice", k.Value)})
			}
			values[k.Value] = v.Value
			if v.Tag == "!!null" {
				values[k.Value] = ""
				delete(values, k.Value)
			}
		}
	}
	return values, faults
}

// Validate reports every fault at once.
func (c *config) Validate() []sallyport.Fault {
	var faults []sallyport.Fault
	bad := func(name, format string, args ...any) {
		faults = append(faults, sallyport.Fault{Path: "--" + name, Message: fmt.Sprintf(format, args...)})
	}
	oneOf := func(name, value string, words ...string) {
		for _, w := range words {
			if value == w {
				return
			}
		}
		bad(name, "is %q; use %s", value, strings.TrimPrefix(strings.Join(words, ", "), ", "))
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if n, numErr := strconv.Atoi(port); err != nil || numErr != nil || n < 0 || n > 65535 {
		bad("listen", "is %q; write an address and a port, e.g. 127.0.0.1:8080", c.Listen)
	} else if c.Demo && !loopback(host) {
		bad("listen", "is %s, but --demo lets anybody sign in as anybody, so it listens on loopback only; use 127.0.0.1:%s", c.Listen, port)
	}
	if c.Demo && c.Public != "" {
		if u, err := url.Parse(c.Public); err != nil || !loopback(u.Hostname()) {
			bad("public-url", "is %q, but --demo is for loopback only", c.Public)
		}
	}
	if c.Database != "" && !store.IsPostgres(c.Database) {
		bad("database", "is no address of PostgreSQL; write postgres://user:password@host/name, or use --data for SQLite")
	}
	if c.Database == "" && c.Data == "" {
		bad("data", "is empty; name a directory, or a PostgreSQL database with --database")
	}
	if c.Database == "" && c.Only != "" {
		bad("only", "needs a database that several processes share; name one with --database")
	}
	if c.Target < time.Second || c.Target > 10*time.Minute {
		bad("target-timeout", "is %s; use 1s to 10m", c.Target)
	}
	oneOf("only", c.Only, "", "api", "worker")
	oneOf("log-level", c.LogLevel, "debug", "info", "warn", "error")
	oneOf("log-format", c.LogFormat, "text", "json")
	oneOf("smtp-security", c.SMTPSecurity, "starttls", "tls", "none")
	if c.Public != "" {
		u, err := url.Parse(c.Public)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
			bad("public-url", "is %q; write it as https://sallyport.example.com", c.Public)
		}
	}
	if c.Key != "" {
		if b, err := base64.StdEncoding.DecodeString(c.Key); err != nil || len(b) != 32 {
			bad("key", "(SALLYPORT_KEY) is not 32 bytes in base64; make one with: openssl rand -base64 32")
		}
	}
	if c.Admin != "" && !strings.Contains(c.Admin, "@") {
		bad("admin", "is %q; name an e-mail address", c.Admin)
	}
	if c.Session < time.Minute || c.Session > 30*24*time.Hour {
		bad("session-lifetime", "is %s; use 1m to 720h", c.Session)
	}
	if (c.SMTPHost == "") != (c.SMTPFrom == "") {
		bad("smtp-from", "and --smtp-host go together; set both or neither")
	}
	if c.OIDCIssuer == "" && (c.OIDCClient != "" || c.OIDCSecret != "") {
		bad("oidc-issuer", "is missing; the other settings of OIDC need it")
	}
	if o, ok := c.oidc(); ok {
		for _, f := range o.Validate("") {
			bad("oidc-"+strings.ReplaceAll(strings.Trim(f.Path, "."), "_", "-"), "%s", f.Message)
		}
		if c.Public == "" && !loopback(host) {
			bad("public-url", "is missing; the identity provider sends people back to it")
		}
	}
	return faults
}

func (c *config) oidc() (auth.OIDC, bool) {
	return auth.OIDC{ID: c.OIDCID, Name: c.OIDCName, Issuer: c.OIDCIssuer, ClientID: c.OIDCClient, ClientSecret: c.OIDCSecret,
		GroupsClaim: c.OIDCGroups, AllowedGroups: c.OIDCAllowed, Match: c.OIDCMatch, Create: c.OIDCCreate, LoginClaim: c.OIDCLoginName}, c.OIDCIssuer != ""
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// example writes the configuration file that shows every option.
func example() string {
	var b strings.Builder
	b.WriteString("# Configuration of sallyport serve: sallyport serve --config config.yaml\n" +
		"# Each key is also a flag (--public-url) and an environment variable (SALLYPORT_PUBLIC_URL). Flags win over the\n" +
		"# environment, that over this file. What is commented out has the value shown, or none.\n")
	for _, o := range (&config{}).options() {
		value := o.fallback
		switch o.field.Kind() {
		case reflect.Bool:
			value = "false"
		case reflect.Int:
			value = "0"
		case reflect.Slice:
			value = "[]"
		default:
			value = strconv.Quote(value)
		}
		more := ""
		if o.secret == "yes" {
			more = " (no flag: secrets do not belong on a command line)"
		}
		fmt.Fprintf(&b, "\n# %s%s\n#%s: %s\n", o.help, more, o.yaml(), value)
	}
	return b.String()
}
