package classify

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
	return "; did you mean " + best + "?"
}
