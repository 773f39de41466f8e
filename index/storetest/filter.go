package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var filterPromises = []promise{
	{"Filters", filters},
	{"Period", filterPeriod},
	{"LabelTree", filterLabelTree},
	{"AreaTree", filterAreaTree},
	{"ValuesReplaced", filterValuesReplaced},
}

func filters(s *scope) {
	set := func(change func(c *hotline.Call, a *hotline.Analysis)) func(*hotline.Document) {
		return func(d *hotline.Document) { change(&d.Call, &d.Analysis) }
	}
	s.put(
		s.call("1", "停电", labels("outage"), area("琼/海口", ""), caller(s.unit+"-p"), matter("m:1"), rulesetRev(3),
			set(func(c *hotline.Call, a *hotline.Analysis) {
				c.Account, a.Nature, a.Responsible = s.unit+"-k", hotline.NatureRepair, hotline.ResponsibleUtility
				a.Found, a.Urgency = hotline.ResponsibleCustomer, []hotline.Mark{{Code: "medical"}, {Code: "hazard"}}
				a.Entities = []hotline.Entity{{Kind: hotline.EntityPlace, Value: "幸福里小区"}, {Kind: hotline.EntityPlace, Value: "幸福里小区"}}
			})),
		s.call("2", "停电", labels("bill", "meter"), area("琼/三亚", ""), caller(s.unit+"-q"), matter("m:1"), rulesetRev(4),
			set(func(c *hotline.Call, a *hotline.Analysis) {
				c.Hotline, c.Kind, a.Nature = hotline.Hotline12345, hotline.KindOrder, hotline.NatureComplaint
				a.Urgency, a.Portrait = []hotline.Mark{{Code: "medical"}, {Code: "minor"}}, []hotline.Mark{{Code: "identity.elderly"}}
				a.Experience = []hotline.Experience{hotline.ExperienceVoltage, hotline.ExperienceService}
			})),
		s.call("3", "停电", matter("m:3"), rulesetRev(5),
			set(func(c *hotline.Call, a *hotline.Analysis) {
				c.Hotline, c.Kind, a.Responsible = hotline.Hotline12398, hotline.KindMessage, hotline.ResponsibleCustomer
			})))
	for _, c := range []struct {
		name   string
		filter index.Filter
		want   []string
	}{
		{"none", index.Filter{}, []string{"1", "2", "3"}},
		{"ids", index.Filter{IDs: []string{s.id("1"), s.id("3"), s.id("9")}}, []string{"1", "3"}},
		{"label", index.Filter{Labels: []string{"meter"}}, []string{"2"}},
		{"any of labels", index.Filter{Labels: []string{"outage", "bill", "meter"}}, []string{"1", "2"}},
		{"unlabelled", index.Filter{Unlabelled: true}, []string{"3"}},
		{"unlabelled and a label", index.Filter{Unlabelled: true, Labels: []string{"bill"}}, nil},
		{"area", index.Filter{Areas: []string{"琼/三亚"}}, []string{"2"}},
		{"any of areas", index.Filter{Areas: []string{"琼/三亚", "琼/海口"}}, []string{"1", "2"}},
		{"hotline", index.Filter{Hotlines: []hotline.Hotline{hotline.Hotline12345, hotline.Hotline12398}}, []string{"2", "3"}},
		{"kind", index.Filter{Kinds: []hotline.Kind{hotline.KindCall}}, []string{"1"}},
		{"nature", index.Filter{Natures: []hotline.Nature{hotline.NatureRepair, hotline.NatureComplaint}}, []string{"1", "2"}},
		{"responsible", index.Filter{Responsible: []hotline.Responsible{hotline.ResponsibleCustomer}}, []string{"3"}},
		{"found", index.Filter{Found: []hotline.Responsible{hotline.ResponsibleCustomer}}, []string{"1"}},
		{"urgency", index.Filter{Urgency: []string{"medical"}}, []string{"1", "2"}},
		{"any of urgency", index.Filter{Urgency: []string{"hazard", "minor"}}, []string{"1", "2"}},
		{"portrait", index.Filter{Portrait: []string{"identity.elderly"}}, []string{"2"}},
		{"a code of another facet", index.Filter{Portrait: []string{"medical"}}, nil},
		{"experience", index.Filter{Experience: []hotline.Experience{hotline.ExperienceVoltage}}, []string{"2"}},
		{"entity", index.Filter{Entities: []string{"place:幸福里小区"}}, []string{"1"}},
		{"urgency and portrait", index.Filter{Urgency: []string{"medical"}, Portrait: []string{"identity.elderly"}}, []string{"2"}},
		{"caller", index.Filter{Caller: s.unit + "-p"}, []string{"1"}},
		{"account", index.Filter{Account: s.unit + "-k"}, []string{"1"}},
		{"matter", index.Filter{Matter: "m:1"}, []string{"1", "2"}},
		{"older rule set", index.Filter{RulesetBelow: 4}, []string{"1"}},
		{"matter and kind", index.Filter{Matter: "m:1", Kinds: []hotline.Kind{hotline.KindOrder}}, []string{"2"}},
		{"all at once", index.Filter{
			From: day(time.March, 10), To: day(time.March, 11), IDs: []string{s.id("1"), s.id("2")}, Labels: []string{"outage", "bill"},
			Areas: []string{"琼"}, Hotlines: []hotline.Hotline{hotline.Hotline95598}, Kinds: []hotline.Kind{hotline.KindCall},
			Natures: []hotline.Nature{hotline.NatureRepair}, Responsible: []hotline.Responsible{hotline.ResponsibleUtility},
			Found: []hotline.Responsible{hotline.ResponsibleCustomer}, Urgency: []string{"hazard"}, Entities: []string{"place:幸福里小区"},
			Caller: s.unit + "-p", Account: s.unit + "-k", Matter: "m:1", RulesetBelow: 4,
		}, []string{"1"}},
		{"fields that no document joins", index.Filter{Labels: []string{"outage"}, Kinds: []hotline.Kind{hotline.KindOrder}}, nil},
	} {
		s.Run(c.name, func(t *testing.T) {
			s := s.in(t)
			s.wantFound(index.Query{Filter: c.filter}, c.want...)
			s.wantFound(index.Query{Words: "停电", Filter: c.filter}, c.want...)
			if got := callIDs(s.scan(c.filter, 2, nil)); !slices.Equal(got, c.want) {
				t.Errorf("scan %+v: got %v, want %v", c.filter, got, c.want)
			}
		})
	}
	other := index.Query{Filter: index.Filter{Sources: []string{s.unit + "-other"}}, Size: 1}
	if result, err := s.store.Search(s.Context(), other); err != nil || result.Total != 0 {
		s.Errorf("other source: got %d documents, %v", result.Total, err)
	}
}

