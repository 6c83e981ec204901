// Package auth answers who is calling.
//
// A browser has a session: a random token in a cookie, of which the database keeps only a hash. A program has an API
// token: "sp_" and random characters, hashed at rest, with scopes and an end. Either becomes a sallyport.Actor in the
// request's context, loaded anew for each call, so that whoever is suspended is out at once. The tenant comes from the
// session or the token, never from a parameter.
//
// People sign in through OpenID Connect, or in the demo by choosing a persona. Nobody is let in whom the directory does
// not know, unless a provider is configured to create people.
package auth
