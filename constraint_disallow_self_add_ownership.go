package sallyport

// ForbidSelfOwner keeps owners of an app from making themselves owners of what it contains.
const ForbidSelfOwner = "disallow_self_add_ownership"

var _ = demand(60, notSelf(Constraint{Key: ForbidSelfOwner, Relation: Owner, AsMember: ForbidSelfMember, Title: "Nobody adds themselves as an owner", Flag: "no-self-owner",
	Says: "nobody adds themselves as an owner"}, "an owner"))
