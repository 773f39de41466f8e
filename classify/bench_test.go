package classify

import (
	"os"
	"strings"
	"sync"
	"testing"

	"suqiu/dicts"
	"suqiu/hotline"
)

// shipped is the shipped rule set, loaded once.
var shipped = sync.OnceValues(func() (*RuleSet, error) {
	rs, err := Compile(dicts.Embedded())
	if err != nil {
		return nil, err
	}
	return rs, rs.Ready()
})

// benchCall is an invented call of about 6 KB with several matters.
func benchCall(b *testing.B) (*RuleSet, *hotline.Call, int64) {
	b.Helper()
	text, err := os.ReadFile("testdata/bench/call.txt")
	if err != nil {
		b.Fatal(err)
	}
	rs, err := shipped()
	if err != nil {
		b.Fatal(err)
	}
	call := exampleCall(strings.Repeat(string(text), 4))
	size := 0
	for _, t := range call.Turns {
		size += len(t.Text)
	}
	return rs, call, int64(size)
}

// BenchmarkGseCut is the yardstick: gse's own default cut of the same turns.
func BenchmarkGseCut(b *testing.B) {
	rs, call, size := benchCall(b)
	seg, err := loadGSE(rs.segmenter.lexicon)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range call.Turns {
			seg.Cut(t.Text)
		}
	}
}

func BenchmarkSegment(b *testing.B) {
	rs, call, size := benchCall(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, t := range call.Turns {
			if _, err := rs.segmenter.Segment(t.Text); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkMatch finds the words of all groups in a call that is laid out already.
func BenchmarkMatch(b *testing.B) {
	rs, call, size := benchCall(b)
	m := rs.take(call, false)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		m.find()
	}
}

func BenchmarkAnalyze(b *testing.B) {
	rs, call, size := benchCall(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		rs.Analyze(call)
	}
}

func BenchmarkExplain(b *testing.B) {
	rs, call, size := benchCall(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		rs.Explain(call)
	}
}

// BenchmarkCompile reads and compiles the shipped rules, without gse's dictionary.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(dicts.Embedded()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMatcher builds the tree of many literals that begin alike.
func BenchmarkMatcher(b *testing.B) {
	groups := make([][]sequence, 5)
	for g, head := range []string{"停电", "没有通知", "电费", "变压器", "师傅"} {
		for i := range 10_000 {
			tail := string([]rune{'一' + rune(i%900), '三' + rune(i/900), '上' + rune(i%7)})
			groups[g] = append(groups[g], sequence{{literal: []rune(head + tail)}})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		newMatcher(groups)
	}
}
