package access

import (
	"archive/zip"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"slices"
	"time"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
	"github.com/sallyport/sallyport/store"
)

// manifest is what a pack says of itself.
type manifest struct {
	Period
	Company string             `json:"company"`
	Server  string             `json:"server"`
	MadeAt  time.Time          `json:"made_at"`
	MadeBy  sallyport.UserRef  `json:"made_by"`
	Figures []sallyport.Figure `json:"figures"`
	Removal *removal           `json:"removal,omitempty"`
	Log     logState           `json:"log"`
	Files   []packedFile       `json:"files"`

	leavers []sallyport.Leaver
}

// removal is how long leavers' access took to be gone, of those where it is.
type removal struct {
	Leavers int   `json:"leavers"`
	Median  int64 `json:"median_seconds"`
	Longest int64 `json:"longest_seconds"`
}

// logState is what a check of the whole log found.
type logState struct {
	OK       bool      `json:"ok"`
	Events   int64     `json:"events"`
	Size     int64     `json:"size"`
	SignedAt time.Time `json:"signed_at"`
	Key      string    `json:"key"`
	Faults   int       `json:"faults"`
	Note     string    `json:"-"`
}

type packedFile struct {
	Name   string `json:"name"`
	Rows   *int   `json:"rows,omitempty"`
	SHA256 string `json:"sha256"`
}

func (m *manifest) count(figure string) int {
	i := slices.IndexFunc(m.Figures, func(f sallyport.Figure) bool { return f.ID == figure })
	return m.Figures[i].Count
}

// EvidencePack writes the evidence of a period as a ZIP archive: a table a file, what the log's check found, a manifest,
// and a document that sums up. All tables are of one state of the database and are written row by row. The log is checked
// first; one that does not verify makes a pack that says so. Auditors and admins only. An error after the first byte leaves
// an archive without its directory, which nothing opens.
func (s *Service) EvidencePack(ctx context.Context, actor sallyport.Actor, p Period, w io.Writer) error {
	if err := mayReadEvidence(actor); err != nil {
		return err
	}
	m := &manifest{Period: p, Server: s.PublicURL, MadeAt: s.DB.Now().UTC(), MadeBy: actor.User}
	if actor.IsSystem() {
		m.MadeBy = sallyport.UserRef{Login: "sallyport", Name: "Sallyport"}
	}
	if err := p.check(m.MadeAt); err != nil {
		return err
	}
	found, err := s.checkLog(ctx, actor.Tenant, m)
	if err != nil {
		return err
	}
	pack := &pack{zip: zip.NewWriter(w), at: m.MadeAt}
	err = s.DB.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		tenants, err := tx.Tenants(ctx)
		if err != nil {
			return err
		}
		for _, t := range tenants {
			if t.ID == actor.Tenant {
				m.Company = t.Name
			}
		}
		for _, set := range evidenceSets(m.MadeAt) {
			if err := s.packSet(ctx, tx, actor.Tenant, pack, m, set); err != nil {
				return err
			}
		}
		return m.keepLeavers(ctx, tx, actor.Tenant)
	})
	if err != nil {
		return err
	}
	if err := pack.text("checkpoint.txt", []byte(m.Log.Note)); err != nil {
		return err
	}
	report, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	if err := pack.text("log-verification.json", append(report, '\n')); err != nil {
		return err
	}
	m.Files = slices.Clone(pack.files)
	doc, err := pack.begin("evidence.pdf", zip.Store)
	if err == nil {
		if err = m.draw(doc); err == nil {
			err = pack.end(nil)
		}
	}
	if err != nil {
		return err
	}
	m.Files = pack.files
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	if err := pack.text("manifest.json", append(b, '\n')); err != nil {
		return err
	}
	return pack.zip.Close()
}

// packSet writes one table, and counts the figures of it as its rows go by.
func (s *Service) packSet(ctx context.Context, tx *store.Tx, tenant string, pack *pack, m *manifest, set set) error {
	file, err := pack.begin(set.file, zip.Deflate)
	if err != nil {
		return err
	}
	sheet, err := newSheet(file, set.columns)
	if err != nil {
		return err
	}
	counts := make([]int, len(figures))
	err = set.each(ctx, tx, tenant, m.Period, func(row []string) error {
		for i, f := range figures {
			if f.file == set.file && (f.column == "" || row[slices.Index(set.columns, f.column)] == f.value) {
				counts[i]++
			}
		}
		return sheet.write(row)
	})
	if err != nil {
		return err
	}
	if err := sheet.close(); err != nil {
		return err
	}
	for i, f := range figures {
		if f.file == set.file {
			m.Figures = append(m.Figures, s.figure(m.Period, f, counts[i]))
		}
	}
	return pack.end(&sheet.rows)
}

// keepLeavers keeps the first leavers for the document, and how long it took with all.
func (m *manifest) keepLeavers(ctx context.Context, tx *store.Tx, tenant string) error {
	var took []int64
	err := tx.EachLeaver(ctx, tenant, m.From, m.To, func(l sallyport.Leaver) error {
		if len(m.leavers) < printedLeavers {
			m.leavers = append(m.leavers, l)
		}
		if gone := l.GoneAt(); gone != nil {
			took = append(took, int64(gone.Sub(l.LeftAt)/time.Second))
		}
		return nil
	})
	if len(took) > 0 {
		slices.Sort(took)
		m.Removal = &removal{Leavers: len(took), Median: took[(len(took)-1)/2], Longest: took[len(took)-1]}
	}
	return err
}

// checkLog exports the whole log into its verifier, without keeping it.
func (s *Service) checkLog(ctx context.Context, tenant string, m *manifest) (audit.Report, error) {
	cp, err := s.DB.Checkpoint(ctx, tenant)
	if err != nil {
		return audit.Report{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	exported := make(chan error, 1)
	go func() {
		b := bufio.NewWriterSize(w, 1<<16)
		err := s.DB.Export(ctx, tenant, b)
		if err == nil {
			err = b.Flush()
		}
		_ = w.CloseWithError(err)
		exported <- err
	}()
	rep, err := audit.Verify(bufio.NewReaderSize(r, 1<<16), cp.Key, audit.VerifyOptions{Since: []byte(cp.Note)})
	_ = r.Close() // an export that is not read to its end stops
	cancel()
	if failed := <-exported; failed != nil && err == nil {
		err = failed
	}
	m.Log = logState{OK: err == nil && rep.OK(), Events: rep.Events, Size: cp.Size, SignedAt: cp.At.UTC(), Key: cp.Key, Faults: len(rep.Faults) + rep.MoreFaults, Note: cp.Note}
	return rep, err
}

// pack writes the files of an archive one after the other, with the sum of each.
type pack struct {
	zip   *zip.Writer
	at    time.Time
	files []packedFile
	name  string
	sum   hash.Hash
}

func (p *pack) begin(name string, method uint16) (io.Writer, error) {
	p.name, p.sum = name, sha256.New()
	w, err := p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: p.at})
	if err != nil {
		return nil, err
	}
	return io.MultiWriter(w, p.sum), nil
}

func (p *pack) end(rows *int) error {
	p.files = append(p.files, packedFile{Name: p.name, Rows: rows, SHA256: hex.EncodeToString(p.sum.Sum(nil))})
	return nil
}

func (p *pack) text(name string, b []byte) error {
	w, err := p.begin(name, zip.Deflate)
	if err != nil {
		return err
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	return p.end(nil)
}
