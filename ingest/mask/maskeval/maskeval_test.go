package maskeval

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"suqiu/ingest/mask"
)

// The seed of the tests. Figures are reported for others.
const seed = 1

// TestEvaluate holds masking to what is asked of it: at least 99.5 % of the planted items masked, at most 0.1 % of the
// decoys touched.
func TestEvaluate(t *testing.T) {
	r, err := Evaluate(seed, 3000)
	if err != nil {
		t.Fatal(err)
	}
	if masked, planted := r.Masked(); planted < 5000 || float64(masked) < 0.995*float64(planted) {
		t.Errorf("%d of %d masked\n%s", masked, planted, r.String())
	}
	if touched, decoys := r.Touched(); decoys < 3000 || float64(touched) > 0.001*float64(decoys) {
		t.Errorf("%d of %d decoys touched\n%s", touched, decoys, r.String())
	}
	for _, kind := range []string{kindMobile, kindLandline, kindIdentity, kindBank, kindAccount, kindPlate, kindEmail, kindName, kindDoor, kindSplit, kindRepeated, kindHandle, kindPassport} {
		if r.Planted[kind].Items == 0 {
			t.Errorf("no %s planted", kind)
		}
		if !strings.Contains(r.String(), kind) {
			t.Errorf("the table does not show %s", kind)
		}
	}
}

// TestIdempotent masks what was masked.
func TestIdempotent(t *testing.T) {
	keyring, err := mask.ParseKeyring(mask.NewKey("k"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := mask.New(keyring, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Corpus(seed, 1000) {
		for _, turn := range m.Call(&s.Record).Turns {
			if once := m.Text(turn.Text); m.Text(once) != once {
				t.Errorf("%q, masked again %q", once, m.Text(once))
			}
		}
		text := s.Record.Call.Text(nil)
		if once := m.Text(text); m.Text(once) != once {
			t.Errorf("%q, masked again %q", once, m.Text(once))
		}
	}
}

// TestCorpusRepeats: the same seed gives the same corpus, another gives another.
func TestCorpusRepeats(t *testing.T) {
	a, b, c := Corpus(seed, 50), Corpus(seed, 50), Corpus(seed+1, 50)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same seed gives two corpora")
	}
	if reflect.DeepEqual(a, c) {
		t.Error("two seeds give the same corpus")
	}
}

// TestCorpusPlants: whatever is said to be planted stands in the text, else its absence would prove nothing.
func TestCorpusPlants(t *testing.T) {
	for _, s := range Corpus(seed, 500) {
		text := s.Record.Call.Text(nil)
		for _, it := range append(s.Planted, s.Decoys...) {
			for _, p := range it.Pieces {
				if !strings.Contains(text, p) {
					t.Errorf("%s %s: %q is not in %q", it.Kind, it.Form, p, text)
				}
			}
		}
		if err := s.Record.Call.Check(); err != nil {
			t.Errorf("sample %s: %v", s.Record.Call.ID, err)
		}
	}
}

func TestWriteNative(t *testing.T) {
	samples := Corpus(seed, 100)
	var b bytes.Buffer
	raw, err := WriteNative(&b, samples)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(b.Bytes()), []byte("\n"))
	if len(lines) != len(samples) {
		t.Fatalf("%d lines for %d samples", len(lines), len(samples))
	}
	for _, line := range lines {
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Fatal(err)
		}
		_, text := v["text"]
		_, turns := v["turns"]
		if text == turns || v["id"] == "" || v["received"] == "" {
			t.Errorf("incomplete line %s", line)
		}
	}
	if len(raw) < len(samples) {
		t.Errorf("only %d raw strings", len(raw))
	}
	escaped, _ := json.Marshal(b.String())
	for _, s := range raw {
		piece, _ := json.Marshal(s)
		if s == "" || !bytes.Contains(escaped, bytes.Trim(piece, `"`)) {
			t.Errorf("raw string %q is not in the corpus", s)
		}
	}
}
