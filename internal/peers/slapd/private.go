package slapd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/sallyport/sallyport/internal/peers/certificate"
)

const (
	privateBase  = "dc=example,dc=test"
	privateAdmin = "cn=admin,dc=example,dc=test"
	privateBind  = "cn=sallyport,ou=services,dc=example,dc=test"
	privateLimit = "cn=limited,ou=services,dc=example,dc=test"
	privatePass  = "open sesame 1"
)

var errNoSlapd = errors.New("no OpenLDAP server was found: install the package that holds slapd (on Debian: apt-get install slapd), " +
	"or set " + EnvVar + " to ldap://host:port|bindDN|password|baseDN")

func private() (*Server, error) {
	bin, err := find("slapd", "/usr/sbin/slapd", "/usr/lib/openldap/slapd", "/usr/libexec/slapd", "/usr/local/libexec/slapd", "/opt/homebrew/opt/openldap/libexec/slapd")
	if err != nil {
		return nil, errNoSlapd
	}
	dir, err := os.MkdirTemp("", "sallyport-slapd-")
	if err != nil {
		return nil, err
	}
	s, err := launch(bin, dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return s, nil
}

func launch(bin, dir string) (*Server, error) {
	if _, err := os.Stat("/etc/apparmor.d/usr.sbin.slapd"); err == nil {
		// The profile is bound to the path and would forbid a temporary folder; a copy is free of it.
		data, err := os.ReadFile(bin)
		if err != nil {
			return nil, err
		}
		bin = filepath.Join(dir, "slapd")
		if err := os.WriteFile(bin, data, 0o755); err != nil {
			return nil, err
		}
	}
	ca, err := certificate.Write(dir)
	if err != nil {
		return nil, fmt.Errorf("make certificates: %w", err)
	}
	conf, err := config(dir)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "slapd.conf"), []byte(conf), 0o600); err != nil {
		return nil, err
	}
	if err := os.Mkdir(filepath.Join(dir, "data"), 0o700); err != nil {
		return nil, err
	}
	var last error
	for range 5 { // another process may take a free port before slapd does
		ports, err := freePorts(2)
		if err != nil {
			return nil, err
		}
		p := &process{bin: bin, dir: dir, addr: ports[0], tlsAddr: ports[1]}
		if last = p.start(); last != nil {
			continue
		}
		s := &Server{
			BaseDN: privateBase, BindDN: privateBind, Password: privatePass,
			AdminDN: privateAdmin, AdminPassword: privatePass, LimitedDN: privateLimit,
			addr: p.addr, tlsAddr: p.tlsAddr, ca: ca, proc: p,
		}
		if err := s.Seed(initial); err != nil {
			p.close()
			return nil, fmt.Errorf("first entries: %w", err)
		}
		return s, nil
	}
	return nil, last
}

const initial = `
dn: dc=example,dc=test
objectClass: domain
dc: example

dn: ou=services,dc=example,dc=test
objectClass: organizationalUnit
ou: services

dn: cn=sallyport,ou=services,dc=example,dc=test
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sallyport
userPassword: ` + privatePass + `

dn: cn=limited,ou=services,dc=example,dc=test
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: limited
userPassword: ` + privatePass + `

dn: ou=people,dc=example,dc=test
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=test
objectClass: organizationalUnit
ou: groups
`

func config(dir string) (string, error) {
	schema, err := findDir("core.schema", "/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema", "/opt/homebrew/etc/openldap/schema")
	if err != nil {
		return "", err
	}
	modules, moduleErr := findDir("back_mdb.la", "/usr/lib/ldap", "/usr/lib/openldap", "/usr/lib64/openldap", "/usr/libexec/openldap", "/usr/local/libexec/openldap")
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	for _, name := range []string{"core", "cosine", "inetorgperson", "nis", "dyngroup"} {
		line("include %s/%s.schema", schema, name)
	}
	if moduleErr == nil { // otherwise everything is built in
		line("modulepath %s", modules)
		for _, name := range []string{"back_mdb", "memberof", "refint", "syncprov", "ppolicy"} {
			line("moduleload %s.la", name)
		}
	}
	line("pidfile %s/slapd.pid", dir)
	line("argsfile %s/slapd.args", dir)
	line("TLSCACertificateFile %s/ca.pem", dir)
	line("TLSCertificateFile %s/server.pem", dir)
	line("TLSCertificateKeyFile %s/server.key", dir)
	line("sizelimit 500")
	line("threads 4")
	line("database mdb")
	line("suffix %q", privateBase)
	line("rootdn %q", privateAdmin)
	line("rootpw %q", privatePass)
	line("directory %s/data", dir)
	line("maxsize 268435456")
	line("dbnosync") // a killed process loses nothing by this, only a machine without power
	for _, attr := range []string{"objectClass", "entryUUID", "entryCSN", "uid", "cn", "mail", "member", "uniqueMember", "memberUid"} {
		line("index %s eq", attr)
	}
	line("limits dn.exact=%q size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited", privateBind)
	line("limits dn.exact=%q size.soft=700 size.hard=700 size.pr=500 size.prtotal=700", privateLimit)
	line("access to attrs=userPassword by dn.exact=%q write by self write by anonymous auth by * none", privateBind)
	line("access to * by dn.exact=%q write by users read by anonymous auth by * none", privateBind)
	line("overlay syncprov")
	line("overlay ppolicy")
	line("overlay refint")
	line("refint_attributes member uniqueMember manager")
	line("refint_nothing %q", privateAdmin)
	line("overlay memberof")
	return b.String(), nil
}

func find(name string, paths ...string) (string, error) {
	if p, err := exec.LookPath(name); err == nil {
		return p, nil
	}
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && !info.IsDir() {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s was not found", name)
}

func findDir(file string, dirs ...string) (string, error) {
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, file)); err == nil {
			return d, nil
		}
	}
	return "", fmt.Errorf("no folder with %s was found among %s", file, strings.Join(dirs, ", "))
}

func freePorts(n int) ([]string, error) {
	var out []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		out = append(out, l.Addr().String())
	}
	return out, nil
}
