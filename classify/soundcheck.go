package classify

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"suqiu/hotline"
)

// SoundCheck measures what the terms of a rule set and its groups with pinyin find on texts that are written correctly, where
// whatever only sounds like a keyword is a false hit, and how many keywords they find again when one character is replaced by
// another that sounds alike.
type SoundCheck struct {
	Characters int // of the texts
	Keywords   int // different ones that are looked for by their sound
	FalseHits  int // places that a rule would take for a misheard keyword
	Same, Near Recalled
	Worst      []FalseHit

	rules   *RuleSet
	clauses []string
	pool    map[rune]int // characters of the texts, how often
	worst   map[FalseHit]int
}

// Recalled counts keywords with one wrong character that are put between clauses of the texts: one of the same syllable, or
// one of a syllable that is taken for it (平翘舌、前后鼻音、鼻边音).
type Recalled struct{ Planted, Found int }

// Share is the share that is found again.
func (r Recalled) Share() float64 { return float64(r.Found) / float64(max(r.Planted, 1)) }

// FalseHit is a wording that was taken for a term or for a keyword of a group, and how often.
type FalseHit struct {
	Text, For string
	Times     int
}

// maxWorst bounds the wordings that a check names.
const maxWorst = 20

// clausesKept bounds the clauses between which keywords are planted; rare characters are no likely mistakes.
const (
	clausesKept   = 5000
	rareCharacter = 3 // met fewer times in the texts
)

// NewSoundCheck begins a check of a rule set that is Ready.
func NewSoundCheck(rs *RuleSet) *SoundCheck {
	return &SoundCheck{rules: rs, pool: map[rune]int{}, worst: map[FalseHit]int{}}
}

// Add counts the false hits of a contact without recognition errors.
func (c *SoundCheck) Add(call *hotline.Call) {
	m := c.rules.take(call, false)
	defer c.rules.give(m)
	c.Characters += len(m.doc.runes)
	seen := map[[2]int32]bool{}
	note := func(start, end int32, as string) {
		if place := [2]int32{start, end}; !seen[place] {
			seen[place] = true
			c.FalseHits++
			c.worst[FalseHit{Text: string(m.doc.runes[start:end]), For: as}]++
		}
	}
	for _, h := range m.misheard {
		note(h.start, h.end, string(m.terms[h.term]))
	}
	for _, g := range m.touched {
		if m.groups[g].view != viewSound {
			continue
		}
		for _, s := range m.pastFilters(g) {
			note(s.start, s.end, m.groups[g].name)
		}
	}
	begin := 0
	for i, r := range m.doc.runes {
		if unicode.Is(unicode.Han, r) {
			c.pool[r]++
		}
		if endsClause(m.doc.runes, i) {
			if len(c.clauses) < clausesKept && i-begin >= 4 {
				c.clauses = append(c.clauses, string(m.doc.runes[begin:i]))
			}
			begin = i + 1
		}
	}
}

// Plant puts each keyword, once for each of its characters that has a homophone in the texts and once for each that has
// another character that is taken for it, between two clauses of them and counts what is found again. The seed decides
// the homophones and the clauses. It ends the check.
func (c *SoundCheck) Plant(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	homophones := c.homophones()
	seen := map[string]bool{}
	plant := func(word string, found func(m *matches, said string) bool) {
		if seen[word] {
			return
		}
		seen[word] = true
		table := soundTable()
		for i, r := range []rune(word) {
			own := table.of(r)
			c.plant(&c.Same, random, []rune(word), i, homophones[own], found)
			var near []rune
			for _, id := range table.alike[own] {
				if id != own {
					near = append(near, homophones[id]...)
				}
			}
			c.plant(&c.Near, random, []rune(word), i, near, found)
		}
	}
	for i, term := range c.rules.terms {
		plant(string(term), func(m *matches, said string) bool {
			return slices.ContainsFunc(m.misheard, func(h misheard) bool {
				return slices.Equal(m.terms[h.term], c.rules.terms[i]) && string(m.doc.runes[h.start:h.end]) == said
			})
		})
	}
	for g := range c.rules.groups {
		for _, word := range c.rules.groups[g].spoken {
			plant(word, func(m *matches, said string) bool {
				return slices.ContainsFunc(m.raw[g], func(s span) bool { return string(m.doc.runes[s.start:s.end]) == said })
			})
		}
	}
	c.Keywords = len(seen)
	for hit, times := range c.worst {
		hit.Times = times
		c.Worst = append(c.Worst, hit)
	}
	slices.SortFunc(c.Worst, func(a, b FalseHit) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text), cmp.Compare(a.For, b.For))
	})
	c.Worst = c.Worst[:min(len(c.Worst), maxWorst)]
}

// homophones lists by toneless syllable the common characters of the texts that have it as a reading.
func (c *SoundCheck) homophones() map[rune][]rune {
	all := map[rune][]rune{}
	for _, r := range slices.Sorted(maps.Keys(c.pool)) {
		if c.pool[r] < rareCharacter {
			continue
		}
		for _, id := range soundTable().readings[r] {
			all[id] = append(all[id], r)
		}
	}
	return all
}

// plant puts the word with another character at i between two clauses, and counts whether it is found.
func (c *SoundCheck) plant(count *Recalled, random *rand.Rand, word []rune, i int, others []rune, found func(m *matches, said string) bool) {
	others = slices.DeleteFunc(slices.Clone(others), func(other rune) bool { return other == word[i] })
	if len(others) == 0 || len(c.clauses) == 0 {
		return
	}
	wrong := slices.Clone(word)
	wrong[i] = others[random.IntN(len(others))]
	said := string(wrong)
	text := c.clauses[random.IntN(len(c.clauses))] + said + c.clauses[random.IntN(len(c.clauses))]
	count.Planted++
	m := c.rules.take(exampleCall(text), false)
	if found(m, said) {
		count.Found++
	}
	c.rules.give(m)
}

// FalseRate is the number of false hits in a thousand characters.
func (c *SoundCheck) FalseRate() float64 {
	return 1000 * float64(c.FalseHits) / float64(max(c.Characters, 1))
}

// String writes the figures in Chinese for a reader at a terminal.
func (c *SoundCheck) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "文本 %d 字，按读音查找的词 %d 个\n误中 %d 处，每千字 %.4f\n换一个同音字后仍能找到 %d/%d = %.3f，换一个近音字后 %d/%d = %.3f\n",
		c.Characters, c.Keywords, c.FalseHits, c.FalseRate(), c.Same.Found, c.Same.Planted, c.Same.Share(), c.Near.Found, c.Near.Planted, c.Near.Share())
	for _, w := range c.Worst {
		fmt.Fprintf(&b, "  %4d  %s  %s\n", w.Times, w.Text, w.For)
	}
	return b.String()
}
