package access_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/access"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
)

// quarter lets a quarter of a company pass: requests with every outcome, work by hand, an end, changes of the catalogue, and
// two leavers, one of whom nobody has removed yet.
func quarter(w *world) access.Period {
	w.Helper()
	w.byHand()
	w.user("zhanna", "grace")
	w.user("lin", "grace")
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		for login, name := range map[string]string{"lin": "林小姐", "zhanna": "Жанна 👩‍🚀"} {
			u := w.users[login]
			u.Name = name
			if err := tx.UpdateUser(ctx, w.tenant, &u); err != nil {
				return err
			}
		}
		return nil
	})
	w.resource(sallyport.Resource{Kind: sallyport.KindRole, Slug: "dev", Name: "Developer"})
	w.hold("ada", "dev", sallyport.Member)
	w.given("olga", "zhanna", "wiki", days(200))
	before := w.ask("linus", "wiki") // filed before, decided in it
	w.clock.Advance(24 * hour)
	p := access.Period{From: w.clock.Now()}
	w.clock.Advance(hour)

	w.approve("olga", before)
	if _, err := w.vote("olga", w.ask("lin", "wiki"), "deny"); err != nil {
		w.Fatal(err)
	}
	w.ask("sam", "wiki") // nobody decides
	if _, err := w.s.Give(w.ctx, w.as("root"), sallyport.Give{Subject: "role:dev", Resource: "wiki", Duration: days(60), Reason: "=HYPERLINK(\"http://x\")"}); err != nil {
		w.Fatal(err)
	}
	ken, grace := w.ask("ken", "vpn"), w.ask("grace", "vpn")
	for _, r := range []sallyport.Request{ken, grace} {
		w.approve("olga", r)
		if _, err := w.s.Complete(w.ctx, w.as("oscar"), w.todo("oscar")[0].ID, "done"); err != nil {
			w.Fatal(err)
		}
	}
	w.tx(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Append(ctx, store.NewEvent{Verb: "resource.changed", Actor: w.as("root"), ObjectKind: "resource", ObjectID: w.res["vpn"].ID})
		return err
	})
	w.clock.Advance(24 * hour)
	w.leave("ken")
	w.leave("grace")
	w.tx(func(ctx context.Context, tx *store.Tx) error { // first suspended, then gone, is one leaving
		return w.s.LeaveTx(ctx, tx, sallyport.System(w.tenant), w.users["lin"], sallyport.UserSuspended, "on long leave")
	})
	w.leave("lin")
	w.clock.Advance(90 * time.Minute)
	for _, task := range w.todo("oscar") { // the work of one is done, the other's waits
		if task.Beneficiary.Login == "ken" {
			if _, err := w.s.Complete(w.ctx, w.as("oscar"), task.ID, "gone"); err != nil {
				w.Fatal(err)
			}
		}
	}
	w.clock.Advance(24 * hour)
	p.To = w.clock.Now()
	w.clock.Advance(hour)
	w.ask("tess", "wiki") // after it
	return p
}

type packed struct {
	files  map[string][]byte
	sheets map[string][][]string
	of     struct {
		Figures []sallyport.Figure
		Files   []struct {
			Name   string
			Rows   *int
			SHA256 string
		}
		Removal struct {
			Leavers int
			Median  int `json:"median_seconds"`
			Longest int `json:"longest_seconds"`
		}
		Log struct {
			OK   bool
			Key  string
			Size int64
		}
	}
}

func (w *world) pack(p access.Period) packed {
	w.Helper()
	var b bytes.Buffer
	if err := w.s.EvidencePack(w.ctx, w.as("root"), p, &b); err != nil {
		w.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		w.Fatal(err)
	}
	out := packed{files: map[string][]byte{}, sheets: map[string][][]string{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			w.Fatal(err)
		}
		if out.files[f.Name], err = io.ReadAll(r); err != nil {
			w.Fatal(err)
		}
		if strings.HasSuffix(f.Name, ".csv") {
			if out.sheets[f.Name], err = csv.NewReader(bytes.NewReader(out.files[f.Name])).ReadAll(); err != nil {
				w.Fatal(f.Name, err)
			}
		}
	}
	if err := json.Unmarshal(out.files["manifest.json"], &out.of); err != nil {
		w.Fatal(err)
	}
	return out
}

