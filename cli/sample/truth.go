package sample

import (
	"strings"

	"suqiu/hotline"
)

// Truth is what a correct pipeline must find in the contacts.
type Truth struct {
	Contacts  int                        `json:"contacts"`
	ByHotline map[hotline.Hotline]int    `json:"by_hotline"`
	ByLabel   map[string]int             `json:"by_label"` // contacts, by what they are about
	Problems  []Problem                  `json:"problems"`
	Storm     Problem                    `json:"storm"`
	Topic     Problem                    `json:"topic"`   // without a name where there is none
	Planted   map[string]map[string]bool `json:"planted"` // problem, storm or topic → the document ids that belong to it
	texts     []document
}

type document struct {
	id     string
	label  string
	grid   string
	text   string
	matter string
	at     int64
}

func truthOf(all []Contact, problems []Problem, storm, topic Problem) Truth {
	t := Truth{
		Contacts: len(all), ByHotline: map[hotline.Hotline]int{}, ByLabel: map[string]int{},
		Problems: problems, Storm: storm, Topic: topic, Planted: map[string]map[string]bool{},
	}
	for i := range all {
		c := &all[i]
		t.ByHotline[c.Hotline]++
		t.ByLabel[c.Label]++
		if c.Planted != "" {
			if t.Planted[c.Planted] == nil {
				t.Planted[c.Planted] = map[string]bool{}
			}
			t.Planted[c.Planted][c.DocID()] = true
		}
		var text strings.Builder
		for _, turn := range c.Turns {
			text.WriteString(turn.Text)
			text.WriteByte('\n')
		}
		matter := c.DocID()
		if c.Main != "" {
			matter = hotline.DocID(string(c.Hotline), c.Main)
		}
		t.texts = append(t.texts, document{
			id: c.DocID(), label: c.Label, grid: c.Place.Grid, text: text.String(), matter: matter, at: c.Received.Unix(),
		})
	}
	return t
}

// WithPhrase returns the ids of the contacts in which somebody says or writes the phrase.
func (t *Truth) WithPhrase(phrase string) map[string]bool {
	ids := map[string]bool{}
	for _, d := range t.texts {
		if strings.Contains(d.text, phrase) {
			ids[d.id] = true
		}
	}
	return ids
}

// Of returns the ids of the contacts about the problem's label in its place and time, ordinary ones too.
func (t *Truth) Of(p Problem) map[string]bool {
	ids := map[string]bool{}
	for _, d := range t.texts {
		within := d.grid == p.Grid || strings.HasPrefix(d.grid, p.Grid+hotline.AreaSeparator)
		if d.label == p.Label && within && d.at >= p.From.Unix() && d.at < p.Through.Unix() {
			ids[d.id] = true
		}
	}
	return ids
}

// Matters returns how many distinct problems the contacts are about.
func (t *Truth) Matters(ids map[string]bool) int {
	matters := map[string]bool{}
	for _, d := range t.texts {
		if ids[d.id] {
			matters[d.matter] = true
		}
	}
	return len(matters)
}
