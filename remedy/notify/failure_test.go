package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/remedy"
)

// Failures are tried again with growing waits, or when the platform says; refusals and what is too old are given up with a mark.
func TestFailures(t *testing.T) {
	down := errors.New("the answer is 503")
	t.Run("Waits", func(t *testing.T) {
		team := &paced{name: "team", fail: func(n int) error {
			if n < 4 {
				return down
			}
			return nil
		}}
		n := notifier(t, &remedy.Memory{}, team)
		var at []int
		for second := 0; second < 600; second += 5 {
			before := len(team.sent)
			drain(t, n, noon.Add(time.Duration(second)*time.Second), notice(1, nil))
			if len(team.sent) > before {
				at = append(at, second)
			}
		}
		if !slices.Equal(at, []int{0, 15, 45, 105, 225}) || team.sent[4].Duplicate {
			t.Errorf("tried at %v, duplicate %v", at, team.sent[len(team.sent)-1].Duplicate)
		}
	})
	t.Run("AsTheyAsk", func(t *testing.T) {
		team := &paced{name: "team", fail: func(n int) error { return map[int]error{0: retryAfter{down, 10 * time.Minute}}[n] }}
		n := notifier(t, &remedy.Memory{}, team)
		for minute := range 12 {
			drain(t, n, noon.Add(time.Duration(minute)*time.Minute), notice(1, nil))
			if want := 1 + minute/10; len(team.sent) != want {
				t.Fatalf("minute %d: %d tries, want %d", minute, len(team.sent), want)
			}
		}
	})
	t.Run("CutOffMayBeTwice", func(t *testing.T) {
		team := &paced{name: "team", fail: func(n int) error { return map[int]error{0: unsure{down}}[n] }}
		n := notifier(t, &remedy.Memory{}, team)
		drain(t, n, noon, notice(1, nil))
		drain(t, n, noon.Add(time.Minute), notice(1, nil))
		if len(team.sent) != 2 || !team.sent[1].Duplicate || team.sent[0].ID != team.sent[1].ID {
			t.Errorf("sent %+v", team.sent)
		}
	})
	t.Run("Refused", func(t *testing.T) {
		l, team := &remedy.Memory{}, &paced{name: "team", fail: func(int) error { return fmt.Errorf("%w: too long", ErrRefused) }}
		n := notifier(t, l, team)
		done := drain(t, n, noon, notice(1, nil))
		drain(t, n, noon.Add(time.Hour), notice(1, nil))
		marks, err := Deliveries(t.Context(), l, "")
		if err != nil || done.Refused != 1 || len(team.sent) != 1 || marks[0].State != Refused || !strings.Contains(marks[0].Why, "too long") {
			t.Errorf("%+v, %+v, %v", done, marks, err)
		}
	})
	t.Run("TooOld", func(t *testing.T) {
		l, team := &remedy.Memory{}, &paced{name: "team", fail: func(int) error { return down }}
		n := notifier(t, l, team)
		for hour := range 100 {
			drain(t, n, noon.Add(time.Duration(hour)*time.Hour), notice(1, func(n *Notice) { n.Waiting = true }))
		}
		marks, err := Deliveries(t.Context(), l, "")
		if err != nil || len(marks) != 1 || marks[0].State != Expired {
			t.Errorf("%+v, %v", marks, err)
		}
	})
	t.Run("OthersGoOn", func(t *testing.T) {
		broken, team := &paced{name: "broken", fail: func(int) error { return down }}, &paced{name: "team"}
		all := make([]Notice, 30)
		for i := range all {
			all[i] = notice(i, func(n *Notice) { n.Options.Channels = []string{"broken", "nobody", "team"} })
		}
		done := drain(t, notifier(t, &remedy.Memory{}, broken, team), noon, all...)
		if len(broken.sent) != 1 || len(team.sent) != 30 || done.Failed != 1 || done.Held != 29 {
			t.Errorf("broken %d, team %d, %+v", len(broken.sent), len(team.sent), done)
		}
	})
	t.Run("NewChannelTellsNoOldTales", func(t *testing.T) {
		team := &paced{name: "team"}
		drain(t, notifier(t, &remedy.Memory{}, team), noon, notice(1, func(n *Notice) { n.At = noon.Add(-80 * time.Hour) }))
		if len(team.sent) != 0 {
			t.Error("an old message is told")
		}
	})
}

// dying is a ledger whose process dies at one of its writes.
type dying struct {
	*remedy.Memory
	puts int // left
}

var errDead = errors.New("the process is dead")

func (d *dying) Put(ctx context.Context, key string, value []byte, ifRev int64) (int64, error) {
	if d.puts == 0 {
		return 0, errDead
	}
	d.puts--
	return d.Memory.Put(ctx, key, value, ifRev)
}

// Wherever a process dies, every notice is sent in the end, and whatever is sent twice is marked as such the second time.
func TestDeathAtEachWrite(t *testing.T) {
	notices := []Notice{
		notice(1, nil), notice(2, func(n *Notice) { n.Options.GroupWait = time.Minute }), notice(3, func(n *Notice) { n.Options.GroupWait = time.Minute }),
		notice(4, func(n *Notice) { n.Options.Channels = []string{"team", "hook"} }),
	}
	for writes := range 11 {
		t.Run(fmt.Sprint(writes), func(t *testing.T) {
			memory := &remedy.Memory{}
			team, hook := &paced{name: "team"}, &paced{name: "hook", limits: Limits{Machine: true}}
			_, err := notifier(t, &dying{memory, writes}, team, hook).Drain(t.Context(), notices, noon)
			if died := errors.Is(err, errDead); died != (writes < 10) {
				t.Fatalf("after %d writes: %v", writes, err)
			}
			early := drain(t, notifier(t, memory, team, hook), noon.Add(time.Minute), notices...)
			if late := drain(t, notifier(t, memory, team, hook), noon.Add(3*time.Minute), notices...); early.Sent+late.Sent == 0 && writes < 10 {
				t.Error("nothing is done after the death")
			}
			for _, channel := range []*paced{team, hook} {
				times := map[string]int{}
				for _, m := range channel.sent {
					for i := range m.Notices {
						key := m.Notices[i].key()
						if times[key] > 0 != (times[key] > 0 && m.Duplicate) {
							t.Errorf("%s is sent again without a mark", key)
						}
						times[key]++
					}
				}
				if want := map[string]int{"team": 4, "hook": 1}[channel.name]; len(times) != want {
					t.Errorf("%s: %v", channel.name, times)
				}
			}
		})
	}
}
