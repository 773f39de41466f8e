package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"suqiu/classify/evaluate"
)

// The rules do no worse on the gold records than they have done. The floors lie a little below what was measured.
func TestGold(t *testing.T) {
	t.Parallel() // it computes for long, in one goroutine
	files, err := filepath.Glob(filepath.Join("testdata", "gold", "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	gold := func(name string) string { return filepath.Join("testdata", "gold", name+".jsonl") }
	unseen, far := []string{gold("lake"), gold("reef")}, []string{gold("dune"), gold("glen")}
	seen := slices.DeleteFunc(files, func(f string) bool { return slices.Contains(unseen, f) || slices.Contains(far, f) })
	for _, test := range []struct {
		name, floor string
		files       []string
	}{
		{"seen", "0.97", seen},
		{"neither rules nor word weights know them", "0.92", unseen},
		{"nor are they worded as others are", "0.80", far},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append([]string{"suqiu", "evaluate", "--summary", "--min-f1", test.floor}, test.files...)
			if code := Run(t.Context(), args, Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now}); code != 0 {
				t.Errorf("exit code %d, told %q\n%s", code, &errs, &out)
			}
		})
	}
}

// What handlers found is read from their replies as well as it has been, and the evaluation tells it.
func TestGoldFound(t *testing.T) {
	var out, errs bytes.Buffer
	args := []string{"suqiu", "evaluate", filepath.Join("testdata", "gold", "handlers.jsonl"), "--summary", "--format", "json"}
	if code := Run(t.Context(), args, Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now}); code != 0 {
		t.Fatalf("exit code %d, told %q", code, &errs)
	}
	var report struct {
		Figures []evaluate.Figure `json:"figures"`
	}
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	for name, floor := range map[string]float64{"found": 0.97, "found, macro F1": 0.95} {
		i := slices.IndexFunc(report.Figures, func(f evaluate.Figure) bool { return f.Name == name })
		if i < 0 || report.Figures[i].Value < floor {
			t.Errorf("%s: want at least %v in %+v", name, floor, report.Figures)
		}
	}
}
