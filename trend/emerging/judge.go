package emerging

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"suqiu/trend/stat"
)

// Topics judges what was counted.
func (f *Finder) Topics() Result {
	r := Result{Background: f.background, Tried: len(f.candidates), Left: []string{}, Topics: []Topic{}}
	r.Background.Callers = len(f.callers)
	r.Window, r.Left = f.countWindow()
	f.windowTotal = r.Window.Callers
	var fresh []Phrase
	for _, c := range f.candidates {
		if p, ok := f.judge(c); ok {
			fresh = append(fresh, p)
		}
	}
	slices.SortFunc(fresh, func(a, b Phrase) int {
		return cmp.Or(cmp.Compare(a.Chance, b.Chance), cmp.Compare(len(b.Text), len(a.Text)), cmp.Compare(a.Text, b.Text))
	})
	for _, members := range f.group(fresh) {
		r.Topics = append(r.Topics, f.topic(members))
	}
	slices.SortStableFunc(r.Topics, func(a, b Topic) int { return cmp.Compare(a.Chance, b.Chance) })
	r.More = max(0, len(r.Topics)-f.Top)
	r.Topics = r.Topics[:len(r.Topics)-r.More]
	return r
}

// countWindow counts the callers of the window, of sources known from the background.
func (f *Finder) countWindow() (Amount, []string) {
	var seen [ways]map[visit]bool
	for way := range seen {
		seen[way] = map[visit]bool{}
		clear(f.windowCallers[way])
	}
	callers, left := map[string]bool{}, map[string]bool{}
	amount := Amount{}
	for i := range f.window {
		c := &f.window[i]
		if !f.sources[c.Source] {
			left[c.Source] = true
			continue
		}
		amount.Contacts++
		callers[callerOf(c)] = true
		for way, stratum := range f.strataOf(c) {
			f.visit(f.windowCallers[way], seen[way], callerOf(c), stratum)
		}
	}
	amount.Callers = len(callers)
	sources := slices.AppendSeq([]string{}, maps.Keys(left))
	slices.Sort(sources)
	return amount, sources
}

// judge tells whether a candidate is new.
func (f *Finder) judge(c *candidate) (Phrase, bool) {
	p := Phrase{Text: c.text, Background: len(c.before), backgroundContacts: c.texts, holders: map[int]bool{}, callers: map[string]bool{}}
	var now, before [ways]map[string]int
	for way := range now {
		now[way], before[way] = map[string]int{}, map[string]int{}
	}
	days := map[string]bool{}
	for caller, contacts := range c.callers {
		for _, i := range contacts {
			contact := &f.window[i]
			if !f.sources[contact.Source] {
				continue
			}
			p.holders[i] = true
			days[dayOf(contact).Format(time.DateOnly)] = true
			if !p.callers[caller] { // a caller lies where he first told of it
				p.callers[caller] = true
				for way, stratum := range f.strataOf(contact) {
					now[way][stratum]++
				}
			}
		}
	}
	p.Contacts, p.Callers, p.Days = len(p.holders), len(p.callers), len(days)
	if c.common || p.Callers < f.MinCallers || p.Days < f.MinDays {
		return p, false
	}
	for _, in := range c.before {
		for way, stratum := range in {
			before[way][stratum]++
		}
	}
	var tables [ways][]stat.Table
	for way := range now {
		var expected float64
		tables[way], expected = f.tables(way, now[way], before[way])
		p.Expected = max(p.Expected, expected)
	}
	if p.times(p.Callers) < f.MinTimes { // most are not, and the test takes longer
		return p, false
	}
	for way := range tables {
		p.Chance = max(p.Chance, stat.TablesUpper(p.Callers, tables[way]))
	}
	p.Chance *= float64(len(f.candidates))
	return p, p.Chance <= f.Chance
}

// times is how many times as often as was to be expected it is that so many callers of the window say a phrase. The half keeps
// the ratio finite (Haldane, Annals of Human Genetics 20, 1956).
func (p *Phrase) times(callers int) float64 {
	share := p.Expected / float64(p.Callers+p.Background)
	return (float64(callers) + 0.5) / (float64(p.Background) + 0.5) * (1 - share) / share
}

// tables puts those who say a phrase beside all others of their strata, and tells how many of them would fall into the window.
func (f *Finder) tables(way int, now, before map[string]int) (tables []stat.Table, expected float64) {
	for _, stratum := range strataIn(now, before) {
		said := now[stratum] + before[stratum]
		window, background := f.windowCallers[way][stratum], f.backgroundCallers[way][stratum]
		if way == byLabel && stratum == "" { // what no rule knows has nothing in common by which it could rise
			window, background = f.windowTotal, len(f.callers)
		}
		// A caller of several strata is counted in each, and as one who says it where he first did.
		total := max(window+background, said)
		tables = append(tables, stat.Table{Drawn: said, Marked: window, Total: total})
		expected += float64(said) * float64(window) / float64(total)
	}
	return tables, expected
}

// strataIn lists the strata of both, sorted so that sums are the same each time.
func strataIn(a, b map[string]int) []string {
	all := slices.Collect(maps.Keys(a))
	for s := range b {
		if _, both := a[s]; !both {
			all = append(all, s)
		}
	}
	slices.Sort(all)
	return all
}

// labelRise is how many times as frequent as before a label is, those left out who tell of the topic.
func (f *Finder) labelRise(label string, callers int) float64 {
	w, b := float64(f.windowCallers[byLabel][label]-callers), float64(f.backgroundCallers[byLabel][label])
	allW, allB := 0, 0
	for _, n := range f.windowCallers[byLabel] {
		allW += n
	}
	for _, n := range f.backgroundCallers[byLabel] {
		allB += n
	}
	if b == 0 || allW <= callers || allB == 0 {
		return 0
	}
	return max(w, 0) / b * float64(allB) / float64(allW-callers)
}
