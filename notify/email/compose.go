package email

import (
	"html/template"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"

	"github.com/sallyport/sallyport/notify"
)

// compose lays a message out as text and as simple HTML, and returns the Message-ID with it.
func (s *server) compose(to notify.Recipient, m notify.Message, ref string) (*mail.Msg, string, error) {
	address, err := netmail.ParseAddress(to.Email)
	if err != nil || strings.ContainsFunc(to.Email, unicode.IsControl) {
		return nil, "", &notify.Error{Permanent: true, Message: "the recipient has no usable e-mail address", Hint: "Correct the address in the directory.", Err: err}
	}
	v := view{Title: line(m.Title), Recipient: line(to.Name)}
	for p := range strings.SplitSeq(strings.ReplaceAll(m.Body, "\r\n", "\n"), "\n\n") {
		if p = clean(p); p != "" {
			v.Paragraphs = append(v.Paragraphs, p)
		}
	}
	for _, f := range m.Facts {
		v.Facts = append(v.Facts, notify.Fact{Name: line(f.Name), Value: line(f.Text(to))})
	}
	for _, a := range m.Actions {
		if strings.HasPrefix(a.URL, "https://") || strings.HasPrefix(a.URL, "http://") {
			v.Actions = append(v.Actions, notify.Action{Label: line(a.Label), URL: line(a.URL), Style: a.Style})
		}
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(&netmail.Address{Name: v.Recipient, Address: address.Address})
	msg.Subject(v.Title)
	id := s.messageID(m.ID)
	msg.SetMessageIDWithValue(id)
	if ref = messageIDOf(ref); ref != "" && ref != id {
		msg.SetGenHeader(mail.HeaderInReplyTo, "<"+ref+">")
		msg.SetGenHeader(mail.HeaderReferences, "<"+ref+">")
	}
	msg.SetDateWithValue(time.Now())
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetBodyString(mail.TypeTextPlain, v.text())
	var html strings.Builder
	if err := page.Execute(&html, v); err != nil {
		return nil, "", &notify.Error{Permanent: true, Message: "the mail could not be laid out", Err: err}
	}
	msg.AddAlternativeString(mail.TypeTextHTML, html.String())
	return msg, id, nil
}

// messageID makes the Message-ID out of the message's id.
func (s *server) messageID(id string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' || r == '.') {
			return r
		}
		return '-'
	}, id) + "@" + s.domain
}

// messageIDOf accepts what messageID made.
func messageIDOf(ref string) string {
	if strings.ContainsFunc(ref, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '<' || r == '>' }) {
		return ""
	}
	return ref
}

// line makes one line out of any text, so that nothing can become a header or a line of its own.
func line(s string) string {
	return strings.Join(strings.Fields(clean(s)), " ")
}

// clean drops what cannot be seen, but for line ends.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.TrimSpace(s)
}

type view struct {
	Title      string
	Recipient  string
	Paragraphs []string
	Facts      []notify.Fact
	Actions    []notify.Action
}

func (v view) text() string {
	var b strings.Builder
	if v.Recipient != "" {
		b.WriteString("Hello " + v.Recipient + ",\n\n")
	}
	b.WriteString(v.Title + "\n")
	for _, p := range v.Paragraphs {
		b.WriteString("\n" + p + "\n")
	}
	if len(v.Facts) > 0 {
		b.WriteString("\n")
		for _, f := range v.Facts {
			b.WriteString(f.Name + ": " + f.Value + "\n")
		}
	}
	for _, a := range v.Actions {
		b.WriteString("\n" + a.Label + ":\n" + a.URL + "\n")
	}
	b.WriteString("\n-- \nSallyport\n")
	return b.String()
}

// page has inline styles only, since many mail programs know nothing else, and loads nothing from anywhere.
var page = template.Must(template.New("mail").Parse(`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{{.Title}}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif">
<div style="max-width:560px">
{{with .Recipient}}<p style="margin:0 0 16px">Hello {{.}},</p>
{{end}}<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">{{.Title}}</h1>
{{range .Paragraphs}}<p style="margin:0 0 16px;white-space:pre-line">{{.}}</p>
{{end}}{{if .Facts}}<table role="presentation" style="border-collapse:collapse;margin:0 0 16px">
{{range .Facts}}<tr><td style="padding:2px 16px 2px 0;vertical-align:top;opacity:.75">{{.Name}}</td><td style="padding:2px 0">{{.Value}}</td></tr>
{{end}}</table>
{{end}}{{range .Actions}}<p style="margin:0 0 16px"><a href="{{.URL}}" style="display:inline-block;padding:8px 16px;border-radius:6px;{{if eq .Style "danger"}}background:#b42318{{else}}background:#1d4ed8{{end}};color:#ffffff;text-decoration:none">{{.Label}}</a></p>
{{end}}<p style="margin:24px 0 0;font-size:13px;opacity:.75">Sent by Sallyport</p>
</div>
</body>
</html>
`))
