package draft

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"suqiu/classify"
	"suqiu/hotline"
)

// base is a small rule set; its segmenter is loaded once.
var base = sync.OnceValues(func() (*classify.RuleSet, error) {
	return classify.Load(fstest.MapFS{
		"taxonomy.yaml": {Data: []byte(`
labels:
  - {code: cut, name: 停电, nature: 报修, responsible: utility}
  - {code: other, name: 其他, nature: 求助, responsible: unknown, requires: "「电 停电」"}
`)},
		"rules/test.yaml": {Data: []byte(`
rules:
  - {id: cut.word, label: cut, when: 「停电」, examples: {match: [家里停电]}}
`)},
	})
})

func rules(t testing.TB) *classify.RuleSet {
	t.Helper()
	rs, err := base()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func call(role hotline.Role, text string) *hotline.Call {
	return &hotline.Call{Schema: hotline.Schema, Source: "12345", Hotline: hotline.Hotline12345, ID: "1", Kind: hotline.KindCall, Turns: []hotline.Turn{{Role: role, Text: text}}}
}

func TestTrial(t *testing.T) {
	good := Rule{ID: "emerging.1", Label: "other", Note: "新话题：蓝牙断路器", Words: []string{"蓝牙断路器", "配对失败"}, Examples: []string{"客户：蓝牙断路器连不上", "老是配对失败"}}
	change := func(do func(*Rule)) Rule {
		r := good
		do(&r)
		return r
	}
	for name, test := range map[string]struct {
		rule   Rule
		common int // of 2,000 contacts of the background
		want   Reason
	}{
		"OK":            {good, 0, ""},
		"NearlyCommon":  {good, 1, ""},
		"Common":        {good, 2, Common},
		"NoExamples":    {change(func(r *Rule) { r.Examples = nil }), 0, ""},
		"ExampleOfTwo":  {change(func(r *Rule) { r.Examples = []string{"客户：蓝牙断路器\n客户：连不上"} }), 0, ""},
		"NoWords":       {change(func(r *Rule) { r.Words = nil }), 0, NoWords},
		"TakenID":       {change(func(r *Rule) { r.ID = "cut.word" }), 0, TakenID},
		"UnknownLabel":  {change(func(r *Rule) { r.Label = "none" }), 0, Faulty},
		"BrokenPattern": {change(func(r *Rule) { r.Words = []string{"蓝牙(断路器"} }), 0, Faulty},
		"Misses":        {change(func(r *Rule) { r.Examples = append([]string{"家里停电"}, r.Examples...) }), 0, Misses},
		"AgentsExample": {change(func(r *Rule) { r.Examples = []string{"坐席：蓝牙断路器"} }), 0, Misses},
	} {
		t.Run(name, func(t *testing.T) {
			trial, err := NewTrial(rules(t), []Rule{test.rule})
			if err != nil {
				t.Fatal(err)
			}
			fork := trial.Fork() // counted by halves, as several goroutines do
			for i := range 2000 {
				text := "家里停电"
				if i < test.common {
					text = "有人说过蓝牙断路器"
				}
				[]*Trial{trial, fork}[i%2].Add(call(hotline.RoleCustomer, text))
			}
			trial.Join(fork)
			v := trial.Verdicts()[0]
			if v.Refused != test.want || v.Contacts != 2000 {
				t.Errorf("refused %q (%s) over %d contacts, want %q", v.Refused, v.Detail, v.Contacts, test.want)
			}
			if test.want == "" && v.Hits != test.common {
				t.Errorf("%d hits, want %d", v.Hits, test.common)
			}
			if (test.want == Faulty || test.want == Misses) && v.Detail == "" {
				t.Error("there is no detail")
			}
		})
	}
}

// One draft that can't be used leaves the others as they are, and two of one id are told apart.
func TestTrialOfSeveral(t *testing.T) {
	trial, err := NewTrial(rules(t), []Rule{
		{ID: "emerging.1", Label: "other", Words: []string{"蓝牙断路器"}},
		{ID: "emerging.2", Label: "none", Words: []string{"即插即充"}},
		{ID: "emerging.3", Label: "cut", Words: []string{"即插即充"}},
		{ID: "emerging.3", Label: "cut", Words: []string{"光储充"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	both := call(hotline.RoleCustomer, "蓝牙断路器和即插即充都坏了")
	if got := trial.Fires(both); !reflect.DeepEqual(got, []int{0, 2}) {
		t.Errorf("fired %v", got)
	}
	if trial.Gives(both, 0) || !trial.Gives(both, 2) {
		t.Error("the first draft's label wants another word, the third's does not")
	}
	if !trial.Gives(call(hotline.RoleCustomer, "蓝牙断路器装了没有电"), 0) {
		t.Error("with that word the first draft's label is not given")
	}
	trial.Add(both)
	var refused []Reason
	for _, v := range trial.Verdicts() {
		refused = append(refused, v.Refused)
	}
	if want := []Reason{Common, Faulty, Common, TakenID}; !reflect.DeepEqual(refused, want) {
		t.Errorf("refused %v, want %v", refused, want)
	}
}

// A draft finds its words denied, too, and only in the caller's words.
func TestWhoseWords(t *testing.T) {
	trial, err := NewTrial(rules(t), []Rule{{ID: "emerging.1", Label: "other", Words: []string{"牙断路"}}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		call *hotline.Call
		want bool
	}{
		"Said":   {call(hotline.RoleCustomer, "蓝牙断路器"), true}, // though the words begin and end within others
		"Denied": {call(hotline.RoleUnknown, "手机里没有蓝牙断路器"), true},
		"Agent":  {call(hotline.RoleAgent, "是蓝牙断路器吗"), false},
		"Reply":  {call(hotline.RoleReply, "已更换蓝牙断路器"), false},
		"Other":  {call(hotline.RoleCustomer, "蓝牙耳机"), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := len(trial.Fires(test.call)) == 1; got != test.want {
				t.Errorf("fires: %v", got)
			}
		})
	}
}

// check holds a draft against what the package guarantees: it is refused with a reason, or its file loads and matches
// its examples.
func check(t *testing.T, r Rule) (refused Reason) {
	t.Helper()
	trial, err := NewTrial(rules(t), []Rule{r})
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	trial.Add(call(hotline.RoleCustomer, "家里停电"))
	v := trial.Verdicts()[0]
	if v.Refused != "" {
		return v.Refused
	}
	data, err := YAML(r)
	if err != nil {
		t.Fatalf("%+v: %v", r, err)
	}
	laid, err := rules(t).WithFile("emerging.yaml", data)
	if err != nil {
		t.Fatalf("%s\n%v", data, err)
	}
	if failed := laid.Test().Failed; len(failed) > 0 {
		t.Errorf("%s\n%v", data, failed)
	}
	matched := 0
	for _, e := range laid.Examples() {
		if e.Rule == r.ID && e.Kind == "match" {
			matched++
		}
	}
	if matched != len(r.Examples) {
		t.Errorf("%s\nholds %d examples, want %d", data, matched, len(r.Examples))
	}
	return ""
}

// Whatever the words and texts, a draft loads or is refused with a reason.
func TestLoadsOrIsRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const odd = "断路器蓝牙充电桩即插一二12aA ：:#'\"{}[]()|?*@\\-!&%<>手机\t，。\n"
	text := func(from string, n int) string {
		var b strings.Builder
		runes := []rune(from)
		for range n {
			b.WriteRune(runes[random.IntN(len(runes))])
		}
		return b.String()
	}
	outcomes := map[Reason]int{}
	for i := range 400 {
		r := Rule{ID: fmt.Sprint("emerging.", i), Label: []string{"cut", "other", "other", "none"}[random.IntN(4)], Note: text(odd, random.IntN(30))}
		from := "断路器蓝牙充电桩即插"
		if random.IntN(3) == 0 {
			from = odd
		}
		for range random.IntN(4) {
			r.Words = append(r.Words, text(from, 1+random.IntN(8)))
		}
		for range random.IntN(3) {
			e := text(odd, random.IntN(40))
			if len(r.Words) > 0 && random.IntN(5) > 0 {
				e += r.Words[random.IntN(len(r.Words))] + text(odd, random.IntN(40))
			}
			r.Examples = append(r.Examples, "客户："+e)
		}
		outcomes[check(t, r)]++
	}
	t.Log(outcomes)
	for _, reason := range []Reason{"", NoWords, Faulty, Misses} {
		if outcomes[reason] == 0 {
			t.Errorf("never came to %q", reason)
		}
	}
}

func FuzzDraft(f *testing.F) {
	f.Add("emerging.1", "other", "新话题", "蓝牙断路器 配对失败", "客户：蓝牙断路器连不上")
	f.Add("a: b", "cut", "#", "(一|二)", "标题：- x\n\"二")
	f.Fuzz(func(t *testing.T, id, label, note, words, example string) {
		check(t, Rule{ID: id, Label: label, Note: note, Words: strings.Fields(words), Examples: []string{example}})
	})
}

func BenchmarkTrial(b *testing.B) {
	trial, err := NewTrial(rules(b), []Rule{{ID: "emerging.1", Label: "other", Words: []string{"蓝牙断路器"}}})
	if err != nil {
		b.Fatal(err)
	}
	c := call(hotline.RoleCustomer, strings.Repeat("新装的蓝牙断路器配对失败，手机搜不到设备。", 5))
	for b.Loop() {
		trial.Add(c)
	}
}
