package cli

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
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
		differs := min(editDistance(word, name), editDistance(word, last))
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

// editDistance counts the characters to insert, delete, replace or swap with their neighbour to make b of a (the
// optimal string alignment distance).
func editDistance(a, b string) int {
	from, to := []rune(a), []rune(b)
	rows := make([][]int, len(from)+1)
	for i := range rows {
		rows[i] = make([]int, len(to)+1)
		rows[i][0] = i
	}
	for j := range to {
		rows[0][j+1] = j + 1
	}
	for i, r := range from {
		for j, q := range to {
			differs := 1
			if r == q {
				differs = 0
			}
			best := min(rows[i][j+1]+1, rows[i+1][j]+1, rows[i][j]+differs)
			if i > 0 && j > 0 && r == to[j-1] && from[i-1] == q {
				best = min(best, rows[i-1][j-1]+1)
			}
			rows[i+1][j+1] = best
		}
	}
	return rows[len(from)][len(to)]
}
