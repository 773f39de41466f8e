// Package phrase finds words that a collection of texts uses and a dictionary has not: characters that keep together (pointwise
// mutual information), that stand free at both ends (branching entropy), and that several callers say on several days. It is
// pure: the same texts in the same order give the same candidates. A caller has one vote however often he writes.
package phrase

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Text is one contact as far as words are looked for in it.
type Text struct {
	ID     string    // names it in examples
	Parts  []string  // turns; no word reaches over the end of one
	Caller string    // pseudonym; a contact without one counts as a caller of its own
	Day    time.Time // when it was received; only the day counts
}

// Options bound what is a candidate. Zero fields get their default.
type Options struct {
	MaxLength  int     // characters; default 6, at least 2, at most 8
	MinCallers int     // distinct callers; default 5
	MinDays    int     // distinct days: what is said on one only need not last; default 2
	MinPMI     float64 // bits, of the weakest place to part it; default 4
	MinEntropy float64 // bits, of the less free end; default 1
	// Known tells words that the dictionary has; they are no candidates. Nil: none is known.
	Known func(word string) bool
	// Wide takes in also what begins or ends with a numeral, an adverb or an auxiliary, as compounds may (一键报修, 即插即充), and
	// what stands beside particles and the like most of the time (的…): they are no part of it, so that it is free there.
	Wide bool
	// Frame is the share of occurrences in the frame of long texts (see frameLength) from which on a candidate is the
	// wording of a form (市民来电反映：…，故来电投诉) and dropped, as are candidates of form words alone, which few or short texts
	// can't tell. 0: none is.
	Frame float64
	// Beside are texts of other matters: of a candidate that is found in less than Contrast times as large a share of
	// the texts as of these, it is not the matter that speaks, and it is dropped. They tell, too, what the wording of a
	// form is.
	Beside   []Text
	Contrast float64 // default 3
	Top      int     // candidates, the best; default 100
}

func (o Options) withDefaults() Options {
	o.MaxLength = min(max(cmp.Or(o.MaxLength, 6), 2), 8)
	o.MinCallers = max(cmp.Or(o.MinCallers, 5), 1)
	o.MinDays = max(cmp.Or(o.MinDays, 2), 1)
	o.MinPMI = cmp.Or(o.MinPMI, 4)
	o.MinEntropy = cmp.Or(o.MinEntropy, 1)
	o.Contrast = cmp.Or(o.Contrast, 3)
	o.Top = cmp.Or(o.Top, 100)
	return o
}

// Candidate is a word that may be new.
type Candidate struct {
	Text    string    `json:"text"`
	Count   int       `json:"count"`   // occurrences
	Texts   int       `json:"texts"`   // contacts
	Callers int       `json:"callers"` // distinct callers
	Days    int       `json:"days"`    // distinct days
	First   time.Time `json:"first"`   // of these days
	Last    time.Time `json:"last"`
	PMI     float64   `json:"pmi"`     // bits: log2 p(ab)/(p(a)p(b)) of the weakest place to part it
	Entropy float64   `json:"entropy"` // bits: of the characters beside the less free end
	Score   float64   `json:"score"`   // pmi × entropy × log2(1 + callers)
	Example string    `json:"example"` // the id of the first contact that holds it
}

// Mine finds the candidates, the best first. It holds the texts' characters and the frequent sequences in memory: a sequence
// is counted only where both of its parts one character shorter are frequent.
func Mine(texts []Text, o Options) []Candidate {
	m := &miner{Options: o.withDefaults(), texts: texts, whole: map[string]int{}}
	m.lay()
	m.count()
	return m.best(m.judge())
}

// miner is one run.
type miner struct {
	Options
	texts []Text
	runs  []run
	total float64        // characters
	grams map[string]int // occurrences of frequent sequences, single characters among them
	whole map[string]int // occurrences of a part inside a longer candidate or known word, the most frequent of them
}

// inside notes that the parts of a word occur inside of it.
func (m *miner) inside(word []rune, count int) {
	for length := 2; length < len(word); length++ {
		for i := 0; i+length <= len(word); i++ {
			part := string(word[i : i+length])
			m.whole[part] = max(m.whole[part], count)
		}
	}
}

