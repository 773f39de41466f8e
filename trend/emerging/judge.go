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
	share := 0.0
	for way := range now {
		share = max(share, f.share(way, now[way], before[way], p.Callers+p.Background))
	}
	total := p.Callers + p.Background
	p.Expected = share * float64(total)
	p.Chance = stat.BinomialUpper(p.Callers, total, share) * float64(len(f.candidates))
	p.share = share
	return p, p.Chance <= f.Chance && p.times(p.Callers) >= f.MinTimes
}

// times is how many times as often as in the background it is that so many callers say a phrase. The half keeps the ratio finite
// (Haldane, Annals of Human Genetics 20, 1956).
func (p *Phrase) times(callers int) float64 {
	return (float64(callers) + 0.5) / (float64(p.Background) + 0.5) * (1 - p.share) / p.share
}

// priorCallers is with how many callers of the whole a stratum's share is mixed, so that one with few callers says little.
const priorCallers = 5

// share is which share of those who say a phrase is to be expected in the window, if it kept pace with the others of its
// strata.
func (f *Finder) share(way int, now, before map[string]int, total int) float64 {
	window, background := f.windowCallers[way], f.backgroundCallers[way]
	// Of all strata together, those who say it left out.
	w, b := 0.0, 0.0
	for stratum, n := range window {
		w += float64(max(0, n-now[stratum]))
	}
	for stratum, n := range background {
		b += float64(max(0, n-before[stratum]))
	}
	whole := (w + 0.5) / (w + b + 1)
	expected := 0.0
	for _, stratum := range strataIn(now, before) {
		w, b := float64(max(0, window[stratum]-now[stratum])), float64(max(0, background[stratum]-before[stratum]))
		expected += float64(now[stratum]+before[stratum]) * (w + priorCallers*whole) / (w + b + priorCallers)
	}
	return min(expected/float64(total), 1-1e-9)
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
