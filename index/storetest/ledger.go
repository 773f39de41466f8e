package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var ledgerPromises = []promise{
	{"CreateReadReplace", ledgerCreateReadReplace},
	{"UnknownKey", ledgerUnknownKey},
	{"Conflicts", ledgerConflicts},
	{"IncrementsAtOnce", ledgerIncrementsAtOnce},
	{"OneCreator", ledgerOneCreator},
	{"ListByPrefix", ledgerListByPrefix},
	{"OddKeys", ledgerOddKeys},
	{"Values", ledgerValues},
	{"ManyRecords", ledgerManyRecords},
	{"ListSeesReplacements", ledgerListSeesReplacements},
	{"ListWhileWritten", ledgerListWhileWritten},
	{"ListLarge", ledgerListLarge},
	{"FencedByRevision", ledgerFenced},
	{"Bounds", ledgerBounds},
	{"Coverage", ledgerCoverage},
	{"CoverageContinued", ledgerContinued},
	{"EndedContext", ledgerEndedContext},
}

func (s *scope) key(name string) string { return s.unit + "/" + name }

// putRecord writes a record, which must succeed.
func (s *scope) putRecord(key, value string, ifRev int64) int64 {
	s.Helper()
	rev, err := s.store.PutRecord(s.Context(), key, []byte(value), ifRev)
	if err != nil {
		s.Fatalf("put record %q: %v", key, err)
	}
	if rev <= ifRev {
		s.Fatalf("put record %q: got revision %d, want one above %d", key, rev, ifRev)
	}
	return rev
}

func (s *scope) wantRecord(key, value string, rev int64) {
	s.Helper()
	r, err := s.store.GetRecord(s.Context(), key)
	if err != nil {
		s.Fatalf("get record %q: %v", key, err)
	}
	if r.Key != key || string(r.Value) != value || r.Rev != rev {
		s.Errorf("get record %q: got %q %q at %d, want %q at %d", key, r.Key, shorten(string(r.Value)), r.Rev, shorten(value), rev)
	}
}

func ledgerCreateReadReplace(s *scope) {
	key := s.key("lease/watch")
	first := s.putRecord(key, `{"holder":"a"}`, 0)
	s.wantRecord(key, `{"holder":"a"}`, first)
	second := s.putRecord(key, `{"holder":"b"}`, first)
	s.wantRecord(key, `{"holder":"b"}`, second)
	third := s.putRecord(key, `{"holder":"b"}`, second) // the same value is a put like any other
	s.wantRecord(key, `{"holder":"b"}`, third)
}

func ledgerUnknownKey(s *scope) {
	if _, err := s.store.GetRecord(s.Context(), s.key("none")); !errors.Is(err, index.ErrNotFound) {
		s.Errorf("get: got %v, want ErrNotFound", err)
	}
	if got := s.list("none"); len(got) != 0 {
		s.Errorf("list: got %v, want none", got)
	}
}

func ledgerConflicts(s *scope) {
	key := s.key("rules")
	if _, err := s.store.PutRecord(s.Context(), key, []byte("x"), 1); !errors.Is(err, index.ErrConflict) {
		s.Errorf("replace what does not exist: got %v, want ErrConflict", err)
	}
	first := s.putRecord(key, "1", 0)
	second := s.putRecord(key, "2", first)
	for name, rev := range map[string]int64{"create again": 0, "older revision": first, "later revision": second + 1, "negative revision": -1} {
		if _, err := s.store.PutRecord(s.Context(), key, []byte("x"), rev); !errors.Is(err, index.ErrConflict) {
			s.Errorf("%s: got %v, want ErrConflict", name, err)
		}
	}
	s.wantRecord(key, "2", second)
}

func ledgerIncrementsAtOnce(s *scope) {
	const writers, increments = 4, 15
	key := s.key("counter")
	s.atOnce(writers, func(int) {
		for range increments {
			for {
				r, err := s.store.GetRecord(s.Context(), key)
				if err != nil && !errors.Is(err, index.ErrNotFound) {
					s.Errorf("get: %v", err)
					return
				}
				n := 0
				if err == nil {
					if n, err = strconv.Atoi(string(r.Value)); err != nil {
						s.Errorf("value: %v", err)
						return
					}
				}
				_, err = s.store.PutRecord(s.Context(), key, []byte(strconv.Itoa(n+1)), r.Rev)
				if err == nil {
					break
				}
				if !errors.Is(err, index.ErrConflict) {
					s.Errorf("put: %v", err)
					return
				}
			}
		}
	})
	r, err := s.store.GetRecord(s.Context(), key)
	if want := strconv.Itoa(writers * increments); err != nil || string(r.Value) != want {
		s.Errorf("got %q, %v, want %q", r.Value, err, want)
	}
}

func ledgerOneCreator(s *scope) {
	var created atomic.Int64
	s.atOnce(8, func(i int) {
		switch _, err := s.store.PutRecord(s.Context(), s.key("lease"), []byte(strconv.Itoa(i)), 0); {
		case err == nil:
			created.Add(1)
		case !errors.Is(err, index.ErrConflict):
			s.Errorf("put: %v", err)
		}
	})
	if got := created.Load(); got != 1 {
		s.Errorf("got %d creators, want 1", got)
	}
}

func ledgerOddKeys(s *scope) {
	long := s.key(strings.Repeat("k", 512-len(s.key(""))))
	wide := s.key(strings.Repeat("号", (512-len(s.key("")))/len("号")))
	for _, key := range []string{long, wide, s.key("a b"), s.key("停电/😡"), s.key(`"'\%2F?#&+`), s.key("."), s.key(".."), s.key("_id"), s.key("a\nb")} {
		rev := s.putRecord(key, key, 0)
		s.wantRecord(key, key, rev)
	}
}

