package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// writeContacts writes a file of n contacts with several versions of some and a broken line in every 50, and returns
// its path, what a store must hold in the end, and how many lines are broken.
func writeContacts(t testing.TB, n int) (path string, want map[string]string, broken int) {
	t.Helper()
	want = make(map[string]string)
	newest := make(map[string]int)
	rng := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for i := range n {
		if i%50 == 49 {
			broken++
			b.WriteString("{\"schema\":1,\"id\":\n")
			continue
		}
		id, rev := fmt.Sprintf("c%04d", rng.IntN(n)), rng.IntN(4)
		b.WriteString(contact(id, rev) + "\n")
		if rev >= newest[id] {
			newest[id] = rev
			want["95598:"+id] = fmt.Sprintf("小区停电 第%d版", rev)
		}
	}
	path = filepath.Join(t.TempDir(), "contacts.jsonl")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, want, broken
}

func TestFile(t *testing.T) {
	path, want, broken := writeContacts(t, 500)
	store, sink := newMemStore(), newMemSink()
	var seen []Progress
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, nil), Ledger: newMemLedger(), Records: 64,
		Progress: func(p Progress) { seen = append(seen, p) }}
	progress, err := ingester.File(t.Context(), &source95598, path)
	if err != nil {
		t.Fatal(err)
	}
	if progress.Units != 500 || progress.Dead != broken || progress.Stored+progress.Superseded != 500-broken || progress.Read != progress.Total {
		t.Errorf("progress %+v", progress)
	}
	if len(seen) != 8 || seen[7] != progress {
		t.Errorf("%d calls of progress, the last with %+v", len(seen), seen[len(seen)-1])
	}
	equalMaps(t, store.texts(), want)
	for id, letter := range sink.letters {
		if !strings.HasPrefix(id, "contacts.jsonl@") || letter.Origin.File != path || letter.Origin.Line%50 != 0 || letter.Reason != decode.ReasonSyntax {
			t.Errorf("letter %+v", letter)
		}
	}
	// A finished file is read again from its start when it is asked for again.
	if progress, err := ingester.File(t.Context(), &source95598, path); err != nil || progress.Units != 500 || progress.Skipped != 0 {
		t.Errorf("again: %+v, %v", progress, err)
	}
	if len(sink.letters) != broken {
		t.Errorf("%d letters after the second run, want %d: they must keep their ids", len(sink.letters), broken)
	}
}

// A run that is killed twenty times at random places ends like one that is not, and does no item again whose batch was
// done.
func TestFileKilledTwentyTimes(t *testing.T) {
	path, want, broken := writeContacts(t, 1000)
	store, sink, ledger := newMemStore(), newMemSink(), newMemLedger()
	rng := rand.New(rand.NewPCG(3, 4))
	var ctx context.Context
	var kill context.CancelFunc
	left := 0 // puts until the process is killed
	store.fault = func(int, []hotline.Document) fault {
		left--
		switch {
		case left == 0 && rng.IntN(2) == 0:
			kill()
			return fault{err: context.Canceled, apply: true} // killed after the store had it, before the answer
		case left == 0:
			kill()
		case rng.IntN(4) == 0:
			return fault{err: errUnavailable, apply: rng.IntN(2) == 0}
		}
		return fault{}
	}
	kills, skipped := 0, int64(0)
	for done := false; !done; {
		ctx, kill = context.WithCancel(t.Context())
		left = 1 + rng.IntN(6)
		if kills >= 20 {
			left = -1
		}
		ingester := &FileIngester{Loop: newTestLoop(t, store, sink, nil), Ledger: ledger, Records: 8}
		progress, err := ingester.File(ctx, &source95598, path)
		switch {
		case err == nil:
			done = true
		case errors.Is(err, context.Canceled):
			kills++
		default:
			t.Fatal(err)
		}
		if progress.Skipped < skipped {
			t.Errorf("run %d skipped %d items, the one before %d: the resume point went back", kills, progress.Skipped, skipped)
		}
		skipped = progress.Skipped
		kill()
	}
	if kills < 20 {
		t.Errorf("killed %d times, want at least 20", kills)
	}
	equalMaps(t, store.texts(), want)
	if len(sink.letters) != broken {
		t.Errorf("%d letters, want %d", len(sink.letters), broken)
	}
}

// Two processes on one file would both be right about the store and wrong about how far it was read: the second says so.
func TestFileIngestedTwiceAtOnce(t *testing.T) {
	path, _, _ := writeContacts(t, 100)
	ledger := newMemLedger()
	store := newMemStore()
	other := &FileIngester{Loop: newTestLoop(t, newMemStore(), newMemSink(), nil), Ledger: ledger, Records: 50}
	store.fault = func(put int, _ []hotline.Document) fault {
		if put == 1 {
			if _, err := other.File(t.Context(), &source95598, path); err != nil {
				t.Error(err)
			}
		}
		return fault{}
	}
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: ledger, Records: 10}
	if _, err := ingester.File(t.Context(), &source95598, path); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error %v, want one that says the file is ingested twice", err)
	}
}

