// Package sallyport holds the nouns of the product and their pure rules: no I/O, no clock, no context, nothing but the
// standard library. Every other package speaks in its terms; docs/glossary.md lists the words.
//
// # The life of a request
//
// Somebody asks (access/ask.go): the page, the command line or the API hands an [Ask] to access.Service.Ask. In one
// transaction it finds the resource as that person may see it (store/resource.go, store/audience.go), validates the
// answers against the resource's form ([Form.Answer], form.go), holds length and reason against durations and
// constraints (access/limits.go, [Constraint], constraint.go), and resolves who could decide every stage
// (access/approvers.go). A request that nobody could decide is refused. The row, its stages and the event
// request.created are saved (store/request.go, store/stage.go, store/event.go), and the first stage starts.
//
// People decide (access/decide.go): access.Service.Vote asks whether the actor satisfies the open stage's approver
// expressions now, saves the vote, and counts ([StageSpec.Approved], request.go). The vote that closes a stage starts
// the next in the same transaction; the last one approves. Reminders, escalations, time-outs and expiry are deadlines in
// rows, done by access.Service.RunDeadlines (access/deadlines.go).
//
// A grant comes of it (access/grant.go): the one path by which anybody gets anything. Ending rows are closed, an
// extension joins the old row, and what the target needs is written as a provision (store/provision.go) or a task
// (store/task.go), in the same transaction.
//
// It becomes real (worker/): a worker leases the provision, compares what ought to be (store/effective.go: any living
// reason, direct or by role) with the target through a connector (connector/), moves the target, and reads back. Only
// the read-back activates the grant, which is when its duration starts to count. By hand, completing the task is the
// read-back (access/task.go).
//
// It ends (access/end.go): at its end, by a person, or because somebody left (access/leave.go). At that instant it is out
// of every answer about who may; the provision goes the other way until a read-back says that it is gone.
//
// It is proved: each step above wrote its event in its own transaction; the sequencer gives events their place in a
// Merkle log (store/log.go), whose checkpoints are signed and whose export anybody can verify offline (audit/).
package sallyport
