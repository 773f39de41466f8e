package storetest

import (
	"fmt"
	"slices"
	"strings"
)

// list returns the keys of this scope under a prefix, without the scope's own part.
func (s *scope) list(prefix string) []string {
	s.Helper()
	records, err := s.store.ListRecords(s.Context(), s.key(prefix))
	if err != nil {
		s.Fatalf("list %q: %v", prefix, err)
	}
	keys := make([]string, len(records))
	for i, r := range records {
		keys[i] = strings.TrimPrefix(r.Key, s.key(""))
	}
	return keys
}

func ledgerListByPrefix(s *scope) {
	keys := []string{"a", "a%b", "a*b", "a/", "a/1", "a/10", "a/2", "a/é", "a/海口", "a/𠮷", "a?b", "aXb", "a_b", "ab", "a\uffff", "a\U0010ffff", "b", "A/1"}
	for _, k := range keys {
		s.putRecord(s.key(k), "value of "+k, 0)
	}
	for _, c := range []struct {
		prefix string
		want   []string
	}{
		{"a/", []string{"a/", "a/1", "a/10", "a/2", "a/é", "a/海口", "a/𠮷"}},
		{"a/1", []string{"a/1", "a/10"}},
		{"a%", []string{"a%b"}},
		{"a_", []string{"a_b"}},
		{"a*", []string{"a*b"}},
		{"a?", []string{"a?b"}},
		{"a/海", []string{"a/海口"}},
		{"A", []string{"A/1"}},
		{"a\uffff", []string{"a\uffff"}},
		{"a\U0010ffff", []string{"a\U0010ffff"}},
		{"c", nil},
	} {
		if got := s.list(c.prefix); !slices.Equal(got, c.want) {
			s.Errorf("prefix %q: got %q, want %q", c.prefix, got, c.want)
		}
	}
	slices.Sort(keys) // by bytes of UTF-8, which is not the order of UTF-16
	if got := s.list(""); !slices.Equal(got, keys) {
		s.Errorf("all: got %q, want %q", got, keys)
	}
	records, err := s.store.ListRecords(s.Context(), s.key("a/1"))
	if err != nil || len(records) != 2 || string(records[1].Value) != "value of a/10" || records[1].Rev <= 0 {
		s.Errorf("records under a/1: got %v, %v", records, err)
	}
}

func ledgerManyRecords(s *scope) {
	const n = 1200
	ids := numbered(n)
	s.atOnce(4, func(writer int) {
		for i := writer; i < n; i += 4 {
			if _, err := s.store.PutRecord(s.Context(), s.key("r/"+ids[i]), []byte(ids[i]), 0); err != nil {
				s.Errorf("put: %v", err)
				return
			}
		}
	})
	records, err := s.store.ListRecords(s.Context(), s.key("r/"))
	if err != nil || len(records) != n {
		s.Fatalf("got %d records, %v, want %d", len(records), err, n)
	}
	for i, r := range records {
		if r.Key != s.key("r/"+ids[i]) || string(r.Value) != ids[i] {
			s.Fatalf("record %d: got %q %q", i, r.Key, r.Value)
		}
	}
}

// ledgerListSeesReplacements: a list shows what was put before it at once, also what replaced something, as those who
// keep incidents read them all at the beginning of each look.
func ledgerListSeesReplacements(s *scope) {
	revs := map[string]int64{}
	for round := range 5 {
		for _, name := range []string{"i/a", "i/b", "i/c"} {
			key := s.key(name)
			revs[key] = s.putRecord(key, fmt.Sprint(name, " in round ", round), revs[key])
		}
		records, err := s.store.ListRecords(s.Context(), s.key("i/"))
		if err != nil || len(records) != len(revs) {
			s.Fatalf("round %d: got %d records, %v, want %d", round, len(records), err, len(revs))
		}
		for _, r := range records {
			if !strings.HasSuffix(string(r.Value), fmt.Sprint(" in round ", round)) || r.Rev != revs[r.Key] {
				s.Errorf("round %d: %q holds %q at %d, want revision %d", round, r.Key, r.Value, r.Rev, revs[r.Key])
			}
		}
	}
}

// ledgerListWhileWritten: a record that is there during the whole list is listed once, in a state that it had, whatever
// is rewritten and added meanwhile.
func ledgerListWhileWritten(s *scope) {
	const n, writers = 120, 2
	ids := numbered(n)
	for _, id := range ids {
		s.putRecord(s.key("w/"+id), id+" 0", 0)
	}
	s.atOnce(writers+1, func(i int) {
		if i < writers { // each rewrites records of its own and adds some
			for k := i; k < n; k += writers {
				r, err := s.store.GetRecord(s.Context(), s.key("w/"+ids[k]))
				if err == nil {
					_, err = s.store.PutRecord(s.Context(), r.Key, []byte(ids[k]+" 1"), r.Rev)
				}
				if err == nil && k%8 == 0 {
					_, err = s.store.PutRecord(s.Context(), s.key("w/"+ids[k]+"-new"), []byte(ids[k]+"-new 0"), 0)
				}
				if err != nil {
					s.Errorf("write: %v", err)
					return
				}
			}
			return
		}
		for range 4 {
			records, err := s.store.ListRecords(s.Context(), s.key("w/"))
			if err != nil {
				s.Errorf("list: %v", err)
				return
			}
			seen := map[string]int{}
			for _, r := range records {
				id := strings.TrimPrefix(r.Key, s.key("w/"))
				seen[id]++
				if want := fmt.Sprintf("%s %d", id, r.Rev-1); string(r.Value) != want {
					s.Errorf("%q at revision %d holds %q", r.Key, r.Rev, r.Value)
				}
			}
			for _, id := range ids {
				if seen[id] != 1 {
					s.Errorf("%s is listed %d times", id, seen[id])
				}
			}
		}
	})
}

// ledgerListLarge: records as large as incidents with a long history are listed whole.
func ledgerListLarge(s *scope) {
	const n, size = 64, 100 << 10
	ids := numbered(n)
	for _, id := range ids {
		s.putRecord(s.key("l/"+id), strings.Repeat(id[len(id)-1:], size), 0)
	}
	records, err := s.store.ListRecords(s.Context(), s.key("l/"))
	if err != nil || len(records) != n {
		s.Fatalf("got %d records, %v, want %d", len(records), err, n)
	}
	for i, r := range records {
		if string(r.Value) != strings.Repeat(ids[i][len(ids[i])-1:], size) {
			s.Errorf("%q holds %d bytes, %q", r.Key, len(r.Value), shorten(string(r.Value)))
		}
	}
}
