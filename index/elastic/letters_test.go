package elastic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/hotline"
)

// letterbox stands in for a cluster with an index of letters: it keeps what is written, by external versions and by
// sequence numbers, and reads it back, as Elasticsearch does.
type letterbox struct {
	mu      sync.Mutex
	missing bool // there is no such index
	mapping object
	docs    map[string]letterDoc
	seq     int64
	bulk    func() string // if not empty, what a bulk request is answered
}

type letterDoc struct {
	source  json.RawMessage // nil: removed
	version int64
	seq     int64
}

func newLetterbox() *letterbox {
	return &letterbox{mapping: lettersMapping(), docs: map[string]letterDoc{}}
}

func (b *letterbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	gone := object{"error": object{"type": "index_not_found_exception", "reason": "no such index"}}
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/_mapping") && b.missing:
		w.WriteHeader(http.StatusNotFound)
		_, _ = body(gone).WriteTo(w)
	case strings.HasSuffix(path, "/_mapping"):
		_, _ = body(object{"suqiu-letters": object{"mappings": b.mapping}}).WriteTo(w)
	case strings.HasSuffix(path, "/_mget"):
		text, err := unpacked(r)
		var asked struct{ IDs []string }
		if err == nil {
			err = json.Unmarshal(text, &asked)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		var found []object
		for _, id := range asked.IDs {
			switch doc, there := b.docs[id]; {
			case b.missing:
				found = append(found, gone)
			case !there || doc.source == nil:
				found = append(found, object{"found": false})
			default:
				found = append(found, object{"found": true, "_seq_no": doc.seq, "_primary_term": 1, "_source": doc.source})
			}
		}
		_, _ = body(object{"docs": found}).WriteTo(w)
	case strings.HasSuffix(path, "/_bulk"):
		text, err := unpacked(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if b.bulk != nil {
			if answer := b.bulk(); answer != "" {
				fmt.Fprint(w, answer)
				return
			}
		}
		var items []object
		for lines := bytes.Split(bytes.TrimSpace(text), []byte("\n")); len(lines) > 0; {
			var head map[string]struct {
				ID      string `json:"_id"`
				Version int64  `json:"version"`
				Seq     *int64 `json:"if_seq_no"`
			}
			if err := json.Unmarshal(lines[0], &head); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			lines = lines[1:]
			for verb, a := range head {
				var source json.RawMessage
				if verb != "delete" {
					source, lines = slices.Clone(lines[0]), lines[1:]
				}
				doc, there := b.docs[a.ID]
				status := http.StatusOK
				switch {
				case verb == "create" && there, a.Seq != nil && doc.seq != *a.Seq, doc.version > a.Version:
					status = http.StatusConflict
				case verb == "delete" && doc.source == nil:
					status = http.StatusNotFound
				}
				if status != http.StatusConflict {
					b.seq++
					b.docs[a.ID] = letterDoc{source, a.Version, b.seq}
				}
				items = append(items, object{verb: object{"status": status}})
			}
		}
		_, _ = body(object{"items": items}).WriteTo(w)
	default:
		http.Error(w, path, http.StatusTeapot)
	}
}

// source is what is kept of a letter.
func (b *letterbox) source(t *testing.T, id string) map[string]any {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.docs[id].source == nil {
		return nil
	}
	var source map[string]any
	if err := json.Unmarshal(b.docs[id].source, &source); err != nil {
		t.Fatal(err)
	}
	return source
}

var noon = time.Date(2026, time.November, 28, 4, 0, 0, 0, time.UTC)

func letterCopy(id string, position int64) hotline.LetterCopy {
	return hotline.LetterCopy{
		ID: id, Epoch: 1, Position: position, Source: "95598", Hotline: hotline.Hotline95598, Reason: "time", Place: "受理时间",
		Why: "no readable time", Origin: hotline.Origin{Topic: "calls", Partition: 0, Offset: position}, At: noon, Bytes: 812,
	}
}

// outcomes puts letters and says what became of each.
func outcomes(t *testing.T, s *Store, letters ...hotline.LetterCopy) string {
	t.Helper()
	verdicts, err := s.PutLetters(t.Context(), letters)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for i, v := range verdicts {
		if v.ID != letters[i].ID {
			t.Errorf("verdict %d is of %s, want %s", i, v.ID, letters[i].ID)
		}
		all = append(all, v.Outcome.String())
	}
	return strings.Join(all, " ")
}

func TestPutLetters(t *testing.T) {
	box := newLetterbox()
	s := open(t, box)
	resolved := letterCopy("calls/0/1", 5)
	resolved.Resolved, resolved.Arrived = noon.Add(time.Hour), noon.Add(-time.Hour)
	older, removed, never := letterCopy("calls/0/1", 3), hotline.LetterCopy{ID: "calls/0/2", Epoch: 1, Position: 7, Removed: true}, hotline.LetterCopy{ID: "doctor", Epoch: 1, Position: 8, Removed: true}
	long := letterCopy(strings.Repeat("长", 300)+".csv:7", 9)
	long.Origin = hotline.Origin{File: "长.csv", Line: 7}
	if got := outcomes(t, s, letterCopy("calls/0/1", 0), letterCopy("calls/0/2", 1), resolved, older, removed, never, long); got != "stored stored stored superseded stored stored stored" {
		t.Errorf("got %s", got)
	}
	want := map[string]any{
		"id": "calls/0/1", "source": "95598", "hotline": "95598", "reason": "time", "place": "受理时间", "why": "no readable time",
		"topic": "calls", "partition": 0.0, "offset": 5.0, "at": "2026-11-28T04:00:00.000Z", "arrived": "2026-11-28T03:00:00.000Z",
		"resolved": "2026-11-28T05:00:00.000Z", "bytes": 812.0,
	}
	if got := box.source(t, "calls/0/1"); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := box.source(t, "calls/0/2"); got != nil {
		t.Errorf("the removed letter is still there: %v", got)
	}
	if got := box.source(t, letterKey(long.ID)); got["id"] != long.ID || got["file"] != "长.csv" || got["line"] != 7.0 || got["topic"] != nil {
		t.Errorf("letter with a long id: got %v", got)
	}
	anew := letterCopy("calls/0/1", 2) // an earlier letter, copied anew after the copies were lost
	anew.Epoch = 2
	if got := outcomes(t, s, anew); got != "stored" {
		t.Errorf("of a later epoch: got %s, want stored", got)
	}
	held, err := s.ResolvedLetters(t.Context(), []string{"calls/0/1", "calls/0/2", "calls/0/9"})
	if err != nil || len(held) != 0 {
		t.Errorf("resolved: got %v, %v, want none", held, err)
	}
	resolved.Epoch = 2
	outcomes(t, s, resolved)
	held, err = s.ResolvedLetters(t.Context(), []string{"calls/0/1", "calls/0/2", "calls/0/9"})
	if err != nil || len(held) != 1 || !held["calls/0/1"].Equal(resolved.Resolved) {
		t.Errorf("resolved: got %v, %v, want calls/0/1", held, err)
	}
}

// TestLettersMark: copies reach as far as is noted, step by step; a step that does not begin where they reach, and a note
// that is lost, say so.
func TestLettersMark(t *testing.T) {
	box := newLetterbox()
	s := open(t, box)
	ctx := t.Context()
	mark, err := s.ResumeLetters(ctx, "letters", 0, 4)
	if err != nil || mark.Through != 4 || mark.Epoch == 0 {
		t.Fatalf("begin: got %+v, %v", mark, err)
	}
	if err := s.ReachLetters(ctx, "letters", 0, mark, 9); err != nil {
		t.Fatal(err)
	}
	if again, err := s.ResumeLetters(ctx, "letters", 0, 0); err != nil || again != (hotline.LettersMark{Epoch: mark.Epoch, Through: 9}) {
		t.Errorf("resume: got %+v, %v, want through 9", again, err)
	}
	if other, err := s.ResumeLetters(ctx, "letters", 1, 2); err != nil || other.Through != 2 {
		t.Errorf("another partition: got %+v, %v, want through 2", other, err)
	}
	if err := s.ReachLetters(ctx, "letters", 0, mark, 6); err != nil { // done again
		t.Error(err)
	}
	for name, from := range map[string]hotline.LettersMark{
		"Ahead":      {Epoch: mark.Epoch, Through: 12},
		"OtherEpoch": {Epoch: mark.Epoch - 1, Through: 4},
	} {
		if err := s.ReachLetters(ctx, "letters", 0, from, 20); !errors.Is(err, hotline.ErrCopiesIncomplete) {
			t.Errorf("%s: got %v, want that copies are missing", name, err)
		}
	}
	box.mu.Lock()
	clear(box.docs)
	box.mu.Unlock()
	if err := s.ReachLetters(ctx, "letters", 0, hotline.LettersMark{Epoch: mark.Epoch, Through: 9}, 20); !errors.Is(err, hotline.ErrCopiesIncomplete) {
		t.Errorf("after a loss: got %v, want that copies are missing", err)
	}
}

// TestLettersSetupFaults: what is wrong with the index of letters is a fault of the set-up that says what to do.
func TestLettersSetupFaults(t *testing.T) {
	item := func(kind string, status int) func() string {
		return func() string {
			one := fmt.Sprintf(`{"index":{"status":%d,"error":{"type":%q,"reason":"why"}}}`, status, kind)
			return `{"items":[` + one + `,` + one + `]}`
		}
	}
	put := func(s *Store) error {
		_, err := s.PutLetters(t.Context(), []hotline.LetterCopy{letterCopy("a:1", 1), letterCopy("a:2", 2)})
		return err
	}
	resume := func(s *Store) error {
		_, err := s.ResumeLetters(t.Context(), "letters", 0, 0)
		return err
	}
	for _, c := range []struct {
		name   string
		change func(*letterbox)
		do     func(*Store) error
		says   string
	}{
		{"Missing", func(b *letterbox) { b.missing = true }, resume, "index setup"},
		{"Older", func(b *letterbox) { b.mapping = object{"_meta": object{"mapping_version": LettersVersion - 1}} }, resume, "delete the index"},
		{"Newer", func(b *letterbox) { b.mapping["_meta"] = object{"mapping_version": LettersVersion + 1} }, resume, "update suqiu"},
		{"FieldOfOtherType", func(b *letterbox) { b.mapping["properties"].(object)["at"] = object{"type": "keyword"} }, resume, "/at/"},
		{"GoneMeanwhile", func(b *letterbox) { b.missing = true }, func(s *Store) error { _, err := s.ResolvedLetters(t.Context(), []string{"a:1"}); return err }, "index setup"},
		{"GoneWhenPut", func(b *letterbox) { b.bulk = item("index_not_found_exception", 404) }, put, "index setup"},
		{"UnknownField", func(b *letterbox) { b.bulk = item("strict_dynamic_mapping_exception", 400) }, put, "delete the index"},
		{"UnfitValues", func(b *letterbox) { b.bulk = item("document_parsing_exception", 400) }, put, "several letters"},
		{"Forbidden", func(b *letterbox) { b.bulk = item("security_exception", 403) }, put, "view_index_metadata"},
	} {
		t.Run(c.name, func(t *testing.T) {
			box := newLetterbox()
			c.change(box)
			err := c.do(open(t, box))
			var f *hotline.Fault
			if !errors.As(err, &f) || f.Kind != hotline.FaultSetup || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want a fault of the set-up that says %q", err, c.says)
			}
		})
	}
}

func TestLetterVerdicts(t *testing.T) {
	for _, c := range []struct {
		name, item string
		want       hotline.Outcome
	}{
		{"Busy", `{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}}`, hotline.Retry},
		{"Unfit", `{"status":400,"error":{"type":"document_parsing_exception","reason":"a"}}`, hotline.Refused},
	} {
		t.Run(c.name, func(t *testing.T) {
			box := newLetterbox()
			box.bulk = func() string { return `{"items":[{"index":` + c.item + `}]}` }
			if got := outcomes(t, open(t, box), letterCopy("a:1", 1)); got != c.want.String() {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestLetterFields(t *testing.T) {
	fields := LetterFields()
	for name, want := range map[string]string{"reason": "keyword", "at": "date", "resolved": "date", "why": "text", "bytes": "long", "sealed": ""} {
		if got := fields[name]; got != want {
			t.Errorf("%s: got type %q, want %q", name, got, want)
		}
	}
}
