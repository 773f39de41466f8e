package remedy

import (
	"fmt"
	"strings"
)

// DoVisits records the results of many visits at once, of which each has its own error, nil where it could be recorded.
// Unlike one visit after the other it takes several callers who are not content, and writes one message. With any error
// the incident must not be kept.
func (i *Incident) DoVisits(p Practice, visits []Deed) []error {
	errs := make([]error, len(visits))
	acts := i.at().acts
	if _, ok := acts[ActVisit]; !ok || !i.Alive() {
		for k := range errs {
			errs[k] = fmt.Errorf("问题 %s 现为%s，不用回访", i.ID, i.Work.Name())
		}
		return errs
	}
	told := map[Result]int{}
	var complaints []string
	for k := range visits {
		d := &visits[k]
		d.Act = ActVisit
		if errs[k] = i.check(*d); errs[k] != nil {
			continue
		}
		i.record(*d.Visit)
		told[d.Visit.Result]++
		kind, note := KindVisited, d.Note
		if d.Visit.Result == Dissatisfied {
			kind, note = KindDissatisfied, strings.TrimSpace(d.Visit.Order+" "+d.Visit.Note)
			complaints = append(complaints, note)
		}
		i.note(d.At, d.By, kind, note)
	}
	if len(visits) == 0 {
		return errs
	}
	last := visits[len(visits)-1]
	m := Message{Kind: KindVisited, At: last.At, To: i.Assignment.people(), Note: visitsText(told)}
	if len(complaints) > 0 {
		m.Kind, m.Urgent, m.Note = KindDissatisfied, true, strings.Join(complaints, "；")
		i.Work = acts[ActComplain]
		i.handOver(last.At)
		end := &i.History[len(i.History)-1]
		end.Work = i.Work
	}
	i.keepTime(p)
	i.tell(m)
	return errs
}

// visitsText tells how many visits had which result.
func visitsText(told map[Result]int) string {
	var parts []string
	for _, r := range Results {
		if told[r] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d 件", r.Name(), told[r]))
		}
	}
	return "回访：" + strings.Join(parts, "，")
}

// HasVisit reports whether a visit of that round to that caller has that result already.
func (i *Incident) HasVisit(v Visit) bool {
	for k := range i.Visits {
		r := &i.Visits[k]
		if r.Replaced || r.Day != v.Day {
			continue
		}
		for _, done := range r.Results {
			if done.Order == r.target(v.Order) && done.Result == v.Result {
				return true
			}
		}
	}
	return false
}
