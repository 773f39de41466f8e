package emerging

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// shared is the share of callers that a phrase and a topic must have in common, of those of the rarer one, to belong together.
const shared = 0.5

// bunch is a topic in the making.
type bunch struct {
	phrases []Phrase
	callers map[string]bool
}

// common counts the callers of a phrase that a bunch has.
func (b *bunch) common(p *Phrase) int {
	n := 0
	for caller := range p.callers {
		if b.callers[caller] {
			n++
		}
	}
	return n
}

// group joins phrases told by the same callers. They come the surest first, and so stand those of a topic. A phrase that is
// new only because the callers of a surer topic say it, too, brings no others to it: with 蓝牙断路器 comes 手机, which old people say
// whenever they call. Such a phrase of many others is dropped.
func (f *Finder) group(fresh []Phrase) [][]Phrase {
	var bunches []*bunch
	for i := range fresh {
		p := &fresh[i]
		rest := len(p.callers)
		var near, far []*bunch
		for _, b := range bunches {
			n := b.common(p)
			rest -= n // a caller of two bunches counts twice: that makes a phrase less new
			if float64(n) >= shared*float64(min(len(p.callers), len(b.callers))) {
				near = append(near, b)
			} else {
				far = append(far, b)
			}
		}
		extends := p.times(max(rest, 0)) >= f.MinTimes
		switch {
		case len(near) == 0 && (rest == len(p.callers) || extends && rest >= f.MinCallers):
			bunches = append(bunches, &bunch{[]Phrase{*p}, maps.Clone(p.callers)})
		case len(near) == 0:
		case extends || rest <= 0:
			joined := &bunch{callers: maps.Clone(p.callers)}
			for _, b := range near {
				joined.phrases = append(joined.phrases, b.phrases...)
				maps.Copy(joined.callers, b.callers)
			}
			joined.phrases = append(joined.phrases, *p)
			far = append(far, joined)
			bunches = far
		case 2*near[0].common(p) >= len(p.callers):
			maps.DeleteFunc(p.holders, func(i int, _ bool) bool { return !near[0].callers[callerOf(&f.window[i])] })
			near[0].phrases = append(near[0].phrases, *p)
		}
	}
	all := make([][]Phrase, 0, len(bunches))
	for _, b := range bunches {
		slices.SortStableFunc(b.phrases, func(x, y Phrase) int { return cmp.Compare(x.Chance, y.Chance) })
		all = append(all, b.phrases)
	}
	return all
}

// Bounds of what is shown of a topic.
const (
	mostNames    = 3
	mostPhrases  = 20
	mostExamples = 5
)

// topic makes a topic of phrases.
func (f *Finder) topic(phrases []Phrase) Topic {
	t := Topic{Phrases: phrases, Chance: phrases[0].Chance}
	members := map[int]int{} // contacts → phrases of the topic that they hold
	for _, p := range phrases {
		for i := range p.holders {
			members[i]++
		}
	}
	order := slices.Sorted(maps.Keys(members))
	callers, matters := map[string]bool{}, map[string]bool{}
	labels, areas := map[string]map[string]bool{}, map[string]map[string]bool{}
	note := func(m map[string]map[string]bool, key, caller string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		m[key][caller] = true
	}
	for _, i := range order {
		c := &f.window[i]
		callers[callerOf(c)] = true
		matters[matterOf(c)] = true
		note(labels, c.Label, callerOf(c))
		note(areas, f.areaOf(c), callerOf(c))
		t.Members = append(t.Members, c.ID)
	}
	t.Contacts, t.Callers, t.Matters = len(members), len(callers), len(matters)
	t.Labels, t.Areas = sharesOf(labels), sharesOf(areas)
	t.LabelRise = f.labelRise(t.Main(), t.Labels[0].Callers)
	t.Days = f.days(order)
	t.Name = strings.Join(names(phrases, t.Callers), " · ")
	t.cover(phrases, members, f.background.Contacts)
	t.Examples = f.examples(order, members)
	t.Phrases = phrases[:min(len(phrases), mostPhrases)]
	return t
}

// sharesOf counts callers, the most first.
func sharesOf(m map[string]map[string]bool) []Share {
	var all []Share
	for value, callers := range m {
		all = append(all, Share{value, len(callers)})
	}
	slices.SortFunc(all, func(a, b Share) int { return cmp.Or(b.Callers-a.Callers, cmp.Compare(a.Value, b.Value)) })
	return all
}

