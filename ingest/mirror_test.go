package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
	"suqiu/hotline"
)

// Letters, resolved ones, removed ones, late duplicates and what is none: the copies hold what the topic lists, and only
// what is stored is committed.
func TestMirror(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	sealed := letter("calls/0/1", 1, today)
	sealed.Sealed, sealed.Place, sealed.Hint, sealed.Arrived = []byte("secret"), "受理时间", "mend it", today.Add(-time.Hour)
	gap := letter("calls/0/2-8", 2, today)
	gap.Until = 9
	bury(t, d, sealed, gap, letter("calls/0/3", 3, today), letter("calls/0/4", 4, today),
		resolvedLetter("calls/0/3", 3, today, today.Add(time.Hour)), letter("calls/0/3", 3, today.Add(time.Minute)))
	d.remove(t, "calls/0/4")
	d.remove(t, "doctor")
	b.write(DeadLetterTopic, 0, "no letter")
	copies := newMemCopies()
	m := b.mirror(copies)
	b.awaitMirrored(9)
	equalMaps(t, copies.held(), listed(t, d))
	if got := copies.letters["calls/0/3"]; got.Resolved.IsZero() || got.Hotline != hotline.Hotline95598 {
		t.Errorf("got %+v, want it resolved, of 95598", got)
	}
	for outcome, want := range map[string]float64{"stored": 5, "removed": 2, "late": 1, "unreadable": 1, "refused": 0} {
		if got := measure(t, m.cfg.Metrics.copied.WithLabelValues(outcome)); got != want {
			t.Errorf("%s: got %v, want %v", outcome, got, want)
		}
	}
	await(t, "readiness", func() bool { return m.Ready() == nil && m.Status().Partitions[0].Lag == 0 })
	m.stop()

	writes := copies.writes
	bury(t, d, letter("calls/0/5", 5, today))
	b.mirror(copies)
	b.awaitMirrored(10)
	equalMaps(t, copies.held(), listed(t, d))
	if copies.writes != writes+1 {
		t.Errorf("%d copies written by the second mirror, want 1", copies.writes-writes)
	}
}

// A late duplicate that comes in a later batch, and to a later mirror, is known by the copy.
func TestMirrorLateDuplicate(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	copies := newMemCopies()
	bury(t, d, letter("calls/0/1", 1, today), resolvedLetter("calls/0/1", 1, today, today.Add(time.Hour)))
	m := b.mirror(copies)
	b.awaitMirrored(2)
	m.stop()
	bury(t, d, letter("calls/0/1", 1, today.Add(time.Minute)))
	b.mirror(copies)
	b.awaitMirrored(3)
	equalMaps(t, copies.held(), listed(t, d))
	bury(t, d, letter("calls/0/1", 1, today.Add(2*time.Hour))) // dead again, after it was resolved
	b.awaitMirrored(4)
	equalMaps(t, copies.held(), listed(t, d))
}

// A store that is away, wrongly set up, busy or refuses a letter: the mirror waits, says so, and loses none but the
// refused one, which it counts.
func TestMirrorFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault *hotline.Fault
		phase Phase
	}{
		{"Unavailable", &hotline.Fault{Kind: hotline.FaultUnavailable, Op: "copy", Err: errors.New("down")}, PhaseWaiting},
		{"Setup", &hotline.Fault{Kind: hotline.FaultSetup, Op: "copy", Hint: hint.Of(hint.IndexSetup), Err: errors.New("missing")}, PhasePaused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newTestBroker(t, 1, DeadLetterTopic)
			d := b.deadLetters()
			copies := newMemCopies()
			var mended sync.Map
			copies.fault = func(int, []hotline.LetterCopy) error {
				if _, ok := mended.Load(true); ok {
					return nil
				}
				return tt.fault
			}
			bury(t, d, letter("calls/0/1", 1, today), letter("calls/0/2", 2, today))
			m := b.mirror(copies)
			await(t, "the fault to be told", func() bool {
				p := m.Status().Partitions
				return len(p) == 1 && p[0].Phase == tt.phase && strings.Contains(p[0].Why, "copy: ") && p[0].Hint == tt.fault.Hint.String()
			})
			if got := b.mirrored(); got > 0 {
				t.Errorf("committed %d while nothing was stored", got)
			}
			mended.Store(true, true)
			b.awaitMirrored(2)
			equalMaps(t, copies.held(), listed(t, d))
			await(t, "running", func() bool { return m.Status().Partitions[0].Phase == PhaseRunning })
		})
	}
	t.Run("Verdicts", func(t *testing.T) {
		b := newTestBroker(t, 1, DeadLetterTopic)
		d := b.deadLetters()
		copies := newMemCopies()
		tries := 0
		copies.verdict = func(l *hotline.LetterCopy) *hotline.Verdict {
			switch {
			case l.ID == "calls/0/2":
				return &hotline.Verdict{ID: l.ID, Outcome: hotline.Refused, Reason: "too long"}
			case l.ID == "calls/0/3" && tries < 3:
				tries++
				return &hotline.Verdict{ID: l.ID, Outcome: hotline.Retry, Reason: "busy"}
			}
			return nil
		}
		bury(t, d, letter("calls/0/1", 1, today), letter("calls/0/2", 2, today), letter("calls/0/3", 3, today))
		m := b.mirror(copies)
		b.awaitMirrored(3)
		want := listed(t, d)
		delete(want, "calls/0/2")
		equalMaps(t, copies.held(), want)
		if got := measure(t, m.cfg.Metrics.copied.WithLabelValues("refused")); got != 1 {
			t.Errorf("refused: got %v, want 1", got)
		}
	})
}

