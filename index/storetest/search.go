package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var searchPromises = []promise{
	{"Words", searchWords},
	{"WordsInTurns", searchWordsInTurns},
	{"AsDefined", searchAsDefined},
	{"BadQueries", searchBadQueries},
	{"Order", searchOrder},
	{"Relevance", searchRelevance},
	{"Pages", searchPages},
	{"SizeZero", searchSizeZero},
	{"Highlights", searchHighlights},
	{"Facets", searchFacets},
	{"FacetSize", searchFacetSize},
	{"UnknownValues", searchUnknownValues},
	{"GetAtOnce", getAtOnce},
	{"GetUnknown", getUnknown},
	{"EndedContext", searchEndedContext},
}

func searchWords(s *scope) {
	s.put(
		s.call("meter", "智能电表走得太快"),
		s.call("table", "家里的电，表示不满"),
		s.call("apart", "表里没有电"),
		s.call("both", "停电之后电表不走"),
		s.call("latin", "App上K8S-2显示3.14元，账号ＡＢＣ１２３"),
		s.call("mixed", "电费120元，户号A1"),
		s.call("emoji", "停电😡电表坏"),
	)
	for _, c := range []struct {
		name, words string
		want        []string
	}{
		{"empty matches all", "", []string{"apart", "both", "emoji", "latin", "meter", "mixed", "table"}},
		{"blanks match all", " \t　", []string{"apart", "both", "emoji", "latin", "meter", "mixed", "table"}},
		{"across a word border", "能电", []string{"meter"}},
		{"inside a longer word, across punctuation", "电表", []string{"both", "emoji", "meter", "table"}},
		{"order of characters matters", "表电", nil},
		{"one character", "快", []string{"meter"}},
		{"all words must occur", "停电 电表", []string{"both", "emoji"}},
		{"the order of words does not matter", "电表 停电", []string{"both", "emoji"}},
		{"blanks of any width part words", "停电　电表", []string{"both", "emoji"}},
		{"quotes make words one phrase", `"停电 之后"`, []string{"both"}},
		{"Chinese quotes", "“停电 之后”", []string{"both"}},
		{"corner quotes", "「停电 之后」", []string{"both"}},
		{"a phrase does not jump over characters", `"停电 电表"`, nil},
		{"an emoji parts what stands around it", "停电电表", nil},
		{"a hyphen excludes", "电表 -停电", []string{"meter", "table"}},
		{"a hyphen excludes a phrase", `电表 -"停电 之后"`, []string{"emoji", "meter", "table"}},
		{"a full-width hyphen excludes", "电表 －停电", []string{"meter", "table"}},
		{"only excluded words", "-电表 -电费", []string{"apart", "latin"}},
		{"only one excluded word", "-电表", []string{"apart", "latin", "mixed"}},
		{"excluding what never occurs", "电表 -核电", []string{"both", "emoji", "meter", "table"}},
		{"contradiction", "电表 -电表", nil},
		{"letters in any case", "app", []string{"latin"}},
		{"letters and digits are one word", "k8s", []string{"latin"}},
		{"part of a run of letters is not found", "k8", nil},
		{"decimals are one word", "3.14", []string{"latin"}},
		{"full-width text by half-width words", "abc123", []string{"latin"}},
		{"half-width text by full-width words", "１２０元", []string{"mixed"}},
		{"Chinese and digits together", "费120元", []string{"mixed"}},
		{"operators of query languages are plain text", "电表* OR 停电~2", nil},
		{"parentheses and colons are plain text", "(电表):", []string{"both", "emoji", "meter", "table"}},
	} {
		s.Run(c.name, func(t *testing.T) { s.in(t).wantFound(index.Query{Words: c.words}, c.want...) })
	}
}

func searchWordsInTurns(s *scope) {
	s.put(s.call("1", "家里停电", func(d *hotline.Document) {
		d.Call.Turns = append(d.Call.Turns,
			hotline.Turn{Role: hotline.RoleAgent, Text: "表箱在哪里"}, hotline.Turn{Role: hotline.RoleReply, Text: "已经送电"})
	}))
	s.wantFound(index.Query{Words: "停电 表箱 送电"}, "1")
	s.wantFound(index.Query{Words: "电表"}) // 停电|表箱: not in one turn
	s.wantFound(index.Query{Words: `"停电 表箱"`})
	s.wantFound(index.Query{Words: "停电 -送电"})
}

