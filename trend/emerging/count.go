package emerging

import (
	"time"
	"unicode/utf8"

	"suqiu/hotline"
	"suqiu/phrase"
)

// Finder counts the phrases of the window in the background. It is not safe for concurrent use.
type Finder struct {
	Options
	window     []Contact
	candidates []*candidate
	begins     map[string][]int // the first two characters of a candidate → lengths in bytes of those that begin so
	byText     map[string]int

	windowCallers, backgroundCallers [ways]map[string]int // distinct callers of each stratum
	seen                             [ways]map[visit]bool // callers of the background
	sources                          map[string]bool      // of the background
	windowTotal                      int                  // callers of the window, known once Topics judges
	background                       Amount
	callers                          map[string]bool // of the background
}

// The ways to divide callers into strata.
const (
	byLabel = iota
	bySource
	byArea
	ways
)

// visit is a caller in a stratum.
type visit struct{ caller, stratum string }

// candidate is a phrase of the window and who says it.
type candidate struct {
	text     string
	contacts []int             // of the window
	callers  map[string][]int  // of the window, with their contacts
	before   map[string]strata // callers of the background, until they are too many
	common   bool              // so many in the background that it is not new
	texts    int               // contacts of the background
}

// strata are those that a caller lies in.
type strata [ways]string

// commonFactor and commonLeast bound what is kept of a candidate's callers in the background: beyond 10 times those of the
// window and 50 it can be new only if the background has 50 times the callers of the window.
const (
	commonFactor = 10
	commonLeast  = 50
)

// NewFinder takes the contacts of the window and looks for phrases in them. Contacts of sources that tell nothing in
// the background are left out later.
func NewFinder(window []Contact, o Options) *Finder {
	f := &Finder{Options: o.withDefaults(), window: window, begins: map[string][]int{}, byText: map[string]int{}, sources: map[string]bool{}, callers: map[string]bool{}}
	for way := range f.seen {
		f.windowCallers[way], f.backgroundCallers[way], f.seen[way] = map[string]int{}, map[string]int{}, map[visit]bool{}
	}
	f.mine()
	return f
}

// Bounds of what is a candidate phrase. They are wider than those of a word of the dictionary: whether it is new decides.
const (
	maxLength  = 8   // characters
	minPMI     = 3   // bits
	minEntropy = 0.9 // bits
	mostMined  = 50_000
)

// mine finds the candidates and who says them.
func (f *Finder) mine() {
	texts := make([]phrase.Text, len(f.window))
	for i := range f.window {
		c := &f.window[i]
		texts[i] = phrase.Text{ID: c.ID, Parts: c.Parts, Caller: c.Caller, Day: c.Day}
	}
	for _, found := range phrase.Mine(texts, phrase.Options{
		MaxLength: maxLength, MinCallers: f.MinCallers, MinDays: f.MinDays, MinPMI: minPMI, MinEntropy: minEntropy, Wide: true, Known: dull, Top: mostMined,
	}) {
		head := found.Text[:headLength(found.Text)]
		known := false
		for _, length := range f.begins[head] {
			known = known || length == len(found.Text)
		}
		if !known {
			f.begins[head] = append(f.begins[head], len(found.Text))
		}
		f.byText[found.Text] = len(f.candidates)
		f.candidates = append(f.candidates, &candidate{text: found.Text, callers: map[string][]int{}, before: map[string]strata{}})
	}
	for i := range f.window {
		caller := callerOf(&f.window[i])
		for k := range f.said(&f.window[i]) {
			c := f.candidates[k]
			c.contacts = append(c.contacts, i)
			c.callers[caller] = append(c.callers[caller], i)
		}
	}
}

// headLength is how many bytes the first two characters of a text have.
func headLength(text string) int {
	_, first := utf8.DecodeRuneInString(text)
	_, second := utf8.DecodeRuneInString(text[first:])
	return first + second
}

// said finds the candidates that a contact holds.
func (f *Finder) said(c *Contact) map[int]bool {
	var found map[int]bool
	for _, part := range c.Parts {
		for i := range part { // every character
			rest := part[i:]
			for _, length := range f.begins[rest[:headLength(rest)]] {
				if length > len(rest) {
					continue
				}
				if k, ok := f.byText[rest[:length]]; ok {
					if found == nil {
						found = map[int]bool{}
					}
					found[k] = true
				}
			}
		}
	}
	return found
}

// Background counts a contact of the background.
func (f *Finder) Background(c *Contact) {
	caller, in := callerOf(c), f.strataOf(c)
	f.background.Contacts++
	f.callers[caller] = true
	f.sources[c.Source] = true
	for way, stratum := range in {
		f.visit(f.backgroundCallers[way], f.seen[way], caller, stratum)
	}
	for k := range f.said(c) {
		d := f.candidates[k]
		d.texts++
		if _, known := d.before[caller]; known || d.common {
			continue
		}
		d.before[caller] = in
		if len(d.before) > commonFactor*len(d.callers)+commonLeast {
			d.before, d.common = nil, true
		}
	}
}

// visit counts a caller of a stratum once.
func (f *Finder) visit(count map[string]int, seen map[visit]bool, caller, stratum string) {
	if v := (visit{caller, stratum}); !seen[v] {
		seen[v] = true
		count[stratum]++
	}
}

// callerOf names the caller of a contact; without one, the matter: who urges without a number has most likely called before.
func callerOf(c *Contact) string {
	if c.Caller == "" {
		return "\x00" + matterOf(c)
	}
	return c.Caller
}

// matterOf names the matter of a contact; without one, the contact.
func matterOf(c *Contact) string {
	if c.Matter == "" {
		return "\x00" + c.ID
	}
	return c.Matter
}

func (f *Finder) strataOf(c *Contact) strata {
	return strata{byLabel: c.Label, bySource: c.Source, byArea: f.areaOf(c)}
}

// areaOf cuts the area of a contact to the levels that divide the callers.
func (f *Finder) areaOf(c *Contact) string {
	all := hotline.Ancestors(c.Area)
	if len(all) == 0 {
		return ""
	}
	return all[min(len(all), f.AreaLevels)-1]
}

// dayOf is the beginning of a contact's day.
func dayOf(c *Contact) time.Time {
	year, month, day := c.Day.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, c.Day.Location())
}
