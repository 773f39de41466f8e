package classify

import (
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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

// benchTexts are invented: an order of about 80 characters, as most records are, and a call of about 6 KB with
// several matters.
var benchTexts = []struct {
	name, file string
	times      int
}{{"order", "testdata/bench/order.txt", 1}, {"call", "testdata/bench/call.txt", 4}}

// benchCall reads one of benchTexts and tells its size in bytes.
func benchCall(b *testing.B, file string, times int) (*RuleSet, *hotline.Call, int64) {
	b.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	rs, err := shipped()
	if err != nil {
		b.Fatal(err)
	}
	call := exampleCall(strings.Repeat(string(text), times))
	size := 0
	for _, t := range call.Turns {
		size += len(t.Text)
	}
	return rs, call, int64(size)
}

// cpuTime is what the process has used of processors, its garbage collector included.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkAgainstCut runs gse's own default cut of a text, the yardstick, in turns with what is measured by it and
// counts processor time, so that whatever else the machine does touches all alike, and tells how many times as fast as
// the cut each is.
func BenchmarkAgainstCut(b *testing.B) {
	for _, text := range benchTexts {
		b.Run(text.name, func(b *testing.B) {
			rs, call, size := benchCall(b, text.file, text.times)
			seg, err := loadGSE(rs.segmenter.lexicon)
			if err != nil {
				b.Fatal(err)
			}
			m := rs.take(call, false)
			parts := []struct {
				unit string
				run  func()
				took time.Duration
			}{
				{unit: "cuts", run: func() {
					for _, t := range call.Turns {
						seg.Cut(t.Text)
					}
				}},
				{unit: "gse-segment/cut", run: func() {
					for _, t := range call.Turns {
						seg.Segment([]byte(t.Text))
					}
				}},
				{unit: "segment/cut", run: func() {
					for _, t := range call.Turns {
						if _, err := rs.segmenter.Segment(t.Text); err != nil {
							b.Fatal(err)
						}
					}
				}},
				{unit: "match/cut", run: m.find},
				{unit: "analyze/cut", run: func() { rs.Analyze(call) }},
			}
			const burst = 50
			for b.Loop() {
				for i := range parts {
					began := cpuTime(b)
					for range burst {
						parts[i].run()
					}
					parts[i].took += cpuTime(b) - began
				}
			}
			for _, p := range parts[1:] {
				b.ReportMetric(float64(parts[0].took)/float64(p.took), p.unit)
			}
			b.ReportMetric(float64(parts[0].took.Nanoseconds())/float64(b.N*burst), "ns/cut")
			b.ReportMetric(float64(size), "bytes")
			b.ReportMetric(0, "ns/op") // says nothing here
		})
	}
}

func BenchmarkSegment(b *testing.B) {
	rs, call, size := benchCall(b, "testdata/bench/call.txt", 4)
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

func BenchmarkAnalyze(b *testing.B) {
	for _, text := range benchTexts {
		b.Run(text.name, func(b *testing.B) {
			rs, call, size := benchCall(b, text.file, text.times)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				rs.Analyze(call)
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	rs, call, size := benchCall(b, "testdata/bench/call.txt", 4)
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
		matcherOf(groups)
	}
}