// Copies that are lost while a mirror runs or stands still are made anew, also when the loss falls into a batch.
func TestMirrorLostCopies(t *testing.T) {
	for _, when := range []string{"Idle", "NoLetterAfter", "Stopped", "WithinBatch"} {
		t.Run(when, func(t *testing.T) {
			b := newTestBroker(t, 1, DeadLetterTopic)
			d := b.deadLetters()
			copies := newMemCopies()
			for i := range int64(12) {
				bury(t, d, letter(fmt.Sprint("calls/0/", i), i, today))
			}
			m := b.mirror(copies)
			b.awaitMirrored(12)
			switch when {
			case "Idle":
				copies.lose()
			case "NoLetterAfter":
				copies.lose()
				await(t, "all copies again", func() bool { return maps.Equal(copies.held(), listed(t, d)) })
			case "Stopped":
				m.stop()
				copies.lose()
				b.mirror(copies)
			case "WithinBatch":
				copies.mu.Lock()
				first := copies.puts + 1
				copies.blocked = func(_ context.Context, put int) {
					if put == first {
						copies.lose()
					}
				}
				copies.mu.Unlock()
			}
			bury(t, d, letter("calls/0/20", 20, today))
			await(t, "all copies again", func() bool { return maps.Equal(copies.held(), listed(t, d)) })
			await(t, "their commit", func() bool { return b.mirrored() == 13 })
		})
	}
}

// A letter of a newer build stops the mirror at it: what it does not understand it must not pass over.
func TestMirrorNewerLetter(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	newer := letter("calls/0/2", 2, today)
	newer.Schema = DeadLetterSchema + 1
	bury(t, d, letter("calls/0/1", 1, today), newer, letter("calls/0/3", 3, today))
	copies := newMemCopies()
	m := b.mirror(copies)
	await(t, "the pause to be told", func() bool {
		err := m.Ready()
		return err != nil && strings.Contains(err.Error(), "offset 1: ") && strings.Contains(err.Error(), "update suqiu")
	})
	b.awaitMirrored(1)
	if ids := slices.Sorted(maps.Keys(copies.held())); !slices.Equal(ids, []string{"calls/0/1"}) {
		t.Errorf("copied %v, want only the letter before", ids)
	}
}

// A topic that is not there any more as it was stops the mirror, and so does not mix old copies with new letters.
func TestMirrorTopicMadeAnew(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	copies := newMemCopies()
	copies.marks[DeadLetterTopic+"/0"] = hotline.LettersMark{Through: 100}
	bury(t, d, letter("calls/0/1", 1, today))
	m := b.mirror(copies)
	await(t, "the pause to be told", func() bool {
		err := m.Ready()
		return err != nil && strings.Contains(err.Error(), "made anew") && strings.Contains(err.Error(), "delete the index")
	})
	m.stop()
	copies.lose()
	b.mirror(copies)
	b.awaitMirrored(1)
	equalMaps(t, copies.held(), listed(t, d))
}

// Several mirrors share the work; the one that stops hands over.
func TestMirrorHandsOver(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	copies := newMemCopies()
	mirrors := []*runningMirror{b.mirror(copies), b.mirror(copies)}
	bury(t, d, letter("calls/0/1", 1, today))
	b.awaitMirrored(1)
	for _, m := range mirrors {
		if len(m.Status().Partitions) == 1 {
			m.stop()
			break
		}
	}
	bury(t, d, letter("calls/0/2", 2, today))
	b.awaitMirrored(2)
	equalMaps(t, copies.held(), listed(t, d))
	if copies.writes != 2 {
		t.Errorf("%d copies written, want 2", copies.writes)
	}
}

