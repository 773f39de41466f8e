package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var correctionPromises = []promise{
	{"a correction holds until it is taken back, whatever is written", func(s *scope) {
		writer := index.NewCorrector(s.store)
		s.putBy(writer, s.call("1", "停电", labels("outage.fault")), s.call("2", "停电", labels("outage.fault")))
		s.correct("1", hotline.Correction{Add: []string{"bill.high"}, Remove: []string{"outage.fault"}, Nature: hotline.NatureComplaint, By: "张三"})
		s.wantCodes("1", 1, "bill.high")
		s.putBy(writer, s.call("1", "又停电", labels("outage.fault"), rulesetRev(2)))
		s.putBy(index.NewCorrector(s.store), s.call("1", "还停电", labels("voltage"), contentRev(day(time.April, 1).UnixMilli())))
		s.wantCodes("1", 1, "bill.high", "voltage")
		s.wantCodes("2", 0, "outage.fault")
		s.refresh()
		s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"bill"}}}, "1")
		s.correct("1", hotline.Correction{By: "李四"})
		s.wantCodes("1", 2, "voltage")
		call, err := index.CorrectionsOf(s.Context(), s.store, s.id("1"))
		if err != nil || len(call.History) != 2 || call.Now().By != "李四" || call.History[0].Nature != hotline.NatureComplaint {
			s.Errorf("the history is %+v (%v)", call, err)
		}
	}},
	{"only stored calls can be corrected, and not without end", func(s *scope) {
		if _, err := index.Correct(s.Context(), s.store, s.id("none"), hotline.Correction{Add: []string{"voltage"}, By: "张三"}); !errors.Is(err, index.ErrNotFound) {
			s.Errorf("a call that is not there: got %v, want ErrNotFound", err)
		}
		s.put(s.call("1", "停电"))
		for range hotline.MaxCorrectionRev {
			s.correct("1", hotline.Correction{Add: []string{"voltage"}, By: "张三"})
		}
		if _, err := index.Correct(s.Context(), s.store, s.id("1"), hotline.Correction{By: "张三"}); err == nil {
			s.Error("a correction beyond the last revision was taken")
		}
	}},
	{"a writer that is far behind learns of every correction", func(s *scope) {
		writer := index.NewCorrector(s.store)
		s.putBy(writer, s.call("0", "停电"))
		const calls = 70 // more than the head names
		var docs []hotline.Document
		for i := range calls {
			docs = append(docs, s.call(fmt.Sprint(i), "停电", labels("outage.fault")))
		}
		s.put(docs...)
		for i := range calls {
			s.correct(fmt.Sprint(i), hotline.Correction{Add: []string{"voltage"}, By: "张三"})
		}
		for i := range docs {
			docs[i].Analysis.RulesetRev = 2
		}
		s.putBy(writer, docs...)
		for i := range calls {
			s.wantCodes(fmt.Sprint(i), 1, "voltage", "outage.fault")
		}
	}},
	{"no interleaving of writers and corrections leaves a call uncorrected", func(s *scope) {
		for seed := range uint64(10) {
			s.interleave(seed)
		}
	}},
}

func (s *scope) putBy(w index.Writer, docs ...hotline.Document) {
	s.Helper()
	verdicts, err := w.Put(s.Context(), docs)
	if err != nil {
		s.Fatal(err)
	}
	for _, v := range verdicts {
		if v.Outcome != hotline.Stored {
			s.Fatalf("put %s: got %s (%s), want stored", v.ID, v.Outcome, v.Reason)
		}
	}
}

func (s *scope) correct(call string, c hotline.Correction) {
	s.Helper()
	if _, err := index.Correct(s.Context(), s.store, s.id(call), c); err != nil {
		s.Fatal(err)
	}
}

func (s *scope) wantCodes(call string, rev int64, codes ...string) {
	s.Helper()
	doc := s.get(call)
	if got := doc.Analysis.Codes(); !slices.Equal(got, codes) || doc.Analysis.CorrectionRev != rev {
		s.Errorf("%s has %v by correction %d, want %v by %d", call, got, doc.Analysis.CorrectionRev, codes, rev)
	}
}

