package phrase

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var monday = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// calls makes texts of patterns in which 某 stands for other characters each time; each has a caller and a day of its own.
func calls(n int, patterns ...string) []Text {
	const others = "红蓝高低东西南北春夏秋冬风雨山水花鸟鱼虫琴棋书画金木土石田园江河湖海松竹梅兰"
	fill := []rune(others)
	var texts []Text
	for i := range n {
		for k, p := range patterns {
			text := p
			for strings.Contains(text, "某") {
				text = strings.Replace(text, "某", string(fill[(i*7+k*3+len(text))%len(fill)]), 1)
			}
			texts = append(texts, Text{ID: fmt.Sprintf("t%d.%d", i, k), Parts: []string{text}, Caller: fmt.Sprintf("c%d.%d", i, k), Day: monday.AddDate(0, 0, i%7)})
		}
	}
	return texts
}

func words(candidates []Candidate) []string {
	var list []string
	for _, c := range candidates {
		list = append(list, c.Text)
	}
	return list
}

// What hotlines write around every matter is told from words in a store of any size: those put together from form
// words, not those that have one.
func TestOfForm(t *testing.T) {
	for text, want := range map[string]bool{
		"市民来电反映": true, "市民来电": true, "来电反映": true, "局核实处理": true, "故来电投诉": true, "客户称": true, "市民反映某": true, "供电所称": true,
		"供电公司答复": true, "工单编号": true, "投诉人要求": true, "方称": false, "户反映": true, "民来电": true, "户表": false, "并告知": true, "关部门": true,
		"重要客户": false, "客户经理": false, "用户侧储能": false, "光储充": false, "工单机器人": false, "称重": false, "处理器": false, "问题变压器": false, "所": false,
	} {
		if got := ofForm(text); got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

func TestMine(t *testing.T) {
	same := func(texts []Text, change func(*Text)) []Text {
		for i := range texts {
			change(&texts[i])
		}
		return texts
	}
	background := calls(40, "某某某某", "某某某某某")
	for name, test := range map[string]struct {
		texts   []Text
		options Options
		want    []string
	}{
		"Word":           {calls(20, "某智慧断路器某"), Options{}, []string{"智慧断路器"}},
		"TwoWords":       {calls(20, "某飞线充电某某光储充某"), Options{MinPMI: 3}, []string{"光储充", "飞线充电"}},
		"AtTheEnds":      {calls(20, "孪生电表"), Options{}, []string{"孪生电表"}},
		"FormInFewTexts": {calls(12, "某市民来电反映某", "某智慧断路器某"), Options{Frame: 0.55, MinPMI: 3}, []string{"智慧断路器"}},
		"FormWanted":     {calls(12, "某市民来电反映某"), Options{}, []string{"市民来电反映"}},
		"Known":          {calls(20, "某智慧断路器某"), Options{Known: func(w string) bool { return w == "智慧断路器" }}, nil},
		"OneCaller":      {same(calls(20, "某智慧断路器某"), func(t *Text) { t.Caller = "c" }), Options{}, nil},
		"NoCallers":      {same(calls(20, "某智慧断路器某"), func(t *Text) { t.Caller = "" }), Options{}, []string{"智慧断路器"}},
		"OneDay":         {same(calls(20, "某智慧断路器某"), func(t *Text) { t.Day = monday }), Options{}, nil},
		"OneDayWill":     {same(calls(20, "某智慧断路器某"), func(t *Text) { t.Day = monday }), Options{MinDays: 1}, []string{"智慧断路器"}},
		"TooFew":         {calls(4, "某智慧断路器某"), Options{}, nil},
		"Bound":          {calls(20, "某智慧断路器坏某"), Options{MaxLength: 5}, nil}, // 坏 follows always: no free end within five characters
		"Parted":         {same(calls(20, "智慧断路器"), func(t *Text) { t.Parts = []string{"智慧", "断路器"} }), Options{}, []string{"断路器", "智慧"}},
		"Held":           {calls(20, "某断电的问题某"), Options{MinPMI: 2}, nil}, // by a particle: no word
		"HeldWide":       {calls(20, "某断电的问题某"), Options{MinPMI: 2, MaxLength: 5, Wide: true}, []string{"断电的问题"}},
		"PartKnown":      {slices.Concat(calls(20, "某变压器某"), calls(5, "某压器某")), Options{MinPMI: 2, MinEntropy: 0.5, Known: func(w string) bool { return w == "变压器" }}, nil},
		"Loose":          {calls(20, "某的智慧某", "某智慧某"), Options{MinPMI: 3}, []string{"智慧"}},
		"Compound":       {calls(20, "某即插即充某", "某的即插即充某"), Options{MinPMI: 2}, nil},
		"Wide":           {calls(20, "某即插即充某", "某的即插即充某"), Options{MinPMI: 2, Wide: true}, []string{"即插即充"}},
		"Bound的":         {calls(20, "的智慧断路器某"), Options{MinPMI: 2}, nil},
		"Wide的":          {calls(20, "的智慧断路器某"), Options{MinPMI: 2, Wide: true}, []string{"智慧断路器"}},
		"Top":            {calls(20, "某飞线充电某某光储充某"), Options{MinPMI: 3, Top: 1}, []string{"飞线充电"}},
		"Empty":          {nil, Options{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := words(Mine(slices.Concat(test.texts, background), test.options))
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// letters makes long texts: a matter of its own each time, which holds the words, between an opening, a field and a
// closing of the form.
func letters(n int, words string) []Text {
	matter := strings.Repeat("某某某某某", 8)
	return calls(n, "街道转送："+matter+words+matter+"，办理期限，"+matter+"，科室归档。")
}

// The wording of a form is dropped only where it is asked for, and only long texts tell it: the same words make up short texts.
func TestFrame(t *testing.T) {
	form, matter := []string{"街道转送", "办理期限", "科室归档"}, "智慧断路器"
	for name, test := range map[string]struct {
		texts   []Text
		options Options
		dropped bool
	}{
		"Off":      {letters(20, matter), Options{}, false},
		"On":       {letters(20, matter), Options{Frame: 0.55}, true},
		"TooFew":   {letters(9, matter), Options{Frame: 0.55}, false},
		"Short":    {calls(20, "街道转送", "办理期限", "科室归档", "某智慧断路器某"), Options{Frame: 0.55, MinPMI: 2}, false},
		"ByOthers": {calls(20, "街道转送", "办理期限", "科室归档", "某智慧断路器某"), Options{Frame: 0.55, MinPMI: 2, Contrast: 0.1, Beside: letters(40, "某")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := words(Mine(test.texts, test.options))
			if !slices.Contains(got, matter) {
				t.Errorf("got %v without %s", got, matter)
			}
			for _, w := range form {
				if slices.ContainsFunc(got, func(g string) bool { return strings.Contains(g, w) }) == test.dropped {
					t.Errorf("got %v, %s dropped: want %v", got, w, test.dropped)
				}
			}
		})
	}
}

// What is as common where other matters are told is not of this one.
func TestBeside(t *testing.T) {
	texts := calls(20, "某智慧断路器某", "某市民热线某")
	for name, test := range map[string]struct {
		beside []Text
		want   []string
	}{
		"None":   {nil, []string{"市民热线", "智慧断路器"}},
		"Common": {calls(60, "某市民热线某", "某某某"), []string{"智慧断路器"}},
		"Rare":   {append(calls(60, "某某某", "某某某某"), calls(3, "某市民热线某")...), []string{"市民热线", "智慧断路器"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := words(Mine(texts, Options{MinPMI: 3, Beside: test.beside}))
			slices.Sort(got)
			if !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// The figures of a candidate are those of the texts.
func TestFigures(t *testing.T) {
	texts := calls(16, "某光储充某")
	texts = append(texts, texts[0], texts[0]) // the same caller twice more
	got := Mine(texts, Options{MinPMI: 2})
	if len(got) != 1 {
		t.Fatalf("got %v", got)
	}
	c := got[0]
	if c.Text != "光储充" || c.Count != 18 || c.Texts != 18 || c.Callers != 16 || c.Days != 7 || c.Example != "t0.0" ||
		!c.First.Equal(monday) || !c.Last.Equal(monday.AddDate(0, 0, 6)) {
		t.Errorf("got %+v", c)
	}
	// p(光储充) = 18/90, p(光) = p(储充) = 18/90: log2(90/18).
	if want := math.Log2(90.0 / 18); math.Abs(c.PMI-want) > 1e-9 {
		t.Errorf("pmi %v, want %v", c.PMI, want)
	}
	if math.Abs(c.Score-c.PMI*c.Entropy*math.Log2(17)) > 1e-9 || c.Entropy <= 1 || c.Entropy > 4 {
		t.Errorf("score %v, entropy %v", c.Score, c.Entropy)
	}
}

func TestEntropy(t *testing.T) {
	for _, test := range []struct {
		counts map[rune]int
		want   float64
	}{{map[rune]int{'a': 5}, 0}, {map[rune]int{'a': 1, 'b': 1}, 1}, {map[rune]int{'a': 1, 'b': 1, 'c': 2}, 1.5}, {nil, 0}} {
		if got := entropy(test.counts); math.Abs(got-test.want) > 1e-9 {
			t.Errorf("%v: got %v, want %v", test.counts, got, test.want)
		}
	}
}

// Whatever the texts: the same candidates each time, within the bounds asked for, the best first.
func FuzzMine(f *testing.F) {
	f.Add("某光储充某，光储充站\n飞线充电光储充", 2)
	f.Add("停电停电停电停电停电", 1)
	f.Fuzz(func(t *testing.T, text string, callers int) {
		var texts []Text
		for i, line := range strings.Split(text, "\n") {
			texts = append(texts, Text{ID: fmt.Sprint(i), Parts: strings.Split(line, "，"), Day: monday.AddDate(0, 0, i)})
		}
		o := Options{MinCallers: max(callers%5, 1), MinDays: 1}
		if callers%2 == 0 {
			o.Frame, o.Beside = 0.5, texts[:len(texts)/2]
		}
		got := Mine(texts, o)
		if !reflect.DeepEqual(got, Mine(texts, o)) {
			t.Fatal("not the same each time")
		}
		for i, c := range got {
			if c.Callers < o.MinCallers || c.PMI < 4 || c.Entropy < 1 || math.IsNaN(c.Score) || c.Texts > c.Count || i > 0 && c.Score > got[i-1].Score || !strings.Contains(text, c.Text) {
				t.Fatalf("%q: %+v", text, c)
			}
		}
	})
}

func BenchmarkMine(b *testing.B) {
	texts := calls(200, "某智慧断路器某某停电了某某没有人来某", "某飞线充电某某光储充某某电费某高某", "某某某某某某某某某某某某某某某某")
	size := 0
	for _, t := range texts {
		size += len(t.Parts[0])
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		Mine(texts, Options{})
	}
}