// column is one column of a sheet.
func (p packed) column(w *world, file, name string) (out []string) {
	w.Helper()
	rows := p.sheets[file]
	i := slices.Index(rows[0], name)
	if i < 0 {
		w.Fatalf("%s has no column %s", file, name)
	}
	for _, row := range rows[1:] {
		out = append(out, row[i])
	}
	return out
}

// TestEvidenceFigures recomputes every figure of a pack from its files, and compares it with the page that it leads to.
func TestEvidenceFigures(t *testing.T) {
	each(t, func(w *world) {
		p := quarter(w)
		pack := w.pack(p)
		counted := map[string]int{}
		pdf := string(pack.files["evidence.pdf"])
		if !strings.HasPrefix(pdf, "%PDF-") {
			w.Fatal("the document is no PDF")
		}
		summary, err := w.s.Evidence(w.ctx, w.as("root"), p)
		if err != nil || len(summary.Figures) != len(pack.of.Figures) || len(summary.Figures) < 20 {
			w.Fatal(err, len(summary.Figures), len(pack.of.Figures))
		}
		for _, f := range pack.of.Figures {
			n := len(pack.sheets[f.File]) - 1
			if f.Column != "" {
				n = 0
				for _, value := range pack.column(w, f.File, f.Column) {
					if value == f.Value {
						n++
					}
				}
			}
			counted[f.ID] = n
			if n != f.Count {
				w.Errorf("%s says %d, its file has %d", f.ID, f.Count, n)
			}
			if !strings.Contains(pdf, "/URI ("+f.Link+")") || !strings.HasPrefix(f.Link, "https://access.example.test/evidence?") {
				w.Errorf("%s is not led to %s", f.ID, f.Link)
			}
			// The page behind the link, read to its end, has the very rows of the file.
			q, _ := url.Parse(f.Link)
			from, _ := time.Parse(time.RFC3339, q.Query().Get("from"))
			to, _ := time.Parse(time.RFC3339, q.Query().Get("to"))
			var shown []string
			page := store.Page{Limit: 2}
			for {
				l, err := w.s.EvidenceRows(w.ctx, w.as("root"), access.Period{From: from, To: to}, q.Query().Get("figure"), page)
				if err != nil {
					w.Fatal(f.ID, err)
				}
				if l.Figure.Count != n {
					w.Errorf("%s: the page counts %d of %d", f.ID, l.Figure.Count, n)
				}
				for _, row := range l.Items {
					shown = append(shown, strings.Join(row, "|"))
				}
				if page.Cursor = l.NextCursor; page.Cursor == "" {
					break
				}
			}
			var filed []string
			for i, row := range pack.sheets[f.File][1:] {
				if f.Column == "" || pack.column(w, f.File, f.Column)[i] == f.Value {
					filed = append(filed, strings.ReplaceAll(strings.Join(row, "|"), "'=", "="))
				}
			}
			slices.Sort(shown)
			slices.Sort(filed)
			if !slices.Equal(shown, filed) {
				w.Errorf("%s: the page shows\n%s\nthe file has\n%s", f.ID, strings.Join(shown, "\n"), strings.Join(filed, "\n"))
			}
		}
		for id, want := range map[string]int{"people-start": 11, "people-end": 8, "requests": 5, "requests-approved": 3, "requests-denied": 1, "requests-pending": 1,
			"approvals": 4, "approvals-deny": 1, "given": 4, "ended": 2, "changes": 1, "leavers": 3, "leavers-done": 2, "leavers-open": 1} {
			if counted[id] != want {
				w.Errorf("%s is %d, want %d", id, counted[id], want)
			}
		}
		if counted["access-end"]-counted["access-start"] != 2 {
			w.Errorf("%d at the start, %d at the end", counted["access-start"], counted["access-end"])
		}
		for i, f := range summary.Figures {
			if f != pack.of.Figures[i] {
				w.Errorf("the page says %+v, the pack %+v", f, pack.of.Figures[i])
			}
		}
		for _, f := range pack.of.Files {
			sum := sha256.Sum256(pack.files[f.Name])
			if hex.EncodeToString(sum[:]) != f.SHA256 || f.Rows != nil && *f.Rows != len(pack.sheets[f.Name])-1 {
				w.Errorf("%+v", f)
			}
		}
		if len(pack.of.Files) != len(pack.files)-1 {
			w.Errorf("%d of %d files are in the manifest", len(pack.of.Files), len(pack.files))
		}
	})
}

