package classify

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// wordsFS is the rule set of choiceFS with a table of word weights.
func wordsFS(table string) fstest.MapFS {
	fsys := choiceFS("exclusive: [[b.meter, b.bill]]\n")
	fsys[wordsPath] = fileOf(table)
	return fsys
}

// restWords is the rest of a contact: words that speak neither for nor against a label, enough of them for others to.
const restWords = "。甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"

// rowsOf gives each pair of neighbouring characters of a text a row without weights.
func rowsOf(text string) string {
	var rows strings.Builder
	runes := []rune(strings.Trim(text, "。"))
	for i := range len(runes) - 1 {
		rows.WriteString(string(runes[i:i+2]) + "\t\t\t\n")
	}
	return rows.String()
}

// In the table, 停电 speaks against a.dark so much that only 三天 beside it saves the label, and 没电 gives it alone.
var testWords = "(label)\ta.dark\tb.meter\tb.bill\n" +
	"(bias)\t-20\t-20\t-20\n" +
	"(give)\t-10\t-10\t-10\n" +
	"(beside)\t-5\t-5\t-5\n" +
	"(drop)\t-30\t-30\t-30\n" +
	"(alone)\t-80\t-80\t-80\n" +
	"停电\t-100\t\t\n" +
	"三天\t200\t\t\n" +
	"没电\t300\t\t\n" +
	"轻微\t35\t\t\n" +
	"我家\t\t\t\n" +
	"昨天\t\t\t\n" +
	"晚上\t\t\t\n" +
	"孩子\t\t\t\n" +
	"家昨\t\t\t\n" +
	"天晚\t\t\t\n" +
	"上没\t\t\t\n" +
	"家孩\t\t\t\n" +
	"子昨\t\t\t\n" +
	"天没\t\t\t\n" +
	"电了\t\t\t\n" +
	"电我\t\t\t\n" +
	"上孩\t\t\t\n" +
	"子水\t\t\t\n" +
	"骗人\t-450\t-450\t-450\n" +
	"水表\t\t300\t\n" + rowsOf(restWords)

