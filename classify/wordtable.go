package classify

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// wordsPath is the table of word weights (词权表) of a rule set.
const wordsPath = "words.tsv"

// WordTable says how much each word speaks for or against each label. The words of the segmenter that a caller says, each
// once, are summed up and divided by the square root of their number; with the label's bias this is the label's support
// (词权支持度), a log-odds. It is learned from labelled contacts (package learn) and lies in words.tsv.
type WordTable struct {
	Labels  []string    // codes, the columns
	Bias    []float64   // by label
	Give    []float64   // by label: above this support it is given although no rule fired, if no label is given yet
	Beside  []float64   // by label: above this support it is given although no rule fired, beside other labels
	Drop    []float64   // by label: below this support it is not given although rules fired, if another label is left
	Alone   []float64   // by label: below this support it is not given although rules fired, even if none is left
	Words   []string    // the rows, as the segmenter cuts them, in order
	Weights [][]float64 // by word, then by label
}

// The rows of words.tsv that are no words.
const (
	rowHeader = "(label)"
	rowBias   = "(bias)"
	rowGive   = "(give)"
	rowBeside = "(beside)"
	rowDrop   = "(drop)"
	rowAlone  = "(alone)"
)

// tableUnit is what 1 stands for in words.tsv.
const tableUnit = 0.1

// Write writes the table as words.tsv holds it: a row for a word, a column for a label, in tenths; empty is 0.
func (t *WordTable) Write(to io.Writer) error {
	var b strings.Builder
	b.WriteString(rowHeader + "\t" + strings.Join(t.Labels, "\t") + "\n")
	row := func(name string, values []float64) {
		b.WriteString(name)
		for _, v := range values {
			b.WriteByte('\t')
			if n := math.Round(v / tableUnit); n != 0 {
				b.WriteString(strconv.Itoa(int(n)))
			}
		}
		b.WriteByte('\n')
	}
	row(rowBias, t.Bias)
	row(rowGive, t.Give)
	row(rowBeside, t.Beside)
	row(rowDrop, t.Drop)
	row(rowAlone, t.Alone)
	for i, word := range t.Words {
		row(word, t.Weights[i])
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// readWordTable reads the words.tsv of the highest layer that has one; nil without any.
func readWordTable(files []file, p *problems) (*WordTable, int) {
	last := -1
	for i, f := range files {
		if f.path == wordsPath {
			last = i
		}
	}
	if last < 0 {
		return nil, 0
	}
	f := files[last]
	t := &WordTable{}
	rows := map[string]*[]float64{rowBias: &t.Bias, rowGive: &t.Give, rowBeside: &t.Beside, rowDrop: &t.Drop, rowAlone: &t.Alone}
	line := 0
	for text := range strings.Lines(string(f.data)) {
		line++
		cells := strings.Split(strings.TrimRight(text, "\r\n"), "\t")
		if line == 1 {
			if cells[0] != rowHeader || len(cells) < 2 {
				p.add(f, 1, 1, "第一行不是以 %s 和各标签编码开头；用 suqiu rule learn 写出这张表", rowHeader)
				return nil, 0
			}
			t.Labels = cells[1:]
			continue
		}
		if len(cells) != len(t.Labels)+1 {
			p.add(f, line, 1, "%s 这一行有 %d 格，第一行有 %d 格；用 suqiu rule learn 写出这张表", cells[0], len(cells), len(t.Labels)+1)
			continue
		}
		values := make([]float64, len(t.Labels))
		for i, cell := range cells[1:] {
			if cell == "" {
				continue
			}
			n, err := strconv.ParseInt(cell, 10, 16)
			if err != nil {
				p.add(f, line, 1, "权 %q（%s 对 %s）不是以十分之一为单位的整数，如 -12；改正它", cell, cells[0], t.Labels[i])
				continue
			}
			values[i] = float64(n) * tableUnit
		}
		if to, ok := rows[cells[0]]; ok {
			*to = values
			continue
		}
		t.Words, t.Weights = append(t.Words, cells[0]), append(t.Weights, values)
	}
	for _, name := range []string{rowBias, rowGive, rowBeside, rowDrop, rowAlone} {
		if *rows[name] == nil {
			p.add(f, 0, 0, "缺少 %s 这一行；用 suqiu rule learn 写出这张表", name)
			*rows[name] = make([]float64, len(t.Labels))
		}
	}
	if i, twice := repeated(t.Words); twice {
		p.add(f, 0, 0, "词 %s 有两行；去掉一行", t.Words[i])
	}
	return t, f.layer
}

// repeated finds a word that stands twice.
func repeated(words []string) (at int, twice bool) {
	seen := make(map[string]bool, len(words))
	for i, w := range words {
		if seen[w] {
			return i, true
		}
		seen[w] = true
	}
	return 0, false
}

// WordShare is what one word adds to a label's support.
type WordShare struct {
	Word  string  `json:"word"`
	Share float64 `json:"share"`
}

// String writes the share in one line, such as 停电 +0.8.
func (s WordShare) String() string { return fmt.Sprintf("%s %+.1f", s.Word, s.Share) }
