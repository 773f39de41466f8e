package classify

import (
	"slices"
	"strings"
	"unicode/utf8"

	"suqiu/hotline"
)

// Bounds of the passages of one contact: clauses and turns of one passage, and its characters.
const (
	maxPassageClauses = 8
	maxPassageTurns   = 8
	maxPassage        = 120
	minPassage        = 8
)

// Passages cuts a contact into the texts that may become examples: clauses of a turn that follow each other, turns that
// do, the title before the first clauses; where the contact is from another hotline than examples are without being
// told, with and without its name.
func Passages(call *hotline.Call) []Passage {
	var passages []Passage
	var lines []string // of the turns
	for _, t := range call.Turns {
		name := speakerOf(t.Role)
		lines = append(lines, name+strings.ReplaceAll(t.Text, "\n", " "))
		for line := range strings.SplitSeq(t.Text, "\n") {
			runs := clauseRuns(line)
			if t.Role != hotline.RoleCustomer && t.Role != hotline.RoleUnknown {
				passages = append(passages, prefixed(name, runs)...)
				continue
			}
			passages = append(passages, runs...)
			if call.Kind == hotline.KindCall {
				passages = append(passages, prefixed(speakerOf(hotline.RoleCustomer), runs)...)
			}
			if call.Title != "" {
				passages = append(passages, prefixed("标题："+call.Title+"\n", runs[:min(len(runs), 1)])...)
			}
		}
	}
	for i := range lines {
		for j := i + 2; j <= len(lines) && j <= i+maxPassageTurns; j++ {
			text := strings.Join(lines[i:j], "\n")
			if utf8.RuneCountInString(text) > maxPassage {
				break
			}
			passages = append(passages, Passage{Text: text, Whole: true})
		}
	}
	if call.Hotline != hotline.Hotline12345 && slices.Contains(hotline.Hotlines[:], call.Hotline) {
		passages = append(passages, prefixed("热线："+string(call.Hotline)+"\n", passages)...)
	}
	return passages
}

func prefixed(prefix string, passages []Passage) []Passage {
	all := slices.Clone(passages)
	for i := range all {
		all[i].Text = prefix + all[i].Text
	}
	return all
}

// speakerOf is how an example's line tells a role; empty for a speaker not known.
func speakerOf(role hotline.Role) string {
	for _, s := range speakers {
		if s.role == role {
			return s.prefix + "："
		}
	}
	return ""
}

// clauseRuns lists the runs of clauses of a line, without the punctuation around them. Runs that hold half of a pair of quotation
// marks or parentheses, or what masking wrote, are left out.
func clauseRuns(line string) []Passage {
	runes, folded := []rune(line), []rune(folder{}.foldString(line))
	starts, sentence := []int{0}, map[int]bool{0: true, len(runes): true} // where clauses begin, and which of them begin or end sentences
	for i, r := range folded {
		if endsClause(folded, i) {
			starts = append(starts, i+1)
			sentence[i+1] = sentence[i+1] || endsSentence(r)
		}
	}
	starts = append(starts, len(runes))
	var runs []Passage
	for i := range starts {
		for j := i + 1; j < len(starts) && j <= i+maxPassageClauses; j++ {
			from, to := starts[i], starts[j]
			text := strings.Trim(string(runes[from:to]), " ，。、；：,;:!！…")
			n := utf8.RuneCountInString(text)
			if n > maxPassage {
				break
			}
			if n >= minPassage && to > starts[j-1]+1 && paired(text) {
				runs = append(runs, Passage{Text: text, Whole: sentence[from] && sentence[to]})
			}
		}
	}
	return runs
}

// paired reports whether quotation marks and parentheses come in pairs and masking wrote nothing.
func paired(text string) bool {
	for _, pair := range []string{"“”", "‘’", "「」", "（）", "()", "《》"} {
		marks := []rune(pair)
		if strings.Count(text, string(marks[0])) != strings.Count(text, string(marks[1])) {
			return false
		}
	}
	return !strings.ContainsAny(text, "<>")
}
