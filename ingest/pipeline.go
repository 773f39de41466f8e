package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Locator finds where the matter of a record is.
type Locator interface {
	Locate(r *decode.Record, defaultArea string) hotline.Area
}

// Masker makes a Call without raw personal data of a record: texts masked, people as pseudonyms.
type Masker interface {
	Call(r *decode.Record) hotline.Call
	// Name masks the name of a file: recordings are often named after their caller.
	Name(name string) string
}

// Analyzer finds what a call complains of. It must be safe for concurrent use.
type Analyzer interface {
	Analyze(c *hotline.Call) hotline.Analysis
}

// Pipeline turns what was read into documents, or dead letters where that can't be done. It keeps nothing between
// calls, does no I/O, and is safe for concurrent use if its parts are. All fields but RetentionStart are needed.
type Pipeline struct {
	Locate  Locator
	Mask    Masker
	Analyze Analyzer
	Clock   Clock
	// RetentionStart tells, of the current time, before which date a contact is too old to be kept. Nil: none is.
	RetentionStart func(now time.Time) time.Time
}

// Place names where a payload or an item was read: ID is unique over all inputs and stable when it is read again.
type Place struct {
	ID     string
	Origin hotline.Origin
}

// Entry is one thing that must come to its end: a document to be stored, or a dead letter to be buried. Exactly one
// of Document and Dead is set.
type Entry struct {
	Place    Place
	Input    *decode.Input // the undecoded input it came from; never stored or logged, only sealed
	Document *hotline.Document
	Dead     *DeadLetter
}

// source is the first part of the id of the entry's document, or the one that it would have.
func (e *Entry) source() string {
	if e.Dead != nil {
		return e.Dead.Source
	}
	return e.Document.Call.Source
}

// Payload processes one whole Kafka record. It returns at least one entry.
func (p *Pipeline) Payload(src *decode.Source, in *decode.Input, at Place) []Entry {
	items, fault := payload(src, in)
	switch {
	case fault != nil:
		return []Entry{p.dead(src, at, in, fault)}
	case len(items) == 1:
		return p.Item(src, &items[0], in, at)
	}
	var entries []Entry
	for i := range items {
		part := at
		part.ID += "/" + strconv.Itoa(i)
		part.Origin.Shared = part.Origin.Topic != ""
		entries = append(entries, p.Item(src, &items[i], in, part)...)
	}
	return entries
}

// Item processes one item that was decoded from in. It returns at least one entry.
func (p *Pipeline) Item(src *decode.Source, item *decode.Item, in *decode.Input, at Place) []Entry {
	if item.Err != nil {
		return []Entry{p.dead(src, at, in, item.Err)}
	}
	if len(item.Records) == 0 {
		return []Entry{p.dead(src, at, in, &decode.Error{Reason: decode.ReasonEmpty, Why: "nothing there"})}
	}
	entries := make([]Entry, 0, len(item.Records))
	for i := range item.Records {
		part := at
		if len(item.Records) > 1 {
			part.ID += "." + strconv.Itoa(i)
			part.Origin.Shared = part.Origin.Topic != ""
		}
		doc, fault := p.document(src, &item.Records[i], in.Arrived, part.Origin)
		if fault != nil {
			fault.Hotline = item.Records[i].Call.Hotline
			entries = append(entries, p.dead(src, part, in, fault))
			continue
		}
		entries = append(entries, Entry{Place: part, Input: in, Document: doc})
	}
	return entries
}

// document takes one record the rest of the way.
func (p *Pipeline) document(src *decode.Source, r *decode.Record, arrived time.Time, origin hotline.Origin) (doc *hotline.Document, fault *decode.Error) {
	defer recovered(&fault)
	// Masking hears the roles as they are told: guessed ones could part a number that is said in pieces.
	call := p.Mask.Call(r)
	if r.Call.Kind == hotline.KindCall {
		r.Call.Turns = decode.FindAgent(r.Call.Turns)
		for i := range call.Turns {
			call.Turns[i].Role = r.Call.Turns[i].Role
		}
	}
	area := p.Locate.Locate(r, src.DefaultArea)
	call.Area, call.Arrived, call.Origin = area, arrived, origin
	if err := call.Check(); err != nil {
		return nil, refusal(err)
	}
	var start time.Time
	if p.RetentionStart != nil {
		start = p.RetentionStart(p.Clock.Now())
	}
	if err := call.CheckReceived(start, arrived); err != nil {
		return nil, refusal(err)
	}
	doc = &hotline.Document{Call: call, Analysis: p.Analyze.Analyze(&call)}
	if err := doc.Check(); err != nil {
		return nil, refusal(err)
	}
	return doc, nil
}

func payload(src *decode.Source, in *decode.Input) (items []decode.Item, fault *decode.Error) {
	defer recovered(&fault)
	if len(in.Value) > decode.MaxPayloadBytes {
		return nil, &decode.Error{Reason: decode.ReasonSize,
			Why: fmt.Sprintf("has %d bytes, at most %d", len(in.Value), decode.MaxPayloadBytes)}
	}
	return decode.Decode(src, in), nil
}

// dead makes the letter of what has no document. Its source is the one that the document would have.
func (p *Pipeline) dead(src *decode.Source, at Place, in *decode.Input, fault *decode.Error) Entry {
	return Entry{Place: at, Input: in, Dead: &DeadLetter{
		Schema: DeadLetterSchema,
		ID:     at.ID,
		Source: src.NameFor(fault.Hotline),
		Origin: at.Origin,
		Reason: fault.Reason,
		Place:  clip(fault.Place),
		Why:    clip(fault.Why),
		Hint:   clip(cmp.Or(fault.Hint, hintFor(fault.Reason))),
		At:     p.Clock.Now().UTC(),
		Bytes:  len(in.Value),
	}}
}

// refusal makes a decoding error of a failed check.
func refusal(err error) *decode.Error {
	fault := &decode.Error{Reason: decode.ReasonField, Why: err.Error()}
	var field *hotline.FieldError
	if errors.As(err, &field) {
		fault.Place, fault.Why = field.Field, field.Why
		switch field.Field {
		case "id":
			fault.Reason = decode.ReasonID
		case "received", "content_rev":
			fault.Reason = decode.ReasonTime
		case "hotline":
			fault.Reason = decode.ReasonHotline
		case "schema":
			fault.Reason = decode.ReasonSchema
		}
	}
	return fault
}

// recovered turns a panic into a fault. The panic's own text may hold words of the input, so only its place in our
// code is told.
func recovered(fault **decode.Error) {
	if p := recover(); p != nil {
		*fault = &decode.Error{
			Reason: decode.ReasonPanic,
			Why:    fmt.Sprintf("a fault of suqiu itself (%T) in %s", p, panicSite()),
			Hint:   "report it with this place; replay the dead letter after an update",
		}
	}
}

// panicSite names the function and line that panicked: the first frame below the runtime's own.
func panicSite() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for below := false; ; {
		frame, more := frames.Next()
		if below && !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", frame.Function, frame.Line)
		}
		below = below || frame.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}
