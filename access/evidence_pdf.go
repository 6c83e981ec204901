package access

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"

	"github.com/sallyport/sallyport"
)

// paper draws the first document of a pack. The fonts are in it, with letters of Latin, Greek and Cyrillic scripts; where a
// name needs others, the login stands in its place, and the name is in the tables.
type paper struct {
	*fpdf.Fpdf
	font *sfnt.Font
	buf  sfnt.Buffer
}

const (
	margin    = 18.0
	pageWidth = 210.0 - 2*margin
)

func newPaper(title string, at time.Time) (*paper, error) {
	font, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, err
	}
	p := &paper{Fpdf: fpdf.New("P", "mm", "A4", ""), font: font}
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	p.AddUTF8FontFromBytes("mono", "", gomono.TTF)
	p.SetCreationDate(at)
	p.SetModificationDate(at)
	p.SetCatalogSort(true)
	p.SetTitle(title, true)
	p.SetCreator("Sallyport", true)
	p.SetLang("en")
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, 22)
	p.AliasNbPages("")
	p.SetFooterFunc(func() {
		p.SetY(-15)
		p.SetFont("go", "", 8)
		p.SetTextColor(110, 110, 110)
		p.CellFormat(pageWidth-20, 6, title, "", 0, "L", false, 0, "")
		p.CellFormat(20, 6, fmt.Sprintf("%d / {nb}", p.PageNo()), "", 0, "R", false, 0, "")
	})
	p.AddPage()
	return p, p.Error()
}