// run is a stretch of Chinese characters without anything between them.
type run struct {
	text  int
	at    int  // characters of the text before it
	size  *int // characters of the text
	runes []rune
}

// lay parts the texts into runs.
func (m *miner) lay() {
	m.runs = runsOf(m.texts)
	for _, r := range m.runs {
		m.total += float64(len(r.runes))
	}
}

func runsOf(texts []Text) []run {
	var runs []run
	sizes := make([]int, len(texts))
	for i := range texts {
		for _, part := range texts[i].Parts {
			runes := []rune(part)
			for start := 0; start < len(runes); {
				end := start
				for end < len(runes) && unicode.Is(unicode.Han, runes[end]) {
					end++
				}
				if end > start {
					runs = append(runs, run{i, sizes[i], &sizes[i], runes[start:end]})
					sizes[i] += end - start
				}
				start = end + 1
			}
		}
	}
	return runs
}

// count counts sequences, one character longer each time.
func (m *miner) count() {
	m.grams = map[string]int{}
	for length := 1; length <= m.MaxLength; length++ {
		level := map[string]int{}
		for _, r := range m.runs {
			for i := 0; i+length <= len(r.runes); i++ {
				if length > 1 && (m.grams[string(r.runes[i:i+length-1])] == 0 || m.grams[string(r.runes[i+1:i+length])] == 0) {
					continue
				}
				level[string(r.runes[i:i+length])]++
			}
		}
		for gram, n := range level {
			if length == 1 || n >= m.MinCallers {
				m.grams[gram] = n
			}
		}
	}
}

// pmi is that of the weakest place to part a sequence, in bits.
func (m *miner) pmi(runes []rune, count int) float64 {
	weakest := math.Inf(1)
	for cut := 1; cut < len(runes); cut++ {
		left, right := float64(m.grams[string(runes[:cut])]), float64(m.grams[string(runes[cut:])])
		weakest = min(weakest, math.Log2(float64(count)*m.total/(left*right)))
	}
	return weakest
}

// seen is what is gathered of a sequence that may be a candidate.
type seen struct {
	Candidate
	texts, callers map[int]bool
	days           map[string]time.Time
	left, right    map[rune]int
	framed, placed int // occurrences in the frame of long texts, and all in long texts
	beside         int // texts of other matters that hold it
	last           int // the last of these
}

// judge looks at the sequences that keep together once more: who says them, when, and what stands beside them.
func (m *miner) judge() []Candidate {
	kept := map[string]*seen{}
	for gram, n := range m.grams {
		runes := []rune(gram)
		if len(runes) < 2 || loose(runes, m.Wide) {
			continue
		}
		if m.Known != nil && m.Known(gram) {
			m.inside(runes, n)
			continue
		}
		if pmi := m.pmi(runes, n); pmi >= m.MinPMI {
			kept[gram] = &seen{Candidate: Candidate{Text: gram, Count: n, PMI: pmi}, texts: map[int]bool{}, callers: map[int]bool{},
				days: map[string]time.Time{}, left: map[rune]int{}, right: map[rune]int{}, last: -1}
		}
	}
	callers := m.callers()
	m.each(m.runs, kept, func(s *seen, r run, start, end int) { s.note(m, r, start, end, callers[r.text]) })
	m.each(runsOf(m.Beside), kept, (*seen).noteBeside)
	var all []Candidate
	for _, s := range kept {
		c := s.Candidate
		c.Texts, c.Callers, c.Days, c.Entropy = len(s.texts), len(s.callers), len(s.days), min(entropy(s.left), entropy(s.right))
		if c.Callers < m.MinCallers || c.Days < m.MinDays || c.Entropy < m.MinEntropy || m.form(s) || m.foreign(s) {
			continue
		}
		c.Score = c.PMI * c.Entropy * math.Log2(1+float64(c.Callers))
		all = append(all, c)
	}
	return all
}

// each calls do with every occurrence of the sequences in the runs.
func (m *miner) each(runs []run, kept map[string]*seen, do func(s *seen, r run, start, end int)) {
	for _, r := range runs {
		for length := 2; length <= m.MaxLength; length++ {
			for i := 0; i+length <= len(r.runes); i++ {
				if s := kept[string(r.runes[i:i+length])]; s != nil {
					do(s, r, i, i+length)
				}
			}
		}
	}
}

