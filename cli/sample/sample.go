// Package sample writes invented hotline contacts together with the truth of what it planted: eight weeks of a
// province, three hotlines, dialogues with recogniser noise, a weekday rhythm, a storm, four rising problems and a topic
// that is new in the last week. The
// same options give the same bytes, so the demo, benchmarks and fault tests can compute what must come out.
package sample

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"suqiu/hotline"
)

//go:embed templates.yaml
var templates []byte

// Options says what to write.
type Options struct {
	Seed   uint64
	Start  time.Time // the first day, a Monday, in the hotline's zone
	Weeks  int       // at least 8: the planted problems lie in the weeks 4 to 8
	PerDay int       // contacts on an average day, before storm and planted problems
	Topic  bool      // also the new topic of the last week
}

// DefaultOptions is what the demo sends: a few thousand contacts over the eight weeks before the week of now.
func DefaultOptions(now time.Time) Options {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	monday := day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	return Options{Seed: 95598, Start: monday.AddDate(0, 0, -56), Weeks: 8, PerDay: 64, Topic: true}
}

// Record is one record for a topic. A document that is updated later has several.
type Record struct {
	Topic   string
	Key     string
	Value   []byte
	DocID   string
	Updated time.Time
}

// Contact is one contact before it is written in a hotline's format.
type Contact struct {
	Hotline  hotline.Hotline
	Kind     hotline.Kind
	ID       string
	Received time.Time
	Label    string // what it is about; empty: not about electricity
	Nature   string
	Place    Place
	Person   Person
	Turns    []hotline.Turn // as the hotline's recogniser writes them; one turn for orders and messages
	Main     string         // the id of the main order it belongs to, within its hotline
	Reply    string         // what the handlers wrote later
	Closed   time.Time
	Planted  string // the name of the planted problem it belongs to
}

// DocID is the id under which the contact will be stored by the default sources.
func (c *Contact) DocID() string { return hotline.DocID(string(c.Hotline), c.ID) }

// Person is an invented caller. The account is that of the place the call is about.
type Person struct {
	Name, Phone, Account string
}

type book struct {
	Openings  []string `yaml:"openings"`
	Greetings []string `yaml:"greetings"`
	Address   []string `yaml:"address"`
	Phone     []string `yaml:"phone"`
	Closings  []string `yaml:"closings"`
	Fillers   []string `yaml:"fillers"`
	Thanks    []string `yaml:"thanks"`
	Replies   []string `yaml:"replies"`
	Matters   []matter `yaml:"matters"`
	Topic     matter   `yaml:"topic"`
}

type matter struct {
	Label    string            `yaml:"label"`
	Weight   int               `yaml:"weight"`
	Nature   string            `yaml:"nature"`
	Hotlines []hotline.Hotline `yaml:"hotlines"`
	Asks     []string          `yaml:"asks"`
	Spoken   []string          `yaml:"spoken"`
	Written  []string          `yaml:"written"`
}

type writer struct {
	Options
	rand   *rand.Rand
	book   book
	total  int // of the weights
	places []Place
	people []Person
	serial int
}

// Generate writes the contacts in the order in which they were received, and the truth about them.
func Generate(o Options) ([]Contact, Truth, error) {
	w := &writer{Options: o, rand: rand.New(rand.NewPCG(o.Seed, 0x5351))}
	if o.Weeks < 8 || o.PerDay < 1 || o.Start.Weekday() != time.Monday {
		return nil, Truth{}, fmt.Errorf("sample: start must be a Monday, weeks at least 8 and contacts a day at least 1, got %s, %d, %d", o.Start.Weekday(), o.Weeks, o.PerDay)
	}
	if err := yaml.UnmarshalWithOptions(templates, &w.book, yaml.Strict()); err != nil {
		return nil, Truth{}, fmt.Errorf("sample: templates: %w", err)
	}
	var err error
	if w.places, err = readPlaces(); err != nil {
		return nil, Truth{}, fmt.Errorf("sample: %w", err)
	}
	for _, m := range w.book.Matters {
		w.total += m.Weight
	}
	w.invitePeople()

	var all []Contact
	for day := range o.Weeks * 7 {
		all = w.ordinaryDay(all, o.Start.AddDate(0, 0, day))
	}
	problems, err := w.problems()
	if err != nil {
		return nil, Truth{}, fmt.Errorf("sample: %w", err)
	}
	for _, p := range problems {
		all = w.plant(all, p)
	}
	storm := w.stormDay()
	all = w.storm(all, storm)
	all = w.urges(all)
	topic := Problem{}
	if o.Topic { // last: all else is the same without it
		topic = w.topic()
		all = w.tellTopic(all, topic)
	}
	slices.SortStableFunc(all, func(a, b Contact) int { return a.Received.Compare(b.Received) })
	return all, truthOf(all, problems, storm, topic), nil
}

