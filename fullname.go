package sallyport

import "strings"

// FullName names a thing where its own name may not say which: access in an app with the app, "Admin of GitHub". Where the
// name has the app's in it already, or there is no app, it is the name. It is the one place for that.
func FullName(name, app string) string {
	if app == "" || strings.Contains(strings.ToLower(name), strings.ToLower(app)) {
		return name
	}
	return name + " of " + app
}

// FullName is that of a resource.
func (r Resource) FullName() string {
	if r.App == nil {
		return r.Name
	}
	return FullName(r.Name, r.App.Name)
}
