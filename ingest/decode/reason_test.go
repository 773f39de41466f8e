package decode

import "testing"

// TestReasonNames: each reason has a Chinese name of its own; one of another build is shown by its code.
func TestReasonNames(t *testing.T) {
	seen := map[string]Reason{}
	for _, r := range Reasons {
		name := r.Name()
		if other, there := seen[name]; there || name == string(r) {
			t.Errorf("%s is called %q, as is %q", r, name, other)
		}
		seen[name] = r
	}
	if got := Reason("later").Name(); got != "later" {
		t.Errorf("an unknown reason is called %q, want its code", got)
	}
}
