package elastic

import "testing"

func TestFields(t *testing.T) {
	fields := Fields()
	for name, want := range map[string]string{
		"labels": "keyword", "margin": "double", "received": "date", "text": "text", "tombstone": "boolean",
		"grid_level.1": "keyword", "division_level.10": "keyword", // objects are written out
		"document": "", "grid_level": "", // neither is searchable itself
	} {
		if got := fields[name]; got != want {
			t.Errorf("%s: got type %q, want %q", name, got, want)
		}
	}
}
