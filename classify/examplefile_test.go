package classify

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"
)

const exampledRules = "rules:\n  - {id: cut, label: a.one, when: 「停电」, examples: {match: [停电了]}}\n"

// Examples in files of their own are the rules'; they decide nothing, so the set stays the same.
func TestExampleFiles(t *testing.T) {
	base := testFS(exampledRules)
	plain := mustCompile(t, base)
	base["examples/more.yaml"] = fileOf("examples:\n  cut: {match: [我家停电], no_match: [没有停电, 停电就好]}\n")
	rs := mustCompile(t, base)
	var texts []string
	for _, r := range rs.Examples() {
		texts = append(texts, r.Kind+" "+r.Text)
	}
	if want := []string{"match 停电了", "match 我家停电", "no_match 没有停电", "no_match 停电就好"}; !slices.Equal(texts, want) {
		t.Errorf("examples %q, want %q", texts, want)
	}
	failed := rs.Test().Failed
	if len(failed) != 1 || failed[0].File != "examples/more.yaml" || failed[0].Line != 2 {
		t.Errorf("failed %v, want 停电就好 at its place", failed)
	}
	if rs.Hash() != plain.Hash() {
		t.Error("examples change the revision")
	}
	again, err := FromSource(rs.Source())
	if err != nil || len(again.Examples()) != 1 {
		t.Errorf("from the archive: %v, %v examples, want those of the rules alone", err, len(again.Examples()))
	}
}

// A folder adds examples to rules below it; those of a rule that it replaces or takes away are gone.
func TestExampleFilesInLayers(t *testing.T) {
	base := testFS(exampledRules)
	base["examples/more.yaml"] = fileOf("examples: {cut: {match: [我家停电]}}\n")
	for _, test := range []struct {
		name  string
		layer fstest.MapFS
		want  int
	}{
		{"added", fstest.MapFS{"examples/own.yaml": fileOf("examples: {cut: {match: [又停电]}}\n")}, 3},
		{"replaced", fstest.MapFS{"rules/own.yaml": fileOf("rules: [{id: cut, label: a.one, when: 「断电」, examples: {match: [断电]}}]\n")}, 1},
		{"taken away", fstest.MapFS{"rules/own.yaml": fileOf("rules: [{id: cut, label: a.one, disabled: true}]\n")}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := len(mustCompile(t, base, test.layer).Examples()); got != test.want {
				t.Errorf("%d examples, want %d", got, test.want)
			}
		})
	}
}

// Faults of a file of examples are told with their places.
func TestExampleFileFaults(t *testing.T) {
	base := testFS(exampledRules)
	base["examples/more.yaml"] = fileOf("examples:\n  cutt: {match: [我家停电]}\n  cut: {matches: [停电]}\n")
	_, err := compileTest(base)
	var load *LoadError
	if !errors.As(err, &load) {
		t.Fatalf("got %v, want faults", err)
	}
	want := []string{
		"examples/more.yaml:2:3: 这些示例所属的规则 cutt 不存在；写规则的 id；是不是 cut？",
		`examples/more.yaml:3:9: 不认识的键 "matches"；可写 match、no_match、todo；是不是 match？`,
	}
	var got []string
	for _, p := range load.Problems {
		got = append(got, p.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// An example may tell the hotline.
func TestExampleHotline(t *testing.T) {
	rs := mustCompile(t, testFS("rules:\n  - {id: cut, label: a.one, when: 「停电」 and hotline(95598), examples: {match: [\"热线：95598\\n停电了\"], no_match: [停电了]}}\n"))
	if failed := rs.Test().Failed; len(failed) > 0 {
		t.Error(failed)
	}
}
