package classify

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"suqiu/dicts"
)

// Each file of testdata/faults has one fault; its first line says which, and where: "want line:column: what".
func TestFaults(t *testing.T) {
	eachFixture(t, "testdata/faults/*", func(t *testing.T, name string, data []byte, want string) {
		fsys := testFS("")
		delete(fsys, "rules/test.yaml")
		fsys["rules/other.yaml"] = &fstest.MapFile{Data: []byte("groups: {other: 停电}")}
		kind, _, _ := strings.Cut(name, "_")
		at := map[string]string{"rules": "rules/test.yaml", "taxonomy": taxonomyPath, "cues": cuesPath, "marks": marksPath, "lexicon": "lexicon/test.txt", "variants": variantsPath}[kind]
		fsys[at] = &fstest.MapFile{Data: data}
		place, what, _ := strings.Cut(want, ": ")
		_, err := compileTest(fsys)
		var fault *LoadError
		if !errors.As(err, &fault) {
			t.Fatalf("compiled, or another error: %v", err)
		}
		got := fault.Problems[0]
		if len(fault.Problems) != 1 || got.File != at || fmt.Sprintf("%d:%d", got.Line, got.Column) != place || !strings.HasPrefix(got.What, what) {
			t.Errorf("got  %v\nwant %s:%s: %s", fault.Problems, at, place, what)
		}
	})
}

// The byte order mark that editors on Windows put before a text is no part of any file's first key.
func TestByteOrderMark(t *testing.T) {
	fsys := testFS("rules:\n  - {id: r, label: a.one, when: 「停电」}\n")
	for _, f := range fsys {
		f.Data = append([]byte("\uFEFF"), f.Data...)
	}
	if got := codesOf(mustCompile(t, fsys), message("家里停电")); !slices.Equal(got, []string{"a.one"}) {
		t.Errorf("got %q", got)
	}
	if _, err := LoadCatalogue(fsys); err != nil {
		t.Errorf("catalogue: %v", err)
	}
	rs := mustCompile(t, testFS("rules:\n  - {id: r, label: a.one, when: 「停电」}\n"))
	if fixtures, err := rs.ReadFixtures("a.test.yaml", []byte("\uFEFFtests:\n  - {text: 家里停电, labels: a.one}\n")); err != nil || len(fixtures) != 1 {
		t.Errorf("fixtures: %v, %v", fixtures, err)
	}
}

// All faults are told at once, by file and line.
func TestFaultsAreCollected(t *testing.T) {
	fsys := testFS("rules:\n  - {id: r, label: a.nine, when: 「停电」}\n  - {id: s, label: a.one, when: x and (}\n")
	fsys["lexicon/test.txt"] = &fstest.MapFile{Data: []byte("停电 x\n")}
	_, err := compileTest(fsys)
	var fault *LoadError
	if !errors.As(err, &fault) || len(fault.Problems) != 3 {
		t.Fatalf("got %v", err)
	}
	for i, want := range []string{"lexicon/test.txt:1:4: ", "rules/test.yaml:2:20: ", "rules/test.yaml:3:"} {
		if got := fault.Problems[i].String(); !strings.HasPrefix(got, want) {
			t.Errorf("problem %d is %q, want %q", i, got, want)
		}
	}
}

// A failed example refuses the whole set.
func TestExamplesFailClosed(t *testing.T) {
	rs := mustCompile(t, testFS(`
rules:
  - id: r
    label: a.one
    when: 「停电」
    examples:
      match: [停电了, 断电了]
      no_match:
        - 没有停电
        - |
          坐席：停电
          客户：停电了
      todo: [黑了, 停电]
`))
	verdict := rs.Test()
	failed, learnt := verdict.Failed, verdict.Learnt
	if len(failed) != 2 || failed[0].Line != 7 || !strings.Contains(failed[0].What, "断电了") || failed[1].Line != 11 ||
		!strings.Contains(failed[0].What, "文中没有：「停电」") || !strings.Contains(failed[1].What, "依据是「停电」") {
		t.Errorf("failed %v", failed)
	}
	if len(learnt) != 1 || !strings.Contains(learnt[0].What, "停电") {
		t.Errorf("learnt %v", learnt)
	}
	var fault *LoadError
	if err := rs.Check(); !errors.As(err, &fault) || len(fault.Problems) != 2 {
		t.Errorf("check: %v", err)
	}
}

