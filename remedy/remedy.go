// Package remedy follows each rising problem as an incident (问题) until it is shown to have gone down: what fired it, who
// must remedy it, what was done and told to the callers, whether they are content, and how far the problem fell. Two state
// machines run in it, that of the signal and that of the work; one table says what happens for every pair of their states.
// Incidents are kept in a ledger with optimistic concurrency: any number of watchers and people work on them at once, none
// is lost or doubled, and each change writes its messages in the same put. Clocks are passed in.
package remedy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"suqiu/hotline"
	"suqiu/trend"
)

// Signal is how the problem itself stands, as the counts tell.
type Signal string

// The states of the signal.
const (
	Onset     Signal = "onset"     // 初现: found for the first time
	Growing   Signal = "growing"   // 上升
	Subsiding Signal = "subsiding" // 回落
	Resolved  Signal = "resolved"  // 平息: three quiet buckets of a day
	Reopened  Signal = "reopened"  // 复起: found again within seven days of being resolved
)

// Signals lists the states of the signal in the order of the table.
var Signals = [...]Signal{Onset, Growing, Subsiding, Resolved, Reopened}

// Name is the state in Chinese.
func (s Signal) Name() string {
	return map[Signal]string{Onset: "初现", Growing: "上升", Subsiding: "回落", Resolved: "平息", Reopened: "复起"}[s]
}

// Work is how the work on an incident stands, as people say.
type Work string

// The states of the work.
const (
	Open         Work = "open"         // 待签收: handed to its owner
	Acknowledged Work = "acknowledged" // 已签收
	InProgress   Work = "in_progress"  // 处理中
	Remedied     Work = "remedied"     // 已整改: callers told, visits due
	Closed       Work = "closed"       // 已销号
	Rejected     Work = "rejected"     // 不予立案: no problem of ours
)

// Works lists the states of the work in the order of the table.
var Works = [...]Work{Open, Acknowledged, InProgress, Remedied, Closed, Rejected}

// Name is the state in Chinese.
func (w Work) Name() string {
	return map[Work]string{
		Open: "待签收", Acknowledged: "已签收", InProgress: "处理中", Remedied: "已整改", Closed: "已销号", Rejected: "不予立案",
	}[w]
}

// Root is where an incident is: a family of labels with one cause, in an area.
type Root struct {
	Family string   `json:"family"`
	Labels []string `json:"labels"` // those that were located so far, by code
	Area   string   `json:"area"`   // a path; "" where the whole of what is counted rises
}

// Incident is one rising problem and the work on it.
type Incident struct {
	ID string `json:"id"` // hash of family, first area and first bucket
	Root
	First    time.Time `json:"first"`  // start of the bucket in which it was first located
	Opened   time.Time `json:"opened"` // when it was noticed
	Signal   Signal    `json:"signal"`
	Work     Work      `json:"work"`
	Fired    Snapshot  `json:"fired"`             // what fired it; relabelling and later counts never alter it
	Latest   Snapshot  `json:"latest"`            // what was located last
	Sources  []Source  `json:"sources,omitempty"` // what located it so far; none is what an older build wrote: statistics
	Track    Track     `json:"track"`
	Frozen   Expected  `json:"frozen"` // what the effect is measured against
	Explains []string  `json:"explains,omitempty"`

	Assignment  Assignment    `json:"assignment"`
	HandedOver  time.Time     `json:"handed_over"`         // when its owner was last asked to acknowledge it
	Clock       Clock         `json:"clock,omitzero"`      // the time limit that runs now
	Escalated   int           `json:"escalated,omitempty"` // level of the chain that was told
	Moves       []Move        `json:"moves,omitempty"`
	MergedInto  string        `json:"merged_into,omitempty"` // the older incident that this one is part of
	Merged      []string      `json:"merged,omitempty"`      // younger ones that are part of this one
	Measures    []Measure     `json:"measures,omitempty"`
	Appointed   []Appointment `json:"appointed,omitempty"`
	Visits      []VisitRound  `json:"visits,omitempty"`
	Supervision []Supervision `json:"supervision,omitempty"`
	Effects     []Effect      `json:"effects,omitempty"`
	History     []Event       `json:"history"`

	Fence  int64     `json:"fence"` // number of the watcher's last step that this incident has taken in
	Told   int       `json:"told"`  // messages so far
	Outbox []Message `json:"outbox,omitempty"`
}

