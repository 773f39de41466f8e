package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestImports holds the program to its promise: it shares no code with what it checks.
func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(string(out)); len(got) != 1 || got[0] != "suqiu/e2e/fold" {
		t.Errorf("it depends on %v beside the standard library", got)
	}
}

// The versions of one call, and another call. Version 2 is in another month than the others.
const (
	first  = `{"id":"1","hotline":"95598","received":"2025-01-31T23:00:00+08:00","updated":"2025-02-01T00:00:00+08:00","text":"停电"}`
	second = `{"id":"1","hotline":"95598","received":"2025-02-01T01:00:00+08:00","updated":"2025-02-01T00:00:00.017+08:00","text":"停电了"}`
	third  = `{"id":"1","hotline":"95598","received":"2025-01-31T23:00:00+08:00","updated":"2025-02-02T00:00:00+08:00","turns":[{"text":"您好"},{"text":"停电"}]}`
	other  = `{"id":"1","hotline":"12345","received":"2025-01-31T23:00:00+08:00","updated":"2025-02-01T00:00:00+08:00","text":"停电"}`
)

func fold(t *testing.T, lines ...string) *folded {
	t.Helper()
	f := newFolded()
	if err := f.read(strings.NewReader(strings.Join(lines, "\n"))); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFold(t *testing.T) {
	for _, tt := range []struct {
		name  string
		lines []string
		want  string // the line whose content must stay for call 1 of 95598
		count [5]int // records, broken, older, same, moved
	}{
		{"Once", []string{first}, first, [5]int{1, 0, 0, 0, 0}},
		{"Update", []string{first, second}, second, [5]int{2, 0, 0, 0, 1}},
		{"OutOfOrder", []string{second, first}, second, [5]int{2, 0, 1, 0, 0}},
		{"Repeated", []string{first, first}, first, [5]int{2, 0, 0, 1, 0}},
		{"ThereAndBack", []string{first, second, third, second}, third, [5]int{4, 0, 1, 0, 2}},
		{"OtherHotline", []string{first, other}, first, [5]int{2, 0, 0, 0, 0}},
		{"Broken", []string{first, second[:40]}, first, [5]int{2, 1, 0, 0, 0}},
		{"NoID", []string{first, strings.Replace(second, `"id":"1",`, "", 1)}, first, [5]int{2, 1, 0, 0, 0}},
		{"BlankLines", []string{"", first, "", ""}, first, [5]int{1, 0, 0, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := fold(t, tt.lines...)
			if want := fold(t, tt.want).calls["95598:1"]; f.calls["95598:1"] != want {
				t.Errorf("got %+v, want %+v", f.calls["95598:1"], want)
			}
			got := [...]int{f.records, f.broken, f.older, f.same, f.moved}
			if got != tt.count {
				t.Errorf("records, broken, older, same, moved: got %v, want %v", got, tt.count)
			}
		})
	}
}

// Each case reads back a file of documents; the input is the three versions of one call, and another call.
func TestCompare(t *testing.T) {
	good := []string{
		`{"id":"95598:1","month":"2025.01","content_rev":1738425600000,"received":"2025-01-31T15:00:00Z","turns":[{"text":"您好"},{"text":"停电"}]}`,
		`{"id":"12345:1","month":"2025.01","content_rev":1738339200000,"received":"2025-01-31T15:00:00Z","turns":[{"text":"停电"}]}`,
	}
	change := func(old, to string) []string { return []string{strings.Replace(good[0], old, to, 1), good[1]} }
	dir := t.TempDir()
	input := filepath.Join(dir, "input.jsonl")
	if err := os.WriteFile(input, []byte(strings.Join([]string{first, third, second, other}, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		documents []string
		want      [5]int // lost, doubled, stale, wrong, invented
	}{
		{"Equal", good, [5]int{0, 0, 0, 0, 0}},
		{"Lost", good[:1], [5]int{1, 0, 0, 0, 0}},
		{"Empty", nil, [5]int{2, 0, 0, 0, 0}},
		{"Doubled", append([]string{strings.Replace(good[0], "2025.01", "2025.02", 1)}, good...), [5]int{0, 1, 0, 1, 0}},
		{"Stale", change("1738425600000", "1738339200017"), [5]int{0, 0, 1, 0, 0}},
		{"Newer", change("1738425600000", "1738425600001"), [5]int{0, 0, 0, 1, 0}},
		{"OtherText", change("您好", "你好"), [5]int{0, 0, 0, 1, 0}},
		{"OtherTime", change("15:00:00Z", "15:00:01Z"), [5]int{0, 0, 0, 1, 0}},
		{"OtherMonth", change("2025.01", "2025.02"), [5]int{0, 0, 0, 1, 0}},
		{"Invented", append([]string{strings.Replace(good[0], "95598:1", "95598:2", 1)}, good...), [5]int{0, 0, 0, 0, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			documents := filepath.Join(t.TempDir(), "documents.jsonl")
			if err := os.WriteFile(documents, []byte(strings.Join(tt.documents, "\n")), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := run(t.Context(), []string{"-documents", documents, input})
			if err != nil {
				t.Fatal(err)
			}
			faults := [...]int{got.Lost, got.Doubled, got.Stale, got.Wrong, got.Invented}
			if faults != tt.want {
				t.Errorf("lost, doubled, stale, wrong, invented: got %v, want %v\n%s", faults, tt.want, strings.Join(got.Examples, "\n"))
			}
			if got.equal() != (tt.want == [5]int{}) {
				t.Errorf("equal is %v", got.equal())
			}
			if got.Calls != 2 || got.Documents != len(tt.documents) {
				t.Errorf("%d calls, %d documents", got.Calls, got.Documents)
			}
		})
	}
}

// What may have been lost may be there, in its own version, or not: a call without any other line counts as gone then.
func TestLost(t *testing.T) {
	document := func(rev, received, text string) string {
		return `{"id":"95598:1","content_rev":` + rev + `,"received":"` + received + `","turns":[{"text":"` + text + `"}]}`
	}
	asFirst := document("1738339200000", "2025-01-31T15:00:00Z", "停电")
	asSecond := document("1738339200017", "2025-01-31T17:00:00Z", "停电了")
	for _, tt := range []struct {
		name              string
		kept, lost, holds string
		want              [6]int // lost, doubled, stale, wrong, invented, gone
	}{
		{"OnlyLineGone", "", first, "", [6]int{0, 0, 0, 0, 0, 1}},
		{"OnlyLineStored", "", first, asFirst, [6]int{}},
		{"UpdateGone", first, second, asFirst, [6]int{}},
		{"UpdateStored", first, second, asSecond, [6]int{}},
		{"OlderGone", second, first, asSecond, [6]int{}},
		{"OlderInPlaceOfNewer", second, first, asFirst, [6]int{0, 0, 1, 0, 0, 0}},
		{"KeptLost", first, second, "", [6]int{1, 0, 0, 0, 0, 0}},
		{"OtherText", first, second, document("1738339200017", "2025-01-31T17:00:00Z", "来电了"), [6]int{0, 0, 0, 1, 0, 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			name := func(file, text string) string {
				path := filepath.Join(dir, file)
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return path
			}
			got, err := run(t.Context(), []string{"-documents", name("documents", tt.holds), "-lost", name("lost", tt.lost), name("kept", tt.kept)})
			if err != nil {
				t.Fatal(err)
			}
			if faults := [...]int{got.Lost, got.Doubled, got.Stale, got.Wrong, got.Invented, got.Gone}; faults != tt.want {
				t.Errorf("lost, doubled, stale, wrong, invented, gone: got %v, want %v\n%s", faults, tt.want, strings.Join(got.Examples, "\n"))
			}
		})
	}
}

func TestRunRefuses(t *testing.T) {
	for name, args := range map[string][]string{
		"NothingToCompare": {"input.jsonl"},
		"Both":             {"-documents", "d", "-elasticsearch", "http://127.0.0.1:1", "input.jsonl"},
		"NoInput":          {"-documents", "d"},
		"MissingInput":     {"-documents", "d", filepath.Join(t.TempDir(), "none")},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := run(t.Context(), args); err == nil {
				t.Error("no error")
			}
		})
	}
}

// Whatever the lines are, each is counted once, and a call's content is one that a line told.
func FuzzFold(f *testing.F) {
	f.Add(first + "\n" + second)
	f.Add(third + "\n" + other + "\n" + first[:30])
	f.Fuzz(func(t *testing.T, lines string) {
		folded := newFolded()
		if err := folded.read(strings.NewReader(lines)); err != nil {
			t.Fatal(err)
		}
		if len(folded.calls)+folded.older+folded.broken+folded.same > folded.records {
			t.Errorf("%d calls, %d older, %d broken, %d the same of %d lines", len(folded.calls), folded.older, folded.broken, folded.same, folded.records)
		}
	})
}
