package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var scanPromises = []promise{
	{"ScanAll", scanAll},
	{"ScanNothing", scanNothing},
	{"ScanResumes", scanResumes},
	{"ScanWhileRewritten", scanWhileRewritten},
	{"ScanWhileReclassified", scanWhileReclassified},
	{"ScanBadSize", scanBadSize},
	{"Revisions", revisions},
	{"RevisionsOfTooMany", revisionsOfTooMany},
	{"Origins", origins},
	{"OriginsOfTooMany", originsOfTooMany},
}

// scanCalls puts n documents, spread over three months so that the order of ids is not that of time, one a tombstone.
func (s *scope) scanCalls(n int) (ids []string) {
	ids = numbered(n)
	docs := make([]hotline.Document, n)
	for i, id := range ids {
		docs[i] = s.call(id, "停电", received(day(time.Month(3+i%3), 1+i%28)), contentRev(1000))
	}
	docs[n/2].Call.Tombstone = true
	s.put(docs...)
	return ids
}

func scanAll(s *scope) {
	ids := s.scanCalls(23)
	for _, size := range []int{1, 7, 23, 1000} {
		if got := callIDs(s.scan(index.Filter{}, size, nil)); !slices.Equal(got, ids) {
			s.Errorf("pages of %d: got %v, want %v", size, got, ids)
		}
	}
}

func scanNothing(s *scope) {
	docs, next, err := s.store.Scan(s.Context(), index.Filter{Sources: []string{s.unit}}, "", 10)
	if len(docs) != 0 || next != "" || err != nil {
		s.Errorf("got %v, %q, %v, want nothing", callIDs(docs), next, err)
	}
}

// scanResumes asks twice with one token, as a process does that ended before it had stored the next one.
func scanResumes(s *scope) {
	ids := s.scanCalls(20)
	filter := index.Filter{Sources: []string{s.unit}}
	first, token, err := s.store.Scan(s.Context(), filter, "", 8)
	if err != nil {
		s.Fatal(err)
	}
	var pages [2][]string
	for i := range pages {
		docs, _, err := s.store.Scan(s.Context(), filter, token, 8)
		if err != nil {
			s.Fatalf("with the token for the %d. time: %v", i+1, err)
		}
		pages[i] = callIDs(docs)
	}
	if got := callIDs(first); !slices.Equal(got, ids[:8]) || !slices.Equal(pages[0], ids[8:16]) || !slices.Equal(pages[1], ids[8:16]) {
		s.Errorf("got %v, then %v and again %v, want %v, then twice %v", got, pages[0], pages[1], ids[:8], ids[8:16])
	}
}

func scanWhileRewritten(s *scope) {
	ids := s.scanCalls(30)
	round := int64(0)
	got := callIDs(s.scan(index.Filter{}, 4, func() {
		round++
		var docs []hotline.Document
		for i, id := range ids { // each moves to another month, forward and back
			docs = append(docs, s.call(id, "来电", contentRev(1000+round), received(day(time.Month(3+(int64(i)+round)%3), 20))))
		}
		docs = append(docs, s.call(fmt.Sprintf("new%d", round), "停电"))
		s.put(docs...)
	}))
	got = slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(ids, id) })
	slices.Sort(got)
	if !slices.Equal(got, ids) {
		s.Errorf("got %v, want each of %d documents once", got, len(ids))
	}
}

// scanWhileReclassified lets what was scanned drop out of the filter, as reclassification does.
func scanWhileReclassified(s *scope) {
	ids := s.scanCalls(25)
	filter := index.Filter{Sources: []string{s.unit}, RulesetBelow: 2}
	var got []string
	for token := ""; ; {
		docs, next, err := s.store.Scan(s.Context(), filter, token, 6)
		if err != nil {
			s.Fatal(err)
		}
		got = append(got, callIDs(docs)...)
		for i := range docs {
			docs[i].Analysis.RulesetRev = 2
		}
		s.put(docs...)
		if next == "" {
			break
		}
		token = next
	}
	if !slices.Equal(got, ids) {
		s.Errorf("got %v, want %v", got, ids)
	}
	if left := s.scan(index.Filter{RulesetBelow: 2}, 10, nil); len(left) != 0 {
		s.Errorf("got %v left, want none", callIDs(left))
	}
}

func scanBadSize(s *scope) {
	for _, size := range []int{0, -1, index.MaxWindow + 1} {
		if _, _, err := s.store.Scan(s.Context(), index.Filter{}, "", size); !errors.Is(err, index.ErrQuery) {
			s.Errorf("size %d: got %v, want ErrQuery", size, err)
		}
	}
}

