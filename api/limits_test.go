package api

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sallyport/sallyport"
)

func TestTooManyCalls(t *testing.T) {
	l := newLimits()
	one := sallyport.Actor{User: sallyport.UserRef{ID: "usr_a"}, Via: sallyport.ViaSession, ViaID: "ses_1"}
	other := one
	other.ViaID = "ses_2"
	var err error
	for n := 0; n < 2000 && err == nil; n++ {
		if err = l.take(one); err != nil && n < callsBurst {
			t.Errorf("call %d of a burst is refused", n+1)
		}
	}
	if sallyport.CodeOf(err) != sallyport.ERateLimited {
		t.Fatalf("2000 calls at once answer %v", err)
	}
	if err := l.take(other); err != nil {
		t.Errorf("another session of the same person is refused: %v", err)
	}
	rec := httptest.NewRecorder()
	Fail(rec, httptest.NewRequest("GET", "/", nil), err)
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" {
		t.Errorf("it is %d %v", rec.Code, rec.Header())
	}
}