// names chooses the phrases that name a topic: the surest, none a part of another, each told by half of its callers.
func names(phrases []Phrase, callers int) []string {
	chosen := []string{phrases[0].Text}
	for _, p := range phrases {
		if len(chosen) < mostNames && 2*p.Callers >= callers && !slices.ContainsFunc(chosen, func(c string) bool { return overlaps(c, p.Text) }) {
			chosen = append(chosen, p.Text)
		}
	}
	return chosen
}

// overlaps reports whether a phrase says in part what another says: it holds it, or begins with two characters by which the
// other ends.
func overlaps(a, b string) bool {
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	for _, pair := range [][2]string{{a, b}, {b, a}} {
		if strings.HasSuffix(pair[0], pair[1][:headLength(pair[1])]) {
			return true
		}
	}
	return false
}

// cover chooses, one after the other, the phrase that tells the most contacts not told yet, as long as it tells two more.
func (t *Topic) cover(phrases []Phrase, members map[int]int, background int) {
	t.Cover = []string{}
	told, used := map[int]bool{}, 0
	for {
		best, gain := -1, 1
		for i, p := range phrases {
			n := 0
			for c := range p.holders {
				if !told[c] {
					n++
				}
			}
			if n > gain && float64(used+p.backgroundContacts) < CoverLimit*float64(background) {
				best, gain = i, n
			}
		}
		if best < 0 || len(told) == len(members) {
			break
		}
		used += phrases[best].backgroundContacts
		t.Cover = append(t.Cover, phrases[best].Text)
		for c := range phrases[best].holders {
			told[c] = true
		}
	}
	t.Covered = len(told)
}

// alike is the share of their pairs of characters from which on two contacts say the same.
const alike = 0.5

// examples chooses contacts that hold the most phrases, at first such that are unlike those chosen and of other callers.
func (f *Finder) examples(order []int, members map[int]int) []string {
	slices.SortStableFunc(order, func(a, b int) int { return members[b] - members[a] })
	var chosen []int
	for _, picky := range []bool{true, false} {
		for _, i := range order {
			if len(chosen) == mostExamples {
				break
			}
			if slices.ContainsFunc(chosen, func(c int) bool {
				return c == i || picky && (callerOf(&f.window[c]) == callerOf(&f.window[i]) || likeness(&f.window[c], &f.window[i]) >= alike)
			}) {
				continue
			}
			chosen = append(chosen, i)
		}
	}
	var ids []string
	for _, i := range chosen {
		ids = append(ids, f.window[i].ID)
	}
	return ids
}

// likeness is the share of the pairs of characters of two contacts that both have (Jaccard).
func likeness(a, b *Contact) float64 {
	x, y := pairs(a), pairs(b)
	both := 0
	for p := range x {
		if y[p] {
			both++
		}
	}
	return float64(both) / float64(max(1, len(x)+len(y)-both))
}

// pairs are the characters of a contact, two and two.
func pairs(c *Contact) map[[2]rune]bool {
	all := map[[2]rune]bool{}
	for _, part := range c.Parts {
		before := rune(0)
		for _, r := range part {
			all[[2]rune{before, r}] = true
			before = r
		}
	}
	return all
}

// days counts a topic's contacts day by day, days without any among them.
func (f *Finder) days(order []int) []Day {
	var first, last time.Time
	for i := range f.window {
		day := dayOf(&f.window[i])
		if first.IsZero() || day.Before(first) {
			first = day
		}
		if day.After(last) {
			last = day
		}
	}
	type day struct {
		contacts         int
		matters, callers map[string]bool
	}
	by := map[string]*day{}
	for _, i := range order {
		c := &f.window[i]
		key := dayOf(c).Format(time.DateOnly)
		if by[key] == nil {
			by[key] = &day{matters: map[string]bool{}, callers: map[string]bool{}}
		}
		by[key].contacts++
		by[key].matters[matterOf(c)], by[key].callers[callerOf(c)] = true, true
	}
	var all []Day
	for at := first; !at.After(last); at = at.AddDate(0, 0, 1) {
		d := Day{Day: at}
		if told := by[at.Format(time.DateOnly)]; told != nil {
			d.Contacts, d.Matters, d.Callers = told.contacts, len(told.matters), len(told.callers)
		}
		all = append(all, d)
	}
	return all
}
