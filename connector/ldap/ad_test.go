package ldap_test

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	goldap "github.com/go-ldap/ldap/v3"

	"github.com/sallyport/sallyport/connector"
)

// Active Directory cannot be started in a test, and Samba, which can, knows no ranges. directory speaks just
// as much of the protocol as shows what is different there: binary GUIDs, ranges, its own result codes,
// referrals, and servers that cut a read short with an answer that looks like success.
type directory struct {
	mu      sync.Mutex
	members []string
	people  int
	// after the first page: no paging control though there is more
	forgetful bool
	// the first page ends with this code though entries came
	limit int64
	refer bool
}

const adBase = "DC=corp,DC=test"

func adPerson(n int) string { return fmt.Sprintf("CN=Person %d,OU=Staff,%s", n, adBase) }

func guid(n int) string {
	return string([]byte{byte(n >> 8), byte(n), 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
}

func (d *directory) serve(t *testing.T) map[string]string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go d.talk(c)
		}
	}()
	return map[string]string{"url": "ldap://" + l.Addr().String(), "preset": "ad", "bind_dn": "svc@corp.test", "bind_password": "x",
		"people_base": "OU=Staff," + adBase, "groups_base": "OU=Groups," + adBase, "page_size": "1000", "timeout": "5s"}
}

func (d *directory) talk(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	for {
		p, err := ber.ReadPacket(in)
		if err != nil || len(p.Children) < 2 {
			return
		}
		send := func(op *ber.Packet, controls ...goldap.Control) {
			out := ber.NewSequence("")
			out.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, p.Children[0].Value, ""))
			out.AppendChild(op)
			if len(controls) > 0 {
				list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
				for _, x := range controls {
					list.AppendChild(x.Encode())
				}
				out.AppendChild(list)
			}
			c.Write(out.Bytes())
		}
		op := p.Children[1]
		d.mu.Lock()
		switch op.Tag {
		case goldap.ApplicationBindRequest:
			send(result(goldap.ApplicationBindResponse, 0))
		case goldap.ApplicationSearchRequest:
			d.search(p, op, send)
		case goldap.ApplicationModifyRequest:
			send(result(goldap.ApplicationModifyResponse, d.modify(op)))
		case goldap.ApplicationCompareRequest:
			code := int64(goldap.LDAPResultCompareFalse)
			if slices.Contains(d.members, op.Children[1].Children[1].Data.String()) {
				code = goldap.LDAPResultCompareTrue
			}
			send(result(goldap.ApplicationCompareResponse, code))
		}
		d.mu.Unlock()
		if op.Tag == goldap.ApplicationUnbindRequest {
			return
		}
	}
}

// modify answers a repeated addition with 68 and a repeated removal with 53, as Active Directory does.
func (d *directory) modify(op *ber.Packet) int64 {
	change := op.Children[1].Children[0]
	value := change.Children[1].Children[1].Children[0].Data.String()
	at := slices.Index(d.members, value)
	if change.Children[0].Value.(int64) == 0 {
		if at >= 0 {
			return goldap.LDAPResultEntryAlreadyExists
		}
		d.members = append(d.members, value)
		return 0
	}
	if at < 0 {
		return goldap.LDAPResultUnwillingToPerform
	}
	d.members = slices.Delete(d.members, at, at+1)
	return 0
}

