package classify

import (
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// pinyinMode is how a group looks for words that a recogniser misheard.
type pinyinMode int

const (
	pinyinTerms    pinyinMode = iota // terms of the lexicon wherever they stand in its words
	pinyinOff                        // none
	pinyinToneless                   // and its own words: the same syllables, whatever the tone (同音不同调)
	pinyinFuzzy                      // and zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in taken for one another (平翘舌、前后鼻音、鼻边音不分)
)

var pinyinNames = []string{"terms", "off", "toneless", "fuzzy"}

// ofOwn reports whether a group's own words are looked for by their sound.
func (m pinyinMode) ofOwn() bool { return m == pinyinToneless || m == pinyinFuzzy }

// heardWithin reports whether what is heard as a word of a group with the options o is so for one with the options h that has
// the same words.
func (o *options) heardWithin(h *options) bool {
	switch o.pinyin {
	case pinyinOff:
		return true
	case pinyinTerms:
		return h.pinyin != pinyinOff
	}
	return o.pinyin == h.pinyin && o.pinyinLeast >= h.pinyinLeast
}

// Syllables of a keyword that is looked for by its sound: at least minSyllables, and by default defaultSyllables.
const (
	minSyllables     = 2
	defaultSyllables = 3
	maxSyllables     = 12
)

// firstSound is the character that stands for the first syllable: the private use area is in no text that matters.
const firstSound = '\uE000'

// sounds knows how characters sound.
type sounds struct {
	first    []rune // by character of the basic plane: its commonest syllable, 0 for none
	readings map[rune][]rune
	alike    map[rune][]rune // the syllables that one is taken for, itself among them
}

func (s *sounds) of(r rune) rune {
	if r < 0 || int(r) >= len(s.first) {
		return 0
	}
	return s.first[r]
}

// soundTable makes the table from go-pinyin's dictionary at its first use.
var soundTable = sync.OnceValue(func() *sounds {
	s := &sounds{first: make([]rune, 1<<16), readings: map[rune][]rune{}, alike: map[rune][]rune{}}
	ids := map[string]rune{}
	classes := map[string][]rune{}
	for char, list := range pinyin.PinyinDict {
		if char >= len(s.first) {
			continue
		}
		for reading := range strings.SplitSeq(list, ",") {
			syllable := toneless(reading)
			id, known := ids[syllable]
			if !known {
				id = firstSound + rune(len(ids))
				ids[syllable] = id
				classes[blurred(syllable)] = append(classes[blurred(syllable)], id)
			}
			if r := rune(char); s.first[r] == 0 {
				s.first[r] = id
			}
			if r := rune(char); !slices.Contains(s.readings[r], id) {
				s.readings[r] = append(s.readings[r], id)
			}
		}
	}
	for _, class := range classes {
		slices.Sort(class)
		for _, id := range class {
			s.alike[id] = class
		}
	}
	return s
})

// toneless takes the tone marks off a syllable.
var toneless = strings.NewReplacer(
	"ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ê", "e", "ế", "e", "ề", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ü", "v", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v",
	"ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m", "\u0304", "", "\u0301", "", "\u030c", "", "\u0300", "",
).Replace

// blurred brings syllables to one form that speakers of many regions do not tell apart.
func blurred(syllable string) string {
	for _, pair := range [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}} {
		if rest, ok := strings.CutPrefix(syllable, pair[0]); ok {
			syllable = pair[1] + rest
			break
		}
	}
	for _, end := range []string{"ang", "eng", "ing"} {
		if rest, ok := strings.CutSuffix(syllable, end); ok {
			return rest + end[:2]
		}
	}
	return syllable
}

// soundPatterns turns patterns into what they sound like. A sequence with a gap or a number, with other than Chinese
// characters, or of fewer syllables than least has no sound. words are those that have one, as they are written, of a class
// its first character.
func soundPatterns(written []pattern, mode pinyinMode, least int) (all []pattern, words []string) {
	table := soundTable()
	note := func(parts []*part) error {
		if sounding, word := table.sequence(parts, mode); len(sounding) >= least && len(sounding) <= maxSyllables {
			all = append(all, sounding)
			words = append(words, string(word))
		}
		return nil
	}
	for _, p := range written {
		_ = p.each(nil, nil, note) // which returns what it is told to
	}
	return all, words
}

// sequence is what the parts of a sequence sound like, a step a syllable; none if they have no sound.
func (s *sounds) sequence(parts []*part, mode pinyinMode) (sounding pattern, word []rune) {
	for _, p := range parts {
		chars := p.literal
		if p.isClass() {
			chars = p.class
		}
		if len(chars) == 0 {
			return nil, nil
		}
		for i := 0; i < len(chars); i++ {
			spoken := chars[i : i+1]
			if p.isClass() {
				spoken, i = chars, len(chars)
			}
			step, ok := s.step(spoken, mode)
			if !ok {
				return nil, nil
			}
			word = append(word, spoken[0])
			sounding = append(sounding, item{part: step})
		}
	}
	return sounding, word
}

// step is the part that stands for one character, or one of several, as it sounds.
func (s *sounds) step(chars []rune, mode pinyinMode) (part, bool) {
	var class []rune
	for _, c := range chars {
		if len(s.readings[c]) == 0 {
			return part{}, false
		}
		for _, id := range s.readings[c] {
			if mode == pinyinFuzzy {
				class = append(class, s.alike[id]...)
			} else {
				class = append(class, id)
			}
		}
	}
	slices.Sort(class)
	if class = slices.Compact(class); len(class) == 1 {
		return part{literal: class}, true
	}
	return part{class: class}, true
}
