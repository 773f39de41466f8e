package notify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strings"
	"text/template"
	"time"

	"github.com/rivo/uniseg"

	"suqiu/hotline"
	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// TemplateFile is where dictionaries keep the wording of messages.
const TemplateFile = "notify/message.tmpl"

// Wording writes messages for people.
type Wording struct {
	templates *template.Template
	zone      *time.Location
}

// ReadWording reads the templates; a later layer that has the file replaces the earlier one's. It tries each with a sample, so
// that a slip is found before something happens.
func ReadWording(zone *time.Location, layers ...fs.FS) (*Wording, error) {
	w := &Wording{zone: zone}
	for _, layer := range layers {
		if layer == nil {
			continue
		}
		text, err := fs.ReadFile(layer, TemplateFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("wording of messages: %w", err)
		}
		if w.templates, err = template.New(TemplateFile).Option("missingkey=error").Parse(string(text)); err != nil {
			return nil, fmt.Errorf("wording of messages: %w", err)
		}
	}
	if w.templates == nil {
		return nil, fmt.Errorf("wording of messages: there is no %s", TemplateFile)
	}
	sample := Notice{LabelName: "停送电/故障停电", Outage: true, Answer: "口径", Todo: []string{"要点"}, Repeat: 1}
	sample.Kind, sample.View.Examples, sample.View.Explains = remedy.KindOpened, []remedy.Example{{Text: "例"}}, []string{"大风"}
	counted := sample
	counted.View.Counted = []string{"计数规则"}
	for _, m := range []Message{{Notices: []Notice{sample}}, {Notices: []Notice{counted}}, {Notices: []Notice{sample, counted}, Duplicate: true}} {
		if _, _, err := w.Write(&m); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// words is what the templates are filled with; all of it is already safe to show.
type words struct {
	Title, Note, Where, Place           string
	Days, Observed, Callers, Matters    int
	Expected, Ratio, Sure               string
	Since, Signal, Work, Owner, Due     string
	Explains, Effect, Answer, Community string
	Counted                             string // the rules that count which were met; empty where statistics located it
	Todo, Examples                      []string
	Incident                            string
	Repeat                              int
	Hidden                              int // callers below which examples are hidden; 0 if none is hidden
	Duplicate                           bool
}

// Lengths of one example and of a note, in characters as people see them.
const (
	exampleLength = 80
	noteLength    = 300
)

// Write makes title and body of a message, in the Markdown that the three messengers share.
func (w *Wording) Write(m *Message) (title, body string, err error) {
	var b bytes.Buffer
	for i := range m.Notices {
		filled, err := w.fill(&m.Notices[i], m.Duplicate)
		if err != nil {
			return "", "", err
		}
		name := "full"
		if len(m.Notices) > 1 {
			name = "brief"
		}
		if i == 0 {
			title = filled.Title
		} else {
			b.WriteString("\n\n")
		}
		if err := w.templates.ExecuteTemplate(&b, name, filled); err != nil {
			return "", "", fmt.Errorf("wording of messages: %w", err)
		}
	}
	if n := len(m.Notices); n > 1 {
		title = fmt.Sprintf("%d 条消息：%s 等", n, title)
	}
	if m.Duplicate {
		title = "（可能重复）" + title
	}
	return title, b.String(), nil
}

func (w *Wording) fill(n *Notice, duplicate bool) (words, error) {
	v := &n.View
	f := words{
		Where: place(v.Area), Place: short(v.Area), Note: cut(plain(n.Note), noteLength, graphemes), Days: v.Days, Observed: v.Observed, Callers: v.Callers, Matters: v.Matters,
		Expected: number(v.Expected), Sure: sure(v.P), Since: v.Since.In(w.zone).Format("1月2日"), Signal: v.Signal.Name(), Work: v.Work.Name(),
		Owner: person(v.Owner, v.Unowned), Explains: plain(strings.Join(v.Explains, "、")), Effect: plain(v.Effect), Counted: plain(strings.Join(v.Counted, "、")), Answer: n.Answer, Todo: n.Todo,
		Incident: v.Incident, Repeat: n.Repeat, Duplicate: duplicate,
	}
	kind := n.Kind.Name()
	f.Title = fmt.Sprintf("%s：%s · %s", kind, cmp.Or(n.LabelName, f.Counted), short(v.Area))
	if v.Expected > 0 && float64(v.Observed) >= v.Expected {
		f.Ratio = number(float64(v.Observed) / v.Expected)
	}
	if !n.Due.IsZero() {
		f.Due = n.Due.In(w.zone).Format("1月2日 15:04")
	}
	if examples, hidden := n.examples(); hidden {
		f.Hidden = owner.LeastCallers
	} else {
		for _, e := range examples {
			f.Examples = append(f.Examples, cut(plain(e.Text), exampleLength, graphemes))
		}
	}
	if n.Outage && (n.Kind == remedy.KindOpened || n.Kind == remedy.KindGrew || n.Kind == remedy.KindReopened || n.Kind == remedy.KindMoved) {
		var draft strings.Builder
		if err := w.templates.ExecuteTemplate(&draft, "community", f); err != nil {
			return f, fmt.Errorf("wording of messages: %w", err)
		}
		f.Community = draft.String()
	}
	return f, nil
}

// mostExamples is how many examples a message shows.
const mostExamples = 3

// examples are those that may be shown. Of a sensitive problem that few callers told of, each could show who complained.
func (n *Notice) examples() (shown []remedy.Example, hidden bool) {
	if n.Sensitive && n.View.Callers < owner.LeastCallers {
		return nil, true
	}
	return n.View.Examples[:min(len(n.View.Examples), mostExamples)], false
}

// sure says in words how small the chance is that nothing is behind the rise.
func sure(p float64) string {
	switch {
	case p <= 1e-4:
		return "极有把握（偶然如此的机会不到万分之一）"
	case p <= 1e-3:
		return "很有把握（偶然如此的机会不到千分之一）"
	case p <= 1e-2:
		return "较有把握（偶然如此的机会不到百分之一）"
	}
	return "把握不大，请先核实"
}

// number writes a quantity with one digit behind the point where that tells something.
func number(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", math.Round(x))
}

func place(path string) string {
	if path == "" {
		return "全部地区"
	}
	return plain(path)
}

// short is the last two levels of a path.
func short(path string) string {
	levels := strings.Split(place(path), hotline.AreaSeparator)
	return strings.Join(levels[max(0, len(levels)-2):], hotline.AreaSeparator)
}

func person(p remedy.Person, unowned string) string {
	if p.ID == "" {
		return "无（" + plain(unowned) + "）"
	}
	name := cmp.Or(p.Name, p.ID)
	if p.Role == "" {
		return plain(name)
	}
	return plain(name + "（" + p.Role + "）")
}

// harmless replaces what a messenger would read as a mention, link, tag or mark-up by the wide form of the character: a
// caller's words must not call a whole group together.
var harmless = strings.NewReplacer("<", "＜", ">", "＞", "@", "＠", "[", "［", "]", "］", "*", "＊", "_", "＿", "`", "｀", "#", "＃", "\\", "＼",
	"\r", " ", "\n", " ")

func plain(text string) string { return harmless.Replace(text) }

// graphemes is the length of a text in characters as people see them.
func graphemes(text string) int { return uniseg.GraphemeClusterCount(text) }

const ellipsis = "…"

// cut shortens text until size says that it is at most limit, at the border of a character, and ends it with an ellipsis.
func cut(text string, limit int, size func(string) int) string {
	if size(text) <= limit {
		return text
	}
	// The size grows with the text, so the longest prefix that fits is found by halving.
	var ends []int
	for rest, state, at := text, -1, 0; rest != ""; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		at += len(cluster)
		ends = append(ends, at)
	}
	low, high := 0, len(ends)
	for low < high {
		middle := (low + high + 1) / 2
		if size(text[:ends[middle-1]]+ellipsis) <= limit {
			low = middle
		} else {
			high = middle - 1
		}
	}
	if low == 0 {
		return ""
	}
	return text[:ends[low-1]] + ellipsis
}

// fit shortens a body to a limit: lines go from the end, the one that does not fit whole is cut at a character, and a last line
// says where the rest is.
func fit(body, incident string, limit int, size func(string) int) string {
	if size(body) <= limit {
		return body
	}
	tail := "\n" + ellipsis + "全文：suqiu incident show " + incident
	withTail := func(s string) int { return size(s + tail) }
	lines := strings.SplitAfter(body, "\n")
	kept := ""
	for _, line := range lines {
		if withTail(kept+line) > limit {
			if line = cut(line, limit, func(s string) int { return withTail(kept + s) }); line != ellipsis {
				kept += line
			}
			break
		}
		kept += line
	}
	if kept == "" {
		return cut(lines[0], limit, size)
	}
	return strings.TrimRight(kept, "\n") + tail
}