func ledgerValues(s *scope) {
	binary := make([]byte, 256)
	for i := range binary {
		binary[i] = byte(i)
	}
	for name, value := range map[string][]byte{
		"empty": {}, "nil": nil, "json": []byte(`{"b":1, "a":[1,2]}`), "text": []byte("停电😡"), "binary": binary,
		"largest": bytes.Repeat([]byte{0xff, 'x'}, 2<<20),
	} {
		rev := s.putRecord(s.key(name), string(value), 0)
		s.wantRecord(s.key(name), string(value), rev)
	}
}

// ledgerFenced: of holders of a lease who take it over from one another, each writes by the revision that it read, so
// that whatever a former one still tries after the change is refused, and no step is taken twice.
func ledgerFenced(s *scope) {
	const holders, steps = 4, 25
	lease := s.key("watch")
	s.putRecord(lease, "0 nobody", 0)
	var taken atomic.Int64
	s.atOnce(holders, func(holder int) {
		for {
			r, err := s.store.GetRecord(s.Context(), lease)
			if err != nil {
				s.Errorf("get: %v", err)
				return
			}
			step, _, _ := strings.Cut(string(r.Value), " ")
			n, err := strconv.Atoi(step)
			if err != nil || n >= steps {
				return
			}
			switch _, err := s.store.PutRecord(s.Context(), lease, fmt.Appendf(nil, "%d holder %d", n+1, holder), r.Rev); {
			case err == nil:
				taken.Add(1)
			case !errors.Is(err, index.ErrConflict):
				s.Errorf("put: %v", err)
				return
			}
		}
	})
	if got := taken.Load(); got != steps {
		s.Errorf("%d steps were taken, want %d", got, steps)
	}
	if r, err := s.store.GetRecord(s.Context(), lease); err != nil || r.Rev != steps+1 || !strings.HasPrefix(string(r.Value), fmt.Sprint(steps, " ")) {
		s.Errorf("at the end %q at %d, %v", r.Value, r.Rev, err)
	}
}

func ledgerBounds(s *scope) {
	for name, put := range map[string]func() (int64, error){
		"empty key":    func() (int64, error) { return s.store.PutRecord(s.Context(), "", []byte("x"), 0) },
		"key too long": func() (int64, error) { return s.store.PutRecord(s.Context(), strings.Repeat("k", 513), []byte("x"), 0) },
		"key not UTF-8": func() (int64, error) {
			return s.store.PutRecord(s.Context(), s.key("\xff"), []byte("x"), 0)
		},
		"value too large": func() (int64, error) {
			return s.store.PutRecord(s.Context(), s.key("v"), make([]byte, 4<<20+1), 0)
		},
	} {
		if _, err := put(); !errors.Is(err, index.ErrQuery) {
			s.Errorf("%s: got %v, want ErrQuery", name, err)
		}
	}
}

// ledgerCoverage runs what the index package builds on the ledger.
func ledgerCoverage(s *scope) {
	span := hotline.Coverage{Source: s.unit, Area: "琼/海口", From: day(time.March, 1), Through: day(time.March, 10)}
	next := hotline.Coverage{Source: s.unit, Area: "琼/海口", From: day(time.March, 10), Through: day(time.April, 1)}
	for _, sp := range []hotline.Coverage{span, next, span} {
		if err := index.ExtendCoverage(s.Context(), s.store, sp); err != nil {
			s.Fatal(err)
		}
	}
	all, err := index.Coverage(s.Context(), s.store)
	if err != nil {
		s.Fatal(err)
	}
	var got []string
	for _, sp := range all {
		if sp.Source == s.unit {
			got = append(got, fmt.Sprintf("%s %s-%s", sp.Area, sp.From.Format("0102"), sp.Through.Format("0102")))
		}
	}
	if want := []string{"琼/海口 0301-0401"}; !slices.Equal(got, want) {
		s.Errorf("got %v, want %v", got, want)
	}
}

// ledgerContinued: what is known of a source goes on from where it ended; of one of which nothing is known, nothing is.
func ledgerContinued(s *scope) {
	known, other := s.unit+"-known", s.unit+"-other"
	span := hotline.Coverage{Source: known, From: day(time.March, 1), Through: day(time.March, 10)}
	if err := index.ExtendCoverage(s.Context(), s.store, span); err != nil {
		s.Fatal(err)
	}
	for _, source := range []string{known, other} {
		for _, through := range []time.Time{day(time.March, 20), day(time.March, 15)} {
			if err := index.ContinueCoverage(s.Context(), s.store, source, through); err != nil {
				s.Fatal(err)
			}
		}
	}
	all, err := index.Coverage(s.Context(), s.store)
	if err != nil {
		s.Fatal(err)
	}
	for _, sp := range all {
		switch {
		case sp.Source == other:
			s.Errorf("%+v comes from nothing", sp)
		case sp.Source == known && (!sp.From.Equal(span.From) || !sp.Through.Equal(day(time.March, 20))):
			s.Errorf("got %+v, want it from 1 to 20 March", sp)
		}
	}
}

func ledgerEndedContext(s *scope) {
	ctx := cancelled()
	if _, err := s.store.PutRecord(ctx, s.key("a"), nil, 0); !errors.Is(err, context.Canceled) {
		s.Errorf("put: got %v, want context.Canceled", err)
	}
	if _, err := s.store.GetRecord(ctx, s.key("a")); !errors.Is(err, context.Canceled) {
		s.Errorf("get: got %v, want context.Canceled", err)
	}
	if _, err := s.store.ListRecords(ctx, s.key("")); !errors.Is(err, context.Canceled) {
		s.Errorf("list: got %v, want context.Canceled", err)
	}
}
