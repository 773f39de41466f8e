package classify

import (
	"bytes"
	"log"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/go-ego/gse"
)

func cut(t testing.TB, s *Segmenter, text string) []string {
	t.Helper()
	tokens, err := s.Segment(text)
	if err != nil {
		t.Fatal(err)
	}
	words := make([]string, len(tokens))
	for i, w := range tokens {
		words[i] = text[w.Start:w.End]
	}
	return words
}

func TestSegment(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"words", "提供暖气", "提供|暖气"},
		{"punctuation runs are tokens of one character", "停电。”“，，", "停电|。|”|“|，|，"},
		{"words are not searched inside", "中国", "中国"},
		{"stop words are kept", "不是没有不能", "不是|没有|不能"},
		{"a prefix-only character collapses nothing", "研究生命的起源12345", "研究|生命|的|起源|12345"},
		{"half-width runs stay whole", "拨打95598和5g", "拨打|95598|和|5g"},
		{"full width is folded, the original is sliced", "拨打９５５９８，ＷｉＦｉ", "拨打|９５５９８|，|ＷｉＦｉ"},
		{"traditional characters by the table", "沒電", "沒|電"},
		{"lexicon word at the start", "台区经理来了", "台区经理|来|了"},
		{"lexicon word in the middle", "去找台区经理", "去|找|台区经理"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(cut(t, testSegmenter(), test.text), "|"); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// Offsets are of the original bytes, also for repeated words, invalid bytes and letters whose case has another length.
func TestSegmentOffsets(t *testing.T) {
	for _, text := range []string{
		"电费和电费", "停电\xff\xfe停电", "İstanbul停电K停电", "ＡＢ停电", "𠮷停电😀停电", "\x00\n\r\t ", strings.Repeat("齉龘", 10_000),
	} {
		tokens, err := testSegmenter().Segment(text)
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, w := range tokens {
			if w.Start != at || w.End <= w.Start {
				t.Fatalf("%.40q: token %v after %d", text, w, at)
			}
			at = w.End
		}
		if at != len(text) {
			t.Errorf("%.40q: tokens end at %d of %d", text, at, len(text))
		}
	}
}

func lexiconOf(t *testing.T, content string) (*Lexicon, error) {
	t.Helper()
	files, err := plain([]file{{path: "lexicon/test.txt", data: []byte(content)}})
	if err != nil {
		return nil, err
	}
	var p problems
	l := readLexicon(files, &p)
	return l, p.err()
}

// gse drops malformed lines silently; the lexicon is read by us, so they count or are refused.
func TestLexicon(t *testing.T) {
	l, err := lexiconOf(t, "\ufeff# comment\n\n国网\t300\tn\r\n供电局\n掌上电力 2 n written\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Word{{"供电局", 1000, "n", false}, {"国网", 300, "n", false}, {"掌上电力", 2, "n", true}}
	if !slices.Equal(l.Words, want) {
		t.Errorf("got %v, want %v", l.Words, want)
	}
	seg := &gse.Segmenter{SkipLog: true, NotLoadHMM: true}
	if err := seg.LoadDictStr(l.gseDictionary()); err != nil {
		t.Fatal(err)
	}
	if seg.Dict.NumTokens() != len(want) {
		t.Errorf("gse took %d words of %d", seg.Dict.NumTokens(), len(want))
	}
	if got := seg.Slice("国网供电局"); !slices.Equal(got, []string{"国网", "供电局"}) {
		t.Errorf("gse cuts with the lexicon alone: %v", got)
	}
}

// A word that gse knows takes the lexicon's frequency, because the lexicon is loaded first; the main dictionary is
// there all the same, nothing is logged, and gse's globals stay as they are.
func TestLexiconOverridesDictionary(t *testing.T) {
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	lower := gse.ToLower
	l, err := lexiconOf(t, "中国 7 ns\n研究生 2 n\n")
	if err != nil {
		t.Fatal(err)
	}
	seg, err := loadGSE(l)
	if err != nil {
		t.Fatal(err)
	}
	if freq, _, ok := seg.Find("中国"); !ok || freq != 7 {
		t.Errorf("frequency of 中国 is %v, %v; want 7", freq, ok)
	}
	if n := seg.Dict.NumTokens(); n < 300_000 {
		t.Errorf("%d words", n)
	}
	if len(seg.StopWordMap) != 0 || gse.ToLower != lower {
		t.Error("gse's stop words or globals were touched")
	}
	if logged.Len() > 0 {
		t.Errorf("logged %q", logged.String())
	}
}

// A folder in the place of a lexicon file makes gse loop for ever; here it is an error.
func TestLexiconIsAFolder(t *testing.T) {
	fsys := testFS("")
	fsys["lexicon/sub.txt/word.txt"] = &fstest.MapFile{Data: []byte("x")}
	if _, err := compileTest(fsys); err == nil || !strings.Contains(err.Error(), "lexicon/sub.txt") {
		t.Errorf("got %v", err)
	}
}

// Building another segmenter while one cuts must not touch what they share (run with -race).
func TestSegmentWhileLoading(t *testing.T) {
	s := testSegmenter()
	want := cut(t, s, "这一片停电了，拨打95598没人接")
	var g sync.WaitGroup
	g.Go(func() {
		if err := NewSegmenter(s.lexicon).Ready(); err != nil {
			t.Error(err)
		}
	})
	for range 4 {
		g.Go(func() {
			for range 200 {
				if got := cut(t, s, "这一片停电了，拨打95598没人接"); !slices.Equal(got, want) {
					t.Errorf("got %v, want %v", got, want)
					return
				}
			}
		})
	}
	g.Wait()
}

// Cutting folded text equals gse's own cutting of it: nothing of ours moves a border.
func FuzzSegment(f *testing.F) {
	for _, text := range []string{"这一片停电了", "ＡＰＰ登录不上", "a\xffb停電", "İK", "95598。”“"} {
		f.Add(text)
	}
	s := testSegmenter()
	seg, err := loadGSE(s.lexicon)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := cut(t, s, text)
		if strings.Join(words, "") != text {
			t.Fatalf("%q became %q", text, words)
		}
		want := seg.Slice(s.lexicon.folder.foldString(text))
		if len(words) != len(want) {
			t.Fatalf("%q: %q, gse %q", text, words, want)
		}
		for i, w := range words {
			if s.lexicon.folder.foldString(w) != want[i] {
				t.Fatalf("%q: token %d is %q, gse %q", text, i, w, want[i])
			}
		}
	})
}

// Folding keeps the number of characters and is stable.
func FuzzFold(f *testing.F) {
	f.Add("ＡＢＣ　電")
	fold := testSegmenter().lexicon.folder
	f.Fuzz(func(t *testing.T, text string) {
		once := fold.foldString(text)
		if utf8.RuneCountInString(once) != utf8.RuneCountInString(text) || !utf8.ValidString(once) {
			t.Fatalf("%q became %q", text, once)
		}
		if twice := fold.foldString(once); twice != once {
			t.Fatalf("%q folds again to %q", once, twice)
		}
	})
}