// weekday is the rhythm of an office town: Monday is the busiest day.
var weekday = [7]float64{time.Sunday: .72, time.Monday: 1.22, time.Tuesday: 1.1, time.Wednesday: 1.05, time.Thursday: 1.05, time.Friday: 1.06, time.Saturday: .8}

func (w *writer) ordinaryDay(all []Contact, day time.Time) []Contact {
	mean := float64(w.PerDay) * weekday[day.Weekday()]
	for range int(mean + w.rand.NormFloat64()*mean/8) {
		m := w.pickMatter()
		all = append(all, w.contact(m, pick(w, w.places), w.at(day), pick(w, w.people)))
	}
	return all
}

// at is a time of the day: few contacts at night, peaks in the morning and in the evening.
func (w *writer) at(day time.Time) time.Time {
	for {
		hour := w.rand.IntN(24)
		if busy := [24]int{2, 1, 1, 1, 1, 2, 4, 7, 10, 10, 9, 8, 6, 6, 8, 9, 8, 8, 9, 10, 9, 7, 5, 3}[hour]; w.rand.IntN(10) < busy {
			return day.Add(time.Duration(hour)*time.Hour + time.Duration(w.rand.IntN(3600))*time.Second)
		}
	}
}

func (w *writer) pickMatter() *matter {
	n := w.rand.IntN(w.total)
	for i := range w.book.Matters {
		if n -= w.book.Matters[i].Weight; n < 0 {
			return &w.book.Matters[i]
		}
	}
	return &w.book.Matters[0]
}

func (w *writer) matter(label string) *matter {
	for i := range w.book.Matters {
		if w.book.Matters[i].Label == label {
			return &w.book.Matters[i]
		}
	}
	panic("sample: no template for " + label) // the labels asked for are constants of this package
}

func pick[T any](w *writer, from []T) T { return from[w.rand.IntN(len(from))] }

func (w *writer) invitePeople() {
	surnames := strings.Split("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "")
	given := strings.Split("伟芳娜敏静强磊军洋勇艳杰娟涛明超霞平刚桂英建华文玉兰红", "")
	for range 1_500 {
		name := pick(w, surnames) + pick(w, given)
		if w.rand.IntN(2) == 0 {
			name += pick(w, given)
		}
		w.people = append(w.people, Person{Name: name, Phone: fmt.Sprintf("1990000%04d", w.rand.IntN(10_000))})
	}
}

// newPerson invents somebody who has not called before.
func (w *writer) newPerson() Person {
	p := pick(w, w.people)
	w.serial++
	p.Phone = fmt.Sprintf("1980%07d", w.serial)
	return p
}

func (w *writer) contact(m *matter, place Place, at time.Time, who Person) Contact {
	who.Account = place.Accounts + who.Phone[len(who.Phone)-5:]
	c := Contact{Hotline: w.hotline(m), Received: at.Truncate(time.Second), Label: m.Label, Nature: m.Nature, Place: place, Person: who}
	w.serial++
	switch share := w.rand.IntN(10); {
	case c.Hotline == hotline.Hotline95598 && share < 6:
		c.Kind = hotline.KindCall
	case c.Hotline == hotline.Hotline12345 && share < 3:
		c.Kind = hotline.KindMessage
	default:
		c.Kind = hotline.KindOrder
	}
	c.ID = w.id(&c)
	if c.Kind == hotline.KindCall {
		c.Turns = w.dialogue(m, &c)
	} else {
		c.Turns = []hotline.Turn{{Role: hotline.RoleCustomer, Text: w.fill(pick(w, m.Written), &c)}}
	}
	if c.Kind == hotline.KindOrder && w.rand.IntN(6) == 0 {
		c.Reply = pick(w, w.book.Replies)
		c.Closed = c.Received.Add(time.Duration(4+w.rand.IntN(44)) * time.Hour)
	}
	return c
}

func (w *writer) hotline(m *matter) hotline.Hotline {
	if len(m.Hotlines) > 0 {
		return pick(w, m.Hotlines)
	}
	switch n := w.rand.IntN(20); {
	case n < 13:
		return hotline.Hotline95598
	case n < 18:
		return hotline.Hotline12345
	default:
		return hotline.Hotline12398
	}
}

// id follows the shapes that the hotlines use: a 12-digit order number of 95598, date and serial of 12345.
func (w *writer) id(c *Contact) string {
	switch {
	case c.Kind == hotline.KindCall:
		return fmt.Sprintf("rec-%s-%05d", c.Received.Format("20060102"), w.serial)
	case c.Hotline == hotline.Hotline95598:
		return fmt.Sprintf("%s%06d", c.Received.Format("060102"), w.serial)
	case c.Hotline == hotline.Hotline12345:
		return fmt.Sprintf("%s%06d", c.Received.Format("20060102"), w.serial)
	default:
		return fmt.Sprintf("NEA%s%06d", c.Received.Format("200601"), w.serial)
	}
}