func TestOverlay(t *testing.T) {
	base := testFS(`
groups: {word: 停电}
rules:
  - {id: keep, label: a.one, when: "@word"}
  - {id: change, label: a.one, when: 「断电」}
  - {id: drop, label: a.one, when: 「跳闸」}
`)
	over := fstest.MapFS{
		"rules/mine.yaml": {Data: []byte(`
groups: {word: 掉电}
rules:
  - {id: change, label: b.one, when: 「断电了」}
  - {id: drop, disabled: true, label: a.one}
  - {id: new, label: a.one, when: 「没电」}
`)},
		taxonomyPath:       {Data: []byte("labels:\n  - {code: b.one, name: 乙/新, parent: b}\n")},
		cuesPath:           {Data: []byte("neg: {before: 毫无}")},
		"lexicon/mine.txt": {Data: []byte("没电了 100000 v\n")},
	}
	rs := mustCompile(t, base, nil, over)
	for _, test := range []struct {
		text string
		want []string
	}{
		{"停电", nil}, {"掉电", []string{"keep"}}, {"断电", nil}, {"断电了", []string{"change"}}, {"跳闸", nil}, {"没电", []string{"new"}}, {"毫无掉电", nil},
	} {
		if got := firedOn(rs, test.text); !slices.Equal(got, test.want) {
			t.Errorf("%s: fired %v, want %v", test.text, got, test.want)
		}
	}
	if l, _ := rs.Taxonomy().Label("b.one"); l.Name != "乙/新" || len(l.Unless) > 0 {
		t.Errorf("label %+v", l)
	}
	if len(rs.Taxonomy().Labels) != 3 {
		t.Errorf("labels %v", rs.Taxonomy().Labels)
	}
}

