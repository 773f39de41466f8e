package sample

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
)

// Problem is something planted: contacts beyond the ordinary about one label in one place.
type Problem struct {
	Name    string    `json:"name"`
	Label   string    `json:"label"`
	Grid    string    `json:"grid"` // the area path below which all of it lies: a station (供电所), for a storm a county
	From    time.Time `json:"from"`
	Through time.Time `json:"through"` // exclusive
	place   Place
	daily   func(day int) int
}

const hours = time.Hour

// problems are the four rising problems; each grows for two or three weeks up to the end.
func (w *writer) problems() ([]Problem, error) {
	end := w.Start.AddDate(0, 0, 7*w.Weeks)
	rising := func(first, step int) func(int) int {
		return func(day int) int { return first + day/step }
	}
	planted := []struct {
		name, label, transformer string
		days                     int
		daily                    func(int) int
	}{
		{"电压低", "voltage.abnormal", "白鹭1号公变", 21, rising(2, 4)},
		{"转供电加价", "bill.markup", "石板街1号公变", 21, rising(1, 5)},
		{"频繁停电", "outage.frequent", "大坪1号公变", 18, rising(1, 4)},
		{"充电桩受阻", "connect.charger", "智谷1号公变", 14, rising(1, 3)},
	}
	var problems []Problem
	for _, p := range planted {
		at := slices.IndexFunc(w.places, func(place Place) bool {
			return strings.HasSuffix(place.Grid, hotline.AreaSeparator+p.transformer)
		})
		if at < 0 {
			return nil, fmt.Errorf("the province has no transformer area %s", p.transformer)
		}
		problems = append(problems, Problem{
			Name: p.name, Label: p.label, Grid: w.places[at].Station(), place: w.places[at],
			From: end.AddDate(0, 0, -p.days), Through: end, daily: p.daily,
		})
	}
	return problems, nil
}

func (w *writer) plant(all []Contact, p Problem) []Contact {
	m := w.matter(p.Label)
	day := 0
	for at := p.From; at.Before(p.Through); at = at.AddDate(0, 0, 1) {
		for range p.daily(day) {
			c := w.contact(m, p.place, w.at(at), w.newPerson())
			c.Planted = p.Name
			all = append(all, c)
		}
		day++
	}
	return all
}

// TopicPhrase is what all tell who tell of the new topic, and nobody else.
const TopicPhrase = "蓝牙断路器"

// topicCallers is how many tell of the new topic.
const topicCallers = 12

// topic lies in the last week, anywhere, and has no label.
func (w *writer) topic() Problem {
	end := w.Start.AddDate(0, 0, 7*w.Weeks)
	return Problem{Name: TopicPhrase, From: end.AddDate(0, 0, -7), Through: end}
}

func (w *writer) tellTopic(all []Contact, p Problem) []Contact {
	for i := range topicCallers {
		c := w.contact(&w.book.Topic, pick(w, w.places), w.at(p.From.AddDate(0, 0, i*7/topicCallers)), w.newPerson())
		c.Planted = p.Name
		all = append(all, c)
	}
	return all
}

// stormName marks the contacts of the storm.
const stormName = "台风"

// stormDay is a Thursday in the fourth week: a typhoon takes a whole county's lines from 14:00 to 22:00.
func (w *writer) stormDay() Problem {
	from := w.Start.AddDate(0, 0, 24).Add(14 * hours)
	return Problem{Name: stormName, Label: "outage.fault", Grid: "江东电力/望海供电公司/银沙县供电公司", From: from, Through: from.Add(8 * hours)}
}

func (w *writer) storm(all []Contact, p Problem) []Contact {
	var hit []Place
	for _, place := range w.places {
		if strings.HasPrefix(place.Grid, p.Grid+hotline.AreaSeparator) {
			hit = append(hit, place)
		}
	}
	m := w.matter(p.Label)
	mains := map[string]string{} // transformer area → the order that the others are merged into
	for range 8 * w.PerDay {
		place := pick(w, hit)
		at := p.From.Add(time.Duration(w.rand.Float64() * w.rand.Float64() * float64(8*hours)))
		c := w.contact(m, place, at, w.newPerson())
		c.Planted = p.Name
		if c.Hotline == hotline.Hotline95598 && c.Kind == hotline.KindOrder {
			if main := mains[place.Grid]; main != "" {
				c.Main = main
			} else {
				mains[place.Grid] = c.ID
			}
		}
		all = append(all, c)
	}
	return all
}

// urges adds, one to three days later, callers who ask again about their order: the same matter, another contact.
func (w *writer) urges(all []Contact) []Contact {
	end := w.Start.AddDate(0, 0, 7*w.Weeks)
	for _, c := range all {
		if c.Hotline != hotline.Hotline12345 || c.Kind != hotline.KindOrder || c.Label == "" || w.rand.IntN(8) > 0 {
			continue
		}
		urge := c
		urge.Received = c.Received.Add(time.Duration(20+w.rand.IntN(52)) * hours)
		if !urge.Received.Before(end) || c.Planted != "" {
			continue
		}
		w.serial++
		urge.ID, urge.Main, urge.Reply = w.id(&urge), c.ID, ""
		urge.Turns = []hotline.Turn{{Role: hotline.RoleCustomer, Text: fmt.Sprintf("市民来电催办：单号%s，工单内容：%s市民表示至今未处理，请尽快处理。", c.ID, c.Turns[0].Text)}}
		all = append(all, urge)
	}
	return all
}