func searchBadQueries(s *scope) {
	for _, c := range []struct {
		name string
		q    index.Query
	}{
		{"open quote", index.Query{Words: `"停电`}},
		{"lone hyphen", index.Query{Words: "停电 -"}},
		{"only punctuation", index.Query{Words: "？"}},
		{"beyond the window", index.Query{Offset: index.MaxWindow, Size: 1}},
		{"size beyond the window", index.Query{Size: index.MaxWindow + 1}},
		{"negative size", index.Query{Size: -1}},
		{"negative offset", index.Query{Offset: -1}},
		{"unknown order", index.Query{Sort: "alphabetical"}},
		{"unknown facet", index.Query{Facets: []index.Field{"weather"}}},
		{"negative facet size", index.Query{Facets: []index.Field{index.FacetLabel}, FacetSize: -1}},
	} {
		s.Run(c.name, func(t *testing.T) {
			if _, err := s.store.Search(t.Context(), c.q); !errors.Is(err, index.ErrQuery) {
				t.Errorf("got %v, want ErrQuery", err)
			}
		})
	}
	if _, err := s.store.Search(s.Context(), index.Query{Filter: index.Filter{Sources: []string{s.unit}}, Offset: index.MaxWindow - 1, Size: 1}); err != nil {
		s.Errorf("last place of the window: %v", err)
	}
}

func searchOrder(s *scope) {
	at := day(time.March, 10)
	s.put(
		s.call("d", "停电", received(at)), s.call("b", "停电", received(at)), s.call("c", "停电", received(at.Add(time.Second))),
		s.call("a", "停电", received(at.Add(-time.Second))), s.call("e", "停电", received(day(time.April, 1))),
		// The same moment as b and d, told in another zone.
		s.call("f", "停电", received(at.UTC())))
	for _, c := range []struct {
		sort index.Sort
		want []string
	}{
		{"", []string{"e", "c", "b", "d", "f", "a"}},
		{index.SortNewest, []string{"e", "c", "b", "d", "f", "a"}},
		{index.SortOldest, []string{"a", "b", "d", "f", "c", "e"}},
	} {
		if got := found(s.search(index.Query{Words: "停电", Sort: c.sort, Size: 10})); !slices.Equal(got, c.want) {
			s.Errorf("sort %q: got %v, want %v", c.sort, got, c.want)
		}
	}
}

func searchRelevance(s *scope) {
	s.put(
		s.call("once", "我想问一下这个月的电费为什么比上个月多了那么多，另外停电是怎么回事"),
		s.call("thrice", "停电停电停电"),
		s.call("never", "电费"))
	result := s.search(index.Query{Words: "停电", Sort: index.SortRelevance, Size: 10})
	if got, want := found(result), []string{"thrice", "once"}; !slices.Equal(got, want) {
		s.Fatalf("got %v, want %v", got, want)
	}
	if first, second := result.Found[0].Score, result.Found[1].Score; first <= second || second <= 0 {
		s.Errorf("got scores %v and %v, want them positive and falling", first, second)
	}
	newest := s.search(index.Query{Words: "停电", Size: 10})
	for _, f := range newest.Found {
		if f.Score != 0 {
			s.Errorf("sorted by time: got score %v, want 0", f.Score)
		}
	}
	if got := found(s.search(index.Query{Sort: index.SortRelevance, Size: 10})); len(got) != 3 {
		s.Errorf("without words: got %v, want all", got)
	}
}

