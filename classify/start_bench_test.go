package classify

import (
	"testing"

	"suqiu/dicts"
)

// BenchmarkStart is what a process does that classifies, before its first call: rules, words and the segmenter's dictionary.
func BenchmarkStart(b *testing.B) {
	b.ReportAllocs()
	began := cpuTime(b)
	for b.Loop() {
		if _, err := Load(dicts.Embedded()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-began).Milliseconds())/float64(b.N), "cpu-ms/op")
}

// BenchmarkDictionary loads the segmenter's dictionary alone.
func BenchmarkDictionary(b *testing.B) {
	lexicon := testSegmenter().lexicon
	b.ReportAllocs()
	began := cpuTime(b)
	for b.Loop() {
		if err := NewSegmenter(lexicon).Ready(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-began).Milliseconds())/float64(b.N), "cpu-ms/op")
}
