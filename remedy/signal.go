package remedy

import "time"

// Reading is how an incident's labels stood in its area over one bucket.
type Reading struct {
	Through  time.Time `json:"through"` // end of the bucket
	Observed int       `json:"observed"`
	Expected float64   `json:"expected"`
	SD       float64   `json:"sd"`    // of the observed count about the expected one
	P        float64   `json:"p"`     // of the bucket alone, not adjusted
	Score    float64   `json:"score"` // log likelihood ratio of the window that tells most
	Rejected bool      `json:"rejected"`
}

// ratio is the relative rise. The half keeps it finite where nothing was expected.
func (r Reading) ratio() float64 { return (float64(r.Observed) + 0.5) / (r.Expected + 0.5) }

// quiet reports whether nothing is left to see.
func (r Reading) quiet() bool {
	return !r.Rejected && r.P > 0.2 && float64(r.Observed) <= r.Expected+r.SD
}

// Track is what the machine of the signal remembers.
type Track struct {
	Onset    float64   `json:"onset"` // relative rise when the present rise was first seen
	Peak     float64   `json:"peak"`  // the largest relative rise since
	Score    float64   `json:"score"` // of the last reading
	Rising   int       `json:"rising,omitempty"`
	Quiet    int       `json:"quiet,omitempty"`
	Seen     time.Time `json:"seen"` // end of the last bucket in which it was located
	Resolved time.Time `json:"resolved,omitzero"`
}

const (
	quietDays    = 3                  // after which a problem is resolved
	reopenWithin = 7 * 24 * time.Hour // of being resolved
	risingScores = 2                  // successive rises of the score that show growth
	halved       = 0.5                // share of the peak below which a problem subsides
)

// begin starts the track at a first reading.
func (t *Track) begin(r Reading) {
	*t = Track{Onset: r.ratio(), Peak: r.ratio(), Score: r.Score, Seen: r.Through}
}

// next takes in a reading and returns the state that it leads to. perDay is how many buckets make a day.
func (t *Track) next(s Signal, r Reading, perDay int) Signal {
	if r.Score > t.Score {
		t.Rising++
	} else {
		t.Rising = 0
	}
	t.Score = r.Score
	if r.quiet() {
		t.Quiet++
	} else {
		t.Quiet = 0
	}
	if r.Rejected {
		t.Seen = r.Through
	}
	grows := r.Rejected && (r.ratio() > t.Onset || t.Rising >= risingScores)
	subsides := !r.Rejected && r.ratio() < halved*t.Peak
	t.Peak = max(t.Peak, r.ratio())
	switch s {
	case Onset, Reopened:
		if grows {
			return Growing
		}
		if subsides {
			return Subsiding
		}
	case Growing:
		if subsides {
			return Subsiding
		}
	case Subsiding:
		if r.Rejected {
			return Growing
		}
		if t.Quiet >= quietDays*perDay {
			t.Resolved = r.Through
			return Resolved
		}
	case Resolved: // only a new sighting wakes it, as Reopened
	}
	return s
}

// turn brings the signal into a state and does what the table says for it.
func (i *Incident) turn(to Signal, at time.Time) {
	if to == i.Signal {
		return
	}
	i.Signal = to
	kind := map[Signal]Kind{Onset: KindOpened, Growing: KindGrew, Subsiding: KindSubsided, Resolved: KindResolved, Reopened: KindReopened}[to]
	i.enter(kind, at, "")
}

// enter does what the table says for the signal's coming into the pair of states that the incident now has.
func (i *Incident) enter(kind Kind, at time.Time, note string) {
	does := i.at().enter
	if does.to != "" {
		i.Work = does.to
		if does.to == Open {
			i.handOver(at)
		}
	}
	i.note(at, byWatch, kind, note)
	if does.tell {
		i.tell(Message{Kind: kind, At: at, To: i.Assignment.people(), Urgent: does.urgent, Note: note})
	}
}
