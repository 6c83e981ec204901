package demo

import (
	"container/heap"
	"fmt"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/store"
)

// moment is something that happens in the past of the company.
type moment struct {
	at    time.Time
	order int
	do    func() error
}

type moments []moment

func (m moments) Len() int      { return len(m) }
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m moments) Less(i, j int) bool {
	if m[i].at.Equal(m[j].at) {
		return m[i].order < m[j].order
	}
	return m[i].at.Before(m[j].at)
}
func (m *moments) Push(x any) { *m = append(*m, x.(moment)) }
func (m *moments) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}

// plan puts something into the company's past; what would lie after now does not happen.
func (c *company) plan(at time.Time, do func() error) {
	if at.Before(c.end) {
		c.planned++
		heap.Push(&c.moments, moment{at, c.planned, do})
	}
}

// play lets everything that was planned happen, in its order, and what is due in between at its own time.
func (c *company) play() error {
	for n := 0; c.moments.Len() > 0; n++ {
		if n%100 == 0 || n == 20 {
			if err := c.learn(); err != nil {
				return err
			}
		}
		m := heap.Pop(&c.moments).(moment)
		if err := c.passTo(m.at); err != nil {
			return err
		}
		c.at(m.at)
		if err := m.do(); err != nil {
			return err
		}
	}
	return c.passTo(c.end)
}

// passTo lets ends, expiries and time-outs up to a moment happen when they were due.
func (c *company) passTo(t time.Time) error {
	for range 10000 {
		due := t
		_, next, err := c.s.Access.RunDeadlines(c.ctx)
		if err != nil {
			return err
		}
		_, end, err := c.s.Access.EndPassed(c.ctx)
		if err != nil {
			return err
		}
		for _, n := range []*time.Time{next, end} {
			if n != nil && n.After(c.tx.Now()) && n.Before(due) {
				due = *n
			}
		}
		if !due.After(c.tx.Now()) {
			return nil
		}
		c.at(due)
		if due.Equal(t) {
			return nil
		}
	}
	return fmt.Errorf("what is due before %s never ends", t)
}

// story is a request and what becomes of it.
type story struct {
	requester, beneficiary, slug string
	relation                     sallyport.Relation
	reason                       string
	length                       sallyport.Duration
	answers                      map[string]any
	at                           time.Time
	pace                         time.Duration // between one person's step and the next one's
	outcome                      string        // approve, deny, cancel, ignore, reject, again, or stop:N to stop after N steps
	comment                      string
}

// tell plans a story. A request that a rule refuses is none of the company's past.
func (c *company) tell(s story) {
	c.plan(s.at, func() error {
		actor, err := c.actor(s.requester)
		if err != nil {
			return err
		}
		ask := sallyport.Ask{Resource: s.slug, Beneficiary: s.beneficiary, Relation: s.relation, Reason: s.reason, Answers: s.answers}
		if s.length > 0 {
			ask.Duration = &s.length
		} else if c.resources[s.slug].Kind != sallyport.KindWorkOrder {
			ask.NoEnd = true
		}
		r, err := c.s.Access.Ask(c.ctx, actor, ask)
		switch sallyport.CodeOf(err) {
		case "":
		case sallyport.EPrecondition, sallyport.EConflict:
			return nil
		default:
			return fmt.Errorf("%s asks for %s: %w", s.requester, s.slug, err)
		}
		c.goOn(s, r.ID, 1)
		return nil
	})
}

// goOn plans the next step of a request's life.
func (c *company) goOn(s story, id string, step int) {
	if s.outcome == "ignore" || s.outcome == fmt.Sprintf("stop:%d", step) {
		return
	}
	c.plan(c.tx.Now().Add(s.pace+time.Duration(c.rng.Int64N(int64(s.pace)))), func() error {
		r, err := c.tx.Request(c.ctx, c.tenant, id, access.Everything)
		if err != nil {
			return err
		}
		switch {
		case r.State == sallyport.RequestPending && s.outcome == "cancel":
			actor, err := c.actor(s.requester)
			if err != nil {
				return err
			}
			_, err = c.s.Access.Cancel(c.ctx, actor, id, s.comment)
			return err
		case r.State == sallyport.RequestPending && len(r.WaitingFor) > 0:
			if err := c.vote(s, r); err != nil {
				return err
			}
		case r.State == sallyport.RequestApproved && len(r.TaskIDs) > 0:
			return c.work(s, r.TaskIDs[len(r.TaskIDs)-1])
		default:
			return nil
		}
		c.goOn(s, id, step+1)
		return nil
	})
}

