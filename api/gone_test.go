package api_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/api"
	"github.com/sallyport/sallyport/auth"
	"github.com/sallyport/sallyport/catalog"
	"github.com/sallyport/sallyport/store"
	"github.com/sallyport/sallyport/store/storetest"
)

// lines is a log that several goroutines write and a test reads.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestTheCallerHangsUp: a call whose caller went away is no fault of the server: it is logged and measured apart, without
// an alarm.
func TestTheCallerHangsUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		log := &lines{}
		acc := access.New(db, nil, "http://127.0.0.1")
		signIn, err := auth.New(auth.Options{DB: db, Demo: true, Error: api.Fail})
		if err != nil {
			t.Fatal(err)
		}
		w.h = api.New(api.Deps{DB: db, Access: acc, Catalog: catalog.New(db, acc, nil, nil), Auth: signIn, Demo: true, Done: w.done,
			Log: slog.New(slog.NewTextHandler(log, nil))})
		cookie := w.as("employee")
		server := httptest.NewServer(w.h)
		defer server.Close()

		locked, release := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { // holds up every write
			err := db.Update(context.Background(), func(ctx context.Context, tx *store.Tx) error {
				if db.Postgres() {
					if _, err := tx.Exec(ctx, "LOCK TABLE messages IN EXCLUSIVE MODE"); err != nil {
						return err
					}
				}
				close(locked)
				<-release
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-locked
		ctx, hangUp := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer hangUp()
		r, _ := http.NewRequestWithContext(ctx, "POST", server.URL+"/api/v1/inbox/read", strings.NewReader("{}"))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Cookie", cookie)
		r.Header.Set("X-Request-Id", "hung-up-12345")
		if res, err := http.DefaultClient.Do(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("it was answered: %v %v", res, err)
		}
		for end := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "/inbox/read"); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("the call does not end:\n%s", log)
			}
		}
		close(release)
		all.Wait()
		if text := log.String(); !strings.Contains(text, "request_id=hung-up-12345") || !strings.Contains(text, "status=499") || strings.Contains(text, "level=ERROR") || strings.Contains(text, "level=WARN") {
			t.Errorf("the log says\n%s", text)
		}
		if text := string(w.must("auditor", "GET", "/metrics", nil).body); !strings.Contains(text, `status="499"} 1`) || strings.Contains(text, `status="503"`) {
			t.Error("it is not measured apart")
		}
	})
}
