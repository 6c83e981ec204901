package sallyport

// ForbidSelfMember keeps owners from making themselves members.
const ForbidSelfMember = "disallow_self_add_membership"

var _ = demand(50, notSelf(Constraint{Key: ForbidSelfMember, Relation: Member, Title: "Nobody adds themselves as a member", Flag: "no-self-member",
	Says: "nobody adds themselves as a member"}, "a member"))
