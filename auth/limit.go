package auth

import (
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/sallyport/sallyport"
)

// Sign-in attempts of one address: a burst, then a steady trickle. Many people may share an address, so it is wide; it
// is there to keep one caller from filling the database with sessions.
const (
	attemptsPerSecond = 10
	attemptsBurst     = 200
	maxAddresses      = 10_000
)

// limiter counts attempts per address. It forgets the address that was quiet the longest when it is full, by two
// generations: so its size is bounded and no call walks it.
type limiter struct {
	mu       sync.Mutex
	now, old map[string]*rate.Limiter
}

func newLimiter() *limiter { return &limiter{now: map[string]*rate.Limiter{}} }

func (l *limiter) allow(address string, at time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := addressKey(address)
	r, ok := l.now[key]
	if !ok {
		if r, ok = l.old[key]; !ok {
			r = rate.NewLimiter(attemptsPerSecond, attemptsBurst)
		}
		if len(l.now) >= maxAddresses/2 {
			l.old, l.now = l.now, map[string]*rate.Limiter{}
		}
		l.now[key] = r
	}
	return r.AllowN(at, 1)
}

// addressKey takes the addresses of one IPv6 network of 64 bits as one.
func addressKey(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return clip(address)
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}

// attempt counts one try to sign in; when there are too many it answers 429 and returns false.
func (s *Service) attempt(w http.ResponseWriter, r *http.Request) bool {
	if s.limits.allow(s.o.Address(r), time.Now()) {
		return true
	}
	w.Header().Set("Retry-After", "5")
	s.o.Error(w, r, sallyport.Errorf(sallyport.ERateLimited, "there were too many attempts to sign in from this address").
		WithHint("Wait a few seconds and try again."))
	return false
}
