package sallyport

// PropagateToRoles lets the time limits of a thing hold for memberships of the roles that give it as well.
const PropagateToRoles = "propagate_to_roles"

var _ = demand(70, Constraint{Key: PropagateToRoles, Kind: ConstraintYes, Merge: either, Propagates: true, Flag: "roles-too",
	Title: "Time limits also hold for membership of roles that give it", Says: "time limits also hold for membership of roles that give this"})
