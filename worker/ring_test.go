package worker

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sallyport/sallyport/store"
)

// TestBells: what makes work rings at once; a storm of it rings once a rest, and the last of it is not lost.
func TestBells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		changes, bell := make(chan store.Change), make(chan struct{}, 1)
		ended := make(chan struct{})
		go func() { ring(ctx, changes, []chan struct{}{bell}); close(ended) }()
		rung := func() bool {
			synctest.Wait()
			select {
			case <-bell:
				return true
			default:
				return false
			}
		}
		work, other := store.Change{Topics: []string{"requests", store.TopicWork}}, store.Change{Topics: []string{"requests"}}
		changes <- other
		if rung() {
			t.Error("what makes no work rang")
		}
		changes <- work
		if !rung() {
			t.Error("the first change did not ring at once")
		}
		rings := 0
		for range 1000 { // a second
			changes <- work
			if rung() {
				rings++
			}
			time.Sleep(time.Millisecond)
		}
		if rings < 18 || rings > 21 {
			t.Errorf("a second of changes rang %d times", rings)
		}
		changes <- work
		time.Sleep(restBetween)
		if !rung() {
			t.Error("the last change of a storm was lost")
		}
		time.Sleep(restBetween)
		if rung() {
			t.Error("silence rang")
		}
		changes <- work
		if !rung() {
			t.Error("a change after a silence did not ring at once")
		}
		cancel()
		<-ended
	})
}
