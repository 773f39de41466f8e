package ingest

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

func TestParseDeadLetter(t *testing.T) {
	good := DeadLetter{Schema: 1, ID: "calls/1/2", Source: "95598", Origin: hotline.Origin{Topic: "calls", Partition: 1, Offset: 2},
		Reason: decode.ReasonTime, Place: "受理时间", Why: "no readable time", At: today, Ruleset: "abc", Bytes: 3, Sealed: []byte{1, 2}}
	data, err := json.Marshal(&good)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseDeadLetter(data)
	if err != nil {
		t.Fatal(err)
	}
	if data2, _ := json.Marshal(&again); !bytes.Equal(data, data2) {
		t.Errorf("read %s, wrote %s", data, data2)
	}
}

// Each file of testdata/deadletter is wrong in the one way that its name tells.
func TestParseDeadLetterFaults(t *testing.T) {
	for name, want := range map[string]string{
		"broken_json.json":        "unexpected end",
		"newer_schema.json":       "its schema is 2",
		"no_id.json":              "it has no id",
		"no_origin.json":          "must be a topic or a file",
		"two_origins.json":        "must be a topic or a file",
		"time_of_wrong_type.json": "parsing time",
	} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", "deadletter", name))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ParseDeadLetter(data); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want one with %q", err, want)
			}
		})
	}
}

func FuzzParseDeadLetter(f *testing.F) {
	files, err := filepath.Glob("testdata/deadletter/*.json")
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseDeadLetter(data)
		if err != nil {
			return
		}
		if d.ID == "" || d.Schema != DeadLetterSchema {
			t.Errorf("accepted %+v", d)
		}
		_ = d.fileID() // must not panic, whatever the id
		again, err := json.Marshal(&d)
		if err != nil {
			t.Fatalf("can't write what was read: %v", err)
		}
		if _, err := ParseDeadLetter(again); err != nil {
			t.Errorf("can't read what was written: %v", err)
		}
	})
}

func testSealer(t *testing.T) (*Sealer, *age.X25519Identity) {
	t.Helper()
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := NewSealer(strings.NewReader("# the operator's key\n" + identity.Recipient().String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return sealer, identity
}

// The payload of a dead letter is there for the holder of the key, and for nobody else.
func TestSeal(t *testing.T) {
	sealer, identity := testSealer(t)
	in := &decode.Input{Value: []byte(`{"phone":"13800000000"`), Key: []byte("k"), Headers: map[string]string{"id": "7"}, Arrived: today}
	seal := func(in *decode.Input) []byte {
		sealed, err := sealer.seal(in)
		if (err == nil) != (len(sealed) > 0) {
			t.Errorf("sealed to %d bytes with error %v", len(sealed), err)
		}
		return sealed
	}
	letter := DeadLetter{ID: "calls/0/1", Sealed: seal(in)}
	if bytes.Contains(letter.Sealed, []byte("13800000000")) || len(letter.Sealed) == 0 {
		t.Fatalf("sealed to %q", letter.Sealed)
	}
	got, err := letter.Open(identity)
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Value) != string(in.Value) || string(got.Key) != "k" || got.Headers["id"] != "7" || !got.Arrived.Equal(today) {
		t.Errorf("opened %+v, want %+v", got, in)
	}
	_, stranger := testSealer(t)
	if _, err := letter.Open(stranger); err == nil {
		t.Error("a stranger's key opens it")
	}
	for size, want := range map[int]bool{400 << 10: true, 500 << 10: false, maxSealed + 1: false} {
		large := DeadLetter{ID: "x", Sealed: seal(&decode.Input{Value: make([]byte, size)})}
		if (len(large.Sealed) > 0) != want {
			t.Errorf("a payload of %d bytes is sealed to %d", size, len(large.Sealed))
		}
		if data, err := json.Marshal(&large); err != nil || len(data) > 1_000_000 {
			t.Errorf("a letter of %d bytes, %v", len(data), err)
		}
	}
	if none, err := (*Sealer)(nil).seal(in); none != nil || err != nil {
		t.Errorf("without a key there is a payload of %d bytes, error %v", len(none), err)
	}
	if _, err := (&DeadLetter{ID: "x"}).Open(identity); err == nil {
		t.Error("a letter without payload opens")
	}
	if _, err := NewSealer(strings.NewReader("age1nonsense")); err == nil {
		t.Error("a recipient that is none is accepted")
	}
}

// A payload that can't be sealed is not dropped without a word.
func TestUnsealedIsTold(t *testing.T) {
	sealer, _ := testSealer(t)
	for name, in := range map[string]decode.Input{
		"TooLarge":   {Value: []byte(strings.Repeat("张三", maxSealed)), Arrived: today},
		"NoJSONTime": {Value: []byte("张三"), Arrived: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			var told bytes.Buffer
			sink := newMemSink()
			loop := newTestLoop(t, newMemStore(), sink, func(c *LoopConfig) {
				c.Sealer, c.Log = sealer, slog.New(slog.NewTextHandler(&told, nil))
			})
			unit := loop.cfg.Pipeline.Payload(&source95598, &in, Place{ID: "calls/0/1"})
			if _, err := loop.Finish(t.Context(), []Unit{unit}, nil); err != nil {
				t.Fatal(err)
			}
			if letter := sink.letters["calls/0/1"]; letter.Reason == "" || letter.Sealed != nil {
				t.Errorf("letter %+v", letter)
			}
			if got := measure(t, loop.cfg.Metrics.unsealed.WithLabelValues("95598")); got != 1 {
				t.Errorf("%v letters counted, want 1", got)
			}
			if log := told.String(); !strings.Contains(log, "without its payload") || strings.Contains(log, "张三") {
				t.Errorf("logged %s", log)
			}
		})
	}
}

