package dex

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// ErrLogin says that the provider refused the name or the password.
var ErrLogin = errors.New("dex refused the sign-in")

// Login walks from the URL that a relying party sent the browser to, through the provider's forms (sign-in, then
// consent), up to the redirect back. It returns that redirect's URL, with code and state, without following it: the
// caller fetches it with the client whose cookies the relying party set. user is the e-mail. A client without a cookie
// jar gets one for this call.
func Login(client *http.Client, authURL, user, password string) (callbackURL string, err error) {
	start, err := url.Parse(authURL)
	if err != nil {
		return "", err
	}
	c := *client
	if c.Jar == nil {
		if c.Jar, err = cookiejar.New(nil); err != nil {
			return "", err
		}
	}
	var back *url.URL
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Host != start.Host {
			back = req.URL
			return http.ErrUseLastResponse
		}
		if len(via) > 10 {
			return errors.New("dex redirects in a circle")
		}
		return nil
	}
	resp, err := c.Get(authURL)
	for range 4 { // two forms, and a little patience
		if err != nil {
			return "", err
		}
		page, err2 := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err2 != nil {
			return "", err2
		}
		if back != nil {
			return back.String(), nil
		}
		if strings.Contains(string(page), `id="login-error"`) {
			return "", fmt.Errorf("%w: %s and this password", ErrLogin, user)
		}
		action, fields, ok := firstForm(string(page))
		if resp.StatusCode != http.StatusOK || !ok {
			return "", fmt.Errorf("dex: %s: %s: %s", resp.Request.URL, resp.Status, text(string(page)))
		}
		if fields.Has("login") {
			fields.Set("login", user)
			fields.Set("password", password)
		}
		to, err2 := resp.Request.URL.Parse(action)
		if err2 != nil {
			return "", err2
		}
		resp, err = c.PostForm(to.String(), fields)
	}
	return "", errors.New("dex asks for more forms than sign-in and consent")
}

var (
	form  = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	input = regexp.MustCompile(`(?s)<input([^>]*)>`)
	attr  = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
	tag   = regexp.MustCompile(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)
)

// firstForm returns where the page's first form goes (empty: to the page itself) and what it sends unchanged.
func firstForm(page string) (action string, fields url.Values, ok bool) {
	f := form.FindStringSubmatch(page)
	if f == nil {
		return "", nil, false
	}
	fields = url.Values{}
	for _, in := range input.FindAllStringSubmatch(f[2], -1) {
		a := attrs(in[1])
		fields.Set(a["name"], a["value"])
	}
	return attrs(f[1])["action"], fields, true
}

func attrs(s string) map[string]string {
	all := map[string]string{}
	for _, a := range attr.FindAllStringSubmatch(s, -1) {
		all[a[1]] = html.UnescapeString(a[2])
	}
	return all
}

func text(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tag.ReplaceAllString(page, " "))), " ")
}
