package hotline

import (
	"testing"
	"time"
)

func TestCoverage(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 7, n, 0, 0, 0, 0, time.UTC) }
	c := Coverage{Source: "95598", Area: "江东/临州", From: day(1), Through: day(10)}
	for name, tc := range map[string]struct {
		area     string
		from, to time.Time
		want     bool
	}{
		"Whole":      {"江东/临州", day(1), day(10), true},
		"Below":      {"江东/临州/青禾", day(2), day(3), true},
		"Above":      {"江东", day(2), day(3), false},
		"AllAreas":   {"", day(2), day(3), false},
		"NameBegins": {"江东/临州西", day(2), day(3), false},
		"Before":     {"江东/临州", day(1).Add(-time.Second), day(3), false},
		"After":      {"江东/临州", day(2), day(10).Add(time.Second), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.Covers(tc.area, tc.from, tc.to); got != tc.want {
				t.Errorf("got %t", got)
			}
		})
	}
	everywhere := Coverage{From: day(1), Through: day(10)}
	if !everywhere.Covers("江东", day(1), day(2)) || !everywhere.Covers("", day(1), day(2)) {
		t.Error("no area must stand for all")
	}
}
