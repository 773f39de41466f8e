package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// DeadLetterSchema is the version of the JSON form of dead letters.
const DeadLetterSchema = 1

// Bounds of a dead letter.
const (
	maxWhy    = 500       // bytes of one explanation
	maxSealed = 600 << 10 // a larger sealed payload is left out, so that a letter fits into 1 MiB as JSON
)

// DeadLetter says of one input why it could not be stored, and where it stands. It holds nothing of its text: the
// payload is there only sealed to the operator's key, and not at all without one, or when it is larger than about
// 400 KiB: then its origin refers to it.
// As JSON it is the value of a record of the dead letter topic whose key is ID:
//
//	{"schema":1, "id":"suqiu.hotline.95598/3/1042", "source":"95598",
//	 "origin":{"topic":"suqiu.hotline.95598","partition":3,"offset":1042},
//	 "reason":"time", "place":"受理时间", "why":"no readable time", "at":"2026-11-28T04:00:00Z", "bytes":812}
//
// A letter of reason gap stands for all records from its origin's offset to Until, which retention removed unread.
// A letter with the same ID replaces an earlier one; one with Resolved set says that a replay has stored the input.
type DeadLetter struct {
	Schema   int            `json:"schema"`
	ID       string         `json:"id"` // topic/partition/offset or file:line, and /item and .record where there are several
	Source   string         `json:"source"`
	Origin   hotline.Origin `json:"origin"`
	Reason   decode.Reason  `json:"reason"`
	Place    string         `json:"place,omitempty"` // within the input: a line, column or field
	Why      string         `json:"why"`
	Hint     string         `json:"remedy,omitempty"`
	At       time.Time      `json:"at"`
	Arrived  time.Time      `json:"arrived,omitzero"`  // when the input reached us: the Kafka record's time, or when the file was first begun
	Ruleset  string         `json:"ruleset,omitempty"` // hash of the rule set in force
	Bytes    int            `json:"bytes"`             // size of the payload
	Sealed   []byte         `json:"sealed,omitempty"`  // the input, encrypted with age
	Resolved time.Time      `json:"resolved,omitzero"`
	Until    int64          `json:"until,omitempty"` // of reason gap: the first offset after those that are gone
}

// errNewerLetter marks the letter of a newer build.
var errNewerLetter = errors.New("a newer build wrote it")

// ParseDeadLetter reads the JSON form. Unknown fields are ignored, so that an older build reads newer letters of the
// same schema.
func ParseDeadLetter(data []byte) (DeadLetter, error) {
	var d DeadLetter
	if err := json.Unmarshal(data, &d); err != nil {
		return DeadLetter{}, fmt.Errorf("read dead letter: %w", err)
	}
	switch {
	case d.Schema > DeadLetterSchema:
		return DeadLetter{}, fmt.Errorf("read dead letter: %w: its schema is %d, this build reads %d", errNewerLetter, d.Schema, DeadLetterSchema)
	case d.Schema != DeadLetterSchema:
		return DeadLetter{}, fmt.Errorf("read dead letter: its schema is %d, this build reads %d", d.Schema, DeadLetterSchema)
	case d.ID == "":
		return DeadLetter{}, errors.New("read dead letter: it has no id")
	case (d.Origin.Topic == "") == (d.Origin.File == ""):
		return DeadLetter{}, fmt.Errorf("read dead letter %q: its origin must be a topic or a file", d.ID)
	}
	return d, nil
}

// arrived is when the input reached us. Letters of older builds of a file do not tell it: then it was no later than At.
func (d *DeadLetter) arrived() time.Time {
	if d.Arrived.IsZero() {
		return d.At
	}
	return d.Arrived
}

// late reports whether a letter is a late duplicate of one that was resolved since: the resolved one counts. A zero time
// is none.
func (d *DeadLetter) late(resolved time.Time) bool {
	return !resolved.IsZero() && d.At.Before(resolved)
}

// clip bounds an explanation without cutting a character.
func clip(s string) string {
	if len(s) <= maxWhy {
		return s
	}
	cut := maxWhy
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// Sealer encrypts the input of dead letters to the operator's key. A nil Sealer seals nothing.
type Sealer struct {
	recipients []age.Recipient
}

// NewSealer reads recipients in age's form (age1…), one a line.
func NewSealer(recipients io.Reader) (*Sealer, error) {
	parsed, err := age.ParseRecipients(recipients)
	if err != nil {
		return nil, fmt.Errorf("read the recipients of dead letters: %w", err)
	}
	return &Sealer{parsed}, nil
}

// sealedInput is what is sealed: all that is needed to process the input again.
type sealedInput struct {
	Value   []byte            `json:"value"`
	Key     []byte            `json:"key,omitempty"`
	Headers map[string]string `json:"headers,omitempty"`
	File    string            `json:"file,omitempty"`
	Arrived time.Time         `json:"arrived"`
}

// seal returns the encrypted input, or nil when there is no key. The error says why there can be none; it holds nothing
// of the input.
func (s *Sealer) seal(in *decode.Input) ([]byte, error) {
	if s == nil {
		return nil, nil
	}
	if len(in.Value) > maxSealed {
		return nil, errSealTooLarge
	}
	plain, err := json.Marshal(sealedInput(*in))
	if err != nil { // a time outside the years that JSON knows
		return nil, fmt.Errorf("seal payload: %w", err)
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, s.recipients...)
	if err != nil { // recipients that can't be combined
		return nil, fmt.Errorf("seal payload: %w; correct the recipients of dead letters", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("seal payload: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal payload: %w", err)
	}
	if sealed.Len() > maxSealed {
		return nil, errSealTooLarge
	}
	return sealed.Bytes(), nil
}

var errSealTooLarge = errors.New("seal payload: it is larger than a letter can hold")

// Open decrypts the input of a letter with the operator's identities.
func (d *DeadLetter) Open(identities ...age.Identity) (*decode.Input, error) {
	if len(d.Sealed) == 0 {
		return nil, fmt.Errorf("open dead letter %s: it holds no payload; read it from its origin", d.ID)
	}
	r, err := age.Decrypt(bytes.NewReader(d.Sealed), identities...)
	if err != nil {
		return nil, fmt.Errorf("open dead letter %s: %w", d.ID, err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("open dead letter %s: %w", d.ID, err)
	}
	var in sealedInput
	if err := json.Unmarshal(plain, &in); err != nil {
		return nil, fmt.Errorf("open dead letter %s: %w", d.ID, err)
	}
	out := decode.Input(in)
	return &out, nil
}
