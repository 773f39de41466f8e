package classify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxFrequency bounds a word's frequency: above the whole dictionary's sum (about 60 million) a word would swallow
// its neighbours.
const maxFrequency = 10_000_000

// Word is an entry of the lexicon: the word, how often it is met on the scale of gse's dictionary (停电 has some
// hundreds), its part of speech in gse's letters (n, v, a …), and whether it counts only as it is written, not where a text
// sounds like it.
type Word struct {
	Text      string
	Frequency int
	Pos       string
	Written   bool
}

// onlyWritten is the last field of a word that is not looked for by its sound.
const onlyWritten = "written"

// Lexicon holds the words that the segmenter knows besides gse's own, and the table of character variants.
type Lexicon struct {
	Words  []Word
	folder folder
}

// equal reports whether two lexicons segment alike.
func (l *Lexicon) equal(o *Lexicon) bool {
	return slices.Equal(l.Words, o.Words) && maps.Equal(l.folder.variants, o.folder.variants)
}

// longest is the length of the longest word in characters.
func (l *Lexicon) longest() int {
	most := 0
	for _, w := range l.Words {
		most = max(most, utf8.RuneCountInString(w.Text))
	}
	return most
}

// gseDictionary writes the words in gse's own format. gse drops, without an error, lines with a frequency below 2 or
// with tabs, so nothing of the original file's layout reaches it.
func (l *Lexicon) gseDictionary() string {
	var b strings.Builder
	for _, w := range l.Words {
		fmt.Fprintf(&b, "%s %d %s\n", w.Text, w.Frequency, w.Pos)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// readLexicon reads lexicon/*.txt of all layers; a word in a later layer replaces the earlier one.
func readLexicon(files []file, p *problems) *Lexicon {
	variants := map[rune]rune{}
	for _, f := range files {
		if f.path == variantsPath {
			readVariants(f, variants, p)
		}
	}
	l := &Lexicon{folder: newFolder(variants)}
	words := map[string]Word{}
	for _, f := range files {
		if f.path != variantsPath && strings.HasPrefix(f.path, "lexicon/") {
			readWords(f, l.folder, words, p)
		}
	}
	for _, w := range words {
		l.Words = append(l.Words, w)
	}
	slices.SortFunc(l.Words, func(a, b Word) int { return strings.Compare(a.Text, b.Text) })
	return l
}

// lexiconLines calls do with the fields of each line that is neither empty nor a comment.
func lexiconLines(f file, do func(line int, fields []string)) {
	line := 0
	for text := range strings.Lines(string(f.data)) {
		line++
		if fields := strings.Fields(text); len(fields) > 0 && !strings.HasPrefix(fields[0], "#") {
			do(line, fields)
		}
	}
}

func readWords(f file, fold folder, words map[string]Word, p *problems) {
	lexiconLines(f, func(line int, fields []string) {
		w := Word{Text: fold.foldString(fields[0]), Frequency: 1000, Pos: "n"}
		if len(fields) > 1 {
			n, err := strconv.Atoi(fields[1])
			if err != nil || n < 2 || n > maxFrequency {
				p.add(f, line, utf8.RuneCountInString(fields[0])+2, "词频 %q 不是 2 到 %d 的数；写成：词 词频 词性", fields[1], maxFrequency)
				return
			}
			w.Frequency = n
		}
		if len(fields) > 2 {
			w.Pos = fields[2]
		}
		w.Written = len(fields) > 3 && fields[3] == onlyWritten
		switch {
		case len(fields) > 4 || len(fields) == 4 && !w.Written:
			p.add(f, line, 1, "这一行有 %d 项；最多写：词 词频 词性，不按读音查找的词再写 %s", len(fields), onlyWritten)
		case utf8.RuneCountInString(w.Text) < 2:
			p.add(f, line, 1, "%q 只有一个字，分词器不用它的词频；去掉它", w.Text)
		default:
			words[w.Text] = w
		}
	})
}

func readVariants(f file, variants map[rune]rune, p *problems) {
	lexiconLines(f, func(line int, fields []string) {
		if len(fields) != 2 || utf8.RuneCountInString(fields[0]) != 1 || utf8.RuneCountInString(fields[1]) != 1 {
			p.add(f, line, 1, "异体字表每行两个单字；写异体字和它所代表的字")
			return
		}
		from, _ := utf8.DecodeRuneInString(fields[0])
		to, _ := utf8.DecodeRuneInString(fields[1])
		variants[from] = to
	})
}
