// Package hint says what an operator can do about a fault: in English for the log, /readyz and errors, in Chinese for who
// reads suqiu doctor. Both come from one table, by a code and the names that go with it, so that neither is made of the
// other's words.
package hint

import (
	"errors"
	"fmt"
	"strings"
)

// Hint is what can be done. The zero Hint is none. Hints are equal that say the same.
type Hint struct {
	code  Code
	names [2]string
}

// Of makes a hint of a code and the names that its words want, such as those of settings, files or topics: two at most.
func Of(code Code, names ...string) Hint {
	h := Hint{code: code}
	copy(h.names[:], names)
	return h
}

// IsZero reports whether there is nothing known to do.
func (h Hint) IsZero() bool { return h == Hint{} }

// String is the English sentence; empty for none.
func (h Hint) String() string { return h.fill(words()[h.code].english) }

// Chinese is the Chinese sentence; empty for none.
func (h Hint) Chinese() string { return h.fill(words()[h.code].chinese) }

// MarshalText makes logs in JSON hold the English sentence.
func (h Hint) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

func (h Hint) fill(text string) string {
	return strings.NewReplacer("$1", h.names[0], "$2", h.names[1]).Replace(text)
}

// advised is an error with what can be done about it.
type advised struct {
	err  error
	hint Hint
}

// With adds a hint to an error, whose text then ends with it in brackets. Nothing is added where there is no error or no hint.
func With(err error, h Hint) error {
	if err == nil || h.IsZero() {
		return err
	}
	return &advised{err, h}
}

func (a *advised) Error() string { return fmt.Sprintf("%v (%s)", a.err, a.hint) }
func (a *advised) Unwrap() error { return a.err }
func (a *advised) Advice() Hint  { return a.hint }

// Adviser is an error that knows what can be done about it, in its own words or in With's.
type Adviser interface {
	error
	Advice() Hint
}

// All returns what the errors that err is made of say can be done, each hint once, the innermost first.
func All(err error) []Hint {
	var all []Hint
	known := map[Hint]bool{}
	var walk func(error)
	walk = func(err error) {
		switch inner := err.(type) { //nolint:errorlint // it walks the tree itself
		case interface{ Unwrap() error }:
			walk(inner.Unwrap())
		case interface{ Unwrap() []error }:
			for _, part := range inner.Unwrap() {
				walk(part)
			}
		}
		if a, ok := err.(Adviser); ok { //nolint:errorlint // as above
			if h := a.Advice(); !h.IsZero() && !known[h] {
				known[h] = true
				all = append(all, h)
			}
		}
	}
	walk(err)
	return all
}

// Parts takes apart what errors.Join has joined, also where that was joined again or wrapped without a word. Any other error is
// its only part.
func Parts(err error) []error {
	var inner []error
	switch outer := err.(type) { //nolint:errorlint // it asks for this error's own parts
	case interface{ Unwrap() error }:
		inner = []error{outer.Unwrap()}
	case interface{ Unwrap() []error }:
		inner = outer.Unwrap()
	}
	if joined := errors.Join(inner...); joined == nil || joined.Error() != err.Error() {
		return []error{err}
	}
	var parts []error
	for _, part := range inner {
		parts = append(parts, Parts(part)...)
	}
	return parts
}
