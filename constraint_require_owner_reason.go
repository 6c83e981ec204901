package sallyport

// RequireOwnerReason demands a reason for each owner.
const RequireOwnerReason = "require_owner_reason"

var _ = demand(40, needsReason(Constraint{Key: RequireOwnerReason, Relation: Owner, AsMember: RequireMemberReason, Title: "Owners need a reason", Flag: "owner-reason", Says: "owners need a reason"}))
