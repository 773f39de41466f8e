package classify

import (
	"math"
	"math/bits"
	"unicode"
	"unicode/utf8"

	"github.com/go-ego/gse"
)

// dictionary holds the words of a gse dictionary and cuts as gse.Segment does, border by border: the shortest path by
// gse's distances. It is a tree of characters laid out in one hash table. gse itself walks a tree of bytes and makes
// objects for each character; this takes a fraction of its time and of its memory, allocates nothing, and lets go of
// gse once it is built. Tests compare each border with gse's.
type dictionary struct {
	entries []entry  // open addressing; a power of two
	shift   uint8    // of the hash
	pairs   []uint64 // a filter: the bit of pair(a, b) is set where a word begins so
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

// newDictionary takes over the words of gse, which must have calculated their distances.
func newDictionary(words *gse.Dictionary) *dictionary {
	size := minEntries
	for size < 2*len(words.Tokens) {
		size *= 2
	}
	for {
		d := &dictionary{entries: make([]entry, size), shift: uint8(64 - bits.TrailingZeros(uint(size))), pairs: make([]uint64, 1<<pairBits/64)}
		if d.fill(words) {
			return d
		}
		size *= 2
	}
}

// fill enters all words; it fails when the table gets fuller than two thirds.
func (d *dictionary) fill(words *gse.Dictionary) bool {
	used := 0
	total := float32(math.Log2(words.TotalFreq()))
	for i := range words.Tokens {
		word := &words.Tokens[i]
		node := d.root()
		text := word.Text()
		first, size := utf8.DecodeRuneInString(text)
		if size < len(text) {
			second, _ := utf8.DecodeRuneInString(text[size:])
			at, bit := pair(first, second)
			d.pairs[at] |= bit
		}
		for _, r := range text {
			at, found := d.next(node, r)
			if !found {
				if used++; used > len(d.entries)/3*2 {
					return false
				}
				if node != d.root() {
					d.entries[node].after |= 1 << afterBit(r)
				}
				d.entries[at] = entry{key: edgeKey(node, r), distance: noWord}
			}
			node = at
		}
		if node != d.root() {
			d.entries[node].distance = total - float32(math.Log2(word.Freq()))
		}
	}
	return true
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