// drawable reports whether the font has every letter of the text.
func (p *paper) drawable(text string) bool {
	for _, r := range text {
		if r > 0xFFFF {
			return false
		}
		if i, err := p.font.GlyphIndex(&p.buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

// nameOf is a person's name, or their login where the font lacks its letters.
func (p *paper) nameOf(name, login string) string {
	if name != "" && p.drawable(name) {
		return name
	}
	return p.safe(login)
}

// safe puts a question mark for each letter that the font lacks.
func (p *paper) safe(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || p.drawable(string(r)) {
			return r
		}
		return '?'
	}, text)
}

func (p *paper) ink(style string, size float64) {
	p.SetTextColor(25, 25, 25)
	p.SetFont("go", style, size)
}

func (p *paper) heading(text string) {
	if p.GetY() > 240 {
		p.AddPage()
	}
	p.Ln(5)
	p.ink("B", 13)
	p.CellFormat(pageWidth, 8, text, "", 1, "L", false, 0, "")
	p.Bookmark(text, 0, -1)
}

func (p *paper) text(text string) {
	p.ink("", 9.5)
	p.MultiCell(pageWidth, 5, text, "", "L", false)
}

func (p *paper) fact(name, value string) {
	p.ink("", 9.5)
	p.SetTextColor(90, 90, 90)
	p.CellFormat(42, 5.5, name, "", 0, "L", false, 0, "")
	p.ink("", 9.5)
	p.MultiCell(pageWidth-42, 5.5, p.safe(value), "", "L", false)
}

// linked writes in the colour of links what leads to an address when it is pressed.
func (p *paper) linked(width float64, text, align, to string) {
	p.SetTextColor(20, 80, 170)
	p.CellFormat(width, 6.5, text, "B", 0, align, false, 0, to)
	p.SetTextColor(25, 25, 25)
}

// table draws rows of cells under a header; the cell of a column with a link leads there.
func (p *paper) table(widths []float64, header []string, rows [][]string, link func(row, column int) string) {
	p.SetDrawColor(215, 215, 215)
	head := func() {
		p.ink("B", 8.5)
		for i, h := range header {
			p.CellFormat(widths[i], 6.5, h, "B", 0, "L", false, 0, "")
		}
		p.Ln(-1)
	}
	head()
	for i, row := range rows {
		if p.GetY() > 262 {
			p.AddPage()
			head()
		}
		p.ink("", 8.5)
		for j, text := range row {
			text = p.fit(text, widths[j]-2)
			if to := link(i, j); to != "" {
				p.linked(widths[j], text, "L", to)
			} else {
				p.CellFormat(widths[j], 6.5, text, "B", 0, "L", false, 0, "")
			}
		}
		p.Ln(-1)
	}
}

// fit shortens a text to a width.
func (p *paper) fit(text string, width float64) string {
	if p.GetStringWidth(text) <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 0 && p.GetStringWidth(string(r)+"…") > width {
		r = r[:len(r)-1]
	}
	return string(r) + "…"
}

// printedLeavers is how many leavers the document lists; the others are in their file.
const printedLeavers = 200

// chapters is the order of the figures in the document.
var chapters = []struct {
	title, words string
	files        []string
}{
	{"Population", "Who was known and not gone or suspended, and what people held, directly and by role, at both ends of the period.", []string{"people-start.csv", "people-end.csv", "access-start.csv", "access-end.csv"}},
	{"Requests and approvals", "Every request that was filed or decided in the period, and every vote that was cast in it. A request can be of one period and its votes of another.", []string{"requests.csv", "approvals.csv"}},
	{"Changes of access", "Access of people that became real, or was over, in the period. An extension is an end and a new beginning at the same moment.", []string{"access-began.csv", "access-ended.csv"}},
	{"Changes of rules", "What was changed about what can be had, by whose decision, for how long, and in which targets.", []string{"changes.csv"}},
	{"Leavers", "Whose directory said that they were gone or suspended. The time to removal runs from then to the last read-back that found their access gone from its target; where Sallyport itself is the record, to the end of the last grant.", []string{"leavers.csv"}},
}

// draw writes the document of a pack.
func (m *manifest) draw(w io.Writer) error {
	p, err := newPaper("Evidence of access, "+m.days(), m.MadeAt)
	if err != nil {
		return err
	}
	p.ink("B", 20)
	p.CellFormat(pageWidth, 11, "Evidence of access", "", 1, "L", false, 0, "")
	p.ink("", 11)
	p.CellFormat(pageWidth, 7, p.safe(m.Company)+", "+m.days(), "", 1, "L", false, 0, "")
	p.Ln(3)
	p.fact("Period", inUTC(m.From)+" up to, not including, "+inUTC(m.To))
	p.fact("Made", inUTC(m.MadeAt)+" by "+p.nameOf(m.MadeBy.Name, m.MadeBy.Login))
	p.fact("Server", m.Server)
	if m.To.After(m.MadeAt) {
		p.fact("Note", "The period was not over when this was made. What it says of the end is as of then.")
	}
	p.Ln(2)
	p.text("Each number is how many rows a file of this pack has, and leads to the page that shows the same rows. All files were read from one state of the database. Names, titles and departments are as of the making.")
	for _, c := range chapters {
		lines := 0
		for _, f := range m.Figures {
			if slices.Contains(c.files, f.File) {
				lines++
			}
		}
		if p.GetY()+34+6.5*float64(lines) > 270 { // a chapter's figures stay together
			p.AddPage()
		}
		p.heading(c.title)
		p.text(c.words)
		p.Ln(1)
		p.drawFigures(m.Figures, c.files)
	}
	p.drawLeavers(m)
	p.drawLog(m)
	p.drawFiles(m)
	return p.Output(w)
}

func (m *manifest) days() string {
	last := m.To.Add(-time.Microsecond)
	return m.From.UTC().Format("2 January 2006") + " to " + last.UTC().Format("2 January 2006")
}

func (p *paper) drawFigures(list []sallyport.Figure, files []string) {
	var rows [][]string
	var links []string
	for _, f := range list {
		for _, file := range files {
			if f.File != file {
				continue
			}
			from := f.File
			if f.Column != "" {
				from += ", " + f.Column + " = " + f.Value
			}
			rows = append(rows, []string{f.Title, strconv.Itoa(f.Count), from})
			links = append(links, f.Link)
		}
	}
	p.table([]float64{84, 24, pageWidth - 108}, []string{"Figure", "Rows", "File"}, rows, func(row, column int) string {
		if column == 1 {
			return links[row]
		}
		return ""
	})
}

func (p *paper) drawLeavers(m *manifest) {
	if len(m.leavers) == 0 {
		return
	}
	p.Ln(2)
	if m.Removal != nil {
		p.fact("Median time", tookWords(time.Duration(m.Removal.Median)*time.Second))
		p.fact("Longest time", tookWords(time.Duration(m.Removal.Longest)*time.Second))
	}
	var rows [][]string
	for _, l := range m.leavers {
		took := map[string]string{sallyport.RemovalOpen: "still open: " + strconv.Itoa(l.Open), sallyport.RemovalReturned: "came back before"}[l.Removal()]
		if gone := l.GoneAt(); gone != nil {
			took = tookWords(gone.Sub(l.LeftAt))
		}
		rows = append(rows, []string{p.nameOf(l.User.Name, l.User.Login), inUTC(l.LeftAt), strconv.Itoa(l.Held), took})
	}
	p.Ln(1)
	p.table([]float64{70, 42, 20, pageWidth - 132}, []string{"Person", "Left", "Held", "Time to removal"}, rows, func(row, column int) string {
		if column == 0 {
			return m.Server + "/people/" + m.leavers[row].User.Login
		}
		return ""
	})
	if n := m.count("leavers"); n > len(m.leavers) {
		p.text(fmt.Sprintf("%d more are in leavers.csv.", n-len(m.leavers)))
	}
}

func (p *paper) drawLog(m *manifest) {
	p.heading("The log")
	p.text("Every decision and change is an event in a log whose entries cannot be changed or taken out unseen. For this pack the whole log was exported and checked against its signed checkpoint, as sallyport audit verify does without the server.")
	p.Ln(1)
	result := "verified: nothing was changed, dropped, moved or added"
	if !m.Log.OK {
		result = fmt.Sprintf("does not verify: %d faults, see log-verification.json", m.Log.Faults)
	}
	p.fact("Result", result)
	p.fact("Events", fmt.Sprintf("%d, of which %d are signed", m.Log.Events, m.Log.Size))
	p.fact("Signed", inUTC(m.Log.SignedAt))
	p.fact("Public key", m.Log.Key)
	p.fact("Checkpoint", "in checkpoint.txt; kept elsewhere, it shows later that the log has only grown")
	p.SetFont("mono", "", 7.5)
	p.SetTextColor(60, 60, 60)
	p.MultiCell(pageWidth, 4, p.safe(strings.TrimSpace(m.Log.Note)), "", "L", false)
}

func (p *paper) drawFiles(m *manifest) {
	p.heading("Files")
	p.text("With the SHA-256 of each. manifest.json has the same for machines.")
	p.Ln(1)
	var rows [][]string
	for _, f := range m.Files {
		n := ""
		if f.Rows != nil {
			n = strconv.Itoa(*f.Rows)
		}
		rows = append(rows, []string{f.Name, n, f.SHA256})
	}
	p.table([]float64{46, 16, pageWidth - 62}, []string{"File", "Rows", "SHA-256"}, rows, func(int, int) string { return "" })
}

// tookWords words how long something took, in its two greatest units.
func tookWords(d time.Duration) string {
	d = d.Truncate(time.Second)
	days, hours, minutes, seconds := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60, int(d/time.Second)%60
	switch {
	case days > 0:
		return fmt.Sprintf("%d d %d h", days, hours)
	case hours > 0:
		return fmt.Sprintf("%d h %d min", hours, minutes)
	case minutes > 0:
		return fmt.Sprintf("%d min %d s", minutes, seconds)
	}
	return fmt.Sprintf("%d s", seconds)
}

// inUTC is how the document writes moments: all in one zone, short enough for a column, in the order of time as text.
func inUTC(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 MST") }
