package remedy

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// pair is a line of testdata/table.txt.
type pair struct {
	signal Signal
	work   Work
	acts   map[Act]Work
	tells  string // nothing, tell or urge
	to     Work   // where the work goes, empty if it stays
}

func readPairs(t *testing.T) []pair {
	t.Helper()
	text, err := os.ReadFile("testdata/table.txt")
	if err != nil {
		t.Fatal(err)
	}
	var pairs []pair
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(line, "|")
		states, enters := strings.Fields(columns[0]), strings.Fields(columns[2])
		p := pair{signal: Signal(states[0]), work: Work(states[1]), acts: map[Act]Work{}, tells: enters[0]}
		for word := range strings.FieldsSeq(columns[1]) {
			act, to, _ := strings.Cut(word, "→")
			p.acts[Act(act)] = Work(to)
		}
		if len(enters) > 1 {
			p.to = Work(strings.TrimPrefix(enters[1], "→"))
		}
		pairs = append(pairs, p)
	}
	return pairs
}

// Every pair of states allows what the table says, and nothing else; a refused deed alters nothing.
func TestTableActs(t *testing.T) {
	pairs := readPairs(t)
	if want := len(Signals) * len(Works); len(pairs) != want {
		t.Fatalf("the table has %d pairs, want %d", len(pairs), want)
	}
	for _, p := range pairs {
		t.Run(string(p.signal)+"/"+string(p.work), func(t *testing.T) {
			for _, act := range Acts {
				i := incident(t, p.signal, p.work)
				if act == ActVisit || act == ActComplain {
					i.scheduleVisits(noon(2), []string{"95598:1", "95598:2"}, nil)
				}
				before := incident(t, p.signal, p.work)
				before.Visits = slices.Clone(i.Visits)
				err := i.Do(practice(t), deed(act, noon(3)))
				want, allowed := p.acts[act]
				switch {
				case allowed && (err != nil || i.Work != want):
					t.Errorf("%s: the work is %s, %v; want %s", act, i.Work, err, want)
				case allowed && (i.Told != 1 || len(i.History) != 1 || i.History[0].Work != want || i.History[0].By != "李四"):
					t.Errorf("%s: told %d times, history %+v", act, i.Told, i.History)
				case !allowed && err == nil:
					t.Errorf("%s is possible, want an error", act)
				case !allowed && !reflect.DeepEqual(i, before):
					t.Errorf("%s was refused and altered the incident", act)
				}
				if may := slices.Contains(before.May(), act); may != allowed {
					t.Errorf("%s is listed as possible: %t, want %t", act, may, allowed)
				}
			}
		})
	}
}

// Coming into a pair by the signal does what the table says.
func TestTableEnters(t *testing.T) {
	for _, p := range readPairs(t) {
		t.Run(string(p.signal)+"/"+string(p.work), func(t *testing.T) {
			i := incident(t, otherThan(p.signal), p.work)
			later := noon(5)
			i.turn(p.signal, later)
			want := p.work
			if p.to != "" {
				want = p.to
			}
			if i.Signal != p.signal || i.Work != want {
				t.Errorf("is %s, %s; want %s, %s", i.Signal, i.Work, p.signal, want)
			}
			told := "nothing"
			if len(i.Outbox) > 0 {
				told = map[bool]string{false: "tell", true: "urge"}[i.Outbox[0].Urgent]
				if i.Outbox[0].Key != "a1b2c3/0001" || i.Outbox[0].View.Work != want || i.Outbox[0].To[0].ID != "owner of 琼/海口" {
					t.Errorf("told %+v", i.Outbox[0])
				}
			}
			if told != p.tells || len(i.Outbox) > 1 {
				t.Errorf("%d messages, %s; want %s", len(i.Outbox), told, p.tells)
			}
			if handedOver := i.HandedOver.Equal(later); handedOver != (p.to == Open) {
				t.Errorf("handed over anew: %t", handedOver)
			}
			i.turn(p.signal, later.Add(time.Hour))
			if len(i.History) != 1 {
				t.Errorf("staying in a state is noted: %+v", i.History)
			}
		})
	}
}

func otherThan(s Signal) Signal {
	if s == Onset {
		return Growing
	}
	return Onset
}

// What is part of another incident is worked on there.
func TestMergedRefuses(t *testing.T) {
	i := incident(t, Onset, Open)
	i.MergedInto = "older"
	err := i.Do(practice(t), deed(ActAck, noon(2)))
	if err == nil || !strings.Contains(err.Error(), "older") || len(i.May()) != 0 {
		t.Errorf("got %v, may %v", err, i.May())
	}
}
