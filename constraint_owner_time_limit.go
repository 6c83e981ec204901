package sallyport

// OwnerTimeLimit is how long owners may own something at most.
const OwnerTimeLimit = "owner_time_limit"

var _ = demand(20, timeLimit(Constraint{Key: OwnerTimeLimit, Relation: Owner, AsMember: MemberTimeLimit, Title: "Owners at most", Flag: "owners", Says: "owners at most {}"}))
