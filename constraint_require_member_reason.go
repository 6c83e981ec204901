package sallyport

// RequireMemberReason demands a reason for each member.
const RequireMemberReason = "require_member_reason"

var _ = demand(30, needsReason(Constraint{Key: RequireMemberReason, Relation: Member, Title: "Members need a reason", Flag: "member-reason", Says: "members need a reason"}))
