// Package ldap connects to an LDAP directory: OpenLDAP, Active Directory and servers like them. It is a
// source of people and groups and it writes memberships of groupOfNames, groupOfUniqueNames, posixGroup
// and Active Directory groups.
//
// People and groups are known by entryUUID or objectGUID, so a renamed or moved entry stays the same; its
// DN is looked up at the moment of writing. DNs are compared parsed and folded, never as text.
package ldap

import (
	"context"
	_ "embed"
	"log/slog"

	"github.com/sallyport/sallyport/connector"
)

//go:embed icon.svg
var icon []byte

// Names of the presets.
const (
	presetOpenLDAP = "openldap"
	presetAD       = "ad"
)

// Kind describes the connector.
func Kind() connector.Kind {
	return connector.Kind{
		Name:   "ldap",
		Title:  "LDAP or Active Directory",
		Help:   "Reads people and groups from a directory and keeps the members of its groups.",
		Fields: fields(),
		Icon:   icon,
		Open: func(_ context.Context, settings map[string]string, log *slog.Logger) (connector.Connector, error) {
			return open(settings, log)
		},
		Extra: func(full map[string]string) []connector.Fault {
			_, faults := parse(full)
			return faults
		},
	}
}

func fields() []connector.Field {
	text, list, number := connector.Text, connector.LongText, connector.Number
	return []connector.Field{
		{Name: "url", Title: "Address", Required: true, Type: connector.URL, Options: []string{"ldap", "ldaps"},
			Help: "ldaps://host:636, or ldap://host:389 with StartTLS. Without TLS the password crosses the network in the clear."},
		{Name: "preset", Title: "Sort of server", Type: connector.Choice, Options: []string{presetOpenLDAP, presetAD}, Default: presetOpenLDAP,
			Help: "Chooses the filters and attribute names that are left empty below."},
		{Name: "bind_dn", Title: "Sign in as", Type: text,
			Help: "DN of the account that Sallyport uses, such as cn=sallyport,ou=services,dc=example,dc=com. Empty means anonymous."},
		{Name: "bind_password", Title: "Password", Type: text, Secret: true},
		{Name: "people_base", Title: "Where people are", Type: list, Required: true,
			Help: "Base DN; several on lines of their own."},
		{Name: "groups_base", Title: "Where groups are", Type: list,
			Help: "Base DN; several on lines of their own. Empty means that groups are neither read nor written."},
		{Name: "start_tls", Title: "StartTLS", Type: connector.Checkbox, Default: "false",
			Help: "Turns TLS on after connecting. For ldap:// addresses."},
		{Name: "ca", Title: "Certificate authority", Type: list, Advanced: true,
			Help: "PEM certificates that the server's certificate is checked against, in place of the system's."},
		{Name: "server_name", Title: "Name in the certificate", Type: text, Advanced: true,
			Help: "When it differs from the host in the address."},
		{Name: "people_filter", Title: "Filter for people", Type: text, Advanced: true,
			Help: "OpenLDAP: " + openLDAP.peopleFilter + ". Active Directory: " + activeDirectory.peopleFilter},
		{Name: "disabled_filter", Title: "Filter for disabled people", Type: text, Advanced: true,
			Help: "Who matches is a leaver. The word none means nobody. OpenLDAP: " + openLDAP.disabledFilter + " (locked by an administrator, not by wrong passwords). Active Directory: " + activeDirectory.disabledFilter},
		{Name: "groups_filter", Title: "Filter for groups", Type: text, Advanced: true,
			Help: "OpenLDAP: " + openLDAP.groupsFilter + ". Active Directory: " + activeDirectory.groupsFilter},
		{Name: "id_attribute", Title: "Attribute of the identity", Type: text, Advanced: true,
			Help: "Must never change: entryUUID, objectGUID, or a personnel number. Groups always use the server's own."},
		attribute("login", "login", "uid", "sAMAccountName"),
		attribute("name", "name", "displayName, cn", "displayName, cn"),
		attribute("email", "e-mail address", "mail", "mail"),
		attribute("title", "title", "title", "title"),
		attribute("department", "department", "departmentNumber, ou", "department"),
		attribute("manager", "manager", "manager", "manager"),
		attribute("group_name", "group's name", "cn", "cn"),
		{Name: "empty_member", Title: "Member of empty groups", Type: text, Advanced: true,
			Help: "DN that is put into a group when its last member leaves, since groupOfNames may not be empty. Never counts as a member. Empty means the DN that Sallyport signs in as."},
		{Name: "page_size", Title: "Entries per page", Type: number, Default: "500", Advanced: true,
			Help: "1 to 1000. No more than the server allows."},
		{Name: "timeout", Title: "Time-out of a call", Type: connector.Duration, Default: "15s", Advanced: true,
			Help: "For each page or change, from 100ms to 10m."},
		{Name: "connections", Title: "Connections", Type: number, Default: "4", Advanced: true,
			Help: "How many are open at most, 1 to 32."},
	}
}

func attribute(name, title, openLDAP, activeDirectory string) connector.Field {
	return connector.Field{Name: name + "_attribute", Title: "Attribute of the " + title, Type: connector.Text, Advanced: true,
		Help: "The first that has a value counts. OpenLDAP: " + openLDAP + ". Active Directory: " + activeDirectory}
}