// IncidentID names the incident of a family that was first located in an area, in the bucket that starts at first.
func IncidentID(family, area string, first time.Time) string {
	sum := sha256.Sum256([]byte(family + "\x00" + area + "\x00" + first.UTC().Format(time.RFC3339)))
	return hex.EncodeToString(sum[:6])
}

// Alive reports whether the incident still takes part in detection: it is not part of another one.
func (i *Incident) Alive() bool { return i.MergedInto == "" }

// Ended reports whether nobody has to do anything about it any more.
func (i *Incident) Ended() bool { return !i.Alive() || i.Work == Closed || i.Work == Rejected }

// Related reports whether one of two areas lies in the other.
func Related(a, b string) bool { return hotline.Covers(a, b) || hotline.Covers(b, a) }

// Snapshot is what was known when an incident was located.
type Snapshot struct {
	At         time.Time `json:"at"`
	Bucket     time.Time `json:"bucket"` // its start
	Labels     []string  `json:"labels"`
	Area       string    `json:"area"`
	RulesetRev int64     `json:"ruleset_rev,omitempty"`
	Days       int       `json:"days"` // of the window that tells most
	Observed   int       `json:"observed"`
	Expected   float64   `json:"expected"`
	P          float64   `json:"p"`
	Score      float64   `json:"score"` // log likelihood ratio
	Told       Told      `json:"told"`
	Counted    []Counted `json:"counted,omitempty"` // what a rule that counts found; none where statistics located it

	Older []trend.Older `json:"older,omitempty"` // what the rules in use elsewhere say of the rise that tells most
}

// Source is what locates incidents.
type Source string

// The sources of signals.
const (
	Statistics Source = "statistics" // 统计: more is told than the past and the areas around let expect
	Counts     Source = "counts"     // 计数规则: a rule that counts was met
)

// Counted is what a rule that counts (计数规则) found of one account, caller or place.
type Counted struct {
	Rule  string   `json:"rule"`
	Level string   `json:"level"` // that was met
	What  string   `json:"what"`  // the level in words, without the numbers of this one: 一户 60 天内 4 次以上
	By    string   `json:"by"`    // account, caller, place or area
	Key   string   `json:"key"`   // which; of accounts and callers the pseudonym
	Count int      `json:"count"`
	IDs   []string `json:"ids,omitempty"` // of the contacts that count
}

// Text tells the rule and the level that was met.
func (c Counted) Text() string {
	if c.Level == c.Rule {
		return fmt.Sprintf("计数规则“%s”：%s", c.Rule, c.What)
	}
	return fmt.Sprintf("计数规则“%s”（%s）：%s", c.Rule, c.Level, c.What)
}

// ByCount reports whether rules that count alone located it: then its signal follows them.
func (i *Incident) ByCount() bool { return len(i.Sources) == 1 && i.Sources[0] == Counts }

// Told is what the store tells of the contacts behind a sighting.
type Told struct {
	Matters  int               `json:"matters"`
	Callers  int               `json:"callers"`
	Hotlines []hotline.Hotline `json:"hotlines,omitempty"`
	Examples []Example         `json:"examples,omitempty"` // at most three
}

// Example is a contact that shows what people say.
type Example struct {
	ID   string `json:"id"`
	Text string `json:"text"` // masked
}

// Move says that an incident was found to be larger than it was thought to be.
type Move struct {
	At   time.Time `json:"at"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

// Event is an entry of an incident's history.
type Event struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"` // a person, or "watch"
	What   Kind      `json:"what"`
	Note   string    `json:"note,omitempty"`
	Way    string    `json:"way,omitempty"` // how whoever it was handed to was found
	Signal Signal    `json:"signal"`        // after it
	Work   Work      `json:"work"`          // after it
}

// byWatch is who does what no person does.
const byWatch = "watch"

func (i *Incident) note(at time.Time, by string, what Kind, note string) {
	i.History = append(i.History, Event{At: at, By: by, What: what, Note: note, Signal: i.Signal, Work: i.Work})
}

// addLabels joins labels to those that are known.
func (r *Root) addLabels(labels []string) {
	r.Labels = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Labels, labels))))
}
