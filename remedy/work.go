package remedy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Practice is how a company works: whom it makes responsible, what limits it keeps.
type Practice struct {
	Router    Router
	Limits    Limits
	Workdays  Workdays
	Sensitive func(labels []string) bool // labels about people of the unit itself
}

// Deed is what a person does with an incident. Which fields are needed depends on the act; Do says which are missing.
type Deed struct {
	Act  Act
	By   string // who does it
	At   time.Time
	Note string // masked; the reason where the act needs one

	To          Person              // assign
	Measure     *Measure            // remedy
	Orders      []string            // remedy: ids of the contacts to be visited
	Others      map[string][]string // remedy: what is visited together, see Callbacks
	Appointment *Appointment        // progress; optional
	Visit       *Visit              // visit
	Due         time.Time           // supervise: until when
}

// Measure is what was done about a problem (整改措施). All fields are obligatory.
type Measure struct {
	What string    `json:"what"`
	Who  string    `json:"who"`
	When time.Time `json:"when"`
	Told time.Time `json:"told"` // when the callers were told (告知时间)
}

// Appointment is an agreed time at a caller's (预约时间).
type Appointment struct {
	Order string    `json:"order,omitempty"` // the contact's id; empty: for the incident as a whole
	At    time.Time `json:"at"`
	Note  string    `json:"note,omitempty"`
	By    string    `json:"by"`
}

// Supervision is an order of a superior to see to it (督办).
type Supervision struct {
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Due  time.Time `json:"due,omitzero"`
	Note string    `json:"note"`
}

// Do does a deed, or says why it can't be done. Nothing is altered then.
func (i *Incident) Do(p Practice, d Deed) error {
	if !i.Alive() {
		return fmt.Errorf("incident %s is part of %s; see to that one", i.ID, i.MergedInto)
	}
	if d.Act == ActVisit && d.Visit != nil && d.Visit.Result == Dissatisfied {
		d.Act = ActComplain
	}
	to, ok := i.at().acts[d.Act]
	if !ok {
		return fmt.Errorf("%s an incident that is %s (%s), its signal %s (%s): not possible; possible are %s",
			d.Act, i.Work, i.Work.Name(), i.Signal, i.Signal.Name(), actsText(i.May()))
	}
	if err := i.check(d); err != nil {
		return err
	}
	before := i.Work
	i.Work = to
	m := Message{At: d.At, To: i.Assignment.people(), Note: d.Note}
	switch d.Act {
	case ActAck:
		m.Kind = KindAcknowledged
	case ActAssign:
		m.Kind, m.Urgent = KindAssigned, true
		i.Assignment = Assignment{Owner: d.To, Path: []string{fmt.Sprintf("%s 改派：%s", d.By, d.Note)}, Sensitive: i.Assignment.Sensitive, HideExamples: i.Assignment.HideExamples}
		m.To = append(m.To, d.To)
	case ActProgress:
		m.Kind = KindProgressed
		if d.Appointment != nil {
			i.Appointed = append(i.Appointed, *d.Appointment)
		}
	case ActRemedy:
		m.Kind, m.Note = KindRemedied, d.Measure.What
		i.Measures = append(i.Measures, *d.Measure)
		i.scheduleVisits(d.Measure.When, d.Orders, d.Others)
	case ActVisit:
		m.Kind = KindVisited
		i.record(*d.Visit)
	case ActComplain:
		m.Kind, m.Urgent = KindDissatisfied, true
		i.record(*d.Visit)
		m.Note = strings.TrimSpace(d.Visit.Order + " " + d.Visit.Note)
	case ActClose:
		m.Kind = KindClosed
	case ActReject:
		m.Kind = KindRejected
	case ActSupervise:
		m.Kind, m.Urgent, m.Due = KindSupervised, true, d.Due
		i.Supervision = append(i.Supervision, Supervision{By: d.By, At: d.At, Due: d.Due, Note: d.Note})
	}
	if to == Open && (before != Open || d.Act == ActAssign) {
		i.handOver(d.At)
	}
	i.note(d.At, d.By, m.Kind, m.Note)
	i.keepTime(p)
	i.tell(m)
	return nil
}

// actsText names acts for an error.
func actsText(acts []Act) string {
	if len(acts) == 0 {
		return "none"
	}
	names := make([]string, len(acts))
	for k, a := range acts {
		names[k] = string(a)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// check says what a deed lacks.
func (i *Incident) check(d Deed) error {
	missing := func(what string) error { return fmt.Errorf("%s incident %s: %s", d.Act, i.ID, what) }
	if strings.TrimSpace(d.By) == "" {
		return missing("say who does it")
	}
	noted := strings.TrimSpace(d.Note) != ""
	switch d.Act {
	case ActAck:
	case ActAssign:
		if d.To.ID == "" || !noted {
			return missing("say to whom and why")
		}
	case ActProgress:
		if !noted && d.Appointment == nil {
			return missing("say what was done, or when an appointment is")
		}
		if a := d.Appointment; a != nil && a.At.Before(d.At) {
			return missing("an appointment is in the future")
		}
	case ActRemedy:
		return i.checkMeasure(d)
	case ActVisit, ActComplain:
		return i.checkVisit(d)
	case ActClose:
		if !noted && len(i.Measures) == 0 {
			return missing("nothing was remedied: say why it is closed")
		}
		if open := i.OpenVisits(time.Time{}); len(open) > 0 {
			return missing(fmt.Sprintf("%d visits have no result yet; the first is %s on day %d", len(open), open[0].Order, open[0].Day))
		}
	case ActReject:
		if !noted {
			return missing("say why it is no problem of ours")
		}
	case ActSupervise:
		if !noted {
			return missing("say what is demanded")
		}
		if !d.Due.IsZero() && !d.Due.After(d.At) {
			return missing("the time that is given must be in the future")
		}
	}
	return nil
}

func (i *Incident) checkMeasure(d Deed) error {
	m := d.Measure
	if m == nil || strings.TrimSpace(m.What) == "" || strings.TrimSpace(m.Who) == "" || m.When.IsZero() || m.Told.IsZero() {
		return fmt.Errorf("remedy incident %s: the measure taken, who took it, when, and when the callers were told are all needed", i.ID)
	}
	if m.When.After(d.At) || m.Told.After(d.At) {
		return fmt.Errorf("remedy incident %s: what was done and told lies in the future; record it when it is done", i.ID)
	}
	if m.Told.Before(m.When) {
		return fmt.Errorf("remedy incident %s: the callers were told at %s, before it was done, %s; say when they were told that it is done, with the hour (2026-11-28T17:00)",
			i.ID, m.Told.Format(time.DateTime), m.When.Format(time.DateTime))
	}
	if m.When.Before(i.First) {
		return fmt.Errorf("remedy incident %s: %s is before the problem was first seen, %s", i.ID, m.When.Format(time.DateTime), i.First.Format(time.DateTime))
	}
	return nil
}

// handOver notes that the incident waits for its owner from now on.
func (i *Incident) handOver(at time.Time) {
	i.HandedOver, i.Escalated = at, 0
}
