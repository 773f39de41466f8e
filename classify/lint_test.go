package classify

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// Each file of testdata/lint has one thing that is not meant; its first line says which, and where: "want kind
// line:column: what". One that begins otherwise has none.
func TestLint(t *testing.T) {
	eachFixture(t, "testdata/lint/*.yaml", func(t *testing.T, _ string, data []byte, want string) {
		var got []string
		for _, r := range mustCompile(t, testFS(string(data))).Lint() {
			if r.File == taxonomyPath && !strings.HasPrefix(want, RemarkNoRule) {
				continue // the fixtures have rules for some labels only
			}
			if r.Kind == RemarkExamples && !strings.HasPrefix(want, RemarkExamples) {
				continue // few of their rules have examples
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
		"overlay1/rules/mine.yaml:1:10: 共用词组 power 取代了 rules/test.yaml:1 的那一个；用到它的规则也随之改变",
		"overlay1/rules/mine.yaml:3:5: 规则 r 取代了 rules/test.yaml:3 的那一条",
		"overlay1/rules/mine.yaml:4:5: 规则 s 去掉了 rules/test.yaml:4 的那一条",
		"overlay1/taxonomy.yaml:2:5: 标签 a.two 取代了 taxonomy.yaml:5 的那一个",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
