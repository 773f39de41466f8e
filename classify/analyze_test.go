package classify

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"suqiu/hotline"
)

const scoreRules = `
rules:
  - {id: one, label: a.one, when: 「停电」}
  - {id: one.more, label: a.one, weight: 0.5, when: 「断电」}
  - {id: one.less, label: a.one, weight: -1, when: 「自家」}
  - {id: two.half, label: a.two, when: 「电费」}
  - {id: two.other, label: a.two, weight: 1.5, when: 「翻倍」}
  - {id: b, label: b.one, weight: 3, when: 「物业」}
`

func TestLabels(t *testing.T) {
	rs := mustCompile(t, testFS(scoreRules))
	for _, test := range []struct {
		name, text string
		want       []string
		margin     float64
	}{
		{"none", "你好", []string{}, 0},
		{"one rule", "停电", []string{"a.one"}, 0},
		{"a rule counts once", "停电，又停电", []string{"a.one"}, 0},
		{"weights add up", "停电，断电", []string{"a.one"}, 0.5},
		{"below the threshold", "断电", []string{}, 0},
		{"a negative weight takes away", "自家停电", []string{}, 0},
		{"a higher threshold", "电费", []string{}, 0},
		{"a higher threshold reached", "电费翻倍", []string{"a.two"}, 0.5},
		{"the strongest first", "停电，电费翻倍", []string{"a.two", "a.one"}, 0.5},
		{"unless", "物业停电", []string{"a.one"}, 0},
		{"unless holds only for labels that are given", "物业断电", []string{"b.one"}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := rs.Analyze(message(test.text))
			if got := a.Codes(); !slices.Equal(got, test.want) || a.Margin != test.margin {
				t.Errorf("got %v, margin %v; want %v, %v", got, a.Margin, test.want, test.margin)
			}
		})
	}
}

