package countrule

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/dicts"
)

const file = "counts/counts.yaml"

// eachLabel says that contacts of one label count together.
const eachLabel = "label"

// entry is a rule as it is written.
type entry struct {
	Name   string      `yaml:"name"`
	By     By          `yaml:"by"`
	Count  Unit        `yaml:"count"`
	Labels []string    `yaml:"labels"`
	Label  string      `yaml:"label"`
	Each   string      `yaml:"each"`
	Apart  string      `yaml:"apart"`
	Levels []levelText `yaml:"levels"`
}

type levelText struct {
	Name   string   `yaml:"name"`
	Least  int      `yaml:"least"`
	Within string   `yaml:"within"`
	Labels []string `yaml:"labels"`
}

// Load reads counts/counts.yaml (dicts/counts/README.md) from the given layers. A rule replaces an earlier one of
// the same name, and switches it off if it has no levels. Nil layers, and those without the file, are passed over.
func Load(layers ...fs.FS) ([]Rule, error) {
	rules, err := dicts.Entries("the count rules", file, parse, func(r Rule) string { return r.Name }, layers...)
	return slices.DeleteFunc(rules, func(r Rule) bool { return len(r.Levels) == 0 }), err
}

func parse(data []byte) ([]Rule, error) {
	var text struct {
		Rules []entry `yaml:"rules"`
	}
	if err := dicts.Decode(data, &text); err != nil {
		return nil, err
	}
	var rules []Rule
	for i, e := range text.Rules {
		r, err := e.rule()
		if err != nil {
			return nil, fmt.Errorf("rule %d (%s): %w", i+1, e.Name, err)
		}
		rules = append(rules, r)
	}
	return rules, nil
}

func (e entry) rule() (Rule, error) {
	r := Rule{Name: e.Name, By: e.By, Count: e.Count, Labels: e.Labels, Label: e.Label, Each: e.Each == eachLabel}
	var err error
	switch {
	case e.Name == "":
		return r, errors.New("it has no name")
	case !slices.Contains([]By{ByAccount, ByCaller, ByPlace, ByArea}, e.By):
		return r, fmt.Errorf("by is %q, must be account, caller, place or area", e.By)
	case !slices.Contains([]Unit{Matters, Contacts, Callers}, e.Count):
		return r, fmt.Errorf("count is %q, must be matters, contacts or callers", e.Count)
	case e.Each != "" && e.Each != eachLabel:
		return r, fmt.Errorf("each is %q, must be label or nothing", e.Each)
	case e.Apart != "" && e.Count == Callers:
		return r, errors.New("apart does not go with callers: a caller counts once anyway")
	case e.Apart != "":
		if r.Apart, err = duration(e.Apart); err != nil {
			return r, fmt.Errorf("apart: %w", err)
		}
	}
	for i, l := range e.Levels {
		level := Level{Name: l.Name, Least: l.Least, Labels: l.Labels}
		if level.Within, err = duration(l.Within); err != nil {
			return r, fmt.Errorf("level %d: within: %w", i+1, err)
		}
		if l.Name == "" || l.Least < 1 {
			return r, fmt.Errorf("level %d: it needs a name and a least of at least 1", i+1)
		}
		r.Levels = append(r.Levels, level)
	}
	return r, nil
}

// maxDays bounds a span: five years.
const maxDays = 5 * 366

// duration reads 2h, 90m or 60d.
func duration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n int
		if n, err = strconv.Atoi(days); n > maxDays {
			err = strconv.ErrRange
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d <= 0 || d > maxDays*24*time.Hour {
		return 0, fmt.Errorf("%q is no span of time above 0 and up to five years; write it as 2h or 60d", text)
	}
	return d, nil
}