// revisions tells of tombstones too, of the newest copy of what moved, and of nothing that is not there.
func revisions(s *scope) {
	s.put(
		s.call("a", "停电", contentRev(1000)), s.call("b", "停电", contentRev(1000), func(d *hotline.Document) { d.Call.Tombstone = true }),
		s.call("c", "停电", contentRev(1000), received(day(time.March, 1))),
	)
	s.put(s.call("a", "停电", contentRev(1001)), s.call("c", "停电", contentRev(1002), received(day(time.April, 1))))
	s.refresh()
	docID := func(id string) string { return s.unit + ":" + id }
	want := map[string]int64{docID("a"): 1001, docID("b"): 1000, docID("c"): 1002}
	ids := append(slices.Sorted(maps.Keys(want)), docID("nobody"))
	if got, err := s.store.Revisions(s.Context(), ids); err != nil || !maps.Equal(got, want) {
		s.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := s.store.Revisions(s.Context(), nil); err != nil || len(got) > 0 {
		s.Errorf("of no ids: got %v, %v, want none", got, err)
	}
}

// origins tells of documents that were alone in their record, where they were read last, and after a move once; of a
// block in which an offset has two, nothing.
func origins(s *scope) {
	topic := s.unit + ".calls"
	arrival := time.Date(2026, time.March, 2, 9, 0, 0, 250_000_000, shanghai)
	read := func(partition int, offset int64, more ...func(*hotline.Origin)) func(*hotline.Document) {
		return func(d *hotline.Document) {
			d.Call.Origin = hotline.Origin{Topic: topic, Partition: partition, Offset: offset}
			d.Call.Arrived = arrival.Add(time.Duration(offset) * time.Second)
			for _, change := range more {
				change(&d.Call.Origin)
			}
		}
	}
	s.put(
		s.call("zero", "停电", read(1, 0)), s.call("a", "停电", contentRev(1000), read(1, 7)), s.call("b", "停电", read(1, 8)),
		s.call("elsewhere", "停电", read(0, 9)), s.call("late", "停电", read(1, 5000)),
		s.call("last", "停电", read(1, 47)), s.call("next", "停电", read(1, 48)), s.call("last of the next", "停电", read(1, 95)),
		s.call("shared", "停电", read(1, 10, func(o *hotline.Origin) { o.Shared = true })),
		s.call("file", "停电", read(1, 11, func(o *hotline.Origin) { *o = hotline.Origin{File: "calls.csv", Line: 11} })),
		s.call("moves", "停电", contentRev(1000), received(day(time.March, 1)), read(1, 12)),
		s.call("tombstone", "停电", read(1, 13), func(d *hotline.Document) { d.Call.Tombstone = true }),
	)
	s.put(s.call("a", "停电", contentRev(1001), read(1, 14)), s.call("moves", "停电", contentRev(1002), received(day(time.April, 1)), read(1, 15)))
	s.refresh()
	got, err := s.store.Origins(s.Context(), hotline.Offsets{Topic: topic, Partition: 1, Until: 5000})
	if err != nil {
		s.Fatal(err)
	}
	block := func(offsets ...int64) hotline.Block {
		b := hotline.Block{First: offsets[0] / hotline.BlockOffsets * hotline.BlockOffsets}
		for _, offset := range offsets {
			b.Held |= 1 << (offset - b.First)
			b.Millis += arrival.Add(time.Duration(offset) * time.Second).UnixMilli()
		}
		return b
	}
	if want := []hotline.Block{block(0, 8, 13, 14, 15, 47), block(48, 95)}; !slices.Equal(got, want) {
		s.Errorf("got %v, want %v", got, want)
	}
	part := hotline.Offsets{Topic: topic, Partition: 1, From: 8, Until: 15}
	if got, err := s.store.Origins(s.Context(), part); err != nil || !slices.Equal(got, []hotline.Block{block(8, 13, 14)}) {
		s.Errorf("of a part of a block: got %v, %v, want 8, 13 and 14", got, err)
	}
	s.put(s.call("made again", "停电", read(1, 8)))
	s.refresh()
	if got, err := s.store.Origins(s.Context(), part); err != nil || len(got) > 0 {
		s.Errorf("with an offset of two documents: got %v, %v, want none", got, err)
	}
	if got, err := s.store.Origins(s.Context(), hotline.Offsets{Topic: topic, Partition: 1, From: 8, Until: 8}); err != nil || len(got) > 0 {
		s.Errorf("of no offsets: got %v, %v, want none", got, err)
	}
}

func originsOfTooMany(s *scope) {
	for _, o := range []hotline.Offsets{{Until: index.MaxOffsets + 1}, {From: 2, Until: 1}, {From: -1, Until: 1}} {
		if _, err := s.store.Origins(s.Context(), o); !errors.Is(err, index.ErrQuery) {
			s.Errorf("%+v: got %v, want ErrQuery", o, err)
		}
	}
}

func revisionsOfTooMany(s *scope) {
	if _, err := s.store.Revisions(s.Context(), make([]string, index.MaxWindow+1)); !errors.Is(err, index.ErrQuery) {
		s.Errorf("got %v, want ErrQuery", err)
	}
}