// TestEvidenceTables looks at what the tables say.
func TestEvidenceTables(t *testing.T) {
	each(t, func(w *world) {
		p := quarter(w)
		pack := w.pack(p)
		row := func(file, column, value string) map[string]string {
			w.Helper()
			i := slices.Index(pack.column(w, file, column), value)
			if i < 0 {
				w.Fatalf("%s has no %s %s", file, column, value)
			}
			out := map[string]string{}
			for j, name := range pack.sheets[file][0] {
				out[name] = pack.sheets[file][i+1][j]
			}
			return out
		}
		ken := row("leavers.csv", "login", "ken")
		if ken["seconds_to_removal"] != strconv.Itoa(90*60) || ken["held"] != "1" || ken["removal"] != "done" {
			w.Errorf("%v", ken)
		}
		if l := row("leavers.csv", "login", "grace"); l["removal"] != "open" || l["seconds_to_removal"] != "" || l["open"] != "1" {
			w.Errorf("%v", l)
		}
		if r := pack.of.Removal; r.Leavers != 2 || r.Median != 0 || r.Longest != 90*60 {
			w.Errorf("%+v", r)
		}
		if slices.Contains(pack.column(w, "people-end.csv", "login"), "ken") || !slices.Contains(pack.column(w, "people-start.csv", "login"), "ken") {
			w.Error("who left is not gone at the end, or was not here at the start")
		}
		given := row("access-began.csv", "via", "role")
		if given["person"] != "ada" || given["resource"] != "wiki" || given["role"] != "dev" || given["given_by"] != "root" || given["reason"] != `'=HYPERLINK("http://x")` {
			w.Errorf("%v", given)
		}
		asked := row("requests.csv", "requester", "linus")
		if asked["state"] != "approved" || !strings.HasPrefix(asked["approvals"], "olga approved at 2026-03-0") || asked["beneficiary"] != "linus" {
			w.Errorf("%v", asked)
		}
		if v := row("approvals.csv", "vote", "deny"); v["by"] != "olga" || v["comment"] != "because" || v["requester"] != "lin" {
			w.Errorf("%v", v)
		}
		ended := row("access-ended.csv", "person", "ken")
		if ended["ended_reason"] != "gone from the directory" || ended["approvals"] == "" || ended["state"] != "ended" {
			w.Errorf("%v", ended)
		}
		// The log of the pack is the log: the checkpoint of it is one that a later export extends.
		if !pack.of.Log.OK || pack.of.Log.Size == 0 {
			w.Errorf("%+v", pack.of.Log)
		}
		w.ask("ada", "wiki")
		var export bytes.Buffer
		if err := w.db.Export(w.ctx, w.tenant, &export); err != nil {
			w.Fatal(err)
		}
		rep, err := audit.Verify(&export, pack.of.Log.Key, audit.VerifyOptions{Since: pack.files["checkpoint.txt"]})
		if err != nil || !rep.OK() || rep.SinceSize != pack.of.Log.Size {
			w.Errorf("%+v %v", rep, err)
		}
		// Whoever comes back has what they are given from then on; the leaving is still told, and that its removal is not finished.
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.SetUserState(ctx, w.tenant, w.users["grace"].ID, sallyport.UserActive); err != nil {
				return err
			}
			_, err := tx.Append(ctx, store.NewEvent{Verb: "user.returned", Actor: sallyport.System(w.tenant), ObjectKind: "user", ObjectID: w.users["grace"].ID})
			return err
		})
		pack = w.pack(p)
		if l := row("leavers.csv", "login", "grace"); l["returned_at"] == "" || l["removal"] != "open" || l["open"] != "1" || l["seconds_to_removal"] != "" {
			w.Errorf("%v", l)
		}
		if slices.Contains(pack.column(w, "people-end.csv", "login"), "grace") {
			w.Error("who came back later was here at the end")
		}
	})
}