func TestWordWeights(t *testing.T) {
	rs := mustCompile(t, wordsFS(testWords))
	for _, test := range []struct {
		name, text string
		want       string
	}{
		{"a rule that words contradict gives way to others", "停电，电费" + restWords, "b.bill"},
		{"in a short contact it does not", "停电，电费", "b.bill a.dark"},
		{"the last label stays", "停电" + restWords, "a.dark"},
		{"unless the words speak very much against it", "停电，骗人" + restWords, ""},
		{"a word for the label saves it", "停电三天，电费" + restWords, "a.dark b.bill"},
		{"words alone give a label", "我家昨天晚上没电了，电费", "b.bill a.dark"},
		{"words alone, no rule", "我家昨天晚上没电了", "a.dark"},
		{"few words alone say nothing", "我家没电", ""},
		{"from five words on they do where they speak above even", "我家昨天没电了", "a.dark"},
		{"and not below it", "我家昨天晚上轻微", ""},
		{"as eight words may", "我家昨天晚上孩子轻微", "a.dark"},
		{"an exclusive label is not given by words", "我家昨天晚上孩子水表，电费", "b.bill"},
		{"a label that the table does not know stays", "通知，电费", "b.bill a.notice"},
		{"agents' words do not count", "坐席：没电吗\n客户：电费", "b.bill"},
		{"a keyword of the label may give it", "我家昨天晚上孩子三天", "a.dark"},
		{"denied it says nothing for the label", "我家昨天晚上孩子不是三天", ""},
		{"a word that stands twice counts once", "没电没电没电我家昨天晚上没电了", "a.dark"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := strings.Join(codesOf(rs, exampleCall(test.text)), " "); got != test.want {
				t.Errorf("%s gets %q, want %q\n%s", test.text, got, test.want, rs.Explain(exampleCall(test.text)))
			}
		})
	}
	t.Run("a label yields to one that words give", func(t *testing.T) {
		fsys := wordsFS(testWords)
		fsys[taxonomyPath].Data = bytes.Replace(fsys[taxonomyPath].Data, []byte("乙/电费, parent: b,"), []byte("乙/电费, parent: b, unless: [a.dark],"), 1)
		yielding := mustCompile(t, fsys)
		call := exampleCall("我家昨天晚上没电了，电费")
		if got := codesOf(yielding, call); !slices.Equal(got, []string{"a.dark"}) {
			t.Errorf("got %v, want a.dark alone\n%s", got, yielding.Explain(call))
		}
		if got, want := yielding.Firing(call).Silenced, []Silencing{{"b.bill", "a.dark"}}; !slices.Equal(got, want) {
			t.Errorf("silenced: got %v, want %v", got, want)
		}
	})
	t.Run("what gave way to the words", func(t *testing.T) {
		if got, want := rs.Firing(exampleCall("停电，电费"+restWords)).Silenced, []Silencing{{"a.dark", ByWords}}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})
	t.Run("without words", func(t *testing.T) {
		if got := codesOf(rs.WithWords(nil), message("停电，电费")); !slices.Equal(got, []string{"b.bill", "a.dark"}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("evidence", func(t *testing.T) {
		a := rs.Analyze(message("我家孩子昨天没电了"))
		if len(a.Labels) != 1 || len(a.Labels[0].Hits) != 1 {
			t.Fatalf("got %+v, want one label with one hit", a.Labels)
		}
		if h := a.Labels[0].Hits[0]; h.Rule != ByWords || h.Text != "没电" || h.Start != len("我家孩子昨天") {
			t.Errorf("the evidence is %+v", h)
		}
		if want := 1 + -2 + 30/math.Sqrt(8) - -1.0; math.Abs(a.Labels[0].Weight-want) > 1e-6 { // threshold, bias, 没电 among eight words, less give
			t.Errorf("weight %v, want %v", a.Labels[0].Weight, want)
		}
	})
}

// The rules of a layer over the table have the last word, and so has the table of the highest layer.
func TestWordWeightsUnderOverlay(t *testing.T) {
	const mine = "rules:\n  - {id: mine, label: a.dark, when: 「停电」}\n"
	for _, test := range []struct {
		name    string
		overlay fstest.MapFS
		want    string
	}{
		{"nothing over the table", fstest.MapFS{}, "b.bill"},
		{"a rule over the table", fstest.MapFS{"rules/mine.yaml": fileOf(mine)}, "a.dark b.bill"},
		{"a rule and a table", fstest.MapFS{"rules/mine.yaml": fileOf(mine), wordsPath: fileOf(testWords)}, "b.bill"},
		{"a table of its own", fstest.MapFS{wordsPath: fileOf(strings.Replace(testWords, "停电\t-100", "停电\t100", 1))}, "b.bill a.dark"},
	} {
		t.Run(test.name, func(t *testing.T) {
			rs := mustCompile(t, wordsFS(testWords), test.overlay)
			if got := strings.Join(codesOf(rs, message("停电，电费"+restWords)), " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWordTableFaults(t *testing.T) {
	for _, test := range []struct{ name, table, want string }{
		{"no header", "停电\t1\n", "words.tsv:1:1: 第一行不是以 (label)"},
		{"a short row", testWords + "跳闸\t1\n", "words.tsv:48:1: 跳闸 这一行有 2 格，第一行有 4 格"},
		{"no number", testWords + "跳闸\t1.5\t\t\n", "words.tsv:48:1: 权 \"1.5\"（跳闸 对 a.dark）不是以十分之一为单位的整数"},
		{"twice", testWords + "停电\t1\t\t\n", "words.tsv: 词 停电 有两行"},
		{"no bias", strings.Replace(testWords, "(bias)", "偏置", 1), "words.tsv: 缺少 (bias) 这一行"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := compileTest(wordsFS(test.table))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func FuzzWordTable(f *testing.F) {
	f.Add([]byte(testWords))
	f.Add([]byte("(label)\ta\n(bias)\t9999999\n"))
	f.Add([]byte("\t\t\n\r\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p problems
		table, _ := readWordTable([]file{{path: wordsPath, data: data}}, &p)
		if len(p.all) > 0 || table == nil {
			return
		}
		var b bytes.Buffer
		if err := table.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, _ := readWordTable([]file{{path: wordsPath, data: b.Bytes()}}, &p)
		if len(p.all) > 0 || !slices.Equal(again.Words, table.Words) || !slices.EqualFunc(again.Weights, table.Weights, slices.Equal) {
			t.Errorf("what was written reads otherwise: %v", p.all)
		}
	})
}
