package connector_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport/connector"
)

var kind = connector.Kind{
	Name: "sample", Title: "Sample",
	Fields: []connector.Field{
		{Name: "url", Title: "Address", Required: true, Type: connector.URL},
		{Name: "token", Title: "Token", Secret: true, Required: true},
		{Name: "size", Title: "Size", Type: connector.Number, Default: "10"},
		{Name: "on", Title: "On", Type: connector.Checkbox, Default: "false"},
		{Name: "sort", Title: "Sort", Type: connector.Choice, Options: []string{"a", "b"}},
		{Name: "wait", Title: "Wait", Type: connector.Duration, Default: "5s"},
		{Name: "list", Title: "List", Type: connector.LongText},
	},
	Extra: func(full map[string]string) []connector.Fault {
		if full["sort"] == "b" && full["size"] == "10" {
			return []connector.Fault{{Field: "size", Message: "b needs more", Remedy: "use 20"}}
		}
		return nil
	},
}

func TestValidate(t *testing.T) {
	right := map[string]string{"url": "https://example.test", "token": "s3cret", "list": "one\ntwo"}
	for _, test := range []struct {
		name   string
		change map[string]string
		want   string // the faulty fields
	}{
		{"right", nil, ""},
		{"everything wrong at once", map[string]string{"url": "gopher://x", "token": "", "size": "-1", "on": "yes", "sort": "c", "wait": "0s", "zzz": "1", "aaa": "2"}, "url token size on sort wait aaa zzz"},
		{"white space is not a value", map[string]string{"url": "  "}, "url"},
		{"no host", map[string]string{"url": "https://"}, "url"},
		{"credentials in the address", map[string]string{"url": "https://a:b@example.test"}, "url"},
		{"a port that does not exist", map[string]string{"url": "https://example.test:99999"}, "url"},
		{"a line break in a line", map[string]string{"token": "a\nb"}, "token"},
		{"no text", map[string]string{"token": "\xff"}, "token"},
		{"too long", map[string]string{"list": strings.Repeat("x", 1<<20)}, "list"},
		{"a number with a fraction", map[string]string{"size": "1.5"}, "size"},
		{"a negative length", map[string]string{"wait": "-1s"}, "wait"},
		{"fields that do not fit each other", map[string]string{"sort": "b"}, "size"},
		{"fields that fit each other", map[string]string{"sort": "b", "size": "20"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			settings := map[string]string{}
			for _, from := range []map[string]string{right, test.change} {
				for k, v := range from {
					settings[k] = v
				}
			}
			var got []string
			for _, f := range kind.Validate(settings) {
				got = append(got, f.Field)
				if f.Message == "" || f.Remedy == "" || strings.Contains(f.String(), "s3cret") {
					t.Errorf("a bad fault: %s", f)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("faults of %q, want %q", got, test.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	err := fmt.Errorf("wrapped: %w", &connector.Error{Class: connector.Auth, Op: "check", Message: "no", Hint: "try", RetryAfter: time.Second, Err: cause})
	if connector.ClassOf(err) != connector.Auth || connector.HintOf(err) != "try" || connector.RetryAfter(err) != time.Second || !errors.Is(err, cause) {
		t.Errorf("lost in wrapping: %v", err)
	}
	if connector.ClassOf(cause) != connector.Retry || connector.ClassOf(context.Canceled) != connector.Retry {
		t.Error("an unknown error means retry")
	}
	if connector.ClassOf(nil) != "" {
		t.Error("no error has no class")
	}
}

func TestCollectGivesNothingOfACutRead(t *testing.T) {
	seq := func(err error) iter.Seq2[int, error] {
		return func(yield func(int, error) bool) {
			if yield(1, nil) && err != nil {
				yield(0, err)
			}
		}
	}
	if all, err := connector.Collect(seq(nil)); err != nil || len(all) != 1 {
		t.Errorf("whole: %v %v", all, err)
	}
	if all, err := connector.Collect(seq(errors.New("cut"))); err == nil || all != nil {
		t.Errorf("cut: %v %v", all, err)
	}
}
