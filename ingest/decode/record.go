package decode

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
)

// complete fills in what all formats share, once the decoder has set what its format tells, and checks the result:
// schema, source, hotline, kind, id and time (from where the configuration says they stand, if the format told
// none), precision, arrival, content version and matter. A decoder that knows the upstream update time sets
// Call.ContentRev to its milliseconds; one that knows the matter sets Call.Matter. doc is the decoded JSON, or a
// table's row as a map from header to value; From paths are looked up in it.
func complete(src *Source, in *Input, r *Record, doc any) *Error {
	c := &r.Call
	c.Schema = hotline.Schema
	if c.Hotline == "" {
		c.Hotline = src.Hotline
	}
	if !c.Hotline.Valid() {
		return &Error{Reason: ReasonHotline, Why: "the record does not say which hotline it came to",
			Hint: "set hotline to 95598, 12398 or 12345 in the source's configuration"}
	}
	c.Source = src.NameFor(c.Hotline)
	if c.Kind == "" {
		c.Kind = src.Kind
	}
	if c.Kind == "" {
		c.Kind = hotline.KindOrder
	}
	if err := completeID(src, in, c, doc); err != nil {
		return err
	}
	if err := completeTime(src, in, c, doc); err != nil {
		return err
	}
	c.Links = slices.DeleteFunc(c.Links, func(id string) bool { return id == c.DocID() })
	if c.Matter == "" {
		c.Matter = c.DocID()
	}
	if size := extraBytes(c.Extra); size > hotline.MaxTextBytes {
		return &Error{Reason: ReasonSize, Place: "extra", Why: fmt.Sprintf("%d bytes in unknown fields, at most %d", size, hotline.MaxTextBytes)}
	}
	if err := c.Check(); err != nil {
		return checkError(err)
	}
	if c.Kind != hotline.KindCall && strings.TrimSpace(c.Text(told)) == "" {
		return &Error{Reason: ReasonField, Place: placeText, Why: "there is no text of the caller"}
	}
	return nil
}

// NameFor is the first part of the document ids of contacts with one hotline, or of those that tell none. A source that
// is only named after its hotline may hold contacts of another, such as a file of 12345 orders that is read as it is:
// they are named after theirs, or else a contact that comes by two ways would be stored twice.
func (s *Source) NameFor(h hotline.Hotline) string {
	if h == "" {
		h = s.Hotline
	}
	if s.Name == "" || s.Name == string(s.Hotline) {
		return string(h)
	}
	return s.Name
}

// told accepts the roles of what a caller told, now or in an earlier order.
func told(r hotline.Role) bool { return r.Caller() || r == hotline.RoleQuote }

// The places that complete names where a record lacks what every record needs.
const (
	placeID       = "id"
	placeReceived = "received"
	placeText     = "turns"
)

func completeID(src *Source, in *Input, c *hotline.Call, doc any) *Error {
	if c.ID == "" && src.ID != "" {
		id, err := src.ID.value(in, doc)
		if err != nil {
			return &Error{Reason: ReasonID, Place: err.Place, Why: err.Why, Hint: err.Hint}
		}
		c.ID = id
	}
	if c.ID = strings.TrimSpace(c.ID); c.ID == "" {
		return &Error{Reason: ReasonID, Place: placeID, Why: "the record has no id", Hint: "say in the source's configuration where the id stands"}
	}
	return nil
}

func completeTime(src *Source, in *Input, c *hotline.Call, doc any) *Error {
	if c.Received.IsZero() && src.Start != "" {
		s, err := src.Start.value(in, doc)
		if err != nil {
			return &Error{Reason: ReasonTime, Place: err.Place, Why: err.Why, Hint: err.Hint}
		}
		t, precision, timeErr := parseTime(s, src.zone())
		if timeErr != nil {
			return &Error{Reason: ReasonTime, Place: string(src.Start), Why: timeErr.Error()}
		}
		c.Received, c.Precision = t, precision
	}
	if c.Received.IsZero() {
		c.Received, c.Precision = src.Received, hotline.PrecisionDay
	}
	if c.Received.IsZero() {
		return &Error{Reason: ReasonTime, Place: placeReceived, Why: "nothing tells when the contact was",
			Hint: "say in the source's configuration where the time stands, or give --as-of"}
	}
	if c.Precision == "" {
		c.Precision = hotline.PrecisionSecond
	}
	if !in.Arrived.IsZero() && (in.Arrived.Before(earliestRev) || in.Arrived.Year() > 2099) {
		// Producers that set no time leave 0 or -1, some count in other units, and a clock may be unset.
		return &Error{Reason: ReasonTime, Place: "arrived", Why: "its arrival (the Kafka record's own time, or --as-of) is not between 2000 and 2099",
			Hint: "have the producer set the record's time, or set message.timestamp.type=LogAppendTime for the topic"}
	}
	c.Arrived = in.Arrived
	c.ContentRev = contentRev(src, in, c)
	return nil
}

// earliestRev is before which no update or arrival of a record is plausible.
var earliestRev = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// contentRev picks the version of the content: the upstream update time if it is plausible, else the time of
// arrival, else --as-of, else the time of the contact itself.
func contentRev(src *Source, in *Input, c *hotline.Call) int64 {
	latest := int64(hotline.MaxContentRev)
	if !in.Arrived.IsZero() {
		latest = min(latest, in.Arrived.Add(24*time.Hour).UnixMilli())
	}
	if c.ContentRev >= earliestRev.UnixMilli() && c.ContentRev <= latest {
		return c.ContentRev
	}
	for _, t := range []time.Time{in.Arrived, src.Received, c.Received} {
		if !t.IsZero() {
			return min(t.UnixMilli(), latest)
		}
	}
	return 0
}

// shanghai is loaded once: every record without a configured zone asks for it.
var shanghai = sync.OnceValue(calendar.Shanghai)

// zone is where times without a zone are told.
func (s *Source) zone() *time.Location {
	if s.Zone != nil {
		return s.Zone
	}
	return shanghai()
}

// checkError turns what Call.Check found into a decoding error of the fitting reason.
func checkError(err error) *Error {
	field, why := "", err.Error()
	var f *hotline.FieldError
	if errors.As(err, &f) {
		field, why = f.Field, f.Why
	}
	reason := ReasonField
	switch field {
	case "id":
		reason = ReasonID
	case "received", "precision", "content_rev":
		reason = ReasonTime
	case "schema":
		reason = ReasonSchema
	case "hotline":
		reason = ReasonHotline
	}
	return &Error{Reason: reason, Place: field, Why: why}
}

func extraBytes(extra map[string]string) int {
	n := 0
	for k, v := range extra {
		n += len(k) + len(v)
	}
	return n
}

// addExtra keeps a field that has no place of its own; empty values are left out. A column may have no name, which no
// store takes as a field.
func addExtra(c *hotline.Call, name, value string) {
	if value == "" {
		return
	}
	if name = strings.TrimSpace(name); name == "" {
		name = "无名"
	}
	if c.Extra == nil {
		c.Extra = map[string]string{}
	}
	c.Extra[name] = value
}
