package classify

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"suqiu/classify/entity"
	"suqiu/hotline"
)

// TitleTurn is the turn number of hits in a contact's title.
const TitleTurn = -1

// document is a call laid out for matching: the folded characters of the title and all turns in one row, each turn
// followed by a line break, with what the filters need to know of every character.
type document struct {
	call     *hotline.Call
	known    *dictionary
	runes    []rune
	offset   []int32 // byte offset in the original text of the turn
	turn     []int32 // index in turns
	token    []int32 // number of the segmenter's token; rises through the document
	sentence []int32 // number of the sentence
	clause   []int32 // number of the clause
	turns    []turnSpan
	path     path
	text     []byte // the words of the turns, one after the other
	ends     []int  // where each ends in text
}

// turnSpan is one turn's place in the row; the line break at end belongs to no turn.
type turnSpan struct {
	start, end int32
	index      int // of the call's turns, or TitleTurn
	role       hotline.Role
	bit        roleSet
	text       string

	asked    int32   // where the question begins that answered is about
	answered roleSet // roleAffirmed or roleDenied; 0 for no question or no answer
}

// lay fills the document from a call, keeping the memory of the former one. wantWords asks for the words of the turns.
func (d *document) lay(call *hotline.Call, s *Segmenter, wantWords bool) error {
	words, err := s.load()
	if err != nil {
		return err
	}
	d.call, d.known = call, words
	d.runes, d.offset, d.turn, d.token, d.turns = d.runes[:0], d.offset[:0], d.turn[:0], d.token[:0], d.turns[:0]
	d.text, d.ends = d.text[:0], d.ends[:0]
	if call.Title != "" {
		d.add(TitleTurn, hotline.RoleUnknown, call.Title, s.lexicon.folder)
		d.cut(words, false)
	}
	for i, t := range call.Turns {
		d.add(i, t.Role, t.Text, s.lexicon.folder)
		d.cut(words, wantWords)
	}
	d.number()
	return nil
}

// add lays out the characters of one turn.
func (d *document) add(index int, role hotline.Role, text string, f folder) {
	start, turn := len(d.runes), int32(len(d.turns))
	masked := 0 // the end of the placeholder that is being read
	for i, r := range text {
		if r == '<' {
			masked = i + placeholder(text[i:])
		}
		if r = f.fold(r); i < masked {
			r = unseen
		}
		d.runes = append(d.runes, r)
		d.offset = append(d.offset, int32(i))
		d.turn = append(d.turn, turn)
	}
	d.turns = append(d.turns, turnSpan{start: int32(start), end: int32(len(d.runes)), index: index, role: role, bit: roleBits[role], text: text})
	d.runes = append(d.runes, '\n')
	d.offset = append(d.offset, int32(len(text)))
	d.turn = append(d.turn, turn)
}

// cut numbers the tokens of the last turn and, if asked for, notes those that are words.
func (d *document) cut(words *dictionary, wantWords bool) {
	t := &d.turns[len(d.turns)-1]
	number := int32(0)
	if len(d.token) > 0 {
		number = d.token[len(d.token)-1] + 1
	}
	runes := d.runes[t.start:t.end]
	words.cut(&d.path, runes)
	for at := 0; at < len(runes); number++ {
		token := runes[at:d.path.end(at)]
		at += len(token)
		for range token {
			d.token = append(d.token, number)
		}
		if wantWords && isWordStart(token[0]) {
			for _, r := range token {
				d.text = utf8.AppendRune(d.text, r)
			}
			d.ends = append(d.ends, len(d.text))
		}
	}
	d.token = append(d.token, number)
}

// words gives the folded words that were asked for.
func (d *document) words() []string {
	if len(d.ends) == 0 {
		return nil
	}
	text, words, start := string(d.text), make([]string, len(d.ends)), 0
	for i, end := range d.ends {
		words[i], start = text[start:end], end
	}
	return words
}

// unseen stands for the characters of a placeholder, so that no rule reads <手机> as a mobile phone.
const unseen = entity.Unseen

// maxPlaceholder is the most characters between the brackets of a placeholder.
const maxPlaceholder = 4

// placeholder is the length of what masking wrote at the beginning of text, such as <手机> or <身份证>, or 0.
func placeholder(text string) int {
	inside := 0
	for i, r := range text[1:] {
		switch {
		case r == '>' && inside > 0:
			return i + 2
		case inside == maxPlaceholder || !unicode.Is(unicode.Han, r):
			return 0
		}
		inside++
	}
	return 0
}

// isWordStart reports whether a token that begins so is a word: with a letter, a digit or a Han character.
func isWordStart(r rune) bool {
	return isHan(r) || unicode.IsLetter(r) || unicode.IsNumber(r)
}

func isHan(r rune) bool { return 0x4E00 <= r && r <= 0x9FFF }

// number counts the sentences and clauses.
func (d *document) number() {
	d.sentence, d.clause = slices.Grow(d.sentence[:0], len(d.runes)), slices.Grow(d.clause[:0], len(d.runes))
	sentence, clause := int32(0), int32(0)
	for i, r := range d.runes {
		d.sentence = append(d.sentence, sentence)
		d.clause = append(d.clause, clause)
		if endsClause(d.runes, i) {
			clause++
			if endsSentence(r) {
				sentence++
			}
		}
	}
}

// turnOf is the turn of the character at i.
func (d *document) turnOf(i int32) *turnSpan { return &d.turns[d.turn[i]] }

// crosses reports whether the characters from start to end cut through a token: an end of theirs lies inside a token
// that goes on beyond the other end.
func (d *document) crosses(start, end int32) bool {
	cutsStart := start > 0 && d.token[start-1] == d.token[start]
	cutsEnd := d.token[end-1] == d.token[end]
	inside := d.token[start] == d.token[end-1] // of one token
	return (cutsStart || cutsEnd) && !inside
}

// aligned reports whether the characters from start to end begin and end at token borders.
func (d *document) aligned(start, end int32) bool {
	return (start == 0 || d.token[start-1] != d.token[start]) && d.token[end-1] != d.token[end]
}

// hit writes a span as evidence.
func (d *document) hit(rule, group string, start, end int32) hotline.Hit {
	t := d.turnOf(start)
	from, to := int(d.offset[start]), int(d.offset[end])
	return hotline.Hit{Rule: rule, Group: group, Turn: t.index, Role: t.role, Start: from, End: to, Text: t.text[from:to]}
}
