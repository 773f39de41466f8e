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

// SoundCheck measures what the rule set's groups with pinyin find on texts that are written correctly, where whatever
// only sounds like a keyword is a false hit, and how many keywords they find again when one character is replaced by
// another that sounds alike.
type SoundCheck struct {
	Characters int // of the texts
	Keywords   int // different ones that are looked for by their sound
	FalseHits  int // places that a rule would take for a misheard keyword
	Planted    int // keywords with one wrong character, put between clauses of the texts
	Found      int // of them
	Worst      []FalseHit

	rules   *RuleSet
	clauses []string
	pool    map[rune]int // characters of the texts, how often
	worst   map[FalseHit]int
}

// FalseHit is a wording that was taken for a keyword of a group, and how often.
type FalseHit struct {
	Text, Group string
	Times       int
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
	for _, g := range m.touched {
		if m.groups[g].view != viewSound {
			continue
		}
		for _, s := range m.pastFilters(g) {
			place := [2]int32{s.start, s.end}
			if !seen[place] {
				seen[place] = true
				c.FalseHits++
				c.worst[FalseHit{Text: string(m.doc.runes[s.start:s.end]), Group: m.groups[g].name}]++
			}
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

// Plant puts each keyword, once for each of its characters that has a homophone in the texts, between two clauses of them
// and counts what is found again. The seed decides the homophones and the clauses. It ends the check.
func (c *SoundCheck) Plant(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 0))
	homophones := c.homophones()
	seen := map[string]bool{}
	for g := range c.rules.groups {
		twin := &c.rules.groups[g]
		if twin.view != viewSound {
			continue
		}
		for _, word := range twin.spoken {
			if !seen[word] {
				seen[word] = true
				c.plant(random, int32(g), []rune(word), homophones)
			}
		}
	}
	c.Keywords = len(seen)
	for hit, times := range c.worst {
		hit.Times = times
		c.Worst = append(c.Worst, hit)
	}
	slices.SortFunc(c.Worst, func(a, b FalseHit) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Text, b.Text), cmp.Compare(a.Group, b.Group))
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

func (c *SoundCheck) plant(random *rand.Rand, twin int32, word []rune, homophones map[rune][]rune) {
	for i, r := range word {
		same := slices.DeleteFunc(slices.Clone(homophones[soundTable().of(r)]), func(other rune) bool { return other == r })
		if len(same) == 0 || len(c.clauses) == 0 {
			continue
		}
		misheard := slices.Clone(word)
		misheard[i] = same[random.IntN(len(same))]
		text := c.clauses[random.IntN(len(c.clauses))] + string(misheard) + c.clauses[random.IntN(len(c.clauses))]
		c.Planted++
		m := c.rules.take(exampleCall(text), false)
		if slices.ContainsFunc(m.raw[twin], func(s span) bool { return string(m.doc.runes[s.start:s.end]) == string(misheard) }) {
			c.Found++
		}
		c.rules.give(m)
	}
}

// FalseRate is the number of false hits in a thousand characters.
func (c *SoundCheck) FalseRate() float64 {
	return 1000 * float64(c.FalseHits) / float64(max(c.Characters, 1))
}

// Recall is the share of the planted keywords that were found.
func (c *SoundCheck) Recall() float64 { return float64(c.Found) / float64(max(c.Planted, 1)) }

// String writes the figures in Chinese for a reader at a terminal.
func (c *SoundCheck) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "文本 %d 字，按读音查找的词 %d 个\n误中 %d 处，每千字 %.4f\n换一个同音字后仍能找到 %d/%d = %.3f\n",
		c.Characters, c.Keywords, c.FalseHits, c.FalseRate(), c.Found, c.Planted, c.Recall())
	for _, w := range c.Worst {
		fmt.Fprintf(&b, "  %4d  %s  %s\n", w.Times, w.Text, w.Group)
	}
	return b.String()
}
