package evaluate

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
)

// finds says of each record that its handlers found what its text is.
type finds struct{}

func (finds) Analyze(c *hotline.Call) hotline.Analysis {
	return hotline.Analysis{Found: hotline.Responsible(strings.TrimSpace(c.Turns[0].Text))}
}

// What handlers found is a question of its own: of all records whose gold tells it, also of those that have no label.
func TestFound(t *testing.T) {
	const utility, customer = hotline.ResponsibleUtility, hotline.ResponsibleCustomer
	record := func(id, given string, accepted ...hotline.Responsible) Record {
		return Record{ID: id, Text: given + " ", Found: accepted}
	}
	report := Evaluate(finds{}, []Record{
		record("right", "utility", utility),
		record("one of two", "customer", utility, customer),
		record("wrong", "utility", customer),
		record("silent", "", FoundNone),
		record("missed", "", customer),
		record("not asked", "customer"),
	})
	want := map[hotline.Responsible]Score{
		utility: {Right: 1, False: 1}, customer: {Right: 1, Missed: 2}, FoundNone: {Right: 1, False: 1},
	}
	if report.Found != (Tally{3, 5}) || !maps.Equal(report.FoundBy, want) {
		t.Errorf("%v, %v", report.Found, report.FoundBy)
	}
	var faults []string
	for _, f := range report.Faults {
		faults = append(faults, f.String())
	}
	if want := []string{"wrong 查实:utility", "missed 查实:none"}; !slices.Equal(faults, want) {
		t.Errorf("faults %q, want %q", faults, want)
	}
	named := func(r *Report) bool {
		return slices.ContainsFunc(r.Figures(), func(f Figure) bool { return f.Name == "found" && f.Value == 0.6 })
	}
	if !named(report) || named(Evaluate(finds{}, []Record{record("not asked", "customer")})) {
		t.Error("the figure of found stands where it is asked for, and only there")
	}
}