// Whatever happens to letters, mirrors and copies in whatever order, in the end the copies hold what the topic lists.
func TestMirrorAtRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(12, 398))
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	copies := newMemCopies()
	copies.blocked = func(context.Context, int) { time.Sleep(time.Duration(rand.N(3)) * time.Millisecond) }
	copies.fault = func(int, []hotline.LetterCopy) error {
		if rand.N(4) == 0 {
			return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: "copy", Err: errors.New("at random")}
		}
		return nil
	}
	m := b.mirror(copies)
	written := int64(0)
	for step := range 60 {
		for range random.IntN(6) {
			n := random.Int64N(12)
			id, at := fmt.Sprint("calls/0/", n), today.Add(time.Duration(random.IntN(100))*time.Second)
			switch random.IntN(4) {
			case 0:
				bury(t, d, resolvedLetter(id, n, at, at.Add(time.Duration(random.IntN(50))*time.Second)))
			case 1:
				d.remove(t, id)
			default:
				bury(t, d, letter(id, n, at))
			}
			written++
		}
		switch {
		case step%10 == 7:
			m.stop()
			m = b.mirror(copies)
		case step%20 == 13:
			copies.lose()
		}
	}
	bury(t, d, letter("calls/0/99", 99, today))
	written++
	b.awaitMirrored(written)
	await(t, "the copies to be as the topic", func() bool { return maps.Equal(copies.held(), listed(t, d)) })
}

func TestNewMirrorNeedsCopies(t *testing.T) {
	if _, err := NewMirror(MirrorConfig{Cluster: Cluster{Brokers: []string{"127.0.0.1:1"}}, Group: "suqiu"}); err == nil {
		t.Error("no error")
	}
	if _, err := NewMirror(MirrorConfig{Group: "suqiu", Copies: newMemCopies()}); err == nil {
		t.Error("no error without brokers")
	}
}

// What a mirror needs of the cluster is examined whether or not one is running.
func TestExamineMirror(t *testing.T) {
	b := newTestBroker(t, 1, DeadLetterTopic)
	d := b.deadLetters()
	bury(t, d, letter("calls/0/1", 1, today), letter("calls/0/2", 2, today))
	examine := func() (int64, error) {
		return ExamineMirror(t.Context(), b.cluster(), "suqiu", DeadLetterTopic, time.Now())
	}
	if lag, err := examine(); lag != 2 || err != nil {
		t.Errorf("before: lag %d, %v, want 2", lag, err)
	}
	m := b.mirror(newMemCopies())
	b.awaitMirrored(2)
	m.stop()
	if lag, err := examine(); lag != 0 || err != nil {
		t.Errorf("after: lag %d, %v, want 0", lag, err)
	}
	if _, err := ExamineMirror(t.Context(), b.cluster(), "suqiu", "no.such.topic", time.Now()); err == nil || !strings.Contains(err.Error(), "kafka setup") {
		t.Errorf("without the topic: got %v, want what to do", err)
	}
	anew := newTestBroker(t, 1, DeadLetterTopic)
	broker, err := anew.cluster().connect()
	if err != nil {
		t.Fatal(err)
	}
	defer broker.close()
	_, err = broker.client.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{
		GroupID: MirrorGroup("suqiu"), GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{DeadLetterTopic: {{Partition: 0, Offset: 5}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := MirrorLag(t.Context(), anew.cluster(), "suqiu", DeadLetterTopic); err == nil || !strings.Contains(err.Error(), "made anew") {
		t.Errorf("shorter topic: got %v, want that it was made anew", err)
	}
}

// BenchmarkMirror copies a batch of letters, half of them with a sealed payload of 2 KiB.
func BenchmarkMirror(b *testing.B) {
	m, err := NewMirror(MirrorConfig{Cluster: Cluster{Brokers: []string{"127.0.0.1:1"}}, Group: "suqiu", Copies: newMemCopies()})
	if err != nil {
		b.Fatal(err)
	}
	w := newWorker(m.Consumer, partitionID{DeadLetterTopic, 0}, &source95598, 0, newAcks(1))
	mark, err := m.cfg.Copies.ResumeLetters(b.Context(), w.id.topic, w.id.id, 0)
	if err != nil {
		b.Fatal(err)
	}
	m.setMark(w.id, mark)
	batch := make([]record, 500)
	for i := range batch {
		l := letter(fmt.Sprint("calls/0/", i), int64(i), today)
		if i%2 == 0 {
			l.Sealed = make([]byte, 2<<10)
		}
		value, err := json.Marshal(&l)
		if err != nil {
			b.Fatal(err)
		}
		batch[i] = record{offset: int64(i), time: today, key: []byte(l.ID), value: value}
	}
	b.ReportAllocs()
	for b.Loop() {
		if n, err := m.finish(b.Context(), w, batch); n != len(batch) || err != nil {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(float64(b.N*len(batch))/b.Elapsed().Seconds(), "letters/s")
}
