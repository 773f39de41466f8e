package cli

import (
	"cmp"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
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

// fuzzy shows a word that only sounds like a keyword; without colour it has a ≈ in its brackets.
func (p paint) fuzzy(text string) string {
	if !p.on {
		return "【≈" + text + "】"
	}
	return p.with("1;35", text)
}

// blocked shows a word that did not count; without colour it stands in other brackets.
func (p paint) blocked(text string) string {
	if !p.on {
		return "〔" + text + "〕"
	}
	return p.with("9;31", text)
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

// Lengths of an excerpt, in characters.
const (
	excerptWhole  = 160 // a text up to this long is shown whole
	excerptAround = 30  // of context on each side of a marked word
)

// excerpt marks byte ranges of a text, and of a long text shows only what stands around them, or its beginning.
func excerpt(text string, spans [][2]int, p paint) string {
	if utf8.RuneCountInString(text) <= excerptWhole {
		return markSpans(text, spans, p)
	}
	if len(spans) == 0 {
		return text[:forward(text, 0, excerptWhole)] + "…"
	}
	slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
	var b strings.Builder
	end := 0
	for i := 0; i < len(spans); {
		from := max(end, backward(text, spans[i][0], excerptAround))
		to := forward(text, spans[i][1], excerptAround)
		var within [][2]int
		for ; i < len(spans) && spans[i][0] <= to; i++ {
			to = max(to, forward(text, spans[i][1], excerptAround))
			within = append(within, [2]int{spans[i][0] - from, spans[i][1] - from})
		}
		if from > end {
			b.WriteString("…")
		}
		b.WriteString(markSpans(text[from:to], within, p))
		end = to
	}
	if end < len(text) {
		b.WriteString("…")
	}
	return b.String()
}

// forward is the place n characters after at, or the end of the text.
func forward(text string, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

// backward is the place n characters before at, or the beginning of the text.
func backward(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}
