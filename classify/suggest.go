package classify

import "strings"

// suggest is the end of an error about a word that is not known: the known word that is most like it, or nothing where
// none is.
func suggest(word string, known []string) string { return didYouMean(nearest(word, known), "") }

// suggestGroup is the same about the name of a group: one of the rule's own, or else a shared one.
func suggestGroup(name string, own, shared []string) string {
	if best := nearest(name, own); best != "" {
		return didYouMean(best, "")
	}
	return didYouMean(nearest(name, shared), "@")
}

func didYouMean(word, prefix string) string {
	if word == "" {
		return ""
	}
	return "；是不是 " + prefix + word + "？"
}

// nearest is the known word that is most like another; empty where none is.
func nearest(word string, known []string) string {
	best, least := "", min(2, len([]rune(word))/2)+1
	for _, k := range known {
		if d := EditDistance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// suggest names the code of a label that was meant: the one of that name (停送电/故障停电, or 故障停电), the ones that have it in their
// names, or one that is spelt alike.
func (t *Taxonomy) suggest(written string) string {
	var part []string
	for _, l := range t.Labels {
		own := l.Name[strings.LastIndex(l.Name, "/")+1:]
		if l.Name == written || own == written {
			return "；写 " + l.Code
		}
		if written != "" && strings.Contains(own, written) {
			part = append(part, l.Code+" "+l.Name)
		}
	}
	if len(part) > 0 {
		return "；是不是 " + strings.Join(part, "、") + "？"
	}
	return suggest(written, t.codes())
}