func TestHoldsRules(t *testing.T) {
	for name, test := range map[string]struct {
		folder fstest.MapFS
		want   bool
	}{
		"Rules":    {fstest.MapFS{"rules/mine.yaml": {}}, true},
		"Lexicon":  {fstest.MapFS{"lexicon/mine.txt": {}}, true},
		"OnlyTest": {fstest.MapFS{"tests/mine.test.yaml": {}, "notes.yaml": {}}, false},
		"Empty":    {fstest.MapFS{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := HoldsRules(test.folder); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestRules(t *testing.T) {
	over := fstest.MapFS{"rules/over.yaml": {Data: []byte("decides: nature\nrules:\n  - {id: n, label: 投诉, weight: 2, when: 「投诉」}\n")}}
	got := mustCompile(t, testFS("rules:\n  - id: r\n    label: a.one\n    when: 「停电」\n"), over).Rules()
	want := []RuleInfo{{"r", "label", "a.one", 1, "rules/test.yaml", 2, false}, {"n", "nature", "投诉", 2, "overlay1/rules/over.yaml", 3, true}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The hash changes with every file and not with anything else; the source compiles again to the same set.
func TestHashAndSource(t *testing.T) {
	const rules = "rules: [{id: r, label: a.one, when: 「停电」}]"
	one, two := mustCompile(t, testFS(rules)), mustCompile(t, testFS(rules))
	if one.Hash() != two.Hash() || len(one.Hash()) != 64 {
		t.Errorf("hashes %s, %s", one.Hash(), two.Hash())
	}
	seen := map[string]string{one.Hash(): "base"}
	for path := range testFS(rules) {
		fsys := testFS(rules)
		fsys[path] = &fstest.MapFile{Data: append([]byte("# comment\n"), fsys[path].Data...)}
		if hash := mustCompile(t, fsys).Hash(); seen[hash] != "" {
			t.Errorf("a change of %s has the hash of %s", path, seen[hash])
		} else {
			seen[hash] = path
		}
	}
	over := fstest.MapFS{"rules/x.yaml": {Data: []byte("rules: [{id: r, label: a.one, when: 「断电」}]")}}
	layered := mustCompile(t, testFS(rules), nil, over)
	again, err := FromSource(layered.Source())
	if err != nil {
		t.Fatal(err)
	}
	if again.Hash() != layered.Hash() || !bytes.Equal(again.Source(), layered.Source()) {
		t.Error("the source compiles to another set")
	}
	for cut := 1; cut < 40; cut += 7 {
		if _, err := FromSource(layered.Source()[:len(layered.Source())-cut]); err == nil {
			t.Errorf("a source cut by %d bytes compiles", cut)
		}
	}
}

// A reload keeps the segmenter unless the lexicon changed, and leaves the old set as it was.
func TestReload(t *testing.T) {
	old := mustCompile(t, testFS("rules: [{id: r, label: a.one, when: 「停电」}]"))
	next, err := old.Reload(testFS("rules: [{id: r, label: a.one, when: 「断电」}]"))
	if err != nil {
		t.Fatal(err)
	}
	if next.Segmenter() != old.Segmenter() {
		t.Error("the segmenter was built again for the same lexicon")
	}
	if got := codesOf(old, message("停电")); !slices.Equal(got, []string{"a.one"}) {
		t.Errorf("the old set gives %v", got)
	}
	if got := codesOf(next, message("停电")); len(got) > 0 {
		t.Errorf("the new set gives %v", got)
	}
	if _, err := old.Reload(testFS("rules: [{id: r}]")); err == nil {
		t.Error("a broken set was loaded")
	}
}

// The shipped rules compile, their examples hold, nothing in them is idle, and every label of the taxonomy is complete.
func TestShippedRules(t *testing.T) {
	rs, err := Load(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(rs.Taxonomy().Labels); n != 35 {
		t.Errorf("%d labels, want 35", n)
	}
	for _, l := range rs.Taxonomy().Labels {
		if l.Parent == "" || l.Definition == "" || l.Family == "" || l.Nature == "" || l.Responsible == "" || len(l.Official) < 2 {
			t.Errorf("label %s is not complete", l.Code)
		}
	}
	if !slices.ContainsFunc(rs.Taxonomy().Labels, func(l LabelInfo) bool { return l.Sensitive }) {
		t.Error("no label is sensitive")
	}
	if n := len(rs.Segmenter().lexicon.Words); n < 600 {
		t.Errorf("%d words in the lexicon", n)
	}
	for _, r := range rs.Lint() {
		t.Errorf("%s: %s", r.Kind, r)
	}
}

// Whatever the rule file holds, compiling ends with a set or with faults that have a place.
func FuzzCompile(f *testing.F) {
	paths, err := filepath.Glob("testdata/faults/rules_*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	f.Fuzz(func(t *testing.T, rules string) {
		_, err := compileTest(testFS(rules))
		var fault *LoadError
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%q: %v", rules, err)
		}
	})
}

// The catalogue is the set's own labels and marks, and tells the faults of their files.
func TestLoadCatalogue(t *testing.T) {
	rs, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	c, err := LoadCatalogue(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Taxonomy().codes(), rs.Catalogue().Taxonomy().codes(); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("labels %v, want %v", got, want)
	}
	if got, want := Codes(c.Marks().Urgency), Codes(rs.Catalogue().Marks().Urgency); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("urgency %v, want %v", got, want)
	}
	if got, want := Codes(c.Marks().Portrait), Codes(rs.Catalogue().Marks().Portrait); len(got) == 0 || !slices.Equal(got, want) {
		t.Errorf("portrait %v, want %v", got, want)
	}
	faulty := fstest.MapFS{taxonomyPath: {Data: []byte("labels:\n  - {code: a, name: 甲, parent: none}\n")}}
	var fault *LoadError
	if _, err := LoadCatalogue(dicts.Embedded(), faulty); !errors.As(err, &fault) || !strings.Contains(err.Error(), "overlay1/taxonomy.yaml") {
		t.Errorf("a label without its parent: %v", err)
	}
}
