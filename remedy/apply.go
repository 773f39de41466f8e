package remedy

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// applier carries out a plan. Each change is one put, conditional on the incident's fence: what was applied already, by
// this watcher or by one that came after it, is left alone.
type applier struct {
	ledger   Ledger
	practice Practice
}

func (a *applier) apply(ctx context.Context, p plan) error {
	for _, c := range p.Changes {
		if c.Create {
			if err := a.create(ctx, p, c); err != nil {
				return err
			}
			continue
		}
		younger, err := a.absorbed(ctx, c)
		if err != nil {
			return err
		}
		_, err = Update(ctx, a.ledger, c.ID, func(i *Incident) error {
			if i.Fence >= p.Step {
				return errUnchanged
			}
			i.Fence = p.Step
			return i.take(a.practice, p, c, younger)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// create writes a new incident, unless it is there.
func (a *applier) create(ctx context.Context, p plan, c Change) error {
	first := c.Sightings[0]
	i := Incident{
		ID: c.ID, Root: Root{Family: first.Family, Area: first.Area}, First: p.From, Opened: p.At, Signal: Onset, Work: Open,
		Fired: first.Snapshot, Frozen: first.Frozen, Fence: p.Step, History: []Event{},
	}
	if c.Moved { // a sighting of the same bucket is above
		i.Area = c.Move
	}
	i.see(c.Sightings)
	i.fix(c.Sightings)
	i.handOver(p.At)
	if err := i.route(a.practice, p.At); err != nil {
		return err
	}
	i.keepTime(a.practice)
	i.enter(KindOpened, p.At, i.Assignment.Unowned)
	if err := put(ctx, a.ledger, &i, 0); !errors.Is(err, ErrConflict) {
		return err
	}
	return nil // the same plan was carried out before
}

// absorbed reads the incidents that a change takes in. They are part of another one by then, and nobody alters them.
func (a *applier) absorbed(ctx context.Context, c Change) ([]Incident, error) {
	out := make([]Incident, len(c.Absorb))
	for k, id := range c.Absorb {
		var err error
		if out[k], err = Load(ctx, a.ledger, id); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// see takes in what sightings tell, the first of which tells most.
func (i *Incident) see(sightings []Sighting) {
	i.Latest = sightings[0].Snapshot
	if len(i.Sources) == 0 && i.Told > 0 { // written by an older build
		i.Sources = []Source{Statistics}
	}
	for _, s := range sightings {
		i.addLabels(s.Labels)
		i.Sources = slices.Compact(slices.Sorted(slices.Values(append(i.Sources, s.source()))))
		for _, why := range s.Explains {
			if !slices.Contains(i.Explains, why) {
				i.Explains = append(i.Explains, why)
			}
		}
	}
}

// take does what a change says.
func (i *Incident) take(practice Practice, p plan, c Change, younger []Incident) error {
	if c.Into != "" {
		i.MergedInto = c.Into
		i.Clock = Clock{}
		i.note(p.At, byWatch, KindMerged, "并入 "+c.Into)
		i.tell(Message{Kind: KindMerged, At: p.At, To: i.Assignment.people(), Note: "并入 " + c.Into})
		return nil
	}
	byCount := i.ByCount()
	for k := range younger {
		i.absorb(&younger[k])
	}
	if len(c.Sightings) > 0 {
		i.see(c.Sightings)
	}
	if c.Moved {
		for k := range younger { // whose area it takes over
			if younger[k].Area == c.Move {
				i.Track, i.Frozen = younger[k].Track, younger[k].Frozen
			}
		}
		if err := i.move(practice, p, c.Move); err != nil {
			return err
		}
	}
	if err := i.follow(practice, p, c, byCount); err != nil {
		return err
	}
	i.keepTime(practice)
	return nil
}

// seenAt is the sighting of the incident's own area, or else the one that tells most.
func (i *Incident) seenAt(sightings []Sighting) (Sighting, bool) {
	if k := slices.IndexFunc(sightings, func(s Sighting) bool { return s.Area == i.Area }); k >= 0 {
		return sightings[k], true
	}
	return sightings[0], false
}

// fix begins to follow the signal of the area, and freezes what its effect is measured against.
func (i *Incident) fix(sightings []Sighting) {
	s, _ := i.seenAt(sightings)
	i.Track.begin(s.Reading)
	i.Frozen = s.Frozen
}

// follow turns the signal by what was read. byCount says whether rules that count alone had located it before.
func (i *Incident) follow(practice Practice, p plan, c Change, byCount bool) error {
	if i.Signal == Resolved {
		return i.reopen(practice, p, c)
	}
	seen := len(c.Sightings) > 0
	if c.Moved {
		if _, here := i.seenAt(c.Sightings); here { // the numbers of the area before can't be compared with these
			i.fix(c.Sightings)
		}
		if i.Signal == Subsiding {
			i.turn(Growing, p.At)
		}
		return nil
	}
	if byCount && !i.ByCount() { // nor can those of a rule be compared with those of statistics
		i.fix(c.Sightings)
		if i.Signal == Subsiding {
			i.turn(Growing, p.At)
		}
		return nil
	}
	r := c.Reading
	if r == nil {
		if !seen {
			return nil
		}
		s, _ := i.seenAt(c.Sightings)
		r = &s.Reading
	}
	now := *r
	now.Rejected = now.Rejected || seen
	i.turn(i.Track.next(i.Signal, now, p.PerDay), p.At)
	return nil
}

// reopen wakes a resolved incident that was located again; whoever is responsible by now is asked.
func (i *Incident) reopen(practice Practice, p plan, c Change) error {
	if len(c.Sightings) == 0 {
		return nil
	}
	i.fix(c.Sightings)
	i.Signal = Reopened
	if i.at().enter.to == Open {
		if err := i.route(practice, p.At); err != nil {
			return err
		}
	}
	i.enter(KindReopened, p.At, "")
	return nil
}

// move takes over the area above, and asks who is responsible there.
func (i *Incident) move(practice Practice, p plan, to string) error {
	before, from := i.Assignment, i.Area
	i.Moves = append(i.Moves, Move{At: p.At, From: from, To: to})
	i.Area = to
	if err := i.route(practice, p.At); err != nil {
		return err
	}
	if before.Owner.ID != i.Assignment.Owner.ID {
		switch i.Work {
		case Open, Acknowledged, InProgress:
			i.Work = Open
			i.handOver(p.At)
		case Remedied, Closed, Rejected:
		}
	}
	note := fmt.Sprintf("%s → %s", areaName(from), areaName(to))
	i.note(p.At, byWatch, KindMoved, note)
	i.tell(Message{Kind: KindMoved, At: p.At, To: slices.Compact(append(before.people(), i.Assignment.people()...)), Urgent: true, Note: note})
	return nil
}

func areaName(path string) string {
	if path == "" {
		return "全域"
	}
	return path
}

// absorb takes in a younger incident: what was done, agreed and is to be visited goes on here.
func (i *Incident) absorb(y *Incident) {
	i.Merged = append(append(i.Merged, y.ID), y.Merged...)
	i.addLabels(y.Labels)
	i.Sources = slices.Compact(slices.Sorted(slices.Values(append(i.Sources, y.Sources...))))
	i.Measures = append(i.Measures, y.Measures...)
	i.Appointed = append(i.Appointed, y.Appointed...)
	i.Visits = append(i.Visits, y.Visits...)
	i.Supervision = append(i.Supervision, y.Supervision...)
}
