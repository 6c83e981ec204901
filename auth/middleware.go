package auth

import (
	"context"
	"net/http"
	"strings"

	"github.com/sallyport/sallyport"
)

// Middleware recognises the caller and puts the actor into the context for ActorFrom and Require. A bearer token that
// does not count is answered 401 at once and never falls back to the cookie. A session that does not count leaves the
// caller unknown, so that the page can still be loaded to sign in; Require then says why.
func (s *Service) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		secret, isBearer := bearer(r)
		if isBearer {
			actor, err := s.byToken(ctx, secret)
			if err != nil {
				if sallyport.CodeOf(err) == sallyport.EUnauthenticated {
					w.Header().Set("WWW-Authenticate", `Bearer realm="sallyport", error="invalid_token"`)
				}
				s.o.Error(w, r, err)
				return
			}
			next.ServeHTTP(w, r.WithContext(WithActor(ctx, actor)))
			return
		}
		actor, err := s.bySession(ctx, r)
		switch {
		case err != nil && sallyport.CodeOf(err) == sallyport.EUnauthenticated:
			s.setCookie(w, sessionCookie, "", -1)
			ctx = context.WithValue(ctx, reasonKey{}, err)
		case err != nil:
			s.o.Error(w, r, err)
			return
		case actor.User.ID != "":
			ctx = WithActor(ctx, actor)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bearer returns the bearer token of the request. More than one Authorization header is a token that does not count.
func bearer(r *http.Request) (string, bool) {
	headers := r.Header.Values("Authorization")
	for _, h := range headers {
		scheme, secret, _ := strings.Cut(strings.TrimSpace(h), " ")
		if strings.EqualFold(scheme, "Bearer") {
			if len(headers) > 1 {
				return "", true
			}
			return strings.TrimSpace(secret), true
		}
	}
	return "", false
}
