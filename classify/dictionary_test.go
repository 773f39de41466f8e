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

func dictionaryOf(t testing.TB, lexicon *Lexicon) *dictionary {
	t.Helper()
	d, err := newDictionary(gseWords, lexicon)
	if err != nil {
		t.Fatal(err)
	}
	return d
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
	d := dictionaryOf(t, lexicon)
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

// A dictionary of more words than gse's alone still holds every word.
func TestDictionaryGrows(t *testing.T) {
	plain := dictionaryOf(t, &Lexicon{})
	lexicon := &Lexicon{}
	for i := range 200 { // few words of many characters each of their own
		for k := range 400 {
			lexicon.Words = append(lexicon.Words, Word{Text: string([]rune{'一' + rune(i), '丁' + rune(7*k), '七' + rune(11*k), '万' + rune(13*k), '丈' + rune(17*k)}), Frequency: 10, Pos: "n"})
		}
	}
	d := dictionaryOf(t, lexicon)
	if len(d.entries) <= len(plain.entries) {
		t.Fatalf("%d entries; the test wants more than %d", len(d.entries), len(plain.entries))
	}
	var p path
	for _, w := range lexicon.Words {
		if at, found := d.find([]rune(w.Text)); !found || d.entries[at].distance == noWord {
			t.Fatalf("%s is no word", w.Text)
		}
	}
	for _, word := range []string{"停电", "国家电网", "研究生"} {
		if got, want := ends(d, &p, word), ends(plain, &p, word); !slices.Equal(got, want) {
			t.Fatalf("%s is cut at %v, without the lexicon at %v", word, got, want)
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
	d := dictionaryOf(f, lexicon)
	f.Fuzz(func(t *testing.T, text string) {
		text = lexicon.folder.foldString(text)
		var p path
		if got, want := ends(d, &p, text), gseEnds(seg, text); !slices.Equal(got, want) {
			t.Fatalf("%q: ends %v, gse's %v", text, got, want)
		}
	})
}
