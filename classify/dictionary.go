package classify

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"unicode"
)

// gseWords is gse's simplified dictionary as newDictionary reads it. gse itself knows its dictionary as text only, and
// reading it in takes most of a second at each start. TestWordsAreGse compares each word with gse's, and writes the
// file anew for a newer gse:
//
//	go test ./classify -run TestWordsAreGse -update
//
//go:embed words.bin
var gseWords string

// dictionary holds the words of gse's dictionary and of a lexicon and cuts as gse.Segment does, border by border: the shortest
// path by gse's distances. It is a tree of characters laid out in one hash table. gse itself walks a tree of bytes and makes
// objects for each character; this takes a fraction of its time and of its memory, and allocates nothing. Tests compare each
// border with gse's.
type dictionary struct {
	entries []entry  // open addressing; a power of two
	shift   uint8    // of the hash
	pairs   []uint64 // a filter: the bit of pair(a, b) is set where a word begins so
	total   float64  // frequency of all words
}

// entry is a node of the tree: a beginning of words.
type entry struct {
	key      uint64  // the node before and the character (edgeKey), 0 where nothing is
	distance float32 // of the word that ends here: -log2 of its share of all; noWord if none does
	after    uint32  // bit afterBit(r) is set where a word goes on with r
}

const (
	noWord          = -1
	unknownDistance = 32      // gse's for a character that is no word
	minEntries      = 1 << 10 // a table to begin with
)

// newDictionary makes the dictionary of the words in the form of gseWords, and of the lexicon's, whose frequencies go before.
func newDictionary(words string, lexicon *Lexicon) (*dictionary, error) {
	r := wordReader{rest: []byte(words)}
	nodes := r.next()
	if r.damaged || nodes > uint64(len(words)) {
		return nil, errWords
	}
	for _, w := range lexicon.Words {
		nodes += uint64(len(w.Text))
	}
	size := minEntries
	for uint64(size/3*2) < nodes { // fuller, looking up is slow
		size *= 2
	}
	d := &dictionary{entries: make([]entry, size), shift: uint8(64 - bits.TrailingZeros(uint(size))), pairs: make([]uint64, 1<<pairBits/64)}
	if !d.fill(&r) {
		return nil, errWords
	}
	for _, w := range lexicon.Words {
		way := []reached{{node: d.root()}}
		for _, char := range w.Text {
			way = append(way, d.enter(way, char))
		}
		d.count(way[len(way)-1].node, float64(w.Frequency))
	}
	total := float32(math.Log2(d.total))
	for i := range d.entries {
		if e := &d.entries[i]; e.key != 0 && e.distance != noWord {
			e.distance = total - float32(math.Log2(float64(e.distance)))
		}
	}
	return d, nil
}

var errWords = errors.New("read the built-in dictionary: it is damaged; build suqiu again")

// wordReader reads the numbers of a dictionary in the form of gseWords: how many nodes there are, then each node before those
// below it: how many levels above the last one it is, 0 for right below it; its character; the frequency of the word that ends
// there, 0 for none.
type wordReader struct {
	rest    []byte
	damaged bool
}

func (r *wordReader) next() uint64 {
	number, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.damaged = true
		return 0
	}
	r.rest = r.rest[size:]
	return number
}

// reached is a node and the character that leads to it.
type reached struct {
	node int
	char rune
}

// fill enters the words that the reader gives; false if they are damaged.
func (d *dictionary) fill(r *wordReader) bool {
	way := []reached{{node: d.root()}}
	for len(r.rest) > 0 {
		up, char, frequency := r.next(), r.next(), r.next()
		if r.damaged || up >= uint64(len(way)) {
			return false
		}
		way = way[:len(way)-int(up)]
		way = append(way, d.enter(way, rune(char)))
		if frequency > 0 {
			d.count(way[len(way)-1].node, float64(frequency))
		}
	}
	return true
}

// enter finds or makes the node to which a character leads from the last of a way, which begins at the root.
func (d *dictionary) enter(way []reached, char rune) reached {
	from := way[len(way)-1]
	at, found := d.next(from.node, char)
	if found {
		return reached{at, char}
	}
	d.entries[at] = entry{key: edgeKey(from.node, char), distance: noWord}
	if len(way) > 1 {
		d.entries[from.node].after |= 1 << afterBit(char)
	}
	if len(way) == 2 {
		word, bit := pair(from.char, char)
		d.pairs[word] |= bit
	}
	return reached{at, char}
}

