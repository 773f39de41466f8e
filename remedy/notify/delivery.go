package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/remedy"
)

// State is how the sending of a notice by a channel stands.
type State string

// The states. Sending is written before and replaced after the sending: one that is found later than its lease was left by a
// process that died in between.
const (
	Sending  State = "sending"
	Sent     State = "sent"
	Waiting  State = "waiting"  // it failed, and is tried again at Next
	Silenced State = "silenced" // 静默
	Refused  State = "refused"  // the other side will never take it
	Expired  State = "expired"  // it was not taken for so long that it means nothing any more
)

// done reports whether nothing more is sent.
func (s State) done() bool { return s == Sent || s == Silenced || s == Refused || s == Expired }

// Delivery is the mark of one notice and channel.
type Delivery struct {
	Key       string    `json:"key"` // of the notice, with the number of its repetition
	Channel   string    `json:"channel"`
	State     State     `json:"state"`
	At        time.Time `json:"at"`            // of the state
	Next      time.Time `json:"next,omitzero"` // end of the lease while sending, next try while waiting
	Tries     int       `json:"tries"`         // begun
	Duplicate bool      `json:"duplicate"`     // it was begun by a process that died, so it may have been sent twice
	Message   string    `json:"message"`       // id of the message it is or was part of
	Why       string    `json:"why,omitempty"` // of the last failure, or the silence
	To        []string  `json:"to,omitempty"`  // numbers of the people

	rev int64
}

const deliveryPrefix = "delivery/"

func deliveryKey(key, channel string) string { return deliveryPrefix + key + "/" + channel }

// Deliveries reads the marks of all notices whose keys begin with prefix, ordered by key and channel.
func Deliveries(ctx context.Context, l remedy.Ledger, prefix string) ([]Delivery, error) {
	records, err := l.List(ctx, deliveryPrefix+prefix)
	if err != nil {
		return nil, fmt.Errorf("list deliveries: %w", err)
	}
	all := make([]Delivery, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("read %s: %w", r.Key, err)
		}
		all[i].rev = r.Rev
	}
	return all, nil
}

// write puts a mark if nobody else has written it meanwhile.
func (d *Delivery) write(ctx context.Context, l remedy.Ledger) error {
	value, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("mark delivery %s: %w", d.Key, err)
	}
	rev, err := l.Put(ctx, deliveryKey(d.Key, d.Channel), value, d.rev)
	if err != nil {
		return fmt.Errorf("mark delivery %s: %w", d.Key, err)
	}
	d.rev = rev
	return nil
}

// Silence (静默) keeps messages of some incidents from being sent for a time. Supervision (督办) is never silenced.
type Silence struct {
	ID       string    `json:"id"`
	Incident string    `json:"incident,omitempty"` // the fields that are not empty must all fit
	Label    string    `json:"label,omitempty"`    // a code, with all below it
	Area     string    `json:"area,omitempty"`     // a path, with all below it
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	By       string    `json:"by"`
	Why      string    `json:"why"`
}

const silencePrefix = "silence/"

// Check says what is wrong with a silence.
func (s *Silence) Check() error {
	switch {
	case s.Incident == "" && s.Label == "" && s.Area == "":
		return errors.New("silence: say of what: an incident, a label or an area")
	case !s.Until.After(s.From):
		return errors.New("silence: it must end after it begins")
	case s.Until.Sub(s.From) > 90*24*time.Hour:
		return errors.New("silence: at most 90 days; a problem that nobody wants to hear of should be rejected, with the reason")
	case s.By == "" || s.Why == "":
		return errors.New("silence: say who wants it and why")
	}
	return nil
}

// covers reports whether a notice is silenced at a moment.
func (s *Silence) covers(n *Notice, now time.Time) bool {
	if n.Kind == remedy.KindSupervised || now.Before(s.From) || !now.Before(s.Until) {
		return false
	}
	return (s.Incident == "" || s.Incident == n.View.Incident) &&
		(s.Area == "" || hotline.Covers(s.Area, n.View.Area)) &&
		(s.Label == "" || slices.ContainsFunc(n.View.Labels, func(l string) bool { return l == s.Label || strings.HasPrefix(l, s.Label+".") }))
}

// String says what is silenced until when, by whom and why.
func (s *Silence) String() string {
	var of []string
	for _, part := range []struct{ what, value string }{{"问题 ", s.Incident}, {"标签 ", s.Label}, {"地区 ", s.Area}} {
		if part.value != "" {
			of = append(of, part.what+part.value)
		}
	}
	return fmt.Sprintf("%s，%s 至 %s，%s：%s", strings.Join(of, "，"), s.From.Format("2006-01-02 15:04"), s.Until.Format("2006-01-02 15:04"), s.By, s.Why)
}

// AddSilence begins a silence; its id is derived from what it says, so that saying it twice makes one.
func AddSilence(ctx context.Context, l remedy.Ledger, s Silence) (Silence, error) {
	if err := s.Check(); err != nil {
		return s, err
	}
	s.ID = messageID([]string{s.Incident, s.Label, s.Area, s.From.UTC().Format(time.RFC3339)})
	record, err := l.Get(ctx, silencePrefix+s.ID)
	if err != nil {
		return s, fmt.Errorf("add silence: %w", err)
	}
	value, err := json.Marshal(s)
	if err != nil {
		return s, fmt.Errorf("add silence: %w", err)
	}
	if _, err := l.Put(ctx, silencePrefix+s.ID, value, record.Rev); err != nil {
		return s, fmt.Errorf("add silence: %w", err)
	}
	return s, nil
}

// EndSilence ends one now.
func EndSilence(ctx context.Context, l remedy.Ledger, id string, now time.Time) error {
	record, err := l.Get(ctx, silencePrefix+id)
	if err != nil {
		return fmt.Errorf("end silence: %w", err)
	}
	if record.Rev == 0 {
		return fmt.Errorf("there is no silence %s; suqiu notify silence list shows those there are", id)
	}
	var s Silence
	if err := json.Unmarshal(record.Value, &s); err != nil {
		return fmt.Errorf("read silence %s: %w", id, err)
	}
	if now.Before(s.Until) {
		s.Until = now
	}
	value, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("end silence: %w", err)
	}
	if _, err := l.Put(ctx, silencePrefix+id, value, record.Rev); err != nil {
		return fmt.Errorf("end silence: %w", err)
	}
	return nil
}

// Silences lists all silences, ended ones too, ordered by their beginning.
func Silences(ctx context.Context, l remedy.Ledger) ([]Silence, error) {
	records, err := l.List(ctx, silencePrefix)
	if err != nil {
		return nil, fmt.Errorf("list silences: %w", err)
	}
	all := make([]Silence, len(records))
	for i, r := range records {
		if err := json.Unmarshal(r.Value, &all[i]); err != nil {
			return nil, fmt.Errorf("read %s: %w", r.Key, err)
		}
	}
	slices.SortStableFunc(all, func(a, b Silence) int { return a.From.Compare(b.From) })
	return all, nil
}
