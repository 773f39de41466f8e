package cli

import (
	"bytes"
	"testing"
	"time"
)

// Where no terminal is, a line each half minute tells how much is done, how fast, and what is left; what an earlier run had done
// counts for no speed.
func TestProgressWithoutTerminal(t *testing.T) {
	type news struct {
		after       time.Duration
		done, total int64
	}
	tests := []struct {
		name  string
		bytes bool
		news  []news
		want  string
	}{
		{"documents", false, []news{{0, 0, 9000}, {10 * time.Second, 1000, 9000}, {30 * time.Second, 3000, 9000}, {45 * time.Second, 4000, 9000}, {60 * time.Second, 6000, 9000}},
			"重新分类：已完成 3000，共 9000（33%），每秒 100，还需约 1m0s\n重新分类：已完成 6000，共 9000（67%），每秒 100，还需约 30s\n"},
		{"resumed", false, []news{{0, 6000, 9000}, {30 * time.Second, 7500, 9000}}, "重新分类：已完成 7500，共 9000（83%），每秒 50，还需约 30s\n"},
		{"no total", false, []news{{0, 0, 0}, {40 * time.Second, 80, 0}}, "重新分类：已完成 80，每秒 2\n"},
		{"nothing moves", false, []news{{0, 5, 10}, {31 * time.Second, 5, 10}}, "重新分类：已完成 5，共 10（50%）\n"},
		{"bytes", true, []news{{0, 0, 60e6}, {30 * time.Second, 30e6, 60e6}}, "重新分类：已完成 30.0 MB，共 60.0 MB（50%），每秒 1.0 MB，还需约 30s\n"},
		{"short work", false, []news{{0, 0, 10}, {29 * time.Second, 10, 10}}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			begun := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
			now := begun
			p := newBar(&out, "重新分类", test.bytes)
			p.now, p.told = func() time.Time { return now }, begun
			for _, n := range test.news {
				now = begun.Add(n.after)
				p.set(n.done, n.total)
			}
			p.done()
			if out.String() != test.want {
				t.Errorf("got\n%swant\n%s", &out, test.want)
			}
		})
	}
}