func (c *company) vote(s story, r sallyport.Request) error {
	actor, err := c.actor(r.WaitingFor[c.rng.IntN(len(r.WaitingFor))].Login)
	if err != nil {
		return err
	}
	b := sallyport.Ballot{Vote: sallyport.VoteApprove, Version: r.Version}
	if s.outcome == "deny" {
		b.Vote, b.Comment = sallyport.VoteDeny, s.comment
	} else if c.rng.IntN(4) == 0 {
		b.Comment = pick(c.rng, "Fine with me.", "As agreed.", "Please give it back when you are done.", "Makes sense for the project.")
	}
	_, err = c.s.Access.Vote(c.ctx, actor, r.ID, b)
	return err
}

// work lets somebody who may do a task claim it and, after a while, complete or reject it.
func (c *company) work(s story, id string) error {
	t, err := c.tx.Task(c.ctx, c.tenant, id, access.Everything)
	if err != nil || t.State != sallyport.TaskOpen {
		return err
	}
	doers, err := c.tx.EffectiveUsers(c.ctx, c.tenant, t.Assignee.ID, sallyport.Member)
	if err != nil {
		return err
	}
	for i, d := range doers {
		if d.ID == t.Beneficiary.ID {
			doers = append(doers[:i], doers[i+1:]...)
			break
		}
	}
	if len(doers) == 0 {
		return nil
	}
	actor, err := c.actor(doers[c.rng.IntN(len(doers))].Login)
	if err != nil {
		return err
	}
	if _, err := c.s.Access.Claim(c.ctx, actor, id); err != nil {
		return err
	}
	if s.outcome == "claimed" {
		return nil
	}
	c.plan(c.tx.Now().Add(s.pace/2), func() error {
		t, err := c.tx.Task(c.ctx, c.tenant, id, access.Everything)
		if err != nil || t.State != sallyport.TaskClaimed {
			return err
		}
		if s.outcome == "reject" {
			_, err = c.s.Access.Reject(c.ctx, actor, id, s.comment)
		} else {
			_, err = c.s.Access.Complete(c.ctx, actor, id, pick(c.rng, "Done and tried out together.", "Set up; the person confirmed.", "Handed over against a signature."))
		}
		return err
	})
	return nil
}

// layErrands plans that every afternoon somebody does the tasks that have waited for two days and a half.
func (c *company) layErrands() error {
	for day := c.begin.Truncate(24 * time.Hour); day.Before(c.end); day = day.Add(24 * time.Hour) {
		c.plan(day.Add(14*time.Hour+time.Duration(c.rng.IntN(7200))*time.Second), c.errands)
	}
	return nil
}

func (c *company) errands() error {
	l, err := c.tx.Tasks(c.ctx, c.tenant, access.Everything, store.TaskFilter{State: "open"}, store.Page{Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	for _, t := range l.Items {
		if t.CreatedAt.Before(c.tx.Now().Add(-60*time.Hour)) && t.Assignee.Kind == "group" {
			if err := c.finish(t); err != nil {
				return err
			}
		}
	}
	return nil
}

// tidy reads the messages that are old, as the people of a real company would have.
func (c *company) tidy() error {
	_, err := c.tx.Exec(c.ctx, `UPDATE messages SET read_at=created_at+3600000000 WHERE tenant_id=$1 AND created_at < $2`, c.tenant, store.Micros(c.end.Add(-96*time.Hour)))
	if err != nil {
		return err
	}
	// Nothing of the past is sent by mail now.
	_, err = c.tx.Exec(c.ctx, `UPDATE deliveries SET state='sent', next_at=NULL WHERE tenant_id=$1`, c.tenant)
	return err
}

func (c *company) finish(t store.TaskRow) error {
	doers, err := c.tx.EffectiveUsers(c.ctx, c.tenant, t.Assignee.ID, sallyport.Member)
	if err != nil {
		return err
	}
	for _, d := range doers {
		if d.ID == t.Beneficiary.ID {
			continue
		}
		actor, err := c.actor(d.Login)
		if err != nil {
			return err
		}
		if _, err := c.s.Access.Claim(c.ctx, actor, t.ID); err != nil {
			return err
		}
		_, err = c.s.Access.Complete(c.ctx, actor, t.ID, pick(c.rng, "Handed over against a signature.", "Done and tried out together.", "It is back on the shelf."))
		return err
	}
	return nil
}
