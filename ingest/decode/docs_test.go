package decode

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The page on formats is kept true, in English and in Chinese: its examples decode, and it names every field that the
// decoder knows.
func TestDocsDataFormats(t *testing.T) {
	for _, name := range []string{"data-formats.md", "data-formats.zh-CN.md"} {
		t.Run(name, func(t *testing.T) {
			page, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
			if err != nil {
				t.Fatal(err)
			}
			checkExamples(t, page)
			checkFields(t, page)
		})
	}
}

func checkExamples(t *testing.T, page []byte) {
	examples := regexp.MustCompile("(?s)```(?:json|csv|tsv) ([0-9a-z-]+)\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) < 8 {
		t.Fatalf("only %d examples", len(examples))
	}
	for _, e := range examples {
		for _, format := range []Format{Format(e[1]), Auto} {
			for _, item := range Decode(&Source{Format: format}, &Input{Value: e[2]}) {
				if item.Err != nil {
					t.Errorf("read as %s: %v\n%s", format, item.Err, e[2])
				}
			}
		}
	}
}

func checkFields(t *testing.T, page []byte) {
	known := map[string]bool{}
	for _, word := range regexp.MustCompile(`[\p{Han}\w]+`).FindAllString(string(page), -1) {
		known[canonical(word)] = true
	}
	for _, l := range tableLayouts() {
		for name := range l.index {
			if !known[name] {
				t.Errorf("%s is not on the page", name)
			}
		}
	}
}

// guard makes an error of a panic that names the function and not the input.
func TestGuard(t *testing.T) {
	_, err := guard(Native, func() ([]Record, *Error) { panic("张三 13800000000") })
	if err == nil || err.Reason != ReasonPanic || err.Format != Native {
		t.Fatalf("got %v", err)
	}
	if want := "panic in suqiu/ingest/decode.TestGuard"; len(err.Why) < len(want) || err.Why[:len(want)] != want {
		t.Errorf("got %q, want %q", err.Why, want)
	}
}
