package entity_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"suqiu/classify"
	"suqiu/classify/entity"
	"suqiu/dicts"
	"suqiu/hotline"
)

// marked is a text with what it names.
type marked struct {
	text string
	want map[string]bool // kind, place and value of each
}

// kinds are the kinds by their codes.
func kinds() map[string]hotline.EntityKind {
	byCode := map[string]hotline.EntityKind{}
	for _, k := range hotline.EntityKinds {
		byCode[string(k)] = k
	}
	return byCode
}

// readCases reads testdata/cases.txt.
func readCases(t testing.TB) []marked {
	t.Helper()
	file, err := os.Open("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var cases []marked
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		c := marked{want: map[string]bool{}}
		for line != "" {
			before, rest, found := strings.Cut(line, "{")
			c.text += before
			if !found {
				break
			}
			mark, after, closed := strings.Cut(rest, "}")
			parts := strings.Split(mark, "|")
			if _, known := kinds()[parts[0]]; !closed || len(parts) < 2 || !known {
				t.Fatalf("%s: the mark {%s is not closed, or is of no kind", lines.Text(), mark)
			}
			start := len(c.text)
			c.text += parts[1]
			c.want[key(parts[0], start, len(c.text), parts[len(parts)-1])] = true
			line = after
		}
		cases = append(cases, c)
	}
	return cases
}

func key(kind string, start, end int, value string) string {
	return fmt.Sprintf("%s %d-%d %s", kind, start, end, value)
}

// shipped is the shipped rule set without its examples.
func shipped(t testing.TB) *classify.RuleSet {
	t.Helper()
	rs, err := classify.Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	if err := rs.Ready(); err != nil {
		t.Fatal(err)
	}
	return rs
}

func call(text string) *hotline.Call {
	return &hotline.Call{Hotline: hotline.Hotline95598, Kind: hotline.KindMessage, Turns: []hotline.Turn{{Role: hotline.RoleUnknown, Text: text}}}
}

// score counts what was found rightly, wrongly and not.
type score struct{ right, wrong, missed int }

func (s score) precision() float64 { return float64(s.right) / float64(s.right+s.wrong) }

func (s score) recall() float64 { return float64(s.right) / float64(s.right+s.missed) }

// What the marked texts name is found, each thing with its place and value, and hardly anything else. Each kind has its own
// figures; go test -v shows them.
func TestMarkedTexts(t *testing.T) {
	rs := shipped(t)
	scores := map[string]*score{}
	total := &score{}
	for kind := range kinds() {
		scores[kind] = &score{}
	}
	cases := readCases(t)
	for _, c := range cases {
		want := c.want
		for _, e := range rs.Analyze(call(c.text)).Entities {
			if c.text[e.Start:e.End] != e.Text {
				t.Errorf("%s: %q is not at %d", c.text, e.Text, e.Start)
			}
			found := key(string(e.Kind), e.Start, e.End, e.Value)
			if want[found] {
				delete(want, found)
				scores[string(e.Kind)].right++
				continue
			}
			scores[string(e.Kind)].wrong++
			t.Logf("%s: found %s %s = %s", c.text, e.Kind, e.Text, e.Value)
		}
		for missed := range want {
			kind, _, _ := strings.Cut(missed, " ")
			scores[kind].missed++
			t.Logf("%s: missed %s", c.text, missed)
		}
	}
	for kind, s := range scores {
		t.Logf("%-12s precision %.3f recall %.3f of %d", kind, s.precision(), s.recall(), s.right+s.missed)
		total.right, total.wrong, total.missed = total.right+s.right, total.wrong+s.wrong, total.missed+s.missed
	}
	t.Logf("%d texts: precision %.3f recall %.3f of %d", len(cases), total.precision(), total.recall(), total.right+total.missed)
	if len(cases) < 150 || total.precision() < 0.95 || total.recall() < 0.95 {
		t.Errorf("%d texts: precision %.3f, recall %.3f; want 150, .95 and .95 at least", len(cases), total.precision(), total.recall())
	}
}

// Whatever the text, entities lie inside it, in order, apart from one another and from what masking took out, and have a value.
func FuzzFind(f *testing.F) {
	for _, c := range readCases(f) {
		f.Add(c.text)
	}
	f.Add("号#变1号变压器线10kv线一点半2026-1-1 24:59:59¥1,000.5元工单1234567890-")
	f.Fuzz(func(t *testing.T, text string) {
		masked := false
		runes := []rune(text)
		tokens := make([]int32, len(runes))
		for i, r := range runes {
			switch r {
			case '<':
				masked = true
			case '>':
				masked = false
			}
			if masked {
				runes[i] = entity.Unseen
			}
			tokens[i] = int32(i / 2)
		}
		end := 0
		for _, e := range entity.Find(entity.Text{Runes: runes, Tokens: tokens, Caller: true}) {
			if e.Start < end || e.End <= e.Start || e.End > len(runes) || e.Value == "" || e.Kind.Name() == string(e.Kind) {
				t.Fatalf("%q: %+v after %d", text, e, end)
			}
			if slices.Contains(runes[e.Start:e.End], entity.Unseen) {
				t.Fatalf("%q: %+v is masked", text, e)
			}
			end = e.End
		}
	})
}

func BenchmarkFind(b *testing.B) {
	var text strings.Builder
	for _, c := range readCases(b) {
		text.WriteString(c.text + "。")
	}
	runes := []rune(text.String())
	tokens := make([]int32, len(runes))
	for i := range tokens {
		tokens[i] = int32(i / 2)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		entity.Find(entity.Text{Runes: runes, Tokens: tokens, Caller: true})
	}
}
