package sallyport

// MemberTimeLimit is how long members may have something at most.
const MemberTimeLimit = "member_time_limit"

var _ = demand(10, timeLimit(Constraint{Key: MemberTimeLimit, Relation: Member, Title: "Members at most", Flag: "members",
	Says: "members at most {}", Help: "What is held for longer is shortened to this, from now."}))
