package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Each file of testdata/lint has one thing that is not meant; its first line says which, and where: "want kind line:column: what".
// One that begins otherwise has none.
func TestLint(t *testing.T) {
	eachFixture(t, "testdata/lint/*.yaml", func(t *testing.T, _ string, data []byte, want string) {
		var got []string
		for _, r := range mustCompile(t, testFS(string(data))).Lint() {
			if r.File == taxonomyPath && !strings.HasPrefix(want, RemarkNoRule) {
				continue // the fixtures have rules for some labels only
			}
			got = append(got, fmt.Sprintf("%s %d:%d: %s", r.Kind, r.Line, r.Column, r.What))
		}
		if want != "" && !slices.Contains(got, want) || want != "" && !strings.HasPrefix(want, RemarkNoRule) && len(got) != 1 || want == "" && len(got) > 0 {
			t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), want)
		}
	})
}

// An overlay's rules, groups and labels that take the place of others are told with both places.
func TestLintHidden(t *testing.T) {
	base := testFS("groups: {power: 停电}\nrules:\n  - {id: r, label: a.one, when: \"@power\"}\n  - {id: s, label: a.one, when: 「断电」}\n")
	overlay := fstest.MapFS{
		"rules/mine.yaml": {Data: []byte("groups: {power: 没电}\nrules:\n  - {id: r, label: a.one, when: \"@power and 「家里」\"}\n  - {id: s, disabled: true}\n  - {id: new, label: b.one, when: 「电费」}\n")},
		taxonomyPath:      {Data: []byte("labels:\n  - {code: a.two, name: 甲/贰, parent: a}\n")},
	}
	var got []string
	for _, r := range mustCompile(t, base, overlay).Lint() {
		if r.Kind == RemarkHidden {
			got = append(got, r.String())
		}
	}
	want := []string{
		"overlay1/rules/mine.yaml:1:10: the shared group power takes the place of the one in rules/test.yaml:1; the rules that use it change too",
		"overlay1/rules/mine.yaml:3:5: the rule r takes the place of the one in rules/test.yaml:3",
		"overlay1/rules/mine.yaml:4:5: the rule s takes away the one in rules/test.yaml:4",
		"overlay1/taxonomy.yaml:2:5: the label a.two takes the place of the one in taxonomy.yaml:5",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