// An answer of the ledger that is lost looks like a conflict with oneself, and is none.
func TestFileLedgerAnswerLost(t *testing.T) {
	path, want, _ := writeContacts(t, 200)
	ledger, store := newMemLedger(), newMemStore()
	puts := 0
	ledger.failing = func() error {
		if puts++; puts%3 == 1 {
			return errors.New("time-out")
		}
		return nil
	}
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: ledger, Records: 20}
	if _, err := ingester.File(t.Context(), &source95598, path); err != nil {
		t.Fatal(err)
	}
	equalMaps(t, store.texts(), want)
}

// Items done again after a kill keep the time at which the file was first begun.
func TestFileKeepsItsTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "undated.jsonl")
	text := `{"schema":1,"id":"u%d","kind":"message","received":"2026-11-18T09:00:00+08:00","text":"停电"}` + "\n"
	if err := os.WriteFile(path, fmt.Appendf(nil, text+text, 1, 2), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, kill := context.WithCancel(t.Context())
	store, ledger := newMemStore(), newMemLedger()
	store.fault = func(put int, _ []hotline.Document) fault {
		if put == 2 {
			kill()
		}
		return fault{}
	}
	loop := newTestLoop(t, store, newMemSink(), nil)
	ingester := &FileIngester{Loop: loop, Ledger: ledger, Records: 1}
	if _, err := ingester.File(ctx, &source95598, path); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want canceled", err)
	}
	if err := loop.cfg.Clock.Sleep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	store.fault = nil
	if progress, err := ingester.File(t.Context(), &source95598, path); err != nil || progress.Skipped != 1 {
		t.Fatalf("second run: %+v, %v", progress, err)
	}
	one, two := store.docs["95598:u1"].Call, store.docs["95598:u2"].Call
	if !one.Arrived.Equal(two.Arrived) || !one.Arrived.Equal(today) {
		t.Errorf("arrived %s and %s, want both at %s", one.Arrived, two.Arrived, today)
	}
}

func TestFileErrors(t *testing.T) {
	ingester := &FileIngester{Loop: newTestLoop(t, newMemStore(), newMemSink(), func(c *LoopConfig) { c.DeadWindow = 40 })}
	write := func(name, content string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	t.Run("Missing", func(t *testing.T) {
		if _, err := ingester.File(t.Context(), &source95598, filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("error %v", err)
		}
	})
	t.Run("UnknownForm", func(t *testing.T) {
		src := decode.Source{Name: "x", Format: decode.Auto}
		_, err := ingester.File(t.Context(), &src, write("x.csv", "甲,乙\n1,2\n"))
		var fault *decode.Error
		if !errors.As(err, &fault) || fault.Reason != decode.ReasonFormat {
			t.Errorf("error %v, want one about the format", err)
		}
	})
	t.Run("MostlyBroken", func(t *testing.T) {
		_, err := ingester.File(t.Context(), &source95598, write("y.jsonl", contact("a", 1)+"\n"+strings.Repeat("{\"id\n", 30)))
		var pause *Pause
		if !errors.As(err, &pause) {
			t.Errorf("error %v, want a pause", err)
		}
	})
}

func TestStream(t *testing.T) {
	store := newMemStore()
	ingester := &FileIngester{Loop: newTestLoop(t, store, newMemSink(), nil), Ledger: newMemLedger()}
	progress, err := ingester.Stream(t.Context(), &source95598, "-", strings.NewReader(contact("a", 1)+"\n"+contact("b", 2)+"\n"))
	if err != nil || progress.Stored != 2 || progress.Total != 0 || progress.Read == 0 {
		t.Errorf("progress %+v, error %v", progress, err)
	}
	if origin := store.docs["95598:b"].Call.Origin; origin != (hotline.Origin{File: "-", Line: 2}) {
		t.Errorf("origin %+v", origin)
	}
}

// A recording named after its caller leaves no number behind: not in origins, dead letters or resume points.
func TestFileNameIsMasked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rec-13800001234.jsonl")
	if err := os.WriteFile(path, []byte(contact("a", 1)+"\n{\"id\":\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, sink, ledger := newMemStore(), newMemSink(), newMemLedger()
	ingester := &FileIngester{Loop: newTestLoop(t, store, sink, func(c *LoopConfig) { c.DeadShare = 1 }), Ledger: ledger}
	if _, err := ingester.File(t.Context(), &source95598, path); err != nil {
		t.Fatal(err)
	}
	if len(store.docs) != 1 || len(sink.letters) != 1 {
		t.Fatalf("%d documents and %d letters, want one each", len(store.docs), len(sink.letters))
	}
	left := fmt.Sprintf("%+v %+v %q", store.docs, sink.letters, ledger.values)
	if strings.Contains(left, "13800001234") {
		t.Errorf("the number is left in %s", left)
	}
}
