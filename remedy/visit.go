package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// VisitDays are the days after a remedy on which callers are asked whether it helped (回访): about a week, about a month.
var VisitDays = [...]int{7, 30}

// Result is a caller's answer to a visit (满意度).
type Result string

// The results of a visit.
const (
	Satisfied    Result = "satisfied"    // 满意
	Passable     Result = "passable"     // 基本满意
	Dissatisfied Result = "dissatisfied" // 不满意
	Unreached    Result = "unreached"    // 未接通: no valid visit
)

// Results lists the results, the best first.
var Results = [...]Result{Satisfied, Passable, Dissatisfied, Unreached}

// Name is the result in Chinese.
func (r Result) Name() string {
	return map[Result]string{Satisfied: "满意", Passable: "基本满意", Dissatisfied: "不满意", Unreached: "未接通"}[r]
}

// Visit is one visit to one caller.
type Visit struct {
	Order     string    `json:"order"` // the contact's id
	Day       int       `json:"day"`   // of VisitDays; 0: the first round of the order that has no result
	At        time.Time `json:"at"`
	By        string    `json:"by"`
	Result    Result    `json:"result"`
	Contacted bool      `json:"contacted"` // 是否联系: somebody had been in touch with the caller
	Solved    bool      `json:"solved"`    // 是否解决
	Note      string    `json:"note,omitempty"`
}

// VisitRound is the worklist of one day of visits.
type VisitRound struct {
	Day      int                 `json:"day"`
	Due      time.Time           `json:"due"`
	Orders   []string            `json:"orders"`           // one for each caller
	Others   map[string][]string `json:"others,omitempty"` // by order: the caller's other contacts, which the same visit is about
	Results  []Visit             `json:"results,omitempty"`
	Told     bool                `json:"told,omitempty"`     // that it is due
	Replaced bool                `json:"replaced,omitempty"` // by the rounds of a later measure
}

// target is the order under which a contact of the round is visited; "" if it is none of them.
func (r *VisitRound) target(contact string) string {
	if slices.Contains(r.Orders, contact) {
		return contact
	}
	for order, others := range r.Others {
		if slices.Contains(others, contact) {
			return order
		}
	}
	return ""
}

// has reports whether an order of the round has its result.
func (r *VisitRound) has(order string) bool {
	return slices.ContainsFunc(r.Results, func(v Visit) bool { return v.Order == order })
}

// Contact is what a worklist of visits needs to know of a contact.
type Contact struct {
	ID       string
	Caller   string // pseudonym; "" if unknown
	Matter   string
	Order    bool // it is an order (工单)
	Received time.Time
}

// Callbacks makes one visit of all contacts of a caller, under the first order of them, or else the first contact; a
// contact without a caller goes with those of its matter. others are the contacts that a visit is about beside its own,
// by its order.
func Callbacks(contacts []Contact) (orders []string, others map[string][]string) {
	contacts = slices.Clone(contacts)
	slices.SortFunc(contacts, func(a, b Contact) int {
		return cmp.Or(order(b.Order)-order(a.Order), a.Received.Compare(b.Received), cmp.Compare(a.ID, b.ID))
	})
	of, matters := map[string]string{}, map[string]string{} // the order under which a caller or a matter is visited
	others = map[string][]string{}
	join := func(c Contact, known bool, under string) {
		if !known {
			under = c.ID
			orders = append(orders, under)
		} else if under != c.ID {
			others[under] = append(others[under], c.ID)
		}
		if c.Caller != "" {
			of[c.Caller] = under
		}
		if _, told := matters[c.Matter]; !told && c.Matter != "" {
			matters[c.Matter] = under
		}
	}
	for _, c := range contacts {
		if c.Caller != "" {
			under, known := of[c.Caller]
			join(c, known, under)
		}
	}
	for _, c := range contacts {
		if c.Caller == "" {
			under, known := matters[c.Matter]
			join(c, known, under)
		}
	}
	slices.Sort(orders)
	return orders, others
}

func order(is bool) int {
	if is {
		return 1
	}
	return 0
}

// scheduleVisits makes the worklists of a measure, counted from when it was taken; those of an earlier one end.
func (i *Incident) scheduleVisits(taken time.Time, orders []string, others map[string][]string) {
	for k := range i.Visits {
		i.Visits[k].Replaced = true
	}
	orders = slices.Compact(slices.Sorted(slices.Values(orders)))
	for _, day := range VisitDays {
		i.Visits = append(i.Visits, VisitRound{Day: day, Due: taken.AddDate(0, 0, day), Orders: orders, Others: others})
	}
}