func searchPages(s *scope) {
	ids := numbered(25)
	docs := make([]hotline.Document, len(ids))
	for i, id := range ids {
		docs[i] = s.call(id, "停电")
	}
	s.put(docs...)
	for _, order := range []index.Sort{index.SortNewest, index.SortOldest, index.SortRelevance} {
		var all []string
		for offset := 0; offset < 30; offset += 10 {
			result := s.search(index.Query{Words: "停电", Sort: order, Offset: offset, Size: 10})
			if result.Total != int64(len(ids)) {
				s.Errorf("%s from %d: got a total of %d, want %d", order, offset, result.Total, len(ids))
			}
			all = append(all, found(result)...)
		}
		if !slices.Equal(all, ids) {
			s.Errorf("%s: got %v, want %v", order, all, ids)
		}
	}
	if beyond := s.search(index.Query{Offset: 100, Size: 10}); len(beyond.Found) != 0 || beyond.Total != int64(len(ids)) {
		s.Errorf("beyond the end: got %v of %d, want none of %d", found(beyond), beyond.Total, len(ids))
	}
}

func searchSizeZero(s *scope) {
	s.put(s.call("1", "停电", labels("outage")))
	result := s.search(index.Query{Facets: []index.Field{index.FacetLabel}})
	if result.Total != 1 || len(result.Found) != 0 || len(result.Facets[index.FacetLabel]) != 1 {
		s.Errorf("got %+v, want a total of 1, a facet and no document", result)
	}
}

func searchHighlights(s *scope) {
	s.put(s.call("1", "😡停电！Ｋ８Ｓ停电", func(d *hotline.Document) {
		d.Call.Turns = append(d.Call.Turns, hotline.Turn{Role: hotline.RoleAgent, Text: "您好"},
			hotline.Turn{Role: hotline.RoleCustomer, Text: "停，电表不准，电表"})
	}))
	for _, c := range []struct {
		words string
		want  []string
	}{
		{"停电", []string{"0:停电", "0:停电", "2:停，电"}},
		{"k8s 您好", []string{"0:Ｋ８Ｓ", "1:您好"}},
		{"停电表 电表不准", []string{"2:停，电表不准"}}, // overlapping places are joined
		{"停电 -核电", []string{"0:停电", "0:停电", "2:停，电"}},
		{"-核电", nil},
		{"", nil},
	} {
		result := s.search(index.Query{Words: c.words, Size: 1, Highlight: true})
		if len(result.Found) != 1 {
			s.Fatalf("%q: got %d documents, want 1", c.words, len(result.Found))
		}
		var got []string
		for _, h := range result.Found[0].Highlights {
			got = append(got, fmt.Sprintf("%d:%s", h.Turn, result.Found[0].Document.Call.Turns[h.Turn].Text[h.Start:h.End]))
		}
		if !slices.Equal(got, c.want) {
			s.Errorf("%q: got %q, want %q", c.words, got, c.want)
		}
	}
	if result := s.search(index.Query{Words: "停电", Size: 1}); len(result.Found[0].Highlights) != 0 {
		s.Errorf("without Highlight: got %v, want none", result.Found[0].Highlights)
	}
}