func (d *directory) search(p, op *ber.Packet, send func(*ber.Packet, ...goldap.Control)) {
	base, scope := op.Children[0].Data.String(), op.Children[1].Value.(int64)
	filter, _ := goldap.DecompileFilter(op.Children[6])
	var wanted []string
	for _, a := range op.Children[7].Children {
		wanted = append(wanted, a.Data.String())
	}
	page, cookie := 0, ""
	if len(p.Children) > 2 {
		for _, c := range p.Children[2].Children {
			if control, err := goldap.DecodeControl(c); err == nil {
				if paging, ok := control.(*goldap.ControlPaging); ok {
					page, cookie = int(paging.PagingSize), string(paging.Cookie)
				}
			}
		}
	}
	done := func(code int64, cookie string) {
		if page == 0 || d.forgetful && cookie == "" {
			send(result(goldap.ApplicationSearchResultDone, code))
			return
		}
		send(result(goldap.ApplicationSearchResultDone, code), &goldap.ControlPaging{Cookie: []byte(cookie)})
	}
	switch {
	case strings.Contains(filter, "803:=2"): // bit 2 of userAccountControl: person 2
		send(entry(adPerson(2), "objectGUID", guid(2)))
		done(0, "")
	case strings.Contains(base, "OU=Groups"):
		attribute, from := "member", 0
		for _, w := range wanted {
			fmt.Sscanf(w, "member;range=%d-*", &from)
		}
		if to := from + 1500; to < len(d.members) {
			send(entry("CN=Big,OU=Groups,"+adBase, "objectGUID", guid(9999), "cn", "Big", "objectClass", "group", "member", nil,
				fmt.Sprintf("%s;range=%d-%d", attribute, from, to-1), d.members[from:to]))
		} else {
			if len(d.members) > 1500 {
				attribute = fmt.Sprintf("member;range=%d-*", from)
			}
			send(entry("CN=Big,OU=Groups,"+adBase, "objectGUID", guid(9999), "cn", "Big", "objectClass", "group", attribute, d.members[from:]))
		}
		done(0, "")
	case scope == goldap.ScopeBaseObject:
		send(entry(base, "objectGUID", guid(1)))
		done(0, "")
	case strings.Contains(filter, "objectGUID="):
		send(entry(adPerson(1), "objectGUID", guid(1), "sAMAccountName", "p1"))
		done(0, "")
	default:
		from := 0
		fmt.Sscan(cookie, &from)
		to := min(from+page, d.people)
		for n := from; n < to; n++ {
			send(entry(adPerson(n), "objectGUID", guid(n), "sAMAccountName", fmt.Sprintf("p%d", n), "displayName", fmt.Sprintf("Person %d", n),
				"mail", fmt.Sprintf("p%d@corp.test", n), "manager", adPerson(0)))
		}
		if d.refer {
			ref := ber.Encode(ber.ClassApplication, ber.TypeConstructed, goldap.ApplicationSearchResultReference, nil, "")
			ref.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "ldap://child.corp.test/DC=child", ""))
			send(ref)
		}
		switch {
		case d.limit != 0:
			done(d.limit, "")
		case to < d.people && !(d.forgetful && from > 0):
			done(0, fmt.Sprint(to))
		default:
			done(0, "")
		}
	}
}

func result(tag ber.Tag, code int64) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, "", ""))
	return p
}

func entry(dn string, pairs ...any) *ber.Packet {
	text := func(s string) *ber.Packet {
		return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
	}
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, goldap.ApplicationSearchResultEntry, nil, "")
	p.AppendChild(text(dn))
	list := ber.NewSequence("")
	for i := 0; i < len(pairs); i += 2 {
		a := ber.NewSequence("")
		a.AppendChild(text(pairs[i].(string)))
		set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		switch v := pairs[i+1].(type) {
		case string:
			set.AppendChild(text(v))
		case []string:
			for _, one := range v {
				set.AppendChild(text(one))
			}
		}
		a.AppendChild(set)
		list.AppendChild(a)
	}
	p.AppendChild(list)
	return p
}

func TestActiveDirectory(t *testing.T) {
	d := &directory{people: 3700, refer: true}
	for n := range d.people {
		d.members = append(d.members, adPerson(n))
	}
	c := open(t, d.serve(t))
	must(t, c.Check(t.Context()))
	all := people(t, c)
	if len(all) != d.people {
		t.Fatalf("%d people", len(all))
	}
	if p := all["p258"]; p.ExternalID != "00000201-0201-0403-0506-0708090a0b0c" || p.Manager != all["p0"].ExternalID || !p.Active || all["p2"].Active {
		t.Errorf("%+v; and person 2 is disabled", p)
	}
	if big := groups(t, c)["Big"]; len(big.Members) != d.people || len(big.Unmapped) > 0 {
		t.Errorf("a group in ranges: %d members, %d unmapped", len(big.Members), len(big.Unmapped))
	}

	h := member(all["p1"].ExternalID, groups(t, c)["Big"].ExternalID)
	for range 2 {
		must(t, c.Remove(t.Context(), h))
		if has, err := c.Has(t.Context(), h); has || err != nil {
			t.Errorf("still there: %v", err)
		}
	}
	for range 2 {
		must(t, c.Add(t.Context(), h))
		if has, err := c.Has(t.Context(), h); !has || err != nil {
			t.Errorf("not there: %v", err)
		}
	}
}

func TestShortListsAreErrors(t *testing.T) {
	for name, test := range map[string]struct {
		d    *directory
		want connector.Class
	}{
		"the size limit is reached":      {&directory{people: 10, limit: goldap.LDAPResultSizeLimitExceeded}, connector.Config},
		"an administrator's limit":       {&directory{people: 10, limit: goldap.LDAPResultAdminLimitExceeded}, connector.Config},
		"the time limit is reached":      {&directory{people: 10, limit: goldap.LDAPResultTimeLimitExceeded}, connector.Retry},
		"the second page is the last":    {&directory{people: 3000, forgetful: true}, connector.Retry},
		"the base lies somewhere else":   {&directory{people: 10, limit: goldap.LDAPResultReferral}, connector.Config},
		"the server is about to go down": {&directory{people: 10, limit: goldap.LDAPResultUnavailable}, connector.Retry},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, test.d.serve(t))
			if all, err := connector.Collect(c.Users(t.Context())); connector.ClassOf(err) != test.want || all != nil {
				t.Errorf("%d people, %v (%s)", len(all), err, connector.ClassOf(err))
			}
		})
	}
}
