package remedy

import (
	"fmt"
	"strings"
	"time"
)

// Tick does what is due by the clock: it looks for an owner while there is none who can be, warns before a limit passes,
// tells when it has, escalates what nobody acknowledged, and hands out the worklists of visits. It reports whether anything
// was due; what was told is not told again.
func (i *Incident) Tick(p Practice, now time.Time) (bool, error) {
	if i.Ended() {
		return false, nil
	}
	before := i.Told
	routed, err := i.keepOwner(p, now)
	if err != nil {
		return false, err
	}
	i.watchLimit(now)
	if err := i.escalate(p, now); err != nil {
		return false, err
	}
	i.callForVisits(now)
	return routed || i.Told > before, nil
}

// keepOwner hands the incident over anew where nobody owns it, as when it was opened before the tables were imported, or
// where its owner no longer can be one. It reports whether the assignment changed.
func (i *Incident) keepOwner(p Practice, now time.Time) (bool, error) {
	before := i.Assignment
	if before.Owned() {
		if holds, err := p.Router.Holds(before, now); err != nil || holds {
			return false, err
		}
	}
	if err := i.route(p, now); err != nil {
		return false, err
	}
	if !before.Owned() && !i.Assignment.Owned() {
		i.Assignment = before // the reason tells a time, which alone is nothing to write
		return false, nil
	}
	if i.Assignment.Owner.ID == before.Owner.ID { // at another post
		return true, nil
	}
	switch i.Work {
	case Open:
		i.handOver(now)
	case Acknowledged, InProgress: // by whom acknowledged it without owning it, it goes on
		if before.Owned() {
			i.Work = Open
			i.handOver(now)
		}
	case Remedied, Closed, Rejected:
	}
	i.keepTime(p)
	i.remind(Message{Kind: KindAssigned, At: now, To: i.Assignment.people(), Urgent: true, Note: fmt.Sprintf("责任人：%s → %s", before.who(), i.Assignment.who())})
	i.History[len(i.History)-1].Way = strings.Join(i.Assignment.Path, "；")
	return true, nil
}

// watchLimit warns of the limit that runs, and puts under supervision (督办) what has passed the one of the remedy.
func (i *Incident) watchLimit(now time.Time) {
	c := &i.Clock
	if c.Step == "" || c.Passed || now.Before(c.Warn) {
		return
	}
	if now.Before(c.Due) {
		if !c.Warned {
			c.Warned = true
			i.remind(Message{Kind: KindWarned, At: now, To: i.Assignment.people(), Due: c.Due, Note: c.Name})
		}
		return
	}
	c.Passed = true
	i.remind(Message{Kind: KindOverdue, At: now, To: i.Assignment.people(), Urgent: true, Due: c.Due, Note: c.Name})
	if c.Step == StepRemedy {
		note := fmt.Sprintf("%s超期（%s），自动督办", c.Name, c.Due.Format("2006-01-02 15:04"))
		i.Supervision = append(i.Supervision, Supervision{By: byWatch, At: now, Note: note})
		i.remind(Message{Kind: KindSupervised, At: now, To: i.Assignment.people(), Urgent: true, Due: c.Due, Note: note})
	}
}

// escalate tells the next ones of the chain as long as nobody has acknowledged the incident. A level at which there is nobody
// is not used up: who is imported into it later is told then, unless a later level was told before.
func (i *Incident) escalate(p Practice, now time.Time) error {
	if i.Work != Open {
		return nil
	}
	chain, err := p.Router.Chain(i.question(now, p), i.HandedOver)
	if err != nil {
		return fmt.Errorf("escalate incident %s: %w", i.ID, err)
	}
	for _, e := range chain {
		if e.Level <= i.Escalated || now.Before(e.Due) || e.To.ID == "" {
			continue
		}
		i.Escalated = e.Level
		to := Assignment{Owner: e.To}
		i.remind(Message{Kind: KindEscalated, At: now, To: to.people(), Urgent: true, Due: e.Due, Note: fmt.Sprintf("第 %d 级：%s", e.Level, to.who())})
		i.History[len(i.History)-1].Way = e.Why
	}
	return nil
}

// callForVisits hands out the worklists that are due.
func (i *Incident) callForVisits(now time.Time) {
	for k := range i.Visits {
		r := &i.Visits[k]
		if r.Told || r.Replaced || now.Before(r.Due) || len(r.Orders) == 0 {
			continue
		}
		r.Told = true
		i.remind(Message{Kind: KindVisitsDue, At: now, To: i.Assignment.people(), Due: r.Due, Note: fmt.Sprintf("第 %d 天回访 %d 件", r.Day, len(r.Orders)-len(r.Results))})
	}
}

// remind writes a message and notes it in the history.
func (i *Incident) remind(m Message) {
	i.note(m.At, byWatch, m.Kind, m.Note)
	i.tell(m)
}

// question asks who must remedy the incident.
func (i *Incident) question(at time.Time, p Practice) Question {
	q := Question{Family: i.Family, Labels: i.Labels, Area: i.Area, Hotlines: i.Fired.Told.Hotlines, At: at, Callers: i.Latest.Told.Callers}
	if p.Sensitive != nil {
		q.Sensitive = p.Sensitive(i.Labels)
	}
	return q
}

// route finds the incident's owner.
func (i *Incident) route(p Practice, at time.Time) error {
	assignment, err := p.Router.Route(i.question(at, p))
	if err != nil {
		return fmt.Errorf("find the owner of incident %s: %w", i.ID, err)
	}
	i.Assignment = assignment
	return nil
}