// filterValuesReplaced: of what an older version held nothing is found any more.
func filterValuesReplaced(s *scope) {
	urgent := func(code string) func(*hotline.Document) {
		return func(d *hotline.Document) { d.Analysis.Urgency = []hotline.Mark{{Code: code}} }
	}
	s.put(s.call("1", "停电", urgent("medical")))
	s.put(s.call("1", "停电", urgent("hazard"), rulesetRev(2)))
	s.wantFound(index.Query{Filter: index.Filter{Urgency: []string{"medical"}}})
	s.wantFound(index.Query{Filter: index.Filter{Urgency: []string{"hazard"}}}, "1")
}

func filterPeriod(s *scope) {
	from, to := day(time.March, 10), day(time.April, 10)
	s.put(
		s.call("before", "停电", received(from.Add(-time.Millisecond))), s.call("first", "停电", received(from)),
		s.call("last", "停电", received(to.Add(-time.Millisecond))), s.call("after", "停电", received(to)))
	s.wantFound(index.Query{Filter: index.Filter{From: from, To: to}}, "first", "last")
	s.wantFound(index.Query{Filter: index.Filter{From: from.UTC(), To: to.UTC()}}, "first", "last")
	s.wantFound(index.Query{Filter: index.Filter{From: from}}, "first", "last", "after")
	s.wantFound(index.Query{Filter: index.Filter{To: to}}, "before", "first", "last")
	s.wantFound(index.Query{Filter: index.Filter{From: to, To: from}})
	s.wantFound(index.Query{Filter: index.Filter{From: from, To: from}})
}

func filterLabelTree(s *scope) {
	s.put(
		s.call("root", "停电", labels("outage")), s.call("child", "停电", labels("outage.fault")),
		s.call("grandchild", "停电", labels("outage.fault.line")), s.call("sibling", "停电", labels("outagex")),
		s.call("dash", "停电", labels("outage-x")), s.call("two", "停电", labels("outage.plan", "outage.fault")))
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"outage"}}}, "root", "child", "grandchild", "two")
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"outage.fault"}}}, "child", "grandchild", "two")
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"outag"}}})
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"outage%", "outage*", "outag_"}}})
}

func filterAreaTree(s *scope) {
	s.put(
		s.call("city", "停电", area("城", "")), s.call("district", "停电", area("城/区", "")), s.call("town", "停电", area("城/区/镇", "")),
		s.call("outer", "停电", area("城/区外", "")), s.call("division", "停电", area("别/处", "城/区/街道")), s.call("nowhere", "停电"))
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"城/区"}}}, "district", "town", "division")
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"城"}}}, "city", "district", "town", "outer", "division")
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"区"}}})
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"城/区/"}}})
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"城/区/镇", "别"}}}, "town", "division")
}

func searchEndedContext(s *scope) {
	ctx := cancelled()
	if _, err := s.store.Search(ctx, index.Query{Size: 1}); !errors.Is(err, context.Canceled) {
		s.Errorf("search: got %v, want context.Canceled", err)
	}
	if _, _, err := s.store.Scan(ctx, index.Filter{}, "", 1); !errors.Is(err, context.Canceled) {
		s.Errorf("scan: got %v, want context.Canceled", err)
	}
	if _, err := s.store.Get(ctx, s.id("1")); !errors.Is(err, context.Canceled) {
		s.Errorf("get: got %v, want context.Canceled", err)
	}
}

// in gives the scope to a subtest.
func (s *scope) in(t *testing.T) *scope {
	return &scope{T: t, store: s.store, unit: s.unit}
}