// requires of the taxonomy holds for all labels, unless a label has its own.
func TestRequires(t *testing.T) {
	fsys := testFS("groups: {power: 电}\n" + strings.TrimPrefix(scoreRules, "\n"))
	fsys[taxonomyPath].Data = []byte(`
requires: "@power"
parents: [{code: a, name: 甲}, {code: b, name: 乙}]
labels:
  - {code: a.one, name: 甲/一, parent: a}
  - {code: a.two, name: 甲/二, parent: a}
  - {code: b.one, name: 乙/一, parent: b, requires: ""}
`)
	rs := mustCompile(t, fsys)
	for text, want := range map[string][]string{"翻倍": {}, "电表翻倍": {"a.two"}, "物业": {"b.one"}, "没有电，翻倍": {}} {
		if got := codesOf(rs, message(text)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestNatureAndResponsible(t *testing.T) {
	fsys := testFS(scoreRules)
	fsys["rules/nature.yaml"] = fsys["rules/test.yaml"]
	nature := *fsys["rules/test.yaml"]
	nature.Data = []byte(`
decides: nature
rules:
  - {id: n.ask, label: 咨询, weight: 1.5, when: 「请问」}
  - {id: n.complain, label: 投诉, when: 「投诉」}
  - {id: n.repair, label: 报修, weight: -1, when: 「催」 and label(a.one)}
`)
	responsible := *fsys["rules/test.yaml"]
	responsible.Data = []byte("decides: responsible\nrules: [{id: r.own, label: customer, weight: 2, when: 「自家」 or label(a) and 「表后」}]\n")
	fsys["rules/nature.yaml"], fsys["rules/responsible.yaml"] = &nature, &responsible
	rs := mustCompile(t, fsys)
	for _, test := range []struct {
		name, text  string
		nature      hotline.Nature
		responsible hotline.Responsible
	}{
		{"nothing tells", "你好", hotline.NatureHelp, hotline.ResponsibleUnknown},
		{"the label's default", "停电", hotline.NatureRepair, hotline.ResponsibleUtility},
		{"a rule outweighs the default", "请问停电", hotline.NatureInquiry, hotline.ResponsibleUtility},
		{"a tie goes to the earlier", "投诉停电", hotline.NatureComplaint, hotline.ResponsibleUtility},
		{"a negated word does not vote", "不投诉，请问停电", hotline.NatureInquiry, hotline.ResponsibleUtility},
		{"a rule without a label", "请问", hotline.NatureInquiry, hotline.ResponsibleUnknown},
		{"a rule on labels", "催停电，投诉", hotline.NatureComplaint, hotline.ResponsibleUtility},
		{"a test of a parent", "停电，表后", hotline.NatureRepair, hotline.ResponsibleCustomer},
		{"a test that fails", "表后", hotline.NatureHelp, hotline.ResponsibleUnknown},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := rs.Analyze(message(test.text))
			if a.Nature != test.nature || a.Responsible != test.responsible {
				t.Errorf("got %s, %s; want %s, %s\n%s", a.Nature, a.Responsible, test.nature, test.responsible, rs.Explain(message(test.text)))
			}
		})
	}
}

// Hits are byte offsets of the original text in their own turn, whatever was folded.
func TestHits(t *testing.T) {
	rs := mustCompile(t, testFS("rules: [{id: r, label: a.one, groups: {app: app, no: 登不上}, when: app near/4 no or 「停电」}]"))
	call := message("")
	call.Title = "關於ＡＰＰ登不上"
	call.Turns = []hotline.Turn{
		{Role: hotline.RoleAgent, Text: "您好ＡＰＰ登不上吗"},
		{Role: hotline.RoleCustomer, Text: "İ\xff那个ＡＰＰ也登不上"},
	}
	a := rs.Analyze(call)
	if len(a.Labels) != 1 {
		t.Fatalf("labels %v", a.Labels)
	}
	want := []hotline.Hit{
		{Rule: "r", Group: "app", Turn: TitleTurn, Role: hotline.RoleUnknown, Start: 6, End: 15, Text: "ＡＰＰ"},
		{Rule: "r", Group: "no", Turn: TitleTurn, Role: hotline.RoleUnknown, Start: 15, End: 24, Text: "登不上"},
	}
	if !reflect.DeepEqual(a.Labels[0].Hits, want) {
		t.Errorf("got  %+v\nwant %+v", a.Labels[0].Hits, want)
	}
	call.Title = ""
	for _, h := range rs.Analyze(call).Labels[0].Hits {
		if h.Turn != 1 || h.Role != hotline.RoleCustomer || call.Turns[h.Turn].Text[h.Start:h.End] != h.Text {
			t.Errorf("hit %+v", h)
		}
	}
}

// The tokens are the words of all turns in order, folded, without punctuation, stop words kept.
func TestTokens(t *testing.T) {
	call := message("没有ＡＰＰ，停电！")
	call.Turns = append(call.Turns, hotline.Turn{Role: hotline.RoleReply, Text: "您好 网上国网"})
	got := mustCompile(t, testFS(scoreRules)).Analyze(call).Tokens
	if want := []string{"没有", "app", "停电", "您好", "网上国网"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRevision(t *testing.T) {
	rs := mustCompile(t, testFS(scoreRules))
	next := rs.WithRevision(7)
	a := next.Analyze(message("停电"))
	if a.RulesetRev != 7 || a.RulesetHash != rs.Hash() || next.Revision() != 7 || rs.Revision() != 0 {
		t.Errorf("revision %d, hash %s", a.RulesetRev, a.RulesetHash)
	}
}

// Many calls at once get what each of them gets alone (run with -race).
func TestAnalyzeIsPure(t *testing.T) {
	rs := mustCompile(t, testFS(scoreRules))
	texts := []string{"停电", "停电，断电", "物业断电", "电费翻倍，停电", "你好", strings.Repeat("停电了没人管，", 500)}
	want := make([]string, len(texts))
	for i, text := range texts {
		want[i] = asJSON(t, rs.Analyze(message(text)))
	}
	var g sync.WaitGroup
	for w := range 8 {
		g.Go(func() {
			for n := range 50 {
				i := (n + w) % len(texts)
				if got := asJSON(t, rs.Analyze(message(texts[i]))); got != want[i] {
					t.Errorf("%.20s: got %s, want %s", texts[i], got, want[i])
					return
				}
			}
		})
	}
	g.Wait()
}

func asJSON(t testing.TB, v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

// The explanation of each file in testdata/explain is the one in its .golden; run with UPDATE_GOLDEN=1 to write them.
func TestExplain(t *testing.T) {
	rules, err := os.ReadFile("testdata/explain/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rs := mustCompile(t, testFS(string(rules)))
	paths, err := filepath.Glob("testdata/explain/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			call := exampleCall(string(text))
			e := rs.Explain(call)
			e.Hash = "" // changes with every comment
			got, golden := e.String(), strings.TrimSuffix(path, ".txt")+".golden"
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
			a := rs.Analyze(call)
			var given []string
			for _, f := range e.Given {
				given = append(given, f.Code)
			}
			if fmt.Sprint(given) != fmt.Sprint(a.Codes()) || e.Nature.Winner != string(a.Nature) || e.Responsible.Winner != string(a.Responsible) {
				t.Errorf("explained %v %s %s, analysed %v %s %s", given, e.Nature.Winner, e.Responsible.Winner, a.Codes(), a.Nature, a.Responsible)
			}
		})
	}
}

// Any text, valid UTF-8 or not, is analysed without a panic, the same twice, and explained alike.
func FuzzAnalyze(f *testing.F) {
	for _, text := range []string{"没有停电，就是电费翻倍", "\xff停\xfe电", "如果停电的话，物业", "İK停电ＡＰＰ", "停了#次{}[]", "客户：停电\n坐席：不停电"} {
		f.Add("关于停电", text)
	}
	rules, err := os.ReadFile("testdata/explain/rules.yaml")
	if err != nil {
		f.Fatal(err)
	}
	rs := mustCompile(f, testFS(string(rules)))
	f.Fuzz(func(t *testing.T, title, text string) {
		call := exampleCall(text)
		call.Title = title
		a := rs.Analyze(call)
		if again := rs.Analyze(call); asJSON(t, a) != asJSON(t, again) {
			t.Fatalf("%s, then %s", asJSON(t, a), asJSON(t, again))
		}
		for _, l := range a.Labels {
			for _, h := range l.Hits {
				of := title
				if h.Turn != TitleTurn {
					of = call.Turns[h.Turn].Text
				}
				if of[h.Start:h.End] != h.Text {
					t.Fatalf("hit %+v in %q", h, of)
				}
			}
		}
		if e := rs.Explain(call); len(e.Given) != len(a.Labels) {
			t.Fatalf("explained %d labels of %d", len(e.Given), len(a.Labels))
		}
	})
}
