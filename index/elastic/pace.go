package elastic

import (
	"context"
	"sync"
	"time"
)

// Bounds and steps of the pace. A bulk request that takes longer than paceTarget holds up the stream more than larger
// requests gain.
const (
	paceTarget   = time.Second // of one bulk request
	paceMinSize  = 25          // documents a request, so that a slow cluster is not slowed down by many small ones
	paceMaxSize  = 5000
	paceFirst    = 500
	paceSizeStep = 50
	paceMaxSlots = 16 // requests at once
	paceFirstNow = 4
)

// Pace is how much a store writes at once.
type Pace struct {
	Size   int // documents a bulk request, at most
	Slots  int // bulk requests at the same time, at most
	Active int // bulk requests under way
}

// pace adapts the size and the number of bulk requests to how fast the cluster answers, by additive increase and
// multiplicative decrease, as TCP does (Chiu and Jain 1989): a full request answered in time allows a few documents
// more, and as many requests in time as there are slots allow one slot more; an answer that is late or asks for less
// (429, 413) halves both, at most once in the target's time: requests that were under way together tell of one congestion.
type pace struct {
	target time.Duration

	mu     sync.Mutex
	size   int
	slots  int
	inTime int // answers since slots last changed
	active int
	eased  time.Time     // when it was last halved
	freed  chan struct{} // closed and made anew whenever a waiting request may look again
}

func newPace() *pace {
	return &pace{target: paceTarget, size: paceFirst, slots: paceFirstNow, freed: make(chan struct{})}
}

// enter waits for a slot and returns how many documents the request may have. The error is the context's.
func (p *pace) enter(ctx context.Context) (int, error) {
	for {
		p.mu.Lock()
		if p.active < p.slots {
			p.active++
			size := p.size
			p.mu.Unlock()
			return size, nil
		}
		freed := p.freed
		p.mu.Unlock()
		select {
		case <-freed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// leave gives the slot back and learns from a request of n documents that took so long.
func (p *pace) leave(n int, took time.Duration, pushedBack bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.active--
	switch late := took > p.target; {
	case late || pushedBack:
		if now := time.Now(); now.Sub(p.eased) >= p.target {
			p.size, p.slots, p.inTime, p.eased = max(paceMinSize, p.size/2), max(1, p.slots/2), 0, now
		}
	default:
		if n >= p.size { // a smaller one does not tell how a larger one would fare
			p.size = min(paceMaxSize, p.size+paceSizeStep)
		}
		if p.inTime++; p.inTime >= p.slots {
			p.slots, p.inTime = min(paceMaxSlots, p.slots+1), 0
		}
	}
	close(p.freed)
	p.freed = make(chan struct{})
}

// Pace tells how much the store writes at once now.
func (s *Store) Pace() Pace {
	s.pace.mu.Lock()
	defer s.pace.mu.Unlock()
	return Pace{Size: s.pace.size, Slots: s.pace.slots, Active: s.pace.active}
}
