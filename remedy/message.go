package remedy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Kind is what happened to an incident, and what a message tells.
type Kind string

// The kinds of events and messages.
const (
	KindOpened       Kind = "opened"       // 新问题
	KindGrew         Kind = "grew"         // 上升
	KindSubsided     Kind = "subsided"     // 回落
	KindResolved     Kind = "resolved"     // 平息
	KindReopened     Kind = "reopened"     // 复起
	KindMoved        Kind = "moved"        // 范围扩大，改派
	KindMerged       Kind = "merged"       // 并入
	KindAcknowledged Kind = "acknowledged" // 签收
	KindAssigned     Kind = "assigned"     // 改派
	KindProgressed   Kind = "progressed"   // 进展
	KindRemedied     Kind = "remedied"     // 整改
	KindVisited      Kind = "visited"      // 回访
	KindDissatisfied Kind = "dissatisfied" // 回访不满意，退回
	KindClosed       Kind = "closed"       // 销号
	KindRejected     Kind = "rejected"     // 不予立案
	KindWarned       Kind = "warned"       // 临期
	KindOverdue      Kind = "overdue"      // 超期
	KindEscalated    Kind = "escalated"    // 升级
	KindSupervised   Kind = "supervised"   // 督办
	KindVisitsDue    Kind = "visits_due"   // 回访到期
	KindMeasured     Kind = "measured"     // 成效
)

// Name is the kind in Chinese; one that an older build does not know is shown as it is.
func (k Kind) Name() string {
	name := map[Kind]string{
		KindOpened: "新问题", KindGrew: "问题上升", KindSubsided: "问题回落", KindResolved: "问题平息",
		KindReopened: "问题复起", KindMoved: "范围扩大", KindMerged: "问题并入", KindAcknowledged: "已签收",
		KindAssigned: "改派", KindProgressed: "进展", KindRemedied: "已整改", KindVisited: "已回访",
		KindDissatisfied: "回访不满意", KindClosed: "已销号", KindRejected: "不予立案", KindWarned: "临期提醒",
		KindOverdue: "超期", KindEscalated: "升级", KindSupervised: "督办", KindVisitsDue: "回访到期",
		KindMeasured: "成效",
	}[k]
	return cmp.Or(name, string(k))
}

// Message is one message of the outbox: part of the incident's record, so that what happened and what is to be told of it
// are written together or not at all. It is never altered. Who sends it keeps a mark of his own, by Key and channel.
type Message struct {
	Key    string    `json:"key"` // stable and unique: incident and number
	Kind   Kind      `json:"kind"`
	At     time.Time `json:"at"`
	To     []Person  `json:"to,omitempty"` // empty: nobody owns it
	Urgent bool      `json:"urgent,omitempty"`
	Due    time.Time `json:"due,omitzero"` // of the limit that a warning, delay or visit is about
	Note   string    `json:"note,omitempty"`
	View   View      `json:"view"`
}

// View is how an incident stood when a message was written.
type View struct {
	Incident string `json:"incident"`
	Root
	Signal   Signal    `json:"signal"`
	Work     Work      `json:"work"`
	Since    time.Time `json:"since"` // start of the bucket in which it was first located
	Days     int       `json:"days"`  // of the window that tells most
	Observed int       `json:"observed"`
	Expected float64   `json:"expected"`
	P        float64   `json:"p"`
	Matters  int       `json:"matters"`
	Callers  int       `json:"callers"`
	Examples []Example `json:"examples,omitempty"`
	Owner    Person    `json:"owner,omitzero"`
	Unowned  string    `json:"unowned,omitempty"`
	Explains []string  `json:"explains,omitempty"` // weather, planned outage …
	Effect   string    `json:"effect,omitempty"`   // the last one measured, in words
	Counted  []string  `json:"counted,omitempty"`  // the rules that count which were met last, in words; none where statistics located it last
}

func (i *Incident) view() View {
	seen := i.Latest
	v := View{
		Incident: i.ID, Root: Root{i.Family, slices.Clone(i.Labels), i.Area}, Signal: i.Signal, Work: i.Work, Since: i.First, Days: seen.Days,
		Observed: seen.Observed, Expected: seen.Expected, P: seen.P, Matters: seen.Told.Matters, Callers: seen.Told.Callers,
		Owner: i.Assignment.Owner, Unowned: i.Assignment.Unowned, Explains: slices.Clone(i.Explains),
	}
	if !i.Assignment.HideExamples {
		v.Examples = slices.Clone(seen.Told.Examples)
	}
	for _, c := range seen.Counted {
		if text := c.Text(); !slices.Contains(v.Counted, text) {
			v.Counted = append(v.Counted, text)
		}
	}
	if n := len(i.Effects); n > 0 {
		v.Effect = i.Effects[n-1].String()
	}
	return v
}

// tell writes a message into the outbox.
func (i *Incident) tell(m Message) {
	i.Told++
	m.Key, m.View = fmt.Sprintf("%s/%04d", i.ID, i.Told), i.view()
	i.Outbox = append(i.Outbox, m)
}

// Messages reads the outbox: all messages ever written, by incident and number.
func Messages(ctx context.Context, l Ledger) ([]Message, error) {
	all, err := All(ctx, l)
	if err != nil {
		return nil, err
	}
	var out []Message
	for i := range all {
		out = append(out, all[i].Outbox...)
	}
	return out, nil
}
