package classify

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// ChangedLabels names the labels that two rule sets may give differently, as far as their files tell: those of the rules
// of every file of rules that differs, of the files that use groups of such a file, and those that yield to such labels.
// It may name too many, never too few. all says that what every label rests on differs: taxonomy, cues, lexicon, groups
// that the taxonomy asks for, or the classifier itself.
func ChangedLabels(before, after *RuleSet) (codes []string, all bool) {
	if before.hash == after.hash {
		return nil, false
	}
	old, now := filesByName(before), filesByName(after)
	touched := map[string]bool{}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(old)), slices.Collect(maps.Keys(now))) {
		if bytes.Equal(old[name], now[name]) && (old[name] == nil) == (now[name] == nil) {
			continue
		}
		switch {
		case strings.Contains(name, "rules/"):
			touched[name] = true
		case strings.HasSuffix(name, marksPath): // urgency and portrait are no labels
		default:
			return nil, true
		}
	}
	if len(touched) == 0 || !spread(touched, old, now) {
		return nil, true
	}
	ids, found := map[string]bool{}, map[string]bool{}
	rules := slices.Concat(before.rules[decidesLabel], after.rules[decidesLabel])
	for _, r := range rules {
		ids[r.id] = ids[r.id] || touched[r.place.file.key()]
	}
	for _, r := range rules { // under one id, a folder's rule may take the place of one of another file
		if ids[r.id] {
			found[r.label] = true
		}
	}
	for _, rs := range []*RuleSet{before, after} {
		for more := true; more; { // what yields to a label changes with it
			more = false
			for _, l := range rs.taxonomy.Labels {
				if !found[l.Code] && slices.ContainsFunc(l.Unless, func(code string) bool { return found[code] }) {
					found[l.Code], more = true, true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), false
}

// filesByName is the files of a set by their layer and path.
func filesByName(rs *RuleSet) map[string][]byte {
	out := map[string][]byte{}
	for _, f := range rs.sources {
		out[f.key()] = f.data
	}
	return out
}

// spread adds to the touched files those that use groups of touched ones, and reports whether it stays among files of rules.
func spread(touched map[string]bool, versions ...map[string][]byte) bool {
	for more := true; more; {
		more = false
		var groups []string
		for _, files := range versions {
			for name := range touched {
				groups = append(groups, sharedGroups(files[name])...)
			}
		}
		for _, files := range versions {
			for name, data := range files {
				if touched[name] || !slices.ContainsFunc(groups, func(g string) bool { return bytes.Contains(data, []byte("@"+g)) }) {
					continue
				}
				if !strings.Contains(name, "rules/") {
					return false
				}
				touched[name], more = true, true
			}
		}
	}
	return true
}

// sharedGroups names the groups that a file of rules defines for all.
func sharedGroups(data []byte) []string {
	var file struct {
		Groups map[string]any `yaml:"groups"`
	}
	if yaml.Unmarshal(data, &file) != nil {
		return nil // unreachable: the set was compiled from it
	}
	return slices.Collect(maps.Keys(file.Groups))
}
