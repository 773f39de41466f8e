package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What masking wrote is shown as it is, in lines and in whole objects.
func TestJSONKeepsAngleBrackets(t *testing.T) {
	var lines, whole strings.Builder
	values := []map[string]string{{"text": "请回电<手机> <b>&"}, {"text": "停电"}}
	if err := writeJSONLines(&lines, values); err != nil {
		t.Fatal(err)
	}
	if err := writeJSON(&whole, values[0]); err != nil {
		t.Fatal(err)
	}
	if want := "{\"text\":\"请回电<手机> <b>&\"}\n{\"text\":\"停电\"}\n"; lines.String() != want {
		t.Errorf("lines %q, want %q", lines.String(), want)
	}
	if want := "{\n  \"text\": \"请回电<手机> <b>&\"\n}\n"; whole.String() != want {
		t.Errorf("object %q, want %q", whole.String(), want)
	}
}

// No command has an encoder of its own, which would write \u003c for <.
func TestOneEncoder(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if name == "json.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "json.NewEncoder(") {
			t.Errorf("%s makes a JSON encoder; use jsonLines or writeJSON", name)
		}
	}
}