// Nothing of the input's text is in a letter as it is written.
func TestLetterHoldsNoText(t *testing.T) {
	sink := newMemSink()
	loop := newTestLoop(t, newMemStore(), sink, func(c *LoopConfig) { c.Ruleset = func() string { return "r3" } })
	payloads := []string{
		`{"schema":1,"caller":"13800000000","text":"张三家停电"`,
		`{"schema":1,"id":"x","caller":"13800000000","received":"昨天张三","text":"张三家停电"}`,
		strings.Replace(contact("broken", 1), "小区", "张三13800000000", 1),
		"张三，13800000000",
	}
	if _, err := loop.Finish(t.Context(), unitsOf(loop, payloads...), nil); err != nil {
		t.Fatal(err)
	}
	if len(sink.letters) != len(payloads) {
		t.Fatalf("%d letters, want %d", len(sink.letters), len(payloads))
	}
	for _, letter := range sink.letters {
		data, err := json.Marshal(&letter)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(data), "张三") || strings.Contains(string(data), "13800000000") {
			t.Errorf("%s", data)
		}
		if letter.Ruleset != "r3" {
			t.Errorf("rule set %q", letter.Ruleset)
		}
	}
}

func TestClip(t *testing.T) {
	for _, s := range []string{"", "短", strings.Repeat("长", 400), "a" + strings.Repeat("长", 400)} {
		got := clip(s)
		if !utf8.ValidString(got) || len(got) > maxWhy+len("…") || (len(s) <= maxWhy && got != s) {
			t.Errorf("clip of %d bytes gives %d: %q", len(s), len(got), got)
		}
	}
}

func TestDeadFilter(t *testing.T) {
	letter := DeadLetter{ID: "a", Source: "95598", Reason: decode.ReasonTime, At: today}
	for _, tt := range []struct {
		name   string
		filter DeadFilter
		letter DeadLetter
		want   bool
	}{
		{"All", DeadFilter{}, letter, true},
		{"ID", DeadFilter{IDs: []string{"b", "a"}}, letter, true},
		{"OtherID", DeadFilter{IDs: []string{"b"}}, letter, false},
		{"OtherSource", DeadFilter{Source: "12345"}, letter, false},
		{"OtherReason", DeadFilter{Reason: decode.ReasonID}, letter, false},
		{"Since", DeadFilter{Since: today}, letter, true},
		{"TooOld", DeadFilter{Since: today.Add(time.Second)}, letter, false},
		{"Resolved", DeadFilter{}, DeadLetter{ID: "a", At: today, Resolved: today}, false},
		{"ResolvedToo", DeadFilter{Resolved: true}, DeadLetter{ID: "a", At: today, Resolved: today}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.filter.accepts(&tt.letter); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
