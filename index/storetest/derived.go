package storetest

import (
	"reflect"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var derivedPromises = []promise{
	{"repeats are contacts of one person with one label within the window", func(s *scope) {
		at := func(hours int) func(*hotline.Document) {
			return received(day(time.March, 10).Add(time.Duration(hours) * time.Hour))
		}
		who, other := caller(s.unit+"a"), caller(s.unit+"b")
		account := func(d *hotline.Document) { d.Call.Account = s.unit + "h" }
		order := func(d *hotline.Document) { d.Call.Kind = hotline.KindOrder }
		out := labels("outage.fault")
		s.put(
			s.call("first", "停电", who, out, at(0)), s.call("edge", "停电", who, out, at(72)),
			s.call("late", "停电", who, out, at(145)), // an hour too late for the first row
			s.call("later", "停电", who, out, at(150), account),
			s.call("label", "电费", who, labels("bill.high"), at(1)),
			s.call("other", "停电", other, out, at(1)),
			s.call("paper", "停电", who, out, at(2), order, matter(s.id("first"))),
			s.call("nobody", "停电", out, at(1)), s.call("nobody2", "停电", out, at(2)),
			s.call("gone", "停电", other, out, at(2), tombstone),
			s.call("account", "停电", account, out, at(1)), s.call("account2", "停电", account, out, at(2), order),
		)
		repeats, err := index.FindRepeats(s.Context(), s.store, index.Filter{Sources: []string{s.unit}}, index.RepeatWindow)
		if err != nil {
			s.Fatal(err)
		}
		var got [][]string
		for _, r := range repeats {
			row := []string{r.Caller, r.Account, r.Label}
			for _, c := range r.Contacts {
				row = append(row, c.ID)
			}
			got = append(got, row)
		}
		want := [][]string{
			{s.unit + "a", "", "outage.fault", s.id("late"), s.id("later")},
			{s.unit + "a", "", "outage.fault", s.id("first"), s.id("edge")},
			{"", s.unit + "h", "outage.fault", s.id("account"), s.id("account2")},
		}
		if !reflect.DeepEqual(got, want) {
			s.Errorf("got %q, want %q", got, want)
		}
	}},
	{"a history tells of months, labels and persons", func(s *scope) {
		who := caller(s.unit + "a")
		s.put(
			s.call("1", "停电", who, labels("outage.fault")), s.call("2", "停电", who, labels("outage.fault", "voltage"), matter(s.id("1"))),
			s.call("3", "停电", who, labels("voltage"), received(time.Date(2026, time.March, 31, 23, 30, 0, 0, shanghai))),
			s.call("4", "电费", who, received(day(time.May, 2))), s.call("5", "停电", caller(s.unit+"b"), labels("voltage")),
			s.call("6", "停电", who, tombstone),
		)
		got, err := index.HistoryOf(s.Context(), s.store, index.Filter{Caller: s.unit + "a"}, shanghai)
		if err != nil {
			s.Fatal(err)
		}
		want := index.History{
			Contacts: 4, Matters: 3, Callers: 1, First: day(time.March, 10), Last: day(time.May, 2),
			Months: []index.Month{
				{Month: "2026-03", Contacts: 3, Labels: []index.Bucket{{Value: "outage.fault", Count: 2}, {Value: "voltage", Count: 2}}},
				{Month: "2026-05", Contacts: 1, Labels: []index.Bucket{}},
			},
		}
		if !reflect.DeepEqual(got, want) {
			s.Errorf("got %+v, want %+v", got, want)
		}
	}},
}
