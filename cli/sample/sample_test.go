package sample

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"suqiu/hotline"
)

var options = Options{Seed: 7, Start: time.Date(2026, 9, 7, 0, 0, 0, 0, time.FixedZone("CST", 8*3600)), Weeks: 8, PerDay: 30}

func generate(t *testing.T, o Options) ([]Contact, Truth) {
	t.Helper()
	all, truth, err := Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	return all, truth
}

func TestSameOptionsSameBytes(t *testing.T) {
	write := func() []byte {
		all, _ := generate(t, options)
		var b bytes.Buffer
		for i := range all {
			records, err := Records(&all[i])
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range records {
				b.WriteString(r.Topic + " " + r.Key + " ")
				b.Write(r.Value)
			}
		}
		return b.Bytes()
	}
	if !bytes.Equal(write(), write()) {
		t.Error("two runs differ")
	}
}

func TestContacts(t *testing.T) {
	all, truth := generate(t, options)
	ids := map[string]bool{}
	end := options.Start.AddDate(0, 0, 7*options.Weeks)
	for i := range all {
		c := &all[i]
		if ids[c.DocID()] {
			t.Fatalf("id %s is there twice", c.DocID())
		}
		ids[c.DocID()] = true
		if c.Received.Before(options.Start) || !c.Received.Before(end) {
			t.Errorf("%s received %s, outside the weeks", c.DocID(), c.Received)
		}
		if i > 0 && c.Received.Before(all[i-1].Received) {
			t.Fatalf("%s comes after a later contact", c.DocID())
		}
		for _, turn := range c.Turns {
			if turn.Text == "" || bytes.ContainsAny([]byte(turn.Text), "{}") {
				t.Errorf("%s: turn %q is empty or has an unfilled slot", c.DocID(), turn.Text)
			}
		}
	}
	if truth.Contacts != len(all) {
		t.Errorf("truth has %d contacts, there are %d", truth.Contacts, len(all))
	}
	for _, h := range hotline.Hotlines {
		if truth.ByHotline[h] == 0 {
			t.Errorf("nobody called %s", h)
		}
	}
	if labels := len(truth.ByLabel); labels < 35 {
		t.Errorf("only %d labels occur", labels)
	}
}

// Each planted problem grows, and stands out against the ordinary contacts about its label.
func TestPlantedProblemsRise(t *testing.T) {
	all, truth := generate(t, options)
	for _, p := range truth.Problems {
		half := p.From.Add(p.Through.Sub(p.From) / 2)
		var first, second int
		for i := range all {
			if all[i].Planted != p.Name {
				continue
			}
			if all[i].Place.Station() != p.Grid || all[i].Label != p.Label {
				t.Errorf("%s: %s lies elsewhere or is about something else", p.Name, all[i].DocID())
			}
			if all[i].Received.Before(half) {
				first++
			} else {
				second++
			}
		}
		if first == 0 || second <= first {
			t.Errorf("%s: %d contacts in the first half, %d in the second", p.Name, first, second)
		}
		if of := len(truth.Of(p)); of < first+second {
			t.Errorf("%s: %d contacts in its place and time, fewer than the %d planted", p.Name, of, first+second)
		}
	}
	if storm := len(truth.Planted[stormName]); storm < 4*options.PerDay {
		t.Errorf("the storm has only %d contacts", storm)
	}
}

// The new topic is told by callers of its own in the last week alone, and all else is as without it.
func TestTopic(t *testing.T) {
	plain, truth := generate(t, options)
	if truth.Topic.Name != "" || len(truth.WithPhrase(TopicPhrase)) > 0 {
		t.Error("there is a topic that was not asked for")
	}
	o := options
	o.Topic = true
	all, truth := generate(t, o)
	callers, rest := map[string]bool{}, 0
	for i := range all {
		c := &all[i]
		if c.Planted != truth.Topic.Name {
			if rest < len(plain) && c.DocID() != plain[rest].DocID() {
				t.Fatalf("%s stands where %s does without the topic", c.DocID(), plain[rest].DocID())
			}
			rest++
			continue
		}
		callers[c.Person.Phone] = true
		if c.Received.Before(truth.Topic.From) || !c.Received.Before(truth.Topic.Through) {
			t.Errorf("%s received %s, outside the last week", c.DocID(), c.Received)
		}
	}
	if rest != len(plain) || len(callers) != topicCallers {
		t.Errorf("%d others, want %d; %d callers, want %d", rest, len(plain), len(callers), topicCallers)
	}
	if got, want := truth.WithPhrase(TopicPhrase), truth.Planted[TopicPhrase]; len(got) != len(want) {
		t.Errorf("%d contacts hold the phrase, %d were planted", len(got), len(want))
	}
}

func TestRecords(t *testing.T) {
	all, _ := generate(t, options)
	updated := 0
	for i := range all {
		records, err := Records(&all[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			if !json.Valid(r.Value) || r.Key == "" || r.DocID != all[i].DocID() {
				t.Errorf("record of %s: %+v", all[i].DocID(), r)
			}
		}
		if len(records) == 2 {
			updated++
			if !records[1].Updated.After(records[0].Updated) || bytes.Equal(records[0].Value, records[1].Value) {
				t.Errorf("%s: the update is not newer or not different", all[i].DocID())
			}
		}
	}
	if updated == 0 {
		t.Error("no document is updated")
	}
}

func TestBadOptions(t *testing.T) {
	for name, spoil := range map[string]func(*Options){
		"NotMonday": func(o *Options) { o.Start = o.Start.AddDate(0, 0, 1) },
		"FewWeeks":  func(o *Options) { o.Weeks = 3 },
		"NoCalls":   func(o *Options) { o.PerDay = 0 },
	} {
		t.Run(name, func(t *testing.T) {
			o := options
			spoil(&o)
			if _, _, err := Generate(o); err == nil {
				t.Error("no error")
			}
		})
	}
}

func TestDefaultOptionsEndBeforeThisWeek(t *testing.T) {
	now := time.Date(2026, 11, 28, 13, 0, 0, 0, options.Start.Location())
	o := DefaultOptions(now)
	if end := o.Start.AddDate(0, 0, 7*o.Weeks); !end.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, now.Location())) {
		t.Errorf("the weeks end on %s", end)
	}
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, _, err := Generate(options); err != nil {
			b.Fatal(err)
		}
	}
}
