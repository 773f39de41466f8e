package worklist

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"suqiu/calendar"
	"suqiu/dicts"
)

var begin = time.Date(2026, time.October, 1, 9, 0, 0, 0, calendar.Shanghai())

// told is a contact so many days after the beginning.
func told(id string, days int, label string, change func(*Contact)) Contact {
	c := Contact{ID: id, Received: begin.AddDate(0, 0, days), Matter: id, Area: "省/市/县/所/一号公变", Labels: []string{label}}
	if change != nil {
		change(&c)
	}
	return c
}

func shipped(t *testing.T, code string) *List {
	t.Helper()
	lists, err := Load(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for i := range lists {
		if lists[i].Code == code {
			return &lists[i]
		}
	}
	t.Fatalf("there is no list %s", code)
	return nil
}

func TestShippedLists(t *testing.T) {
	by := func(caller, place string) func(*Contact) {
		return func(c *Contact) {
			c.Caller = caller
			if place != "" {
				c.Places = []string{place}
			}
		}
	}
	for _, tt := range []struct {
		name, list string
		contacts   []Contact
		want       string // person or place, contacts/callers: orders
	}{
		{"Elderly", "elderly", []Contact{told("1", 0, "service.elderly", by("甲", "")), told("2", 3, "service.elderly", by("甲", "")), told("3", 1, "bill.high", by("乙", ""))}, "甲 2/1: 2 1"},
		{"ElderlyByPortrait", "elderly", []Contact{told("1", 0, "bill.high", func(c *Contact) { c.Portrait = []string{"identity.elderly"} })}, " 1/1: 1"},
		{"Paper", "paper", []Contact{told("1", 0, "bill.invoice", func(c *Contact) { c.Caller, c.Words = "甲", "还想要纸质的账单" }), told("2", 0, "bill.invoice", func(c *Contact) { c.Words = "发票怎么开" })}, "甲 1/1: 1"},
		{"VoltageOnce", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "")), told("2", 0, "voltage.abnormal", func(c *Contact) { c.Area = "省/市/县/所/二号公变" })}, ""},
		{"VoltageOfOneDay", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "")), told("2", 0, "voltage.abnormal", func(c *Contact) { c.Caller, c.Matter = "甲", "1" })}, ""},
		{"VoltageUrged", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "")), told("2", 2, "voltage.abnormal", func(c *Contact) { c.Caller, c.Matter = "甲", "1" })}, "@一号公变 2/1: 2 1"},
		{"VoltageInCommunity", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "幸福里")), told("2", 50, "voltage.abnormal", by("乙", "幸福里"))}, "@幸福里 2/2: 2 1"},
		{"VoltageTooFarApart", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "幸福里")), told("2", 61, "voltage.abnormal", by("乙", "幸福里"))}, ""},
		{"VoltageOfPersonInTwoPlaces", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "幸福里")), told("2", 5, "voltage.abnormal", by("甲", "东村"))}, "甲 2/1: 2 1"},
		{"VoltageOfAccount", "low-voltage", []Contact{
			told("1", 0, "voltage.abnormal", func(c *Contact) { c.Account, c.Area = "户", "" }), told("2", 5, "voltage.abnormal", func(c *Contact) { c.Account, c.Caller, c.Area = "户", "甲", "" }),
		}, "甲 2/2: 2 1"},
		{"SameNameInTwoCounties", "low-voltage", []Contact{told("1", 0, "voltage.abnormal", by("甲", "幸福里")),
			told("2", 1, "voltage.abnormal", func(c *Contact) { c.Places, c.Area, c.Caller = []string{"幸福里"}, "省/市/乙县/所", "乙" })}, ""},
		{"MarkupOfOneCaller", "markup", []Contact{told("1", 0, "bill.markup", by("甲", "万达")), told("2", 3, "bill.markup", by("甲", "万达"))}, ""},
		{"MarkupOfTwo", "markup", []Contact{told("1", 0, "bill.markup", by("甲", "万达")), told("2", 3, "bill.markup", by("乙", "万达")), told("3", 3, "bill.markup", by("丙", "别处"))}, "@万达 2/2: 2 1"},
		{"Urgent", "elderly", []Contact{told("1", 0, "service.elderly", func(c *Contact) { c.Caller, c.Urgency = "甲", []string{"medical"} }), told("2", 1, "service.elderly", by("乙", "")), told("3", 2, "service.elderly", by("乙", ""))},
			"甲 1/1: 1; 乙 2/1: 3 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, item := range Build(shipped(t, tt.list), tt.contacts) {
				name := item.Person
				if item.Callers > 0 && name == "" && item.Contacts > 1 {
					name = "@" + item.Place
				}
				got = append(got, fmt.Sprintf("%s %d/%d: %s", name, item.Contacts, item.Callers, strings.Join(item.Orders, " ")))
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got %q, want %q", s, tt.want)
			}
		})
	}
}

