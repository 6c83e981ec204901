package api

// Routes is the table of routes, for tests of what is promised about all of them.
func Routes() []route { return routes() }
