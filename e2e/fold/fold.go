package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// zone is that of the months: mainland China, which has had no other offset since 1991.
var zone = time.FixedZone("CST", 8*60*60)

// content is what of a call is compared: two versions of it differ in one of these.
type content struct {
	rev      int64 // time of the update upstream, ms since 1970
	received int64 // ms since 1970
	text     [sha256.Size]byte
}

func (c content) month() string { return time.UnixMilli(c.received).In(zone).Format("2006.01") }

// contentOf makes a content of the texts told, in their order.
func contentOf(updated, received time.Time, texts []string) content {
	return content{updated.UnixMilli(), received.UnixMilli(), sha256.Sum256([]byte(strings.Join(texts, "\n")))}
}

// folded is what a complete reading of the input must leave behind: of each call its latest version.
type folded struct {
	calls   map[string]content   // by document id
	records int                  // that were read, whether or not they can be used
	broken  int                  // of them, those that can't
	older   int                  // of them, those that came after a newer version
	same    int                  // of them, those that repeat the version before
	gone    map[string][]content // by document id: what was told by lines that may have been lost
	moved   int                  // calls whose latest version is in another month than one before it
}

func newFolded() *folded { return &folded{calls: map[string]content{}, gone: map[string][]content{}} }

// record is one line of the input, as docs/call.schema.json describes it.
type record struct {
	ID       string    `json:"id"`
	Hotline  string    `json:"hotline"`
	Received time.Time `json:"received"`
	Updated  time.Time `json:"updated"`
	Text     string    `json:"text"`
	Turns    []turn    `json:"turns"`
}

type turn struct {
	Text string `json:"text"`
}

func texts(turns []turn) []string {
	all := make([]string, len(turns))
	for i, t := range turns {
		all[i] = t.Text
	}
	return all
}

// parse reads one line; false: it can't be used.
func parse(line []byte) (id string, told content, ok bool) {
	var r record
	if err := json.Unmarshal(line, &r); err != nil || r.ID == "" || r.Received.IsZero() {
		return "", content{}, false
	}
	said := []string{r.Text}
	if len(r.Turns) > 0 {
		said = texts(r.Turns)
	}
	return r.Hotline + ":" + r.ID, contentOf(r.Updated, r.Received, said), true
}

// lose notes one line that may have been lost: a document may hold what it told, and need not.
func (f *folded) lose(line []byte) {
	if id, told, ok := parse(line); ok {
		f.gone[id] = append(f.gone[id], told)
	}
}

// add folds one line in. The newest version counts, whenever it comes; of equal versions the last one told.
func (f *folded) add(line []byte) {
	f.records++
	id, told, ok := parse(line)
	if !ok {
		f.broken++
		return
	}
	known, seen := f.calls[id]
	if seen && told.rev < known.rev {
		f.older++
		return
	}
	if seen && told == known {
		f.same++
	}
	if seen && told.month() != known.month() {
		f.moved++
	}
	f.calls[id] = told
}

// read folds in all lines of an input.
func (f *folded) read(r io.Reader) error { return eachLine(r, f.add) }

// readLost notes all lines of an input that may have been lost.
func (f *folded) readLost(r io.Reader) error { return eachLine(r, f.lose) }

func eachLine(r io.Reader, see func([]byte)) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			see(line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the input: %w", err)
		}
	}
}

// document is one copy of a call as the index holds it.
type document struct {
	ID       string    `json:"id"`
	Month    string    `json:"month"` // of the index it is in, such as 2026.11; empty where there is but one
	Rev      int64     `json:"content_rev"`
	Received time.Time `json:"received"`
	Turns    []turn    `json:"turns"`
}

// maxExamples bounds how many faults are told one by one.
const maxExamples = 20

// account is the outcome of a comparison.
type account struct {
	Records   int      `json:"records"`
	Broken    int      `json:"broken"`
	Older     int      `json:"older"`
	Same      int      `json:"same"`
	Moved     int      `json:"moved"`
	Calls     int      `json:"calls"`
	Documents int      `json:"documents"`
	Lost      int      `json:"lost"`     // calls without a document
	Doubled   int      `json:"doubled"`  // further documents of a call that has one
	Stale     int      `json:"stale"`    // documents of a version that is not the latest
	Wrong     int      `json:"wrong"`    // of the latest version, with another text, time or month
	Invented  int      `json:"invented"` // documents of no call
	Gone      int      `json:"gone"`     // calls of which only lines tell that may have been lost, and no document
	Examples  []string `json:"examples,omitempty"`
}

func (a *account) equal() bool {
	return a.Lost == 0 && a.Doubled == 0 && a.Stale == 0 && a.Wrong == 0 && a.Invented == 0
}

func (a *account) note(count *int, format string, args ...any) {
	*count++
	if len(a.Examples) < maxExamples {
		a.Examples = append(a.Examples, fmt.Sprintf(format, args...))
	}
}

// comparison holds the documents read back against the fold, one by one.
type comparison struct {
	want *folded
	seen map[string]bool
	account
}

func compareWith(want *folded) *comparison {
	return &comparison{want: want, seen: make(map[string]bool, len(want.calls)), account: account{
		Records: want.records, Broken: want.broken, Older: want.older, Same: want.same, Moved: want.moved, Calls: len(want.calls),
	}}
}

// see takes one document of the index.
func (c *comparison) see(d *document) {
	c.Documents++
	want, known := c.want.calls[d.ID]
	got := content{d.Rev, d.Received.UnixMilli(), sha256.Sum256([]byte(strings.Join(texts(d.Turns), "\n")))}
	if rescued := slices.Contains(c.want.gone[d.ID], got); rescued && (!known || got.rev > want.rev) {
		want, known = got, true
	}
	switch {
	case !known:
		c.note(&c.Invented, "invented: %s", d.ID)
	case c.seen[d.ID]:
		c.note(&c.Doubled, "doubled: %s is again in month %s", d.ID, d.Month)
	case got.rev < want.rev:
		c.note(&c.Stale, "stale: %s has version %d, the latest is %d", d.ID, got.rev, want.rev)
	case got != want:
		c.note(&c.Wrong, "wrong: %s in version %d has another text or time than the input's", d.ID, got.rev)
	case d.Month != "" && d.Month != want.month():
		c.note(&c.Wrong, "wrong: %s is in month %s and belongs into %s", d.ID, d.Month, want.month())
	}
	c.seen[d.ID] = true
}

// finish names what was not seen.
func (c *comparison) finish() *account {
	for id := range c.want.calls {
		if !c.seen[id] {
			c.note(&c.Lost, "lost: %s", id)
		}
	}
	for id := range c.want.gone {
		if _, known := c.want.calls[id]; !known && !c.seen[id] {
			c.Gone++
		}
	}
	return &c.account
}
