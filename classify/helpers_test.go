package classify

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"suqiu/hotline"
)

const (
	testTaxonomy = `
parents: [{code: a, name: 甲}, {code: b, name: 乙}]
labels:
  - {code: a.one, name: 甲/一, parent: a, nature: 报修, responsible: utility}
  - {code: a.two, name: 甲/二, parent: a, nature: 投诉, responsible: utility, threshold: 2}
  - {code: b.one, name: 乙/一, parent: b, nature: 咨询, responsible: third_party, unless: [a.one]}
`
	testCues = `
neg: {before: 没有 没 不 不是 未, after: 没有的, except: 没关系 不得不 有没有 会不会 不停, breaks: 但 就 通知, reach: 2, reach_after: 1}
hyp: {before: 如果 会不会, after: 吗 的话, reach: 12, reach_after: 1}
earlier: {before: 上次 之前那单, breaks: 现在, reach: 8}
answer: {ask: 吗 是不是, choice: 还是, yes: 对 是 是的 嗯 没错, no: 不 没有 不是, except: 对面 对不起}
filler: 嗯 呃 啊 那个 就是说
aside: {before: 新闻说 隔壁小区, reach: 8}
`
	testLexicon = "网上国网 1000 n\n没电 1000 v\n台区经理 1000 n\n"
)

// testSegmenter loads gse once for all tests.
var testSegmenter = sync.OnceValue(func() *Segmenter {
	var p problems
	return NewSegmenter(readLexicon([]file{{path: "lexicon/test.txt", data: []byte(testLexicon)}, {path: variantsPath, data: []byte("電 电\n")}}, &p))
})

// testFS is a whole rule set with the given rules.
func testFS(rules string) fstest.MapFS {
	return fstest.MapFS{
		taxonomyPath:       {Data: []byte(testTaxonomy)},
		cuesPath:           {Data: []byte(testCues)},
		"rules/test.yaml":  {Data: []byte(rules)},
		"lexicon/test.txt": {Data: []byte(testLexicon)},
		variantsPath:       {Data: []byte("電 电\n")},
	}
}

func compileTest(layers ...fs.FS) (*RuleSet, error) {
	files, err := readLayers(layers)
	if err != nil {
		return nil, err
	}
	return compileFiles(files, testSegmenter().with)
}

func mustCompile(t testing.TB, layers ...fs.FS) *RuleSet {
	t.Helper()
	rs, err := compileTest(layers...)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// message is a call of one turn.
func message(text string) *hotline.Call {
	return &hotline.Call{Schema: hotline.Schema, Source: "12345", Hotline: hotline.Hotline12345, ID: "1", Kind: hotline.KindMessage,
		Turns: []hotline.Turn{{Role: hotline.RoleUnknown, Text: text}}}
}

// codesOf are the labels of a text.
func codesOf(rs *RuleSet, call *hotline.Call) []string {
	a := rs.Analyze(call)
	return a.Codes()
}

func fileOf(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

// eachFixture runs a test for each file of a pattern, with what the first line wants ("# want …"; empty where it begins
// otherwise).
func eachFixture(t *testing.T, pattern string, test func(t *testing.T, name string, data []byte, want string)) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures in %s: %v", pattern, err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			want, ok := strings.CutPrefix(first, "# want ")
			if !ok {
				want = ""
			}
			test(t, name, data, want)
		})
	}
}

// matcherOf compiles the sequences of each group.
func matcherOf(groups [][]sequence) *matcher {
	patterns := make([][]pattern, len(groups))
	for g, sequences := range groups {
		for _, s := range sequences {
			var p pattern
			for _, part := range s {
				p = append(p, item{part: part})
			}
			patterns[g] = append(patterns[g], p)
		}
	}
	return newMatcher(patterns)
}
