// Package entity finds what a text names: communities, places, transformer areas (台区), feeders (线路), sums of money, times,
// order numbers, and how long a connection has been waited for. It is pure: what it finds depends on the text alone. It
// reads folded, masked text with the segmenter's token borders; what masking took out is part of no entity.
package entity

import (
	"cmp"
	"slices"

	"suqiu/hotline"
)

// Unseen stands in a text for each character that masking wrote in the place of personal data.
const Unseen = '\uFFFC'

// Text is one turn, or the title, laid out.
type Text struct {
	Runes  []rune  // folded: half width, lower case, simplified; Unseen where masked
	Tokens []int32 // of each character, the number of its token; rises along the text
	Caller bool    // the words may be the caller's own: only they tell how long a connection has been waited for
}

// Entity is one thing named in a text. Start and End count characters.
type Entity struct {
	Kind       hotline.EntityKind
	Start, End int
	Value      string // in one way of writing, so that equal things compare equal
}

// Find gives the entities of a text in their order. No two overlap: of two that do, the longer stays, of two of the same
// length the first.
func Find(t Text) []Entity {
	f := &finder{Text: t}
	f.amounts()
	f.times()
	f.orders()
	f.waits()
	f.names()
	return apart(f.found, len(t.Runes))
}

// finder is one run over a text.
type finder struct {
	Text
	found []Entity
}

func (f *finder) add(kind hotline.EntityKind, start, end int, value string) {
	f.found = append(f.found, Entity{kind, start, end, value})
}

// apart drops what overlaps something longer in a text of so many characters, and sorts.
func apart(found []Entity, length int) []Entity {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b Entity) int {
		return cmp.Or(cmp.Compare(b.End-b.Start, a.End-a.Start), cmp.Compare(a.Start, b.Start))
	})
	taken := make([]bool, length)
	kept := found[:0]
	for _, e := range found {
		if !slices.Contains(taken[e.Start:e.End], true) {
			kept = append(kept, e)
			for i := e.Start; i < e.End; i++ {
				taken[i] = true
			}
		}
	}
	slices.SortFunc(kept, func(a, b Entity) int { return cmp.Compare(a.Start, b.Start) })
	return kept
}

// at is the character at i, 0 outside of the text.
func (t *Text) at(i int) rune {
	if i < 0 || i >= len(t.Runes) {
		return 0
	}
	return t.Runes[i]
}

// has reports whether word stands at i.
func (t *Text) has(i int, word string) bool {
	for _, r := range word {
		if t.at(i) != r {
			return false
		}
		i++
	}
	return true
}

// oneOf gives the length in characters of the first of the words that stands at i, or 0.
func (t *Text) oneOf(i int, words []string) int {
	for _, w := range words {
		if t.has(i, w) {
			return len([]rune(w))
		}
	}
	return 0
}

// anyWithin reports whether one of the words begins in the characters from start to end; it may end beyond.
func (t *Text) anyWithin(start, end int, words []string) bool {
	for i := max(start, 0); i < min(end, len(t.Runes)); i++ {
		if t.oneOf(i, words) > 0 {
			return true
		}
	}
	return false
}

// clauseReach bounds how far a clause is looked for: nothing that counts stands further away.
const clauseReach = 64

// clause gives the borders of the clause, or with whole the sentence, around i, at most clauseReach away.
func (t *Text) clause(i int, whole bool) (start, end int) {
	ends := func(r rune) bool {
		switch r {
		case '。', '!', '?', '…', '\n', '\r', 0:
			return true
		case ',', ';', '、', ' ':
			return !whole
		}
		return false
	}
	for start = i; start > max(0, i-clauseReach) && !ends(t.Runes[start-1]); start-- {
	}
	for end = i; end < min(len(t.Runes), i+clauseReach) && !ends(t.Runes[end]); end++ {
	}
	return start, end
}

// token gives the borders of the token that holds the character at i.
func (t *Text) token(i int) (start, end int) {
	for start = i; start > 0 && t.Tokens[start-1] == t.Tokens[i]; start-- {
	}
	for end = i + 1; end < len(t.Runes) && t.Tokens[end] == t.Tokens[i]; end++ {
	}
	return start, end
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isLatin(r rune) bool { return 'a' <= r && r <= 'z' }

func isHan(r rune) bool { return 0x4E00 <= r && r <= 0x9FFF }

// isNumeral reports whether the character is a digit of a written or spoken whole number.
func isNumeral(r rune) bool {
	switch r {
	case '零', '〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '两', '幺':
		return true
	}
	return isDigit(r)
}
