package ingest

import (
	"sync"
	"time"

	"suqiu/hint"
)

// Phase is what a worker is doing.
type Phase string

// The phases of a worker.
const (
	PhaseRunning Phase = "running"
	PhaseWaiting Phase = "waiting" // for something that will come back by itself: the store, the broker
	PhasePaused  Phase = "paused"  // until the operator acts
)

// State is the phase of one worker, a partition's or a file's. Its methods are safe for concurrent use, and those
// that set it do nothing on a nil State.
type State struct {
	clock Clock

	mu     sync.Mutex
	report Report
}

// Report tells the phase of a worker, why, what the operator can do, and since when.
type Report struct {
	Phase Phase     `json:"phase"`
	Why   string    `json:"why,omitempty"`
	Hint  string    `json:"hint,omitempty"`
	Since time.Time `json:"since"`
}

// NewState returns the state of a worker that runs.
func NewState(clock Clock) *State {
	return &State{clock: clock, report: Report{Phase: PhaseRunning, Since: clock.Now()}}
}

// Report returns the present phase.
func (s *State) Report() Report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.report
}

func (s *State) running()                         { s.set(PhaseRunning, "", hint.Hint{}) }
func (s *State) waiting(why string, do hint.Hint) { s.set(PhaseWaiting, why, do) }
func (s *State) paused(why string, do hint.Hint)  { s.set(PhasePaused, why, do) }

// set keeps the time of the first report of a phase.
func (s *State) set(phase Phase, why string, do hint.Hint) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	since := s.report.Since
	if s.report.Phase != phase {
		since = s.clock.Now()
	}
	s.report = Report{Phase: phase, Why: clip(why), Hint: do.String(), Since: since}
}
