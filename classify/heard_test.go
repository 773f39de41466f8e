package classify

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Texts in which a term is misheard are understood as if it were written right: it is found where it was said, and the label
// is given, by rules alone, if it is so for the right words.
func TestMisheardTerms(t *testing.T) {
	rs, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	rs = rs.WithWords(nil)
	data, err := os.ReadFile("testdata/misheard.tsv")
	if err != nil {
		t.Fatal(err)
	}
	slips, heard, labelled, asWritten := 0, 0, 0, 0
	for line := range strings.Lines(string(data)) {
		if line[0] == '#' {
			continue
		}
		fields := strings.Split(strings.TrimSpace(line), "\t")
		said, term, label := fields[0], fields[1], fields[2]
		slips++
		m := rs.take(exampleCall(said), false)
		i := slices.IndexFunc(m.misheard, func(h misheard) bool { return string(m.terms[h.term]) == term })
		right := said
		if i >= 0 {
			heard++
			h := m.misheard[i]
			right = string(m.doc.runes[:h.start]) + term + string(m.doc.runes[h.end:])
		} else {
			t.Logf("%s: %s is not heard", said, term)
		}
		rs.give(m)
		wrongHas, rightHas := slices.Contains(codesOf(rs, exampleCall(said)), label), slices.Contains(codesOf(rs, exampleCall(right)), label)
		if wrongHas {
			labelled++
		}
		if rightHas {
			asWritten++
		}
		if rightHas != wrongHas {
			t.Errorf("%s: label %s %v, as written %v", said, label, wrongHas, rightHas)
		}
	}
	t.Logf("%d slips, %d heard, %d labelled, %d labelled as written", slips, heard, labelled, asWritten)
	if slips < 60 || heard*100 < slips*95 || labelled*100 < slips*95 {
		t.Errorf("of %d slips %d are heard and %d labelled", slips, heard, labelled)
	}
}

// What ordinary texts hold is not heard as a term: parts of other words, and what is taken out by the lexicon.
func TestNotMisheard(t *testing.T) {
	rs, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"保险实施以后再说", "小区绿化、景观等都没有", "通过在线申请", "街道负责污水", "供电据说要停", "投资上亿元", "冒充电力公司", "变压器坏了", "充电桩报装", "我要一个状纸",
	} {
		m := rs.take(message(text), false)
		for _, h := range m.misheard {
			t.Errorf("%s is heard as %s", text, string(m.terms[h.term]))
		}
		rs.give(m)
	}
}

// Of terms that overlap the longest is heard, of those as long the one written most alike, then the first.
func TestMisheardOverlap(t *testing.T) {
	fsys := testFS("rules: [{id: r, label: a.one, when: 「经理」}]")
	fsys["lexicon/more.txt"] = fileOf("片区经理 10 n\n区经理 10 n\n抬去经里 10 n\n经理里 10 n\n国网上国 10 n written\n")
	rs, err := compileTest(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if err := rs.Ready(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, want string }{
		{"台去经里来了", "抬去经里"},
		{"泰区经里。", "台区经理"},
		{"偏区经里。抬区泾理", "片区经理 台区经理"},
		{"锅王上锅", ""},
	} {
		m := rs.take(message(test.text), false)
		var got []string
		for _, h := range m.misheard {
			got = append(got, string(m.terms[h.term]))
		}
		rs.give(m)
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: heard %q, want %q", test.text, got, test.want)
		}
	}
}

// A rule that speaks against a label hears nothing: what only sounds like a word excuses nothing.
func TestRulesAgainstHearNothing(t *testing.T) {
	rs := mustCompile(t, testFS(`
rules:
  - {id: r, label: a.one, when: 「停电」}
  - {id: n, label: a.one, weight: -1, when: 「国网」}
`))
	for text, want := range map[string][]string{"停电，网上国旺": {"a.one"}, "停电，网上国网": {}} {
		if got := codesOf(rs, message(text)); !slices.Equal(got, want) {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Words far from each other and near the ends of a contact are found in the text put right as in any other.
func TestHeardWindows(t *testing.T) {
	rs := mustCompile(t, testFS("rules: [{id: r, label: a.one, when: 「国网打」 and 「国网开」 and 「国网闪」}]"))
	for _, gap := range []int{0, 1, 50, 59, 60, 61, 119, 120, 121, 500} {
		between := strings.Repeat("我", gap)
		text := "网上国旺打" + between + "网上锅网开" + between + "往上国网闪"
		if got := codesOf(rs, message(text)); len(got) != 1 {
			t.Errorf("gap %d: %v", gap, got)
		}
	}
}

// What is heard in clean text is counted once a place; planted slips of both kinds are found where they stand alone.
func TestSoundCheck(t *testing.T) {
	check := NewSoundCheck(mustCompile(t, testFS("rules: [{id: r, label: a.one, when: g, groups: {g: {any: 变压器 国网, pinyin: toneless}}}]")))
	for range rareCharacter {
		check.Add(message("王旺忘往，尚上伤赏商。锅国果过，泾经井京？里理李历，抬台太泰。去区取曲，鸭压牙呀！便变边编，气器起七。赞赏网购。完万晚湾，三山散伞"))
	}
	check.Add(message("网上国旺又来了，变鸭器也坏了"))
	check.Plant(1)
	if check.Keywords != 3 || check.FalseHits != 2 || len(check.Worst) != 2 {
		t.Errorf("%d keywords, false hits %+v", check.Keywords, check.Worst)
	}
	if want := (FalseHit{"变鸭器", "g", 1}); !slices.Contains(check.Worst, want) {
		t.Errorf("%+v lacks %+v", check.Worst, want)
	}
	if want := (FalseHit{"网上国旺", "网上国网", 1}); !slices.Contains(check.Worst, want) {
		t.Errorf("%+v lacks %+v", check.Worst, want)
	}
	if check.Same.Planted < 8 || check.Same.Share() < 0.7 || check.Near.Planted < 1 || check.Near.Found > check.Near.Planted {
		t.Errorf("same %+v, near %+v", check.Same, check.Near)
	}
	if got := check.String(); !strings.Contains(got, "误中 2 处") {
		t.Error(got)
	}
}
