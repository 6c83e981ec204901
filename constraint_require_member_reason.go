package sallyport

// RequireMemberReason demands a reason for each member.
const RequireMemberReason = "require_member_reason"

var requireMemberReason = needsReason(Constraint{Key: RequireMemberReason, Relation: Member, Title: "Members need a reason", Flag: "member-reason", Says: "members need a reason"})
