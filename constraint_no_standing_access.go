package sallyport

// NoStandingAccess demands that members' access has an end.
const NoStandingAccess = "no_standing_access"

var _ = demand(80, Constraint{Key: NoStandingAccess, Kind: ConstraintYes, Relation: Member, Merge: either, MustEnd: true, Flag: "must-end",
	Title: "Members’ access must have an end", Says: "members' access must have an end",
	Refuse: func(_ any, g Gain) (string, string) {
		if !g.NoEnd {
			return "", ""
		}
		return "access to " + g.Resource + " must have an end", "Say for how long."
	}})
