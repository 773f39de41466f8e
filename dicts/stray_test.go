package dicts

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// What lies where nothing reads it is told with the place where it belongs; the files of the binary itself all lie right.
func TestStrays(t *testing.T) {
	const rules, nothing = "rules: [{id: mine}]\n", "这个文件夹里没有可读取的文件"
	for name, test := range map[string]struct {
		files map[string]string
		want  map[string]string // by path, a part of what is told
	}{
		"Right": {map[string]string{
			"rules/a.yaml": rules, "examples/a.yaml": "examples: {}\n", "tests/a.test.yaml": "tests: []\n", "taxonomy.yaml": "labels: []\n",
			"counts/counts.yaml": "rules: []\n", "README.md": "read", ".git/a.yaml": rules,
		}, nil},
		"NoYAMLIsRight":     {map[string]string{"areas/areas.csv": "code\n"}, nil},
		"Ending":            {map[string]string{"rules/a.yml": rules}, map[string]string{"rules/a.yml": "移到 rules/a.yaml", ".": nothing}},
		"Folder":            {map[string]string{"m2/a.yaml": rules, "rules/b.yaml": rules}, map[string]string{"m2/a.yaml": "移到 rules/a.yaml"}},
		"Root":              {map[string]string{"a.yaml": "groups: {dark: 停电}\n" + rules}, map[string]string{"a.yaml": "移到 rules/a.yaml", ".": nothing}},
		"Deeper":            {map[string]string{"rules/more/a.yaml": rules}, map[string]string{"rules/more/a.yaml": "移到 rules/a.yaml", ".": nothing}},
		"IsThereAlready":    {map[string]string{"rules/a.yaml": rules, "rules/a.yml": rules}, map[string]string{"rules/a.yml": "内容应并入已有的 rules/a.yaml"}},
		"FileOfOnePath":     {map[string]string{"taxonomy.yml": "parents: []\nlabels: []\n"}, map[string]string{"taxonomy.yml": "移到 taxonomy.yaml", ".": nothing}},
		"Marks":             {map[string]string{"rule/a.yaml": "groups: []\nurgency: []\n"}, map[string]string{"rule/a.yaml": "移到 marks.yaml", ".": nothing}},
		"Cues":              {map[string]string{"rule/a.yaml": "neg: {before: 没}\n"}, map[string]string{"rule/a.yaml": "移到 cues.yaml", ".": nothing}},
		"CountsInTheRoot":   {map[string]string{"counts.yaml": "rules:\n  - name: often\n", "rules/a.yaml": rules}, map[string]string{"counts.yaml": "移到 counts/counts.yaml"}},
		"ExamplesElsewhere": {map[string]string{"example/a.yaml": "examples:\n  r: {}\n", "rules/a.yaml": rules}, map[string]string{"example/a.yaml": "移到 examples/a.yaml"}},
		"TestsElsewhere":    {map[string]string{"a.test.yaml": "tests: []\n", "tests/b.yaml": "tests: []\n"}, map[string]string{"a.test.yaml": "移到 tests/a.test.yaml", "tests/b.yaml": "移到 tests/b.test.yaml", ".": nothing}},
		"ByteOrderMark":     {map[string]string{"a.yaml": "\uFEFF" + rules, "rules/b.yaml": rules}, map[string]string{"a.yaml": "移到 rules/a.yaml"}},
		"OtherKeys":         {map[string]string{"rules/a.yaml": rules, "suqiu.yaml": "kafka: {}\n"}, map[string]string{"suqiu.yaml": "它的键不属于任何字典文件"}},
		"WithoutText":       {map[string]string{"rules/a.yaml": "# later\n---\n"}, map[string]string{"rules/a.yaml": "文件是空的", ".": nothing}},
		"Empty":             {nil, map[string]string{".": nothing}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := fstest.MapFS{}
			for path, text := range test.files {
				folder[path] = &fstest.MapFile{Data: []byte(text)}
			}
			strays, err := Strays(folder)
			if err != nil {
				t.Fatal(err)
			}
			var paths []string
			for _, s := range strays {
				paths = append(paths, s.Path)
				if !strings.Contains(s.What, test.want[s.Path]) {
					t.Errorf("%s: got %q, want %q", s.Path, s.What, test.want[s.Path])
				}
			}
			slices.Sort(paths)
			if want := slices.Sorted(maps.Keys(test.want)); !slices.Equal(paths, want) {
				t.Errorf("got %q, want %q", paths, want)
			}
		})
	}
	t.Run("Built in", func(t *testing.T) {
		if strays, err := Strays(Embedded()); err != nil || len(strays) > 0 {
			t.Errorf("%v, %v", strays, err)
		}
	})
}

// A folder that can't be read is a fault, not an empty one.
func TestStraysUnreadable(t *testing.T) {
	if _, err := Strays(os.DirFS(filepath.Join(t.TempDir(), "gone"))); err == nil || !strings.Contains(err.Error(), "list the dictionary folder") {
		t.Errorf("got %v", err)
	}
}
