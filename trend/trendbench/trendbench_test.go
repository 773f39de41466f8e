package trendbench

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"suqiu/trend"
)

func TestHotlineFollowsFromSeed(t *testing.T) {
	a, b, other := NewHotline(1, 28, true), NewHotline(1, 28, true), NewHotline(2, 28, true)
	last := len(a.Days) - 1
	if !slices.Equal(a.Days[last].Counts[11], b.Days[last].Counts[11]) {
		t.Error("one seed gives two hotlines")
	}
	if slices.Equal(a.Days[last].Counts[11], other.Days[last].Counts[11]) {
		t.Error("two seeds give one hotline")
	}
}

// What detection achieves is printed by the bench command; here it must only not be lost.
func TestDetectionFindsProblems(t *testing.T) {
	var pod, wrong, storms float64
	const seeds = 3
	for seed := range uint64(seeds) {
		r, err := Run(NewHotline(100+seed, 28, true), trend.DefaultConfig(), trend.DefaultLevel)
		if err != nil {
			t.Fatal(err)
		}
		pod += r.POD1 / seeds
		wrong += r.FalseDaily / seeds
		storms += r.StormRises / seeds
	}
	if pod < 0.55 || wrong > 0.3 || storms > 4.5 {
		t.Errorf("found %.2f at one false alarm a day, %.2f false rises a day, %.1f rises from storms", pod, wrong, storms)
	}
}

// BenchmarkMonth is 2,652 series over 28 days.
func BenchmarkMonth(b *testing.B) {
	h := NewHotline(1, 28, true)
	for b.Loop() {
		d, err := trend.NewDetector(h.Areas, categories, trend.DefaultConfig())
		if err != nil {
			b.Fatal(err)
		}
		for _, day := range h.Days[h.History : h.History+28] {
			if _, err := d.Next(day, limit); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkMillionSparse is a day of 1,000,008 series, in most of which nothing is told,.
func BenchmarkMillionSparse(b *testing.B) {
	areas := make(trend.Areas, 83_334)
	areas[0] = -1
	for i := 1; i < len(areas); i++ {
		areas[i] = (i - 1) / 16
	}
	r := rand.New(rand.NewPCG(1, 1))
	days := make([]trend.Day, 8)
	for i := range days {
		days[i] = trend.Day{Weekday: time.Weekday(i % 7)}
		for range categories {
			counts := make([]int, len(areas))
			for range 2000 {
				for area := r.IntN(len(areas)); area >= 0; area = areas[area] {
					counts[area]++
				}
			}
			days[i].Counts = append(days[i].Counts, counts)
		}
	}
	d, err := trend.NewDetector(areas, categories, trend.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; b.Loop(); i++ {
		if _, err := d.Next(days[i%len(days)], limit); err != nil {
			b.Fatal(err)
		}
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc)/1e6, "MB-heap")
}
