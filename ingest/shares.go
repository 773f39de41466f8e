package ingest

import (
	"fmt"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// Pause is why a source or a partition has stopped. It goes on when the operator has acted and the process is started
// again.
type Pause struct {
	What string // "source 95598", "partition suqiu.hotline.95598/3"
	Why  string
	Hint hint.Hint
}

// Advice implements hint.Adviser.
func (p *Pause) Advice() hint.Hint { return p.Hint }

func (p *Pause) Error() string {
	return fmt.Sprintf("%s is paused: %s (%s)", p.What, p.Why, p.Hint)
}

// shares watches, for each source, how many of its latest records became dead letters, so that a changed upstream
// format does not drain into them. A source that passed the limit stays paused for the life of the process.
type shares struct {
	limit  int // dead letters in a window that are still borne
	window int
	gauge  *prometheus.GaugeVec // shows each source's share

	mu      sync.Mutex
	sources map[string]*share
}

// share is one source's window: a ring of the latest records, true where dead.
type share struct {
	ring  []bool
	at    int
	dead  int
	pause *Pause
}

func newShares(limit float64, window int, gauge *prometheus.GaugeVec) *shares {
	return &shares{limit: int(limit * float64(window)), window: window, gauge: gauge, sources: make(map[string]*share)}
}

// admit counts a unit. It returns why the source must stop before this unit, or nil.
func (s *shares) admit(unit Unit) *Pause {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range unit {
		source, dead := unit[i].source(), unit[i].Dead
		of := s.of(source)
		switch {
		case of.pause != nil:
		case dead != nil && dead.Reason == decode.ReasonSchema:
			of.pause = &Pause{"source " + source, fmt.Sprintf("%s has a newer schema: %s", dead.ID, dead.Why), hint.Of(hint.NewerRecord)}
		default:
			of.push(dead != nil)
			s.judge(source, of)
		}
		if of.pause != nil {
			return of.pause
		}
	}
	return nil
}

// refuse counts a document, already admitted, that the store refused.
func (s *shares) refuse(source string) *Pause {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.of(source)
	for k := range of.ring {
		i := (of.at - 1 - k + 2*len(of.ring)) % len(of.ring)
		if !of.ring[i] {
			of.ring[i] = true
			of.dead++
			break
		}
	}
	s.judge(source, of)
	return of.pause
}

// paused returns why a source stands still, or nil.
func (s *shares) paused(source string) *Pause {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of(source).pause
}

// judge shows the share, and pauses the source if too many of its latest records are dead.
func (s *shares) judge(source string, of *share) {
	s.gauge.WithLabelValues(source).Set(float64(of.dead) / float64(s.window))
	if of.pause == nil && of.dead > s.limit {
		of.pause = &Pause{"source " + source,
			fmt.Sprintf("%d of its last %d records can't be used, more than %d", of.dead, s.window, s.limit),
			hint.Of(hint.DeadShare)}
	}
}

func (s *shares) of(source string) *share {
	of := s.sources[source]
	if of == nil {
		of = &share{ring: make([]bool, s.window)}
		s.sources[source] = of
	}
	return of
}

func (w *share) push(dead bool) {
	if w.ring[w.at] {
		w.dead--
	}
	w.ring[w.at] = dead
	if dead {
		w.dead++
	}
	w.at = (w.at + 1) % len(w.ring)
}
