package classify

import (
	"encoding/binary"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-ego/gse"
)

var update = flag.Bool("update", false, "write words.bin anew from gse's dictionary")

// wordsFile writes gse's words in the form that newDictionary reads.
func wordsFile(t *testing.T, words *gse.Dictionary) string {
	type word struct {
		runes     []rune
		frequency float64
	}
	list := make([]word, len(words.Tokens))
	for i := range words.Tokens {
		list[i] = word{[]rune(words.Tokens[i].Text()), words.Tokens[i].Freq()}
	}
	slices.SortFunc(list, func(a, b word) int { return slices.Compare(a.runes, b.runes) })
	var nodes []byte
	count := uint64(0)
	var last []rune
	for _, w := range list {
		if w.frequency != float64(uint32(w.frequency)) || w.frequency > maxFrequency {
			t.Fatalf("the frequency of %s is %v; the form knows whole numbers up to %d", string(w.runes), w.frequency, maxFrequency)
		}
		same := 0
		for same < len(last) && same < len(w.runes) && last[same] == w.runes[same] {
			same++
		}
		up := len(last) - same
		for i, r := range w.runes[same:] {
			nodes = binary.AppendUvarint(nodes, uint64(up))
			nodes = binary.AppendUvarint(nodes, uint64(r))
			frequency := uint64(0)
			if same+i == len(w.runes)-1 {
				frequency = uint64(w.frequency)
			}
			nodes = binary.AppendUvarint(nodes, frequency)
			count++
			up = 0
		}
		last = w.runes
	}
	return string(binary.AppendUvarint(nil, count)) + string(nodes)
}

// words.bin is gse's dictionary, no word more or less, each with gse's own distance.
func TestWordsAreGse(t *testing.T) {
	seg, err := loadGSE(&Lexicon{})
	if err != nil {
		t.Fatal(err)
	}
	want := wordsFile(t, seg.Dict)
	if *update {
		if err := os.WriteFile("words.bin", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return // the words are compiled in: the next run compares them
	}
	if gseWords != want {
		t.Fatal("words.bin is not gse's dictionary; write it anew: go test ./classify -run TestWordsAreGse -update")
	}
	distances := plainDistances(lexiconOfAll(seg.Dict), seg.Dict)
	d := dictionaryOf(t, &Lexicon{})
	for text, distance := range distances {
		if at, found := d.find([]rune(text)); !found || d.entries[at].distance != distance {
			t.Fatalf("%s has the distance %v, found: %v; gse's is %v", text, d.entries[at].distance, found, distance)
		}
	}
	words := 0
	for _, e := range d.entries {
		if e.key != 0 && e.distance != noWord {
			words++
		}
	}
	if words != len(distances) {
		t.Errorf("%d words, gse has %d", words, len(distances))
	}
}

// lexiconOfAll names every word.
func lexiconOfAll(words *gse.Dictionary) *Lexicon {
	l := &Lexicon{}
	for i := range words.Tokens {
		l.Words = append(l.Words, Word{Text: words.Tokens[i].Text()})
	}
	return l
}

// Damaged words are refused, wherever they end.
func TestWordsDamaged(t *testing.T) {
	good := gseWords[:len(gseWords)/100]
	for name, words := range map[string]string{
		"empty":              "",
		"cut off":            good[:len(good)-1] + "\xff",
		"above the root":     "\x01\x02\x41\x05",
		"more nodes claimed": "\xff\xff\xff\xff\x0f" + strings.Repeat("\x00\x41\x05", 3),
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newDictionary(words, &Lexicon{}); err == nil {
				t.Error("taken for words")
			}
		})
	}
}
