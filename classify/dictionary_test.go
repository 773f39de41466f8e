package classify

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/go-ego/gse"
)

// ends are the ends of the words, in bytes.
func ends(d *dictionary, p *path, text string) []int {
	runes := []rune(text)
	d.cut(p, runes)
	var ends []int
	for at, bytes := 0, 0; at < len(runes); {
		end := p.end(at)
		bytes += len(string(runes[at:end]))
		ends = append(ends, bytes)
		at = end
	}
	return ends
}

// gseEnds are gse's own.
func gseEnds(seg *gse.Segmenter, text string) []int {
	var ends []int
	for _, s := range seg.Segment([]byte(text)) {
		ends = append(ends, s.End())
	}
	return ends
}

// oddities are what a cut may stumble over, alone and beside words.
var oddities = []string{
	"", "0", "95598", "5G", "abc123", "１２３", "ＡＢＣ", "ａ", "é", "ß", "я", "ñ1", "·", "²", "ª", "½", "İ", "K", "\x00", " ", "\n", "。", "，", "-", ".",
	"😀", "👨‍👩‍👧", "𠮷", "𝟗", "\uFFFD", "\uFFFC", "齉", "ㄅ", "か", "カ", "한", "T恤", "卡拉OK", "a股", "b超", "中", "华", "人", "民",
}

// Words of the dictionary, torn and put together at random with oddities between them and folded, are cut as gse cuts them.
func TestCutEqualsGse(t *testing.T) {
	lexicon, err := lexiconOf(t, "台区经理\nＡＢ电 40\n电a1b 7\n5g基站 900\né度 30\n𠮷电 50\n中国 3\n用电 9000000\n")
	if err != nil {
		t.Fatal(err)
	}
	seg, err := loadGSE(lexicon)
	if err != nil {
		t.Fatal(err)
	}
	d := newDictionary(seg.Dict)
	random := rand.New(rand.NewPCG(1, 2))
	var p path
	for range 20_000 {
		var b strings.Builder
		for range random.IntN(12) {
			if random.IntN(3) == 0 {
				b.WriteString(oddities[random.IntN(len(oddities))])
				continue
			}
			word := []rune(seg.Dict.Tokens[random.IntN(seg.Dict.NumTokens())].Text())
			if random.IntN(3) == 0 {
				word = []rune(lexicon.Words[random.IntN(len(lexicon.Words))].Text)
			}
			from := random.IntN(len(word))
			b.WriteString(string(word[from : from+1+random.IntN(len(word)-from)]))
		}
		text := lexicon.folder.foldString(b.String())
		if got, want := ends(d, &p, text), gseEnds(seg, text); !slices.Equal(got, want) {
			t.Fatalf("%q: ends %v, gse's %v", text, got, want)
		}
	}
}

// A dictionary that outgrows its first table still holds every word.
func TestDictionaryGrows(t *testing.T) {
	seg := &gse.Segmenter{SkipLog: true, NotLoadHMM: true}
	var lines []string
	for i := range 400 { // few words of many characters each of their own
		lines = append(lines, string([]rune{'一' + rune(i), '丁' + rune(7*i), '七' + rune(11*i), '万' + rune(13*i), '丈' + rune(17*i)})+" 10 n")
	}
	if err := seg.LoadDictStr(strings.Join(lines, "\n")); err != nil {
		t.Fatal(err)
	}
	d := newDictionary(seg.Dict)
	if len(d.entries) <= minEntries {
		t.Fatalf("%d entries; the test wants more than %d", len(d.entries), minEntries)
	}
	var p path
	for i := range seg.Dict.Tokens {
		word := seg.Dict.Tokens[i].Text()
		if got := ends(d, &p, word); !slices.Equal(got, []int{len(word)}) {
			t.Fatalf("%s is cut at %v", word, got)
		}
	}
}

// FuzzCut compares the borders of any folded text with gse's.
func FuzzCut(f *testing.F) {
	for _, text := range append(oddities, "研究生命的起源12345", "停电\xff\xfe停电", "拨打９５５９８，ＷｉＦｉ坏了", "中\x00国", "abc电é1") {
		f.Add(text)
	}
	lexicon := testSegmenter().lexicon
	seg, err := loadGSE(lexicon)
	if err != nil {
		f.Fatal(err)
	}
	d := newDictionary(seg.Dict)
	f.Fuzz(func(t *testing.T, text string) {
		text = lexicon.folder.foldString(text)
		var p path
		if got, want := ends(d, &p, text), gseEnds(seg, text); !slices.Equal(got, want) {
			t.Fatalf("%q: ends %v, gse's %v", text, got, want)
		}
	})
}
