package remedy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
)

// Step is what a time limit is about.
type Step string

// The steps that have limits: two of an order, two of an incident.
const (
	StepContact     Step = "contact"     // 联系客户
	StepAnswer      Step = "answer"      // 答复、办结
	StepAcknowledge Step = "acknowledge" // 签收
	StepRemedy      Step = "remedy"      // 整改
)

// Limit says within what time something must be done (时限). Empty lists apply to all.
type Limit struct {
	Code     string            `yaml:"code"`
	Name     string            `yaml:"name"`
	Of       string            `yaml:"of"` // order or incident
	Step     Step              `yaml:"step"`
	Within   calendar.Delay    `yaml:"within"`
	Warn     time.Duration     `yaml:"warn"` // before it passes
	Hotlines []hotline.Hotline `yaml:"hotlines"`
	Natures  []hotline.Nature  `yaml:"natures"`
	Labels   []string          `yaml:"labels"` // outage stands for outage.fault, too
	Source   string            `yaml:"source"`
}

// Workdays counts workdays; calendar.Calendar does.
type Workdays interface {
	AddWorkdays(t time.Time, n int) time.Time
}

// after is when the limit passes that begins at t.
func (l *Limit) after(t time.Time, days Workdays) time.Time {
	if l.Within.Workdays > 0 {
		return days.AddWorkdays(t, l.Within.Workdays)
	}
	return t.Add(l.Within.Clock)
}

// Limits are the time limits that a company keeps.
type Limits []Limit

const limitsFile = "limits.yaml"

// LoadLimits reads limits.yaml of the given file systems; a limit of a later one replaces that of the same code.
func LoadLimits(layers ...fs.FS) (Limits, error) {
	return dicts.Entries("the time limits", limitsFile, parseLimits, func(l Limit) string { return l.Code }, layers...)
}

func parseLimits(data []byte) ([]Limit, error) {
	var file struct {
		Limits []Limit `yaml:"limits"`
	}
	if err := dicts.Decode(data, &file); err != nil {
		return nil, err
	}
	for i, l := range file.Limits {
		if err := l.check(); err != nil {
			return nil, fmt.Errorf("limit %d (%s): %w", i+1, l.Code, err)
		}
	}
	return file.Limits, nil
}

func (l *Limit) check() error {
	steps := map[string][]Step{"order": {StepContact, StepAnswer}, "incident": {StepAcknowledge, StepRemedy}}
	switch {
	case l.Code == "" || l.Name == "":
		return errors.New("code and name are needed")
	case steps[l.Of] == nil:
		return fmt.Errorf("of is %q; it must be order or incident", l.Of)
	case !slices.Contains(steps[l.Of], l.Step):
		return fmt.Errorf("step is %q; those of an %s are %s and %s", l.Step, l.Of, steps[l.Of][0], steps[l.Of][1])
	case l.Within == calendar.Delay{}:
		return errors.New("within is needed: 24h, 7d or 4wd")
	case l.Within.Office > 0:
		return errors.New("within can't be in office hours (wh), which only the policy of owners knows; write 24h, 7d or 4wd")
	case l.Warn < 0:
		return errors.New("warn must not be negative")
	case l.Of == "incident" && len(l.Natures) > 0:
		return errors.New("natures are those of orders; an incident has none")
	}
	for _, h := range l.Hotlines {
		if !h.Valid() {
			return fmt.Errorf("there is no hotline %q", h)
		}
	}
	return nil
}

// Clock is a time limit that runs.
type Clock struct {
	Limit  string    `json:"limit"` // its code
	Name   string    `json:"name"`
	Step   Step      `json:"step"`
	From   time.Time `json:"from"`
	Warn   time.Time `json:"warn"`
	Due    time.Time `json:"due"`
	Warned bool      `json:"warned,omitempty"`
	Passed bool      `json:"passed,omitempty"` // and this was told
}

// concerns reports whether one of the labels is that of the limit or lies below it.
func (l *Limit) concerns(labels []string) bool {
	return len(l.Labels) == 0 || slices.ContainsFunc(l.Labels, func(code string) bool {
		return slices.ContainsFunc(labels, func(label string) bool { return label == code || strings.HasPrefix(label, code+".") })
	})
}

// strictest is the limit of those that apply which passes first, as a clock that begins at from.
func (ls Limits) strictest(applies func(*Limit) bool, from time.Time, days Workdays) (Clock, bool) {
	var first Clock
	found := false
	for k := range ls {
		l := &ls[k]
		if !applies(l) {
			continue
		}
		due := l.after(from, days)
		if !found || due.Before(first.Due) {
			first = Clock{Limit: l.Code, Name: l.Name, Step: l.Step, From: from, Warn: due.Add(-l.Warn), Due: due}
			found = true
		}
	}
	return first, found
}

// OfOrder returns the clock of a step of a contact's order, if a limit applies. It begins when the contact was received;
// the source's own due time (办结期限), where it is earlier, is that of the answer.
func (ls Limits) OfOrder(doc *hotline.Document, step Step, days Workdays) (Clock, bool) {
	c := &doc.Call
	clock, found := ls.strictest(func(l *Limit) bool {
		return l.Of == "order" && l.Step == step && l.concerns(doc.Analysis.Codes()) &&
			(len(l.Hotlines) == 0 || slices.Contains(l.Hotlines, c.Hotline)) &&
			(len(l.Natures) == 0 || slices.Contains(l.Natures, doc.Analysis.Nature))
	}, c.Received, days)
	if step == StepAnswer && !c.Life.Due.IsZero() && (!found || c.Life.Due.Before(clock.Due)) {
		return Clock{Limit: "order.due", Name: "来源办结期限", Step: step, From: c.Received, Warn: c.Life.Due.Add(-24 * time.Hour), Due: c.Life.Due}, true
	}
	return clock, found
}

// ofIncident returns the clock of a step of an incident.
func (ls Limits) ofIncident(i *Incident, step Step, from time.Time, days Workdays) (Clock, bool) {
	return ls.strictest(func(l *Limit) bool {
		return l.Of == "incident" && l.Step == step && l.concerns(i.Labels) && (len(l.Hotlines) == 0 ||
			slices.ContainsFunc(l.Hotlines, func(h hotline.Hotline) bool { return slices.Contains(i.Fired.Told.Hotlines, h) }))
	}, from, days)
}

// keepTime starts the clock that the state of the work asks for, if another one runs.
func (i *Incident) keepTime(p Practice) {
	step := map[Work]Step{Open: StepAcknowledge, Acknowledged: StepRemedy, InProgress: StepRemedy}[i.Work]
	if step == i.Clock.Step && i.HandedOver.Equal(i.Clock.From) {
		return
	}
	i.Clock = Clock{}
	if step != "" {
		i.Clock, _ = p.Limits.ofIncident(i, step, i.HandedOver, p.Workdays)
	}
}
