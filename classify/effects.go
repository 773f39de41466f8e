package classify

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/go-ego/gse"
)

// WordEffect is what an entry of the lexicon does to a text whose words are known. Borders inside a word of the text count that
// are there only with the entry (Worse), or only without it (Better). That a token joins whole words is no fault: 计划停电.
type WordEffect struct {
	Word    string `json:"word"`
	Changed int    `json:"changed"` // sentences that are cut otherwise without the entry
	Worse   int    `json:"worse"`
	Better  int    `json:"better"`
	With    string `json:"with,omitempty"`    // the sentence that it harms most, or else changes, as it is cut
	Without string `json:"without,omitempty"` // as it would be cut without the entry
	Want    string `json:"want,omitempty"`    // as its words are given
}

// Known reports whether the dictionary or the lexicon holds a word.
func (s *Segmenter) Known(word string) (bool, error) {
	d, err := s.load()
	if err != nil {
		return false, err
	}
	at, found := d.find([]rune(s.lexicon.folder.foldString(word)))
	return found && d.entries[at].distance != noWord, nil
}

// find is the entry to which characters lead.
func (d *dictionary) find(word []rune) (at int, found bool) {
	at = d.root()
	for _, r := range word {
		if at, found = d.next(at, r); !found {
			return at, false
		}
	}
	return at, len(word) > 0
}

// Effects tells what each entry of the lexicon does to the segmentation of sentences that are given as words parted by blanks:
// it is taken away, or gets the frequency that gse's dictionary has for it, all others stay. Entries that change nothing are
// left out; the harmful come first. It loads gse itself, which takes a second or two.
func (s *Segmenter) Effects(sentences []string) ([]WordEffect, error) {
	d, err := s.load()
	if err != nil {
		return nil, err
	}
	plain, err := loadGSE(&Lexicon{})
	if err != nil {
		return nil, err
	}
	own := &dictionary{entries: slices.Clone(d.entries), shift: d.shift, pairs: d.pairs} // its distances are changed
	given := make([]givenCut, 0, len(sentences))
	for _, sentence := range sentences {
		if g := s.given(sentence); len(g.runes) > 0 {
			given = append(given, g)
		}
	}
	distances := plainDistances(s.lexicon, plain.Dict)
	var effects []WordEffect
	for _, w := range s.lexicon.Words {
		if e := own.effect(w.Text, distances[w.Text], given); e.Changed > 0 {
			effects = append(effects, e)
		}
	}
	slices.SortStableFunc(effects, func(a, b WordEffect) int {
		return cmp.Or(cmp.Compare(b.Worse-b.Better, a.Worse-a.Better), cmp.Compare(a.Word, b.Word))
	})
	return effects, nil
}

// LexiconCoverage is how much of the lexicon a text whose words are known vouches for: of an entry that stands in none
// of its sentences, Effects can say nothing.
type LexiconCoverage struct {
	Words  int      `json:"words"`  // entries of the lexicon
	Unseen []string `json:"unseen"` // those that stand in no sentence as a word, or as words joined
	Cuts   int      `json:"cuts"`   // borders inside given words
	Plain  int      `json:"plain"`  // those there would be without a lexicon
}

// Coverage tells which entries of the lexicon occur in sentences that are given as words parted by blanks, and how many of the
// words are cut in two.
func (s *Segmenter) Coverage(sentences []string) (LexiconCoverage, error) {
	d, err := s.load()
	if err != nil {
		return LexiconCoverage{}, err
	}
	plain, err := newDictionary(gseWords, &Lexicon{})
	if err != nil {
		return LexiconCoverage{}, err
	}
	c := LexiconCoverage{Words: len(s.lexicon.Words), Unseen: []string{}}
	seen := map[string]bool{}
	for _, sentence := range sentences {
		g := s.given(sentence)
		if len(g.runes) == 0 {
			continue
		}
		g.each(s.lexicon.longest(), func(words string) { seen[words] = true })
		c.Cuts += g.cuts(d)
		c.Plain += g.cuts(plain)
	}
	for _, w := range s.lexicon.Words {
		if !seen[w.Text] {
			c.Unseen = append(c.Unseen, w.Text)
		}
	}
	return c, nil
}