// callers numbers the caller of each text.
func (m *miner) callers() []int {
	numbers, of := map[string]int{}, make([]int, len(m.texts))
	for i, t := range m.texts {
		if t.Caller == "" {
			of[i] = -1 - i
			continue
		}
		if _, known := numbers[t.Caller]; !known {
			numbers[t.Caller] = len(numbers)
		}
		of[i] = numbers[t.Caller]
	}
	return of
}

// edge stands beside a sequence at the end of a run: each end is a neighbour of its own, for nothing binds there.
const edge = rune(-1)

// note adds an occurrence. A caller's votes on what stands beside it count, too, only once.
func (s *seen) note(m *miner, r run, start, end, caller int) {
	t := &m.texts[r.text]
	if len(s.texts) == 0 {
		s.Example = t.ID
	}
	s.texts[r.text] = true
	s.place(r, start, end)
	day := t.Day.Format(time.DateOnly)
	s.days[day] = t.Day
	if len(s.days) == 1 || t.Day.Before(s.First) {
		s.First = t.Day
	}
	if t.Day.After(s.Last) {
		s.Last = t.Day
	}
	if s.callers[caller] {
		return
	}
	s.callers[caller] = true
	left, right := edge-rune(len(s.callers)), edge-rune(len(s.callers))
	if start > 0 && !m.free(r.runes[start-1]) {
		left = r.runes[start-1]
	}
	if end < len(r.runes) && !m.free(r.runes[end]) {
		right = r.runes[end]
	}
	s.left[left]++
	s.right[right]++
}

// The frame of a text is where a form's wording stands whatever the matter: its beginning, its end, and where clauses
// open (工单内容：, 故来电投诉). Only long texts tell it from the matter, which fills short ones from end to end. Over 5,510
// orders and letters to the hotlines of cities, wordings of the form had shares of .57 to 1, but for one of .48; words
// of matters .5 at most.
const (
	longText    = 80 // Chinese characters
	frameLength = 20 // Chinese characters at each end of a text
	leastPlaced = 10 // occurrences in long texts from which a share says something
)

// place notes whether an occurrence lies in the frame of its text.
func (s *seen) place(r run, start, end int) {
	if *r.size < longText {
		return
	}
	s.placed++
	if r.at+start < frameLength || r.at+end > *r.size-frameLength || start == 0 {
		s.framed++
	}
}

// noteBeside adds an occurrence in a text of another matter.
func (s *seen) noteBeside(r run, start, end int) {
	s.place(r, start, end)
	if s.last != r.text {
		s.last = r.text
		s.beside++
	}
}

// foreign reports whether a candidate is about as common where other matters are told.
func (m *miner) foreign(s *seen) bool {
	return float64(len(s.texts))*float64(len(m.Beside)) < m.Contrast*float64(s.beside)*float64(len(m.texts))
}

// form reports whether a candidate is the wording of a form.
func (m *miner) form(s *seen) bool {
	return m.Frame > 0 && (ofForm(s.Text) || s.placed >= leastPlaced && float64(s.framed) >= m.Frame*float64(s.placed))
}

// free reports whether a neighbour binds as little as the end of a run.
func (m *miner) free(neighbour rune) bool {
	return m.Wide && strings.ContainsRune(looseChars, neighbour)
}

// entropy is that of a distribution, in bits.
func entropy(counts map[rune]int) float64 {
	total := 0.0
	numbers := make([]int, 0, len(counts))
	for _, n := range counts {
		total += float64(n)
		numbers = append(numbers, n)
	}
	slices.Sort(numbers) // so that the sum is the same each time
	h := 0.0
	for _, n := range numbers {
		p := float64(n) / total
		h -= p * math.Log2(p)
	}
	return h
}

// best sorts the candidates, drops those that hardly occur outside of a longer one or of a known word, and cuts the list.
func (m *miner) best(all []Candidate) []Candidate {
	slices.SortFunc(all, func(a, b Candidate) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Text, b.Text)) })
	for _, c := range all {
		m.inside([]rune(c.Text), c.Count)
	}
	const inside = 0.8 // share of occurrences
	all = slices.DeleteFunc(all, func(c Candidate) bool { return float64(m.whole[c.Text]) >= inside*float64(c.Count) })
	return all[:min(len(all), m.Top)]
}