// Each contact stands in at most one item of a list, in all where one is enough, and the order of the input does not matter.
func TestItems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := List{Code: "x", Name: "x", Labels: []string{"voltage"}, By: rapid.SampledFrom([]By{ByPerson, ByPlace, ByBoth}).Draw(t, "by"),
			Contacts: rapid.IntRange(0, 3).Draw(t, "contacts"), Callers: rapid.IntRange(0, 2).Draw(t, "callers"), Within: calendar.Delay{Clock: 20 * 24 * time.Hour}}
		var all []Contact
		for n := range rapid.IntRange(0, 30).Draw(t, "told") {
			all = append(all, told(fmt.Sprint(n), rapid.IntRange(0, 60).Draw(t, "day"), rapid.SampledFrom([]string{"voltage.abnormal", "voltage", "voltages", "bill.high"}).Draw(t, "label"), func(c *Contact) {
				c.Caller = rapid.SampledFrom([]string{"", "甲", "乙", "丙"}).Draw(t, "caller")
				c.Account = rapid.SampledFrom([]string{"", "一", "二"}).Draw(t, "account")
				c.Area = rapid.SampledFrom([]string{"", "省/市", "省/市/县/所", "省/市/县/所/台"}).Draw(t, "area")
				if rapid.Bool().Draw(t, "named") {
					c.Places = []string{"里"}
				}
			}))
		}
		items := Build(&l, all)
		seen := map[string]bool{}
		for _, item := range items {
			if item.Contacts < max(1, l.Contacts) || item.Callers < l.Callers || item.Contacts > len(item.Orders) || item.Callers > len(item.Orders) || item.Last.Before(item.First) {
				t.Fatalf("%+v", item)
			}
			for _, id := range item.Orders {
				if seen[id] {
					t.Fatalf("%s stands twice", id)
				}
				seen[id] = true
			}
		}
		if l.Contacts < 2 && l.Callers < 2 && l.By != ByPlace {
			for i := range all {
				if l.Takes(&all[i]) != seen[all[i].ID] {
					t.Fatalf("%+v is missing or too much", all[i])
				}
			}
		}
		slices.Reverse(all)
		if again := Build(&l, all); fmt.Sprint(again) != fmt.Sprint(items) {
			t.Fatalf("in another order:\n%v\n%v", again, items)
		}
	})
}

func TestLoadFaults(t *testing.T) {
	for name, tt := range map[string]struct{ yaml, want string }{
		"NoName":    {`worklists: [{code: a, labels: [bill], by: person, within: 60d}]`, "code and name are needed"},
		"Anything":  {`worklists: [{code: a, name: b, by: person, within: 60d}]`, "labels or portrait are needed"},
		"ByHouse":   {`worklists: [{code: a, name: b, labels: [bill], by: house, within: 60d}]`, `by is "house"`},
		"NoSpan":    {`worklists: [{code: a, name: b, labels: [bill], by: person}]`, "within is needed"},
		"Workdays":  {`worklists: [{code: a, name: b, labels: [bill], by: person, within: 5wd}]`, "within is needed"},
		"Negative":  {`worklists: [{code: a, name: b, labels: [bill], by: person, within: 60d, callers: -1}]`, "must not be negative"},
		"EmptyWord": {`worklists: [{code: a, name: b, labels: [bill], by: person, within: 60d, words: [""]}]`, "a word is empty"},
		"Twice":     {`worklists: [{code: a, name: b, labels: [bill], by: person, within: 60d}, {code: a, name: b, labels: [bill], by: person, within: 60d}]`, "a is there twice"},
		"Misspelt":  {`worklists: [{cod: a}]`, "unknown field"},
		"NoList":    {`worklists: elderly`, "worklists.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Load(dicts.Embedded(), fstest.MapFS{File: {Data: []byte(tt.yaml)}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	lists, err := Load(dicts.Embedded(), fstest.MapFS{File: {Data: []byte("worklists:\n- {code: paper, name: 纸, labels: [bill.invoice], by: place, within: 7d}\n- {code: own, name: 自有, portrait: [identity.pv], by: person, within: 7d}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, l := range lists {
		codes = append(codes, l.Code+"/"+l.Name)
	}
	if got := strings.Join(codes, " "); got != "elderly/老年客户 paper/纸 low-voltage/反复低电压 markup/转供电加价楼宇 own/自有" {
		t.Errorf("%s", got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`worklists: [{code: a, name: b, labels: [bill], by: person, within: 60d}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		lists, err := parse(data)
		if err != nil {
			return
		}
		for i := range lists {
			if err := lists[i].check(); err != nil {
				t.Errorf("%q: %v", data, err)
			}
		}
	})
}
