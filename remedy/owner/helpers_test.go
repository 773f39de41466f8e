package owner

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/table"
)

func holidays(t testing.TB) *calendar.Calendar {
	t.Helper()
	days, err := calendar.Load(calendar.Shanghai(), dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	return days
}

func shippedPolicy(t testing.TB) *Policy {
	t.Helper()
	const file = "owners/policy.yaml"
	data, err := fs.ReadFile(dicts.Embedded(), file)
	if err != nil {
		t.Fatal(err)
	}
	policy, err := ParsePolicy(file, data)
	if err != nil {
		t.Fatal(err)
	}
	return policy
}

// directoryOf makes a directory from tables written as CSV bodies without header.
func directoryOf(t testing.TB, policy *Policy, bodies map[Kind]string) *Directory {
	t.Helper()
	d, err := New(policy, tablesOf(t, policy, bodies), holidays(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tablesOf(t testing.TB, policy *Policy, bodies map[Kind]string) map[Kind]*Table {
	t.Helper()
	tables := map[Kind]*Table{}
	for _, k := range slices.Sorted(maps.Keys(bodies)) {
		read, err := ReadTable(strings.NewReader(table.Header(columns(k))+"\n"+bodies[k]), string(k)+".csv", k, Names{Policy: policy})
		if err != nil {
			t.Fatal(err)
		}
		tables[k] = read
	}
	return tables
}

// at reads a local moment.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai())
	if err != nil {
		t.Fatal(err)
	}
	return moment
}
