package cli

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

// paint colours text for a terminal; its zero value leaves text as it is, for files and pipes.
type paint struct{ on bool }

func newPaint(w io.Writer) paint { return paint{on: isTerminal(w)} }

func (p paint) with(code, text string) string {
	if !p.on || text == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (p paint) bold(text string) string  { return p.with("1", text) }
func (p paint) faint(text string) string { return p.with("2", text) }
func (p paint) label(text string) string { return p.with("36", text) }
func (p paint) bad(text string) string   { return p.with("31", text) }
func (p paint) good(text string) string  { return p.with("32", text) }

// mark shows a matched word; without colour it stands in brackets.
func (p paint) mark(text string) string {
	if !p.on {
		return "【" + text + "】"
	}
	return p.with("1;33", text)
}

// markSpans marks byte ranges of a text; overlapping ones are joined, ranges outside the text are left out.
func markSpans(text string, spans [][2]int, p paint) string {
	slices.SortFunc(spans, func(a, b [2]int) int { return cmp.Or(a[0]-b[0], a[1]-b[1]) })
	var b strings.Builder
	done := 0
	for i := 0; i < len(spans); i++ {
		start, end := spans[i][0], spans[i][1]
		for i+1 < len(spans) && spans[i+1][0] <= end {
			i++
			end = max(end, spans[i][1])
		}
		if start < done || end > len(text) || start >= end {
			continue
		}
		b.WriteString(text[done:start])
		b.WriteString(p.mark(text[start:end]))
		done = end
	}
	b.WriteString(text[done:])
	return b.String()
}