// each calls do with every stretch of whole words of at most so many characters.
func (g *givenCut) each(longest int, do func(words string)) {
	ends := func(i int) bool { return i == len(g.runes) || g.border[i] }
	for i := range g.runes {
		for j := i + 1; g.border[i] && j <= min(i+longest, len(g.runes)); j++ {
			if ends(j) {
				do(string(g.runes[i:j]))
			}
		}
	}
}

// cuts counts the borders that a dictionary sets inside given words.
func (g *givenCut) cuts(d *dictionary) int {
	n := 0
	for i, border := range d.borders(g.runes) {
		if border && !g.border[i] {
			n++
		}
	}
	return n
}

// givenCut is a sentence with the borders of its words: border[i] says that one lies before the character at i.
type givenCut struct {
	runes  []rune
	text   string
	border []bool
}

func (s *Segmenter) given(sentence string) givenCut {
	var g givenCut
	for word := range strings.FieldsSeq(sentence) {
		for i, r := range []rune(s.lexicon.folder.foldString(word)) {
			g.runes = append(g.runes, r)
			g.border = append(g.border, i == 0)
		}
	}
	g.text = string(g.runes)
	return g
}

// effect cuts the sentences that hold a word with it and with the distance that it has without the lexicon.
func (d *dictionary) effect(word string, plain float32, sentences []givenCut) WordEffect {
	e := WordEffect{Word: word}
	at, found := d.find([]rune(word))
	if !found {
		return e
	}
	most := -1
	for i := range sentences {
		g := &sentences[i]
		if !strings.Contains(g.text, word) {
			continue
		}
		with := d.borders(g.runes)
		kept := d.entries[at].distance
		d.entries[at].distance = plain
		without := d.borders(g.runes)
		d.entries[at].distance = kept
		if slices.Equal(with, without) {
			continue
		}
		e.Changed++
		worse, better := 0, 0
		for k := range g.border {
			switch {
			case g.border[k]:
			case with[k] && !without[k]:
				worse++
			case without[k] && !with[k]:
				better++
			}
		}
		e.Worse, e.Better = e.Worse+worse, e.Better+better
		if worse-better > most || e.With == "" {
			most = worse - better
			e.With, e.Without, e.Want = parted(g.runes, with), parted(g.runes, without), parted(g.runes, g.border)
		}
	}
	return e
}

// plainDistances are those of the lexicon's words in gse's own dictionary, as newDictionary has them; noWord where it has none.
func plainDistances(l *Lexicon, plain *gse.Dictionary) map[string]float32 {
	distances := make(map[string]float32, len(l.Words))
	for _, w := range l.Words {
		distances[w.Text] = noWord
	}
	total := float32(math.Log2(plain.TotalFreq()))
	for i := range plain.Tokens {
		token := &plain.Tokens[i]
		if text := token.Text(); distances[text] == noWord { // 0 for words of gse's alone
			distances[text] = total - float32(math.Log2(token.Freq()))
		}
	}
	return distances
}

// borders cuts characters and says before which a word begins.
func (d *dictionary) borders(runes []rune) []bool {
	var p path
	d.cut(&p, runes)
	borders := make([]bool, len(runes))
	for at := 0; at < len(runes); at = p.end(at) {
		borders[at] = true
	}
	return borders
}

// parted writes characters with a bar at each border but the first.
func parted(runes []rune, borders []bool) string {
	var b strings.Builder
	for i, r := range runes {
		if i > 0 && borders[i] {
			b.WriteByte('|')
		}
		b.WriteRune(r)
	}
	return b.String()
}
