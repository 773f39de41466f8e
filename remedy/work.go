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
		return fmt.Errorf("问题 %s 已并入 %s；处理那一个", i.ID, i.MergedInto)
	}
	if d.Act == ActVisit && d.Visit != nil && d.Visit.Result == Dissatisfied {
		d.Act = ActComplain
	}
	to, ok := i.at().acts[d.Act]
	if !ok {
		return fmt.Errorf("问题 %s 现为%s（信号%s），不能 %s；能做的有 %s", i.ID, i.Work.Name(), i.Signal.Name(), d.Act, actsText(i.May()))
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
		return "无"
	}
	names := make([]string, len(acts))
	for k, a := range acts {
		names[k] = string(a)
	}
	slices.Sort(names)
	return strings.Join(names, "、")
}

// check says what a deed lacks.
func (i *Incident) check(d Deed) error {
	missing := func(what string) error { return fmt.Errorf("问题 %s 的 %s：%s", i.ID, d.Act, what) }
	if strings.TrimSpace(d.By) == "" {
		return missing("写明是谁做的")
	}
	noted := strings.TrimSpace(d.Note) != ""
	switch d.Act {
	case ActAck:
	case ActAssign:
		if d.To.ID == "" || !noted {
			return missing("写明转给谁、为什么")
		}
	case ActProgress:
		if !noted && d.Appointment == nil {
			return missing("写明做了什么，或约在什么时候")
		}
		if a := d.Appointment; a != nil && a.At.Before(d.At) {
			return missing("预约的时间应在以后")
		}
	case ActRemedy:
		return i.checkMeasure(d)
	case ActVisit, ActComplain:
		return i.checkVisit(d)
	case ActClose:
		if !noted && len(i.Measures) == 0 {
			return missing("没有整改过：写明为什么销号")
		}
		if open := i.OpenVisits(time.Time{}); len(open) > 0 {
			return missing(fmt.Sprintf("有 %d 件回访还没有结果；第一件是 %s，第 %d 天", len(open), open[0].Order, open[0].Day))
		}
	case ActReject:
		if !noted {
			return missing("写明为什么不是我们的问题")
		}
	case ActSupervise:
		if !noted {
			return missing("写明要求什么")
		}
		if !d.Due.IsZero() && !d.Due.After(d.At) {
			return missing("限期应在以后")
		}
	}
	return nil
}

func (i *Incident) checkMeasure(d Deed) error {
	m := d.Measure
	if m == nil || strings.TrimSpace(m.What) == "" || strings.TrimSpace(m.Who) == "" || m.When.IsZero() || m.Told.IsZero() {
		return fmt.Errorf("整改问题 %s：措施、整改人、整改时间、告知来电人的时间都要写", i.ID)
	}
	if m.When.After(d.At) || m.Told.After(d.At) {
		return fmt.Errorf("整改问题 %s：整改或告知的时间在以后；做完再登记", i.ID)
	}
	if m.Told.Before(m.When) {
		return fmt.Errorf("整改问题 %s：告知时间 %s 早于整改时间 %s；写整改之后告知来电人的时间，写到几点（2026-11-28T17:00）",
			i.ID, m.Told.Format(time.DateTime), m.When.Format(time.DateTime))
	}
	if m.When.Before(i.First) {
		return fmt.Errorf("整改问题 %s：%s 早于问题首次出现的 %s", i.ID, m.When.Format(time.DateTime), i.First.Format(time.DateTime))
	}
	return nil
}

// handOver notes that the incident waits for its owner from now on.
func (i *Incident) handOver(at time.Time) {
	i.HandedOver, i.Escalated = at, 0
}