func searchFacets(s *scope) {
	with := func(kind hotline.Kind, line hotline.Hotline, nature hotline.Nature, who hotline.Responsible) func(*hotline.Document) {
		return func(d *hotline.Document) {
			d.Call.Kind, d.Call.Hotline, d.Analysis.Nature, d.Analysis.Responsible = kind, line, nature, who
		}
	}
	beside := func(d *hotline.Document) {
		a := &d.Analysis
		a.Found, a.Urgency, a.Portrait = hotline.ResponsibleCustomer, []hotline.Mark{{Code: "medical"}, {Code: "hazard"}}, []hotline.Mark{{Code: "identity.elderly"}}
		a.Experience = []hotline.Experience{hotline.ExperienceReliability}
		a.Entities = []hotline.Entity{{Kind: hotline.EntityFeeder, Value: "10kV城东线"}, {Kind: hotline.EntityFeeder, Value: "10kV城东线"}}
	}
	s.put(
		s.call("1", "停电", labels("outage.fault", "service"), area("琼/海口/龙华", "海南省/海口市"),
			with(hotline.KindCall, hotline.Hotline95598, hotline.NatureRepair, hotline.ResponsibleUtility)),
		s.call("2", "停电", labels("outage.fault"), area("琼/海口", "海南省/海口市"),
			with(hotline.KindOrder, hotline.Hotline12345, hotline.NatureComplaint, hotline.ResponsibleUtility)),
		s.call("3", "停电", labels("bill"), area("琼", "琼"), with(hotline.KindOrder, hotline.Hotline12345, hotline.NatureComplaint, "")),
		s.call("4", "停电", beside),
		s.call("5", "停电", labels("bill"), tombstone, beside),
		s.call("6", "电费", labels("bill")))
	want := map[index.Field][]index.Bucket{
		index.FacetLabel:       {{Value: "outage.fault", Count: 2}, {Value: "bill", Count: 1}, {Value: "service", Count: 1}},
		index.FacetArea:        {{Value: "琼", Count: 3}, {Value: "海南省", Count: 2}, {Value: "海南省/海口市", Count: 2}, {Value: "琼/海口", Count: 2}, {Value: "琼/海口/龙华", Count: 1}},
		index.FacetSource:      {{Value: s.unit, Count: 4}},
		index.FacetHotline:     {{Value: "12345", Count: 2}, {Value: "95598", Count: 2}},
		index.FacetKind:        {{Value: "call", Count: 2}, {Value: "order", Count: 2}},
		index.FacetNature:      {{Value: "投诉", Count: 2}, {Value: "报修", Count: 1}},
		index.FacetResponsible: {{Value: "utility", Count: 2}},
		index.FacetFound:       {{Value: "customer", Count: 1}},
		index.FacetUrgency:     {{Value: "hazard", Count: 1}, {Value: "medical", Count: 1}},
		index.FacetPortrait:    {{Value: "identity.elderly", Count: 1}},
		index.FacetExperience:  {{Value: "reliability", Count: 1}},
		index.FacetEntity:      {{Value: "feeder:10kV城东线", Count: 1}},
	}
	var fields []index.Field
	for f := range want {
		fields = append(fields, f)
	}
	// Facets count all matches, not those of the page.
	result := s.search(index.Query{Words: "停电", Size: 1, Facets: fields})
	for _, f := range fields {
		if !slices.Equal(result.Facets[f], want[f]) {
			s.Errorf("facet %s: got %v, want %v", f, result.Facets[f], want[f])
		}
	}
	if len(result.Facets) != len(fields) {
		s.Errorf("got %d facets, want %d", len(result.Facets), len(fields))
	}
}

func searchFacetSize(s *scope) {
	var docs []hotline.Document
	for i, id := range numbered(12) {
		docs = append(docs, s.call(id, "停电", labels(fmt.Sprintf("label%02d", i))))
	}
	s.put(docs...)
	for size, want := range map[int]int{0: 10, 3: 3, 50: 12} {
		buckets := s.search(index.Query{Facets: []index.Field{index.FacetLabel}, FacetSize: size}).Facets[index.FacetLabel]
		if len(buckets) != want || buckets[0].Value != "label00" {
			s.Errorf("size %d: got %v, want the first %d by value", size, buckets, want)
		}
	}
}

func searchUnknownValues(s *scope) {
	s.put(s.call("1", "停电", labels("outage"), area("琼", "")))
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"no such label"}}})
	s.wantFound(index.Query{Filter: index.Filter{Areas: []string{"no such place"}}})
	s.wantFound(index.Query{Filter: index.Filter{IDs: []string{"no such id"}}})
	s.wantFound(index.Query{Filter: index.Filter{Caller: "no such caller"}})
	s.wantFound(index.Query{Words: "从来没有的词"})
}

func getAtOnce(s *scope) {
	if _, err := s.store.Put(s.Context(), []hotline.Document{s.call("1", "停电", contentRev(1000))}); err != nil {
		s.Fatal(err)
	}
	s.wantText("1", "停电")
	moved := s.call("1", "来电", contentRev(1001), received(day(time.April, 1)))
	if _, err := s.store.Put(s.Context(), []hotline.Document{moved}); err != nil {
		s.Fatal(err)
	}
	s.wantText("1", "来电")
}

func getUnknown(s *scope) {
	for _, id := range []string{s.id("none"), "", "no colon"} {
		if _, err := s.store.Get(s.Context(), id); !errors.Is(err, index.ErrNotFound) {
			s.Errorf("get %q: got %v, want ErrNotFound", id, err)
		}
	}
}
