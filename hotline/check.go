package hotline

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of one call. What passes them is a dead letter, so that no single record can exhaust a worker.
const (
	MaxIDBytes   = 256
	MaxTurns     = 5_000
	MaxTextBytes = 1 << 20 // of all turns together
	MaxExtra     = 200     // fields
	MaxAreaDepth = 10
)

// ErrInvalid is wrapped by every error of Check.
var ErrInvalid = errors.New("invalid call")

// FieldError names the field of a call that is wrong, the value, and what would be right.
type FieldError struct {
	Field string
	Why   string
}

func (e *FieldError) Error() string { return e.Field + ": " + e.Why }

// Is makes errors.Is(err, ErrInvalid) true.
func (e *FieldError) Is(target error) bool { return target == ErrInvalid }

func invalid(field, format string, args ...any) error {
	return &FieldError{Field: field, Why: fmt.Sprintf(format, args...)}
}

// Check reports the first thing that keeps the call from being stored, as a *FieldError. It never repeats text of
// the call.
func (c *Call) Check() error {
	switch {
	case c.Schema != Schema:
		return invalid("schema", "is %d, this build reads %d", c.Schema, Schema)
	case c.Source == "" || strings.ContainsAny(c.Source, ":\n"):
		return invalid("source", "must be a name without a colon")
	case !c.Hotline.Valid():
		return invalid("hotline", "must be 95598, 12398 or 12345")
	case c.ID == "":
		return invalid("id", "is missing; say in the source's configuration where it stands")
	case len(c.ID) > MaxIDBytes:
		return invalid("id", "has %d bytes, at most %d", len(c.ID), MaxIDBytes)
	case !utf8.ValidString(c.ID):
		return invalid("id", "is not UTF-8")
	case !c.Kind.Valid():
		return invalid("kind", "must be call, order or message")
	case !c.Precision.Valid():
		return invalid("precision", "must be second, minute or day")
	case c.Received.IsZero():
		return invalid("received", "is missing")
	case c.ContentRev <= 0 || c.ContentRev > MaxContentRev:
		return invalid("content_rev", "is %d, must be milliseconds since 1970", c.ContentRev)
	case c.Matter == "":
		return invalid("matter", "is missing")
	case len(c.Turns) == 0:
		return invalid("turns", "there is no text")
	case len(c.Turns) > MaxTurns:
		return invalid("turns", "are %d, at most %d", len(c.Turns), MaxTurns)
	case len(c.Extra) > MaxExtra:
		return invalid("extra", "has %d fields, at most %d", len(c.Extra), MaxExtra)
	}
	total, spoken := 0, false
	for i, t := range c.Turns {
		field := fmt.Sprintf("turns[%d]", i)
		if !t.Role.Valid() {
			return invalid(field+".role", "must be customer, agent, ivr, unknown, reply or quote")
		}
		if !utf8.ValidString(t.Text) {
			return invalid(field+".text", "is not UTF-8")
		}
		if t.BeginMS < 0 || t.EndMS < 0 {
			return invalid(field, "has a negative time")
		}
		total += len(t.Text)
		spoken = spoken || strings.TrimSpace(t.Text) != ""
	}
	switch {
	case !spoken:
		return invalid("turns", "there is no text")
	case total > MaxTextBytes:
		return invalid("turns", "hold %d bytes of text, at most %d", total, MaxTextBytes)
	case strings.Count(c.Area.Grid, AreaSeparator) >= MaxAreaDepth, strings.Count(c.Area.Division, AreaSeparator) >= MaxAreaDepth:
		return invalid("area", "is deeper than %d levels", MaxAreaDepth)
	case c.Area.Confidence < 0 || c.Area.Confidence > 1:
		return invalid("area.confidence", "is %v, must be 0 to 1", c.Area.Confidence)
	}
	return nil
}

// CheckReceived reports whether the time of the contact lies between the start of retention and one day after it
// reached us; outside, a wrong year would open an index of its own.
func (c *Call) CheckReceived(retentionStart, arrived time.Time) error {
	if c.Received.Before(retentionStart) {
		return invalid("received", "%s is before the start of retention, %s; a longer retention would keep it", c.Received.Format(time.RFC3339), retentionStart.Format(time.DateOnly))
	}
	if limit := arrived.Add(24 * time.Hour); c.Received.After(limit) {
		return invalid("received", "%s is more than a day after its arrival, %s", c.Received.Format(time.RFC3339), arrived.Format(time.RFC3339))
	}
	return nil
}

// Check reports what keeps the document from being stored.
func (d *Document) Check() error {
	if err := d.Call.Check(); err != nil {
		return err
	}
	if d.Analysis.RulesetRev < 0 || d.Analysis.RulesetRev > MaxRulesetRev {
		return invalid("ruleset_rev", "is %d, must be 0 to %d", d.Analysis.RulesetRev, MaxRulesetRev)
	}
	if d.Analysis.CorrectionRev < 0 || d.Analysis.CorrectionRev > MaxCorrectionRev {
		return invalid("correction_rev", "is %d, must be 0 to %d", d.Analysis.CorrectionRev, MaxCorrectionRev)
	}
	return nil
}
