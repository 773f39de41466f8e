package classify

import "strings"

// suggest is the end of an error about a word that is not known: the known word that is most like it, or nothing where
// none is.
func suggest(word string, known []string) string {
	best, least := "", min(2, len([]rune(word))/2)+1
	for _, k := range known {
		if d := EditDistance(word, k); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "；是不是 " + best + "？"
}

// suggest names the code of a label that was meant: the one of that name (停送电/故障停电, or 故障停电), or one that is spelt alike.
func (t *Taxonomy) suggest(written string) string {
	for _, l := range t.Labels {
		if _, last, _ := strings.Cut(l.Name, "/"); l.Name == written || last != "" && last == written {
			return "；写 " + l.Code
		}
	}
	return suggest(written, t.codes())
}