// TestEvidenceOfATamperedLog: a log that was changed makes a pack that says so.
func TestEvidenceOfATamperedLog(t *testing.T) {
	each(t, func(w *world) {
		p := quarter(w)
		if !w.pack(p).of.Log.OK {
			w.Fatal("the log does not verify untouched")
		}
		w.tx(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE events SET leaf = replace(leaf, 'grant.ended', 'grant.moved') WHERE tenant_id = $1 AND verb = 'grant.ended'`, w.tenant)
			return err
		})
		pack := w.pack(p)
		if pack.of.Log.OK || !bytes.Contains(pack.files["log-verification.json"], []byte(`"content"`)) {
			w.Errorf("%s", pack.files["log-verification.json"])
		}
	})
}

func TestEvidenceIsForAuditors(t *testing.T) {
	each(t, func(w *world) {
		p := access.Period{From: w.clock.Now(), To: w.clock.Now().Add(hour)}
		_, err := w.s.Evidence(w.ctx, w.as("olga"), p)
		w.refused(err, sallyport.EForbidden, "auditors and admins")
		_, err = w.s.EvidenceRows(w.ctx, w.as("olga"), p, "leavers", store.Page{})
		w.refused(err, sallyport.EForbidden, "auditors and admins")
		var b bytes.Buffer
		w.refused(w.s.EvidencePack(w.ctx, w.as("olga"), p, &b), sallyport.EForbidden, "auditors and admins")
		_, err = w.s.EvidenceRows(w.ctx, w.as("root"), p, "gossip", store.Page{})
		w.refused(err, sallyport.ENotFound, "gossip")
		auditor := w.as("olga")
		auditor.Auditor = true
		if _, err := w.s.Evidence(w.ctx, auditor, p); err != nil {
			w.Error(err)
		}
		for _, bad := range []access.Period{{}, {From: p.From}, {From: p.To, To: p.From}, {From: p.From.Add(100 * hour), To: p.To.Add(200 * hour)}, {From: p.From.AddDate(-9, 0, 0), To: p.To}} {
			w.refused(w.s.EvidencePack(w.ctx, w.as("root"), bad, &b), sallyport.EInvalid)
		}
		if b.Len() > 0 {
			w.Error("a refusal wrote something")
		}
	})
}

func TestParsePeriod(t *testing.T) {
	for text, want := range map[string]string{"2026": "2026-01-01 2027-01-01", "2026-Q1": "2026-01-01 2026-04-01", "2025-Q4": "2025-10-01 2026-01-01", "2026-12": "2026-12-01 2027-01-01",
		"2026-01-15/2026-02-01": "2026-01-15 2026-02-01", "2026-Q5": "", "soon": "", "2026-01-01/": "", "26": ""} {
		p, err := access.ParsePeriod(text)
		if got := p.From.Format(time.DateOnly) + " " + p.To.Format(time.DateOnly); err == nil && got != want || err != nil && want != "" {
			t.Errorf("%s: %s %v", text, got, err)
		}
	}
}