// count sets the frequency of the word that ends at a node. Until all words are in, it stands where the distance comes to stand.
func (d *dictionary) count(at int, frequency float64) {
	if e := &d.entries[at]; e.distance == noWord {
		d.total += frequency
	} else {
		d.total += frequency - float64(e.distance)
	}
	d.entries[at].distance = float32(frequency)
}

// root is the node before the first character. It is no entry.
func (d *dictionary) root() int { return len(d.entries) }

func edgeKey(node int, r rune) uint64 { return uint64(node+1)<<21 | uint64(r) }

func afterBit(r rune) uint32 { return uint32(r) * 0x9E3779B1 >> 27 }

// next is the node to which a character leads, or the free place where it would be.
func (d *dictionary) next(node int, r rune) (at int, found bool) {
	key := edgeKey(node, r)
	mask := len(d.entries) - 1
	for at = int(key * 0x9E3779B97F4A7C15 >> d.shift); ; at++ {
		at &= mask
		switch d.entries[at].key {
		case key:
			return at, true
		case 0:
			return at, false
		}
	}
}

// pairBits is the logarithm of the size of the filter of pairs: large enough that few of its bits are set.
const pairBits = 21

// pair is the place of two characters in the filter.
func pair(a, b rune) (word int, bit uint64) {
	h := (uint32(a)*0x9E3779B1 + uint32(b)*0x85EBCA6B) >> (32 - pairBits)
	return int(h / 64), 1 << (h % 64)
}

// mayBegin reports whether a word may begin with two characters. It spares most walks into the table, which is large.
func (d *dictionary) mayBegin(a, b rune) bool {
	word, bit := pair(a, b)
	return d.pairs[word]&bit != 0
}

// path is the working memory of a cut, kept from text to text.
type path struct {
	steps []step
}

// step is the best way to the character before which it stands.
type step struct {
	distance float32
	from     int32 // where the last word of the way begins; turned round to where the word that begins here ends
}

// cut finds the borders of the words of a folded text: p.end gives the end of each.
func (d *dictionary) cut(p *path, text []rune) {
	if cap(p.steps) <= len(text) {
		p.steps = make([]step, len(text)+1, 2*len(text)+1)
	}
	p.steps = p.steps[:len(text)+1]
	clear(p.steps)
	for i := 0; i < len(text); {
		atom := i + 1
		for inRun(text, atom) {
			atom++
		}
		base := p.steps[i].distance
		unknown := true
		at, found := d.next(d.root(), text[i])
		for j := i + 1; found; j++ {
			e := &d.entries[at]
			if e.distance != noWord && !inRun(text, j) {
				p.reach(j, i, base+e.distance)
				unknown = unknown && j != atom
			}
			if j == len(text) || e.after>>afterBit(text[j])&1 == 0 || j == i+1 && !d.mayBegin(text[i], text[j]) {
				break
			}
			at, found = d.next(at, text[j])
		}
		if unknown {
			p.reach(atom, i, base+unknownDistance)
		}
		i = atom
	}
	to := int32(len(text))
	for from := p.steps[to].from; to > 0; {
		before := p.steps[from].from
		p.steps[from].from = to
		to, from = from, before
	}
}

// reach notes a way if it is the shortest. As in gse, 0 stands for no way yet, and of equals the first stays.
func (p *path) reach(at, from int, distance float32) {
	if s := &p.steps[at]; s.distance == 0 || s.distance > distance {
		*s = step{distance, int32(from)}
	}
}

// end is where the word ends that begins at start.
func (p *path) end(start int) int { return int(p.steps[start].from) }

// inRun reports whether a run of letters and digits goes on at i, inside which gse has no border.
func inRun(text []rune, i int) bool {
	return i < len(text) && isRunLetter(text[i]) && isRunLetter(text[i-1])
}

// isRunLetter reports whether gse joins the character to its like: letters and numbers of one or two bytes.
func isRunLetter(r rune) bool {
	switch {
	case r >= 0x800:
		return false
	case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
		return true
	case r < 0x80:
		return 'A' <= r && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}