// DueVisit is a visit that has no result yet.
type DueVisit struct {
	Incident string    `json:"incident"`
	Order    string    `json:"order"`
	Day      int       `json:"day"`
	Due      time.Time `json:"due"`
}

// OpenVisits lists the visits without a result that are due by a time, or all of them if it is zero.
func (i *Incident) OpenVisits(by time.Time) []DueVisit {
	var out []DueVisit
	for _, r := range i.Visits {
		if r.Replaced || !by.IsZero() && r.Due.After(by) {
			continue
		}
		for _, order := range r.Orders {
			if !r.has(order) {
				out = append(out, DueVisit{Incident: i.ID, Order: order, Day: r.Day, Due: r.Due})
			}
		}
	}
	return out
}

// round finds the round that a visit belongs to, or nil.
func (i *Incident) round(v *Visit) *VisitRound {
	for k := range i.Visits {
		r := &i.Visits[k]
		if !r.Replaced && r.target(v.Order) != "" && !r.has(r.target(v.Order)) && (v.Day == 0 || v.Day == r.Day) {
			return r
		}
	}
	return nil
}

func (i *Incident) checkVisit(d Deed) error {
	v := d.Visit
	if v == nil || v.Order == "" || !slices.Contains(Results[:], v.Result) {
		return fmt.Errorf("回访问题 %s：写明工单和结果，结果可写 satisfied、passable、dissatisfied、unreached", i.ID)
	}
	if i.round(v) == nil {
		return fmt.Errorf("回访问题 %s：没有 %s 待填结果的回访；suqiu incident visit %s 列出待填的", i.ID, v.Order, i.ID)
	}
	if v.Result == Dissatisfied && strings.TrimSpace(v.Note) == "" {
		return fmt.Errorf("回访问题 %s：写明 %s 对什么不满意", i.ID, v.Order)
	}
	return nil
}

// record keeps a visit that was checked.
func (i *Incident) record(v Visit) {
	r := i.round(&v)
	v.Day, v.Order = r.Day, r.target(v.Order)
	r.Results = append(r.Results, v)
}

// Weights are how much each rate counts in the whole (综合得分); they differ from place to place.
type Weights struct{ Response, Solution, Satisfaction float64 }

// DefaultWeights are those of a district of Beijing's 接诉即办.
func DefaultWeights() Weights { return Weights{0.1, 0.5, 0.4} }

// passableShare is what a caller who is 基本满意 counts among those who are content.
const passableShare = 0.9

// Rates are the three rates of 接诉即办, 0 … 1, over the valid visits: those that reached the caller.
type Rates struct {
	Visits       int     `json:"visits"`
	Valid        int     `json:"valid"`        // 有效回访
	Response     float64 `json:"response"`     // 响应率
	Solution     float64 `json:"solution"`     // 解决率
	Satisfaction float64 `json:"satisfaction"` // 满意率
	Whole        float64 `json:"whole"`        // 综合
}

// RatesOf computes response = contacted/valid, solution = solved/valid, satisfaction = (satisfied + 0.9 passable)/valid.
// Without valid visits all are 0.
func RatesOf(visits []Visit, w Weights) Rates {
	r := Rates{Visits: len(visits)}
	var contacted, solved, content float64
	for _, v := range visits {
		if v.Result == Unreached {
			continue
		}
		r.Valid++
		if v.Contacted {
			contacted++
		}
		if v.Solved {
			solved++
		}
		switch v.Result {
		case Satisfied:
			content++
		case Passable:
			content += passableShare
		}
	}
	if r.Valid == 0 {
		return r
	}
	valid := float64(r.Valid)
	r.Response, r.Solution, r.Satisfaction = contacted/valid, solved/valid, content/valid
	r.Whole = w.Response*r.Response + w.Solution*r.Solution + w.Satisfaction*r.Satisfaction
	return r
}

// AllVisits are the results of all rounds, the earliest first.
func (i *Incident) AllVisits() []Visit {
	var all []Visit
	for _, r := range i.Visits {
		all = append(all, r.Results...)
	}
	slices.SortStableFunc(all, func(a, b Visit) int { return a.At.Compare(b.At) })
	return all
}
