package sallyport_test

import (
	"testing"

	"github.com/sallyport/sallyport"
)

func TestFullName(t *testing.T) {
	for _, c := range [][3]string{{"Admin", "GitHub", "Admin of GitHub"}, {"VPN", "", "VPN"}, {"GitHub admin", "GitHub", "GitHub admin"}, {"github admin", "GitHub", "github admin"}} {
		if got := sallyport.FullName(c[0], c[1]); got != c[2] {
			t.Errorf("%s in %s is %q, want %q", c[0], c[1], got, c[2])
		}
	}
	if r := (sallyport.Resource{Name: "Admin", App: &sallyport.ResourceRef{Name: "GitHub"}}); r.FullName() != "Admin of GitHub" || (sallyport.Resource{Name: "VPN"}).FullName() != "VPN" {
		t.Errorf("%q", r.FullName())
	}
}
