package auth

import (
	"context"

	"github.com/sallyport/sallyport"
)

type actorKey struct{}

type reasonKey struct{}

// WithActor returns a context in which actor acts.
func WithActor(ctx context.Context, actor sallyport.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, actor)
}

// ActorFrom returns who acts; false when nobody is signed in.
func ActorFrom(ctx context.Context) (sallyport.Actor, bool) {
	a, ok := ctx.Value(actorKey{}).(sallyport.Actor)
	return a, ok
}

// Require returns who acts, or an EUnauthenticated error that says why there is nobody: not signed in, session ended,
// account suspended.
func Require(ctx context.Context) (sallyport.Actor, error) {
	if a, ok := ActorFrom(ctx); ok {
		return a, nil
	}
	if err, ok := ctx.Value(reasonKey{}).(error); ok {
		return sallyport.Actor{}, err
	}
	return sallyport.Actor{}, sallyport.Errorf(sallyport.EUnauthenticated, "nobody is signed in").
		WithHint("Sign in, or send an API token as: Authorization: Bearer sp_…")
}
