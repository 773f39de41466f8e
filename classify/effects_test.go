package classify

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"suqiu/dicts"
)

// segmenterOfWords has a lexicon of its own.
func segmenterOfWords(t *testing.T, words string) *Segmenter {
	t.Helper()
	lexicon, err := lexiconOf(t, words)
	if err != nil {
		t.Fatal(err)
	}
	return NewSegmenter(lexicon)
}

// A border inside a given word is wrong; that a token joins whole words is not. An entry that swallows parts of other words does
// harm, one that keeps a word whole does good, and one that changes nothing is left out. gse's own frequency comes back where an
// entry is taken away.
func TestEffects(t *testing.T) {
	s := segmenterOfWords(t, "电费单 5000 n\n要求核 9000000 v\n网上国网 1000 n\n抢修 1000 v\n停电 500000 v\n")
	effects, err := s.Effects([]string{"我 要求 核查 抄表 示数", "我 要求 核查 电表", "在 网上国网 交 了 电费", "请 尽快 抢修", "  "})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range effects {
		got = append(got, e.Word)
	}
	if !slices.Equal(got, []string{"要求核", "网上国网"}) {
		t.Fatalf("got %+v", effects)
	}
	if e := effects[0]; e.Changed != 2 || e.Worse != 2 || e.Better != 0 || e.Without != "我|要求|核查|抄|表示|数" || e.With == e.Without || e.Want != "我|要求|核查|抄表|示数" {
		t.Errorf("harmful: %+v", e)
	}
	if e := effects[1]; e.Changed != 1 || e.Better == 0 || e.Worse != 0 || e.With != "在|网上国网|交|了|电费" {
		t.Errorf("good: %+v", e)
	}
	again, err := s.Effects([]string{"在 网上国网 交 了 电费"})
	if err != nil || len(again) != 1 || again[0] != effects[1] {
		t.Errorf("asked again: %+v, %v", again, err)
	}
}

// An entry occurs where it begins and ends with words, not where it comes together by chance; folded, and joined of two words.
func TestLexiconCoverage(t *testing.T) {
	s := segmenterOfWords(t, "电费单 5000 n\n要求核 9000000 v\n网上国网 1000 n\n计划停电 1000 n\n台区经理 1000 n\n")
	got, err := s.Coverage([]string{"我 要求 核查 抄表 示数", "在 网上国网 查 计划 停电", "ＡＢ ", "台区经理 说"})
	if err != nil {
		t.Fatal(err)
	}
	// 抄|表示|数 cuts two words either way, 要求核|查 one; without the lexicon, 网上|国|网 and 台区|经理 are cut in three places.
	if !slices.Equal(got.Unseen, []string{"电费单", "要求核"}) || got.Words != 5 || got.Cuts != 3 || got.Plain != 5 {
		t.Errorf("got %+v", got)
	}
	if got, err = s.Coverage(nil); err != nil || len(got.Unseen) != 5 || got.Cuts+got.Plain != 0 {
		t.Errorf("of nothing: got %+v, %v", got, err)
	}
}

// The reference text that ships vouches for every entry of the lexicon, none of which does it harm.
func TestReferenceText(t *testing.T) {
	rs, err := Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(dicts.Embedded(), "reference.txt")
	if err != nil {
		t.Fatal(err)
	}
	var sentences []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			sentences = append(sentences, line)
		}
	}
	coverage, err := rs.Segmenter().Coverage(sentences)
	if err != nil {
		t.Fatal(err)
	}
	if len(coverage.Unseen) > 0 {
		t.Errorf("%d of %d entries stand in no sentence of reference.txt; write one for each: %s", len(coverage.Unseen), coverage.Words, strings.Join(coverage.Unseen, " "))
	}
	if coverage.Cuts*20 > coverage.Plain {
		t.Errorf("%d words are cut, %d without the lexicon: want at most a twentieth", coverage.Cuts, coverage.Plain)
	}
	effects, err := rs.Segmenter().Effects(sentences)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range effects {
		if e.Worse > e.Better {
			t.Errorf("%s does harm: %s, without it %s, want %s", e.Word, e.With, e.Without, e.Want)
		}
	}
}

func TestKnown(t *testing.T) {
	for word, want := range map[string]bool{"停电": true, "網上國網": false, "网上国网": true, "網上国网": false, "光储充": false, "": false, "停": true, "没電": true} {
		got, err := testSegmenter().Known(word)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v", word, got, err)
		}
	}
}
