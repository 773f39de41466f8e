// Package worklist makes the worklists of area managers (片区经理工作清单) out of contacts: which callers and which buildings
// somebody must go to, how often they told of it and what is suggested. Which contacts belong on which list is data.
// Everything is a pure function of the contacts; callers stay pseudonyms.
package worklist

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
)

// File is where dictionaries keep the lists.
const File = "worklists.yaml"

// By says what an item of a list is.
type By string

// The ways of gathering contacts into items.
const (
	ByPerson By = "person" // a caller, or an account (户号)
	ByPlace  By = "place"  // a community, a building, or else a transformer area (台区)
	ByBoth   By = "both"   // places, and people of whose place not enough was told
)

// List says which contacts belong on a worklist, and what makes them an item.
type List struct {
	Code     string         `yaml:"code"`
	Name     string         `yaml:"name"`
	Labels   []string       `yaml:"labels"`   // one of these, or one below them,
	Portrait []string       `yaml:"portrait"` // or one of these marks
	Words    []string       `yaml:"words"`    // and one of these in the caller's words; empty for any words
	By       By             `yaml:"by"`
	Contacts int            `yaml:"contacts"` // that an item needs within the span; 0 for one
	Callers  int            `yaml:"callers"`  // likewise
	Within   calendar.Delay `yaml:"within"`
	Service  []string       `yaml:"service"` // marks whose service is suggested where the callers have none
}

// Load reads the lists of the given file systems; a list of a later one replaces that of the same code.
func Load(layers ...fs.FS) ([]List, error) {
	return dicts.Entries("the worklists", File, parse, func(l List) string { return l.Code }, layers...)
}

func parse(data []byte) ([]List, error) {
	var file struct {
		Lists []List `yaml:"worklists"`
	}
	if err := dicts.Decode(data, &file); err != nil {
		return nil, err
	}
	for i, l := range file.Lists {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("list %d (%s): %w", i+1, l.Code, err)
		}
	}
	return file.Lists, nil
}

func (l *List) check() error {
	switch {
	case l.Code == "" || l.Name == "":
		return errors.New("code and name are needed")
	case len(l.Labels) == 0 && len(l.Portrait) == 0:
		return errors.New("labels or portrait are needed; else all contacts would be on the list")
	case !slices.Contains([]By{ByPerson, ByPlace, ByBoth}, l.By):
		return fmt.Errorf("by is %q; it must be person, place or both", l.By)
	case l.Contacts < 0 || l.Callers < 0:
		return errors.New("contacts and callers must not be negative")
	case l.Within.Clock <= 0:
		return errors.New("within is needed, in days or hours: 60d")
	case slices.Contains(l.Words, ""):
		return errors.New("a word is empty; it would stand in every text")
	}
	return nil
}

// Contact is what a worklist needs to know of one contact.
type Contact struct {
	ID       string // document id
	Received time.Time
	Matter   string
	Caller   string // pseudonyms
	Account  string
	Area     string   // path of the grid tree
	Places   []string // communities, and after them other places, that the text names
	Labels   []string
	Portrait []string
	Urgency  []string
	Words    string // the caller's
}

// Takes reports whether a contact belongs on the list.
func (l *List) Takes(c *Contact) bool {
	labelled := slices.ContainsFunc(l.Labels, func(code string) bool {
		return slices.ContainsFunc(c.Labels, func(label string) bool { return label == code || strings.HasPrefix(label, code+".") })
	})
	if !labelled && !slices.ContainsFunc(l.Portrait, func(code string) bool { return slices.Contains(c.Portrait, code) }) {
		return false
	}
	return len(l.Words) == 0 || slices.ContainsFunc(l.Words, func(w string) bool { return strings.Contains(c.Words, w) })
}
