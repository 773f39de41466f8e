package cli

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"suqiu/classify"
)

// maxNearest bounds how many suggestions are made.
const maxNearest = 3

// nearest finds what somebody may have meant who wrote a code or path that is not there, the likeliest first: names that
// the word is part of, and names, or last parts of names, from which it differs by at most a third of its characters.
func nearest(word string, names []string) []string {
	type candidate struct {
		name    string
		differs int
	}
	var near []candidate
	length := utf8.RuneCountInString(word)
	for _, name := range names {
		last := name[strings.LastIndexAny(name, "./")+1:]
		differs := min(classify.EditDistance(word, name), classify.EditDistance(word, last))
		if strings.Contains(name, word) {
			near = append(near, candidate{name, utf8.RuneCountInString(name) - length})
		} else if 3*differs <= length {
			near = append(near, candidate{name, differs})
		}
	}
	slices.SortFunc(near, func(a, b candidate) int { return cmp.Or(a.differs-b.differs, strings.Compare(a.name, b.name)) })
	var found []string
	for _, c := range near[:min(len(near), maxNearest)] {
		found = append(found, c.name)
	}
	return found
}
