package notify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"suqiu/remedy"
	"suqiu/remedy/owner"
)

// Notifier sends the notices that are due. One value is used by one goroutine; several processes may work on one ledger.
type Notifier struct {
	ledger   remedy.Ledger
	channels map[string]Channel
	options  Options
	recent   map[string][]time.Time // channel → when it was used within the last minute
	missing  map[string]bool        // names that no channel has, of which the log has told
}

// Options set the pace of a notifier. Zero values take the defaults.
type Options struct {
	Lease  time.Duration // how long a sending may take before it counts as left by a dead process; 2m
	MaxAge time.Duration // of a notice that can't be sent, after which it is given up; 72h
	Zone   *time.Location
	Log    *slog.Logger // of failures and of names that no channel has
}

// Bounds of the waiting after failures, and of a group.
const (
	firstWait = 15 * time.Second
	longWait  = 15 * time.Minute
	maxGroup  = 20
)

// New makes a notifier with channels that differ by name.
func New(ledger remedy.Ledger, channels []Channel, o Options) (*Notifier, error) {
	if o.Lease == 0 {
		o.Lease = 2 * time.Minute
	}
	if o.MaxAge == 0 {
		o.MaxAge = 72 * time.Hour
	}
	if o.Zone == nil {
		return nil, errors.New("notifier: the zone of quiet hours is missing")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	n := &Notifier{ledger: ledger, channels: map[string]Channel{}, options: o, recent: map[string][]time.Time{}, missing: map[string]bool{}}
	for _, c := range channels {
		if n.channels[c.Name()] != nil {
			return nil, fmt.Errorf("two channels are called %q; give each a name of its own", c.Name())
		}
		n.channels[c.Name()] = c
	}
	return n, nil
}

// Done tells what a Drain did.
type Done struct {
	Sent     int // messages
	Notices  int // in them
	Failed   int // messages that are tried again
	Refused  int // notices given up
	Silenced int
	Held     int // notices that wait for quiet hours to end, for their group, for their next try or for the channel's pace
}

// task is one notice that may be sent by one channel, with its mark.
type task struct {
	notice  Notice
	channel Channel
	mark    Delivery
}

// Drain sends what is due of the notices by each of their channels, and is harmless to repeat with the same notices.
// What fails is tried again by later calls; one channel that fails does not keep another one waiting for more than its
// own time-out. The error is that of the ledger or of ctx.
func (n *Notifier) Drain(ctx context.Context, notices []Notice, now time.Time) (Done, error) {
	var done Done
	silences, err := Silences(ctx, n.ledger)
	if err != nil {
		return done, err
	}
	notices = n.alive(notices, now)
	known, err := n.marks(ctx, notices)
	if err != nil {
		return done, err
	}
	var groups [][]task
	at := map[string]int{} // open group → its place in groups
	for i := range notices {
		for _, name := range notices[i].Options.Channels {
			channel := n.channels[name]
			if channel == nil && n.missing[name] {
				continue
			}
			if channel == nil {
				n.missing[name] = true
				n.options.Log.Error("no channel has this name; add it to notify.channels, or take it out of the routing policy", "channel", name, "incident", notices[i].View.Incident)
				continue
			}
			t, pending := due(notices[i], channel, known, now)
			if !pending {
				continue
			}
			if j := slices.IndexFunc(silences, func(s Silence) bool { return s.covers(&t.notice, now) }); j >= 0 {
				t.mark.State, t.mark.At, t.mark.Why = Silenced, now, silences[j].ID
				if err := t.mark.write(ctx, n.ledger); err != nil && !errors.Is(err, remedy.ErrConflict) {
					return done, err
				}
				done.Silenced++
				continue
			}
			if n.hold(&t, now) {
				done.Held++
				continue
			}
			group := groupOf(&t)
			if j, open := at[group]; open && len(groups[j]) < maxGroup {
				groups[j] = append(groups[j], t)
				continue
			}
			at[group] = len(groups)
			groups = append(groups, []task{t})
		}
	}
	failed := map[string]bool{} // channels that are left alone until the next call
	for _, g := range groups {
		name := g[0].channel.Name()
		if failed[name] || !n.ripe(g, now) {
			done.Held += len(g)
			continue
		}
		before := done.Failed
		if err := n.send(ctx, g, now, &done); err != nil {
			return done, err
		}
		failed[name] = done.Failed > before
	}
	return done, nil
}

// alive leaves out the notices of which nothing can be due any more, so that a channel that is new does not tell old tales.
func (n *Notifier) alive(notices []Notice, now time.Time) []Notice {
	var young []Notice
	for i := range notices {
		if notices[i].Waiting || now.Sub(notices[i].At) <= n.options.MaxAge {
			young = append(young, notices[i])
		}
	}
	return young
}

// marks reads the marks of the incidents that the notices are about.
func (n *Notifier) marks(ctx context.Context, notices []Notice) (map[string]Delivery, error) {
	known := map[string]Delivery{}
	read := map[string]bool{}
	for i := range notices {
		incident := notices[i].View.Incident
		if read[incident] {
			continue
		}
		read[incident] = true
		marks, err := Deliveries(ctx, n.ledger, incident+"/")
		if err != nil {
			return nil, err
		}
		for _, m := range marks {
			known[deliveryKey(m.Key, m.Channel)] = m
		}
	}
	return known, nil
}

// due returns what there is to send of a notice by a channel: itself, or the repetition whose time has come.
func due(notice Notice, channel Channel, known map[string]Delivery, now time.Time) (task, bool) {
	to := make([]string, len(notice.People))
	for i, p := range notice.People {
		to[i] = p.ID
	}
	for {
		mark, begun := known[deliveryKey(notice.key(), channel.Name())]
		if !begun {
			mark = Delivery{Key: notice.key(), Channel: channel.Name()}
		}
		mark.To = to
		if !mark.State.done() {
			return task{notice, channel, mark}, true
		}
		if !notice.Waiting || notice.Options.Repeat == 0 || channel.Limits().Machine || mark.At.Add(notice.Options.Repeat).After(now) {
			return task{}, false
		}
		notice.Repeat++
	}
}

// hold reports whether a notice has to wait whatever else there is: for its next try, for a sending under way elsewhere, or for
// quiet hours to end.
func (n *Notifier) hold(t *task, now time.Time) bool {
	if (t.mark.State == Sending || t.mark.State == Waiting) && now.Before(t.mark.Next) {
		return true
	}
	if t.notice.Urgent || t.channel.Limits().Machine {
		return false
	}
	local := now.In(n.options.Zone)
	return slices.ContainsFunc(t.notice.Options.Quiet, func(s owner.DayTime) bool { _, quiet := s.Holds(local); return quiet })
}

// groupOf names the group that a notice may go out with: same channel, same people. What has been part of a message
// before stays with it, so that a message that is sent again has the same id.
func groupOf(t *task) string {
	if t.mark.Message != "" {
		return t.channel.Name() + "\x00again\x00" + t.mark.Message
	}
	if t.notice.Urgent || t.notice.Options.GroupWait == 0 || t.channel.Limits().Machine {
		return t.channel.Name() + "\x00alone\x00" + t.notice.key()
	}
	return t.channel.Name() + "\x00together\x00" + strings.Join(t.mark.To, "\x00")
}

// ripe reports whether a group has waited long enough for others to join, and the channel's pace allows a message.
func (n *Notifier) ripe(group []task, now time.Time) bool {
	first := group[0]
	if first.mark.Message == "" && !first.notice.Urgent && !first.channel.Limits().Machine && len(group) < maxGroup {
		oldest := now
		for i := range group {
			if at := group[i].notice.At; group[i].notice.Repeat == 0 && at.Before(oldest) || group[i].notice.Repeat > 0 {
				oldest = at
			}
		}
		if oldest.Add(first.notice.Options.GroupWait).After(now) {
			return false
		}
	}
	name, limit := first.channel.Name(), first.channel.Limits().PerMinute
	n.recent[name] = slices.DeleteFunc(n.recent[name], func(at time.Time) bool { return !now.Before(at.Add(time.Minute)) })
	return limit == 0 || len(n.recent[name]) < limit
}

// send marks a group as being sent, sends it, and marks what became of it.
func (n *Notifier) send(ctx context.Context, group []task, now time.Time, done *Done) error {
	m := Message{Now: now}
	var keys []string
	for i := range group {
		mark := &group[i].mark
		if mark.State == Sending { // left by a process that died between sending and mark
			mark.Duplicate = true
		}
		m.Duplicate = m.Duplicate || mark.Duplicate
		keys = append(keys, group[i].notice.key())
	}
	if m.ID = group[0].mark.Message; m.ID == "" {
		m.ID = messageID(keys)
	}
	claimed := group[:0:0]
	for _, t := range group {
		t.mark.State, t.mark.At, t.mark.Next, t.mark.Message = Sending, now, now.Add(n.options.Lease), m.ID
		t.mark.Tries++
		switch err := t.mark.write(ctx, n.ledger); {
		case errors.Is(err, remedy.ErrConflict): // another process was quicker
			continue
		case err != nil:
			return err
		}
		claimed = append(claimed, t)
		m.Notices = append(m.Notices, t.notice)
	}
	if len(claimed) == 0 {
		return nil
	}
	channel := claimed[0].channel
	n.recent[channel.Name()] = append(n.recent[channel.Name()], now)
	timed, cancel := context.WithTimeout(ctx, n.options.Lease/2)
	err := channel.Send(timed, &m)
	cancel()
	if err != nil && ctx.Err() != nil { // stopped: the marks say that it may have been sent
		return ctx.Err()
	}
	n.count(claimed, err, now, done)
	for i := range claimed {
		if err := claimed[i].mark.write(ctx, n.ledger); err != nil && !errors.Is(err, remedy.ErrConflict) {
			return err
		}
	}
	return nil
}

// count settles what became of a message.
func (n *Notifier) count(claimed []task, err error, now time.Time, done *Done) {
	channel := claimed[0].channel.Name()
	switch {
	case err == nil:
		done.Sent++
		done.Notices += len(claimed)
	case errors.Is(err, ErrRefused):
		done.Refused += len(claimed)
		n.options.Log.Error("a message was refused for good", "channel", channel, "key", claimed[0].mark.Key, "err", err)
	default:
		done.Failed++
		n.options.Log.Warn("a message could not be sent, trying again", "channel", channel, "key", claimed[0].mark.Key, "err", err)
	}
	for i := range claimed {
		mark := &claimed[i].mark
		mark.At, mark.Next, mark.Why = now, time.Time{}, ""
		switch {
		case err == nil:
			mark.State = Sent
		case errors.Is(err, ErrRefused):
			mark.State, mark.Why = Refused, err.Error()
		case now.Sub(claimed[i].notice.At) > n.options.MaxAge && claimed[i].notice.Repeat == 0:
			mark.State, mark.Why = Expired, err.Error()
			n.options.Log.Error("a message could not be sent for too long and is given up", "channel", channel, "key", mark.Key)
		default:
			mark.State, mark.Why = Waiting, err.Error()
			wait := min(firstWait<<min(mark.Tries-1, 10), longWait)
			var asked retryAfter
			if errors.As(err, &asked) {
				wait = max(wait, asked.wait)
			}
			mark.Next = now.Add(wait)
			// What failed without an answer may have been taken all the same.
			var unsure interface{ Unsure() bool }
			mark.Duplicate = mark.Duplicate || errors.As(err, &unsure) && unsure.Unsure()
		}
	}
}

// messageID names a message by what it consists of.
func messageID(keys []string) string {
	if len(keys) == 1 {
		return keys[0]
	}
	sum := sha256.Sum256([]byte(strings.Join(keys, "\x00")))
	return hex.EncodeToString(sum[:8])
}