// interleave runs three writers, of older content or an older rule set or neither, and three people who correct, one
// store operation at a time, in an order that the seed chooses. Answers of writes are lost, writes arrive late, and
// writers are replaced meanwhile by ones that know nothing.
func (s *scope) interleave(seed uint64) {
	chance := rand.New(rand.NewPCG(seed, 5))
	var late []func() error
	calls := []string{fmt.Sprintf("%d-a", seed), fmt.Sprintf("%d-b", seed)}
	batch := func(content, rev int64) []hotline.Document {
		version := func(d *hotline.Document) { d.Call.ContentRev, d.Analysis.RulesetRev = d.Call.ContentRev+content, rev }
		return []hotline.Document{
			s.call(calls[0], "停电", labels("outage.fault"), version), s.call(calls[1], "停电", labels("outage.fault"), version),
		}
	}
	s.put(batch(0, 1)...)
	write := func(content, rev int64) func(index.Store) error {
		return func(store index.Store) error {
			writer := index.NewCorrector(store)
			for range 2 { // the second batch comes with what the first has learned
				for {
					_, err := writer.Put(s.Context(), batch(content, rev))
					if err == nil {
						break
					}
					if !errors.Is(err, errLost) {
						return err
					}
					if chance.IntN(2) == 0 {
						writer = index.NewCorrector(store)
					}
				}
			}
			return nil
		}
	}
	correct := func(call, code string) func(index.Store) error {
		return func(store index.Store) error {
			_, err := index.Correct(s.Context(), store, s.id(call), hotline.Correction{Add: []string{code}, By: "张三"})
			for errors.Is(err, errLost) {
				err = index.ApplyCorrection(s.Context(), store, s.id(call))
			}
			return err
		}
	}
	var actors []*actor
	for _, act := range []func(index.Store) error{
		write(0, 2), write(1, 1), write(1, 2),
		correct(calls[0], "voltage"), correct(calls[0], "bill.high"), correct(calls[1], "voltage"),
	} {
		a := &actor{step: make(chan struct{}), parked: make(chan bool)}
		actors = append(actors, a)
		go func() {
			<-a.step
			a.err = act(&stepped{Store: s.store, actor: a, chance: chance, late: &late})
			a.parked <- false
		}()
	}
	for len(actors) > 0 {
		if len(late) > 0 && chance.IntN(40) == 0 {
			i := chance.IntN(len(late))
			if err := late[i](); err != nil {
				s.Fatal(err)
			}
			late = slices.Delete(late, i, i+1)
			continue
		}
		i := chance.IntN(len(actors))
		actors[i].step <- struct{}{}
		if <-actors[i].parked {
			continue
		}
		if actors[i].err != nil {
			s.Errorf("seed %d: %v", seed, actors[i].err)
		}
		actors = slices.Delete(actors, i, i+1)
	}
	for _, arrive := range late {
		if err := arrive(); err != nil {
			s.Fatal(err)
		}
	}
	for call, revs := range map[string]int64{calls[0]: 2, calls[1]: 1} {
		doc := s.get(call)
		told, err := index.CorrectionsOf(s.Context(), s.store, s.id(call))
		if err != nil {
			s.Fatal(err)
		}
		if a := doc.Analysis; a.CorrectionRev != revs || a.Corrected == nil || !slices.Equal(a.Codes(), append(told.Now().Add, "outage.fault")) {
			s.Errorf("seed %d: %s has %v by correction %d, want that of %d: %v", seed, call, a.Codes(), a.CorrectionRev, revs, told.Now().Add)
		}
	}
}

// actor is one of several that take turns, an operation each.
type actor struct {
	step   chan struct{}
	parked chan bool // true before an operation, false at the end
	err    error
}

func (a *actor) turn() {
	a.parked <- true
	<-a.step
}

var errLost = errors.New("the answer was lost")

// stepped is a store whose user waits for its turn before each operation. Of its writes some arrive without an answer
// and some later than everybody thinks.
type stepped struct {
	index.Store
	actor  *actor
	chance *rand.Rand
	late   *[]func() error
}

func (s *stepped) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	s.actor.turn()
	switch s.chance.IntN(3) {
	case 0:
		kept := slices.Clone(docs)
		*s.late = append(*s.late, func() error {
			_, err := s.Store.Put(ctx, kept)
			return err
		})
		return nil, errLost
	case 1:
		if _, err := s.Store.Put(ctx, docs); err != nil {
			return nil, err
		}
		return nil, errLost
	}
	return s.Store.Put(ctx, docs)
}

func (s *stepped) Get(ctx context.Context, id string) (hotline.Document, error) {
	s.actor.turn()
	return s.Store.Get(ctx, id)
}

func (s *stepped) GetRecord(ctx context.Context, key string) (index.Record, error) {
	s.actor.turn()
	return s.Store.GetRecord(ctx, key)
}

func (s *stepped) PutRecord(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	s.actor.turn()
	return s.Store.PutRecord(ctx, key, value, ifRev)
}

func (s *stepped) ListRecords(ctx context.Context, prefix string) ([]index.Record, error) {
	s.actor.turn()
	return s.Store.ListRecords(ctx, prefix)
}
