package remedy

import (
	"cmp"
	"slices"
	"time"

	"suqiu/hotline"
)

// Sighting is a place that detection located in a bucket: more was told there than its past and its relatives explain.
type Sighting struct {
	Root
	Reading
	Snapshot Snapshot `json:"snapshot"`
	Frozen   Expected `json:"frozen"`
	Explains []string `json:"explains,omitempty"`
}

// source is what located it.
func (s *Sighting) source() Source {
	if len(s.Snapshot.Counted) > 0 {
		return Counts
	}
	return Statistics
}

// Round is what detection says of one bucket, counted by exactly one revision of the rules.
type Round struct {
	From, Through time.Time
	PerDay        int // buckets of this width in a day
	Sightings     []Sighting
	Readings      map[string]Reading // of the incidents that were asked about, by id; those of unknown coverage are missing
	Held          []string           // labels that were not judged, as their rules changed
}

// openWithin is how old a bucket may be that opens an incident: reading in years of history raises nothing.
const openWithin = 72 * time.Hour

// Change is what one step of a watcher does to one incident.
type Change struct {
	ID        string     `json:"id"`
	Create    bool       `json:"create,omitempty"`
	Sightings []Sighting `json:"sightings,omitempty"` // the one that tells most first
	Reading   *Reading   `json:"reading,omitempty"`   // nil where nothing is known
	Move      string     `json:"move,omitempty"`      // the area above that takes over
	Moved     bool       `json:"moved,omitempty"`     // as the area may be ""
	Absorb    []string   `json:"absorb,omitempty"`    // younger incidents that become part of it
	Into      string     `json:"into,omitempty"`      // the older incident that it becomes part of
}

// plan is one step of a watcher: the judgement of one bucket. It is written before anything is done, so that whoever comes
// after a watcher that died does exactly the same.
type plan struct {
	Step    int64     `json:"step"`
	At      time.Time `json:"at"`
	From    time.Time `json:"from"` // of the bucket
	PerDay  int       `json:"per_day"`
	Changes []Change  `json:"changes"`
	TooOld  int       `json:"too_old,omitempty"` // sightings in buckets too old to open anything
}

// planner decides, for the incidents as they stand, what a round changes.
type planner struct {
	round   *Round
	at      time.Time
	alive   []*standing
	changes map[string]*Change
	order   []string
	tooOld  int
}

// standing is an incident while a plan is made.
type standing struct {
	id       string
	root     Root
	first    time.Time
	resolved time.Time // zero while it is not
	byCount  bool      // rules that count alone located it
}

func makePlan(step int64, incidents []Incident, round *Round, at time.Time) plan {
	p := &planner{round: round, at: at, changes: map[string]*Change{}}
	for k := range incidents {
		i := &incidents[k]
		if s, ok := i.standing(round.Through); ok {
			p.alive = append(p.alive, s)
		}
	}
	slices.SortFunc(p.alive, older)
	for _, s := range p.alive {
		if r, known := round.Readings[s.id]; known {
			if s.byCount { // its signal is that a rule is met: as long as none is, it is quiet, whatever the statistics say
				r = Reading{Through: r.Through, P: 1}
			}
			p.change(s.id).Reading = &r
		}
	}
	seen := slices.Clone(round.Sightings)
	slices.SortStableFunc(seen, func(a, b Sighting) int { // what is counted joins what statistics have located
		rank := map[Source]int{Statistics: 0, Counts: 1}
		return cmp.Or(cmp.Compare(rank[a.source()], rank[b.source()]), cmp.Compare(b.Score, a.Score))
	})
	for _, sighting := range seen {
		p.take(sighting)
	}
	out := plan{Step: step, At: at, From: round.From, PerDay: round.PerDay, Changes: []Change{}, TooOld: p.tooOld}
	for _, id := range p.order {
		out.Changes = append(out.Changes, *p.changes[id])
	}
	slices.SortStableFunc(out.Changes, func(a, b Change) int { // those that end in others go first
		rank := func(c Change) int {
			if c.Into != "" {
				return 0
			}
			return 1
		}
		return cmp.Compare(rank(a), rank(b))
	})
	return out
}

// standing says how an incident takes part in a round that ends at through, if it does.
func (i *Incident) standing(through time.Time) (*standing, bool) {
	if !i.Alive() || i.Signal == Resolved && through.Sub(i.Track.Resolved) > reopenWithin {
		return nil, false
	}
	s := &standing{id: i.ID, root: Root{Family: i.Family, Labels: i.Labels, Area: i.Area}, first: i.First, byCount: i.ByCount()}
	if i.Signal == Resolved {
		s.resolved = i.Track.Resolved
	}
	return s, true
}

// Watched returns the roots of the incidents that readings are needed of, by id.
func Watched(incidents []Incident, through time.Time) map[string]Root {
	out := map[string]Root{}
	for k := range incidents {
		if s, ok := incidents[k].standing(through); ok && s.resolved.IsZero() {
			out[s.id] = s.root
		}
	}
	return out
}

func older(a, b *standing) int {
	return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.id, b.id))
}

func (p *planner) change(id string) *Change {
	c, ok := p.changes[id]
	if !ok {
		c = &Change{ID: id}
		p.changes[id] = c
		p.order = append(p.order, id)
	}
	return c
}

// take joins a sighting to the oldest related incident, which moves up if the sighting is above it and takes in what then
// lies below it; without one it opens an incident.
func (p *planner) take(s Sighting) {
	var base *standing
	top := s.Area
	for _, o := range p.alive {
		if o.root.Family == s.Family && Related(o.root.Area, s.Area) {
			if base == nil {
				base = o
			}
			if hotline.Covers(o.root.Area, top) {
				top = o.root.Area
			}
		}
	}
	if base == nil {
		p.open(s)
		return
	}
	c := p.change(base.id)
	c.Sightings = append(c.Sightings, s)
	if base.byCount {
		c.Reading = nil // the sighting tells how it stands
	}
	if base.root.Area != top {
		base.root.Area, c.Move, c.Moved = top, top, true
	}
	p.alive = slices.DeleteFunc(p.alive, func(o *standing) bool {
		if o == base || o.root.Family != s.Family || !hotline.Covers(top, o.root.Area) {
			return false
		}
		gone := p.change(o.id)
		if gone.Create { // opened by this very plan: it need not come to be
			c.Sightings = append(c.Sightings, gone.Sightings...)
			delete(p.changes, o.id)
			p.order = slices.DeleteFunc(p.order, func(id string) bool { return id == o.id })
			return true
		}
		c.Absorb = append(append(c.Absorb, o.id), gone.Absorb...)
		c.Sightings = append(c.Sightings, gone.Sightings...)
		*gone = Change{ID: o.id, Into: base.id}
		return true
	})
}

func (p *planner) open(s Sighting) {
	if p.at.Sub(p.round.Through) > openWithin {
		p.tooOld++
		return
	}
	id := IncidentID(s.Family, s.Area, p.round.From)
	c := p.change(id)
	c.Create, c.Sightings = true, []Sighting{s}
	p.alive = append(p.alive, &standing{id: id, root: s.Root, first: p.round.From})
}
