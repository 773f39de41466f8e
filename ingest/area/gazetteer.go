package area

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Values of the tables that the code looks at.
const (
	levelTransformer = "台区"
	kindRoad         = "道路"
)

// candidate is one place that a name may stand for.
type candidate struct {
	place
	weight float64 // how much the name says about the place when mentions disagree
	sure   float64 // how often a text with this name alone is about this place, 0 … 1
	needs  clue
	short  bool // the name without its suffix (龙华 for 龙华区), which other names are made of (龙华路)
}

// clue is what else must be known before a name is believed.
type clue int

const (
	noClue     clue = iota // full names of counties, names of cities and provinces
	cityClue               // names below the county, which every city has: the city must be known
	countyClue             // names that are also common words: something else must point into the same county
)

// trie finds names in text, character by character. Node 0 is the root.
type trie struct {
	next map[step]int32
	ends [][]candidate // by node; empty where no name ends
}

type step struct {
	from int32
	char rune
}

func newTrie() *trie { return &trie{next: make(map[step]int32), ends: make([][]candidate, 1)} }

// add lets a name stand for one more place. Names of one character say nothing and are left out.
func (t *trie) add(name string, c candidate) {
	name = normal(name)
	if len([]rune(name)) < 2 {
		return
	}
	at := int32(0)
	for _, r := range name {
		to, known := t.next[step{at, r}]
		if !known {
			to = int32(len(t.ends))
			t.next[step{at, r}] = to
			t.ends = append(t.ends, nil)
		}
		at = to
	}
	same := func(o candidate) bool { return o.place == c.place }
	if i := slices.IndexFunc(t.ends[at], same); i >= 0 {
		if t.ends[at][i].short && !c.short {
			t.ends[at][i] = c
		}
		return
	}
	t.ends[at] = append(t.ends[at], c)
}

// mention is one name found in a text, with the places it may stand for.
type mention struct {
	name       string
	candidates []candidate
}

// maxMentions bounds the work on one text; later names are not read. Real texts name fewer than ten places.
const maxMentions = 100

// find returns the distinct names in a text, longest match first from the left, in order of first appearance.
func (t *trie) find(text string) []mention {
	chars := []rune(normal(text))
	var found []mention
	for i := 0; i < len(chars) && len(found) < maxMentions; {
		end, candidates := t.longest(chars, i)
		if end == i {
			i++
			continue
		}
		name := string(chars[i:end])
		if partOfLonger.MatchString(string(chars[end:min(end+longestPart, len(chars))])) {
			candidates = slices.DeleteFunc(slices.Clone(candidates), func(c candidate) bool { return c.short })
		}
		known := slices.ContainsFunc(found, func(m mention) bool { return m.name == name })
		if len(candidates) > 0 && !known {
			found = append(found, mention{name, candidates})
		}
		i = end
	}
	return found
}

// Names are the distinct names in a text that may stand for places, but for those that are common words as well.
func (t *Trees) Names(text string) []string {
	var names []string
	for _, m := range t.names.find(text) {
		if slices.ContainsFunc(m.candidates, func(c candidate) bool { return c.needs != countyClue }) {
			names = append(names, m.name)
		}
	}
	return names
}

// longest returns the end of the longest name that begins at i, and its places; end is i if there is none.
func (t *trie) longest(chars []rune, i int) (end int, candidates []candidate) {
	end = i
	at := int32(0)
	for j := i; j < len(chars); j++ {
		to, known := t.next[step{at, chars[j]}]
		if !known {
			break
		}
		at = to
		if len(t.ends[at]) > 0 {
			end, candidates = j+1, t.ends[at]
		}
	}
	return end, candidates
}

// partOfLonger matches what, after a short name, makes it a part of another name (龙华 + 路, 海秀 + 东 + 路, 海南 + 籍) or
// tells that somebody is far away (在东莞打工).
var partOfLonger = regexp.MustCompile(`^[东西南北中前后上下新老横纵一二三四五六七八九十0-9]{0,3}(?:路|街(?:[^道]|$)|大道|巷|胡同|桥|花园|大厦|广场|小区|公寓|` +
	`酒店|宾馆|饭店|银行|航空|牌|籍|话|菜|打工|务工|上班|读书)`)

const longestPart = 6 // characters that partOfLonger looks at

// suffixes of divisions by level, the longest first, and the shortest name that may remain.
func suffixes(level int) []string {
	switch level {
	case 2, 4:
		return []string{"维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "地区", "省", "市", "盟"}
	case 6:
		return []string{"自治县", "自治旗", "新区", "林区", "特区", "区", "县", "市", "旗"}
	case 9:
		return []string{"街道", "镇", "乡", "农场"}
	}
	return nil
}

// addDivision adds the names of a division: the full one, its aliases, the full one without its suffix, and the other
// ways in which a street or village is written. Villages have no short names: 光明村 without its suffix is any bright
// thing.
func addDivision(names *trie, n *node, aliases []string, doubtful bool) {
	full := candidate{place: place{division: n}.complete(), weight: 3, sure: 0.85}
	short := cityClue
	switch len(n.code) {
	case 2, 4:
		full.weight, full.sure, short = 2, 0.8, noClue
	case 9:
		full.needs, short = cityClue, countyClue
	case 12:
		full.weight, full.sure, full.needs = 2, 0.75, cityClue
		if doubtful {
			full.needs = countyClue
		}
	}
	for _, name := range append(written(n), aliases...) {
		names.add(name, full)
	}
	if doubtful {
		short = countyClue
	}
	if stem := strip(n.name, suffixes(len(n.code))); stem != n.name && len([]rune(stem)) >= 2 {
		names.add(stem, candidate{place: full.place, weight: full.weight / 2, sure: 0.65, needs: short, short: true})
	}
}

func strip(name string, endings []string) string {
	for _, s := range endings {
		if stem, cut := strings.CutSuffix(name, s); cut {
			return stem
		}
	}
	return name
}

// written lists the ways in which the full name of a division is written.
func written(n *node) []string {
	all := []string{n.name}
	more := func(suffix string, others ...string) {
		if stem, cut := strings.CutSuffix(n.name, suffix); cut {
			for _, o := range others {
				all = append(all, stem+o)
			}
		}
	}
	switch len(n.code) {
	case 9:
		more("街道", "街道办", "街道办事处", "办事处", "街办")
	case 12:
		more("社区", "居委会", "社区居委会", "居民委员会", "社区居民委员会")
		more("村", "村委会", "村民委员会")
	}
	return all
}

// normal brings text and names to one form: full-width letters and digits become half-width, white space within a line
// goes, as recognisers and copied tables put it anywhere.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case unicode.IsSpace(r):
			return -1
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}

// trimDigits cuts digits from both ends: "" for a number.
func trimDigits(s string) string { return strings.Trim(s, "0123456789") }
