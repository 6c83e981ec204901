package slapd

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-ldap/ldap/v3"
)

// Entry is an entry to be added.
type Entry struct {
	DN    string
	Attrs map[string][]string
}

// Seed adds the entries of an LDIF text (content records, RFC 2849) as the admin, in their order.
func (s *Server) Seed(ldif string) error {
	entries, err := parseLDIF(ldif)
	if err != nil {
		return err
	}
	return s.Add(entries...)
}

// Add adds entries as the admin, in their order.
func (s *Server) Add(entries ...Entry) error {
	c, err := s.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	for _, e := range entries {
		req := ldap.NewAddRequest(e.DN, nil)
		for name, values := range e.Attrs {
			req.Attribute(name, values)
		}
		if err := c.Add(req); err != nil {
			return fmt.Errorf("add %s: %w", e.DN, err)
		}
	}
	return nil
}

// Values reads one attribute of an entry as the admin; nothing for an entry that does not exist.
func (s *Server) Values(dn, attr string) ([]string, error) {
	c, err := s.Dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	res, err := c.Search(ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{attr}, nil))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if len(res.Entries) == 0 {
		return nil, nil
	}
	return res.Entries[0].GetAttributeValues(attr), nil
}

// Modify changes an entry as the admin: each attribute is replaced by the values, or deleted for none.
func (s *Server) Modify(dn string, attrs map[string][]string) error {
	c, err := s.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	req := ldap.NewModifyRequest(dn, nil)
	for name, values := range attrs {
		req.Replace(name, values)
	}
	return c.Modify(req)
}

// Rename gives an entry another RDN and, unless parent is empty, another place.
func (s *Server) Rename(dn, rdn, parent string) error {
	c, err := s.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.ModifyDN(ldap.NewModifyDNRequest(dn, rdn, true, parent))
}

// Delete deletes one entry.
func (s *Server) Delete(dn string) error {
	c, err := s.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Del(ldap.NewDelRequest(dn, nil))
}

func parseLDIF(text string) ([]Entry, error) {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n ", "") // folded lines
	var entries []Entry
	for _, record := range strings.Split(text, "\n\n") {
		e := Entry{Attrs: map[string][]string{}}
		for _, line := range strings.Split(record, "\n") {
			if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "version:") {
				continue
			}
			name, value, ok := strings.Cut(line, ":")
			if !ok {
				return nil, fmt.Errorf("LDIF: the line %q has no colon", line)
			}
			if coded, is := strings.CutPrefix(value, ":"); is {
				raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(coded))
				if err != nil {
					return nil, fmt.Errorf("LDIF: %s: %w", name, err)
				}
				value = string(raw)
			} else {
				value = strings.TrimLeft(value, " ")
			}
			if strings.EqualFold(name, "dn") {
				e.DN = value
				continue
			}
			e.Attrs[name] = append(e.Attrs[name], value)
		}
		if e.DN != "" {
			entries = append(entries, e)
		} else if len(e.Attrs) > 0 {
			return nil, fmt.Errorf("LDIF: a record has no dn: %q", record)
		}
	}
	return entries, nil
}
