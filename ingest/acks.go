package ingest

import "sync"

// partitionID names a partition.
type partitionID struct {
	topic string
	id    int
}

// acks keeps, for the partitions of one generation, up to which offset everything is done, and which of that is
// committed. An offset is only ever acknowledged after everything before it, because a partition has one worker with
// one batch in hand; so what is safe to commit is the latest acknowledgement.
type acks struct {
	every int           // records after which full is signalled
	full  chan struct{} // has room for one signal

	mu        sync.Mutex
	safe      map[partitionID]int64
	committed map[partitionID]int64
	pending   int // records acknowledged since the last commit was taken
}

func newAcks(every int) *acks {
	return &acks{
		every:     every,
		full:      make(chan struct{}, 1),
		safe:      make(map[partitionID]int64),
		committed: make(map[partitionID]int64),
	}
}

// ack says that all offsets of p before next are done; records is how many of them since the last call were records.
func (a *acks) ack(p partitionID, next int64, records int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.safe[p]; ok && next <= known {
		return
	}
	a.safe[p] = next
	a.pending += records
	if a.pending >= a.every {
		select {
		case a.full <- struct{}{}:
		default:
		}
	}
}

// due returns the offsets that should be committed now, in the form kafka-go takes them; nil if there are none.
func (a *acks) due() map[string]map[int]int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pending = 0
	var due map[string]map[int]int64
	for p, next := range a.safe {
		if committed, ok := a.committed[p]; ok && committed >= next {
			continue
		}
		if due == nil {
			due = make(map[string]map[int]int64)
		}
		if due[p.topic] == nil {
			due[p.topic] = make(map[int]int64)
		}
		due[p.topic][p.id] = next
	}
	return due
}

// done notes that offsets are committed.
func (a *acks) done(offsets map[string]map[int]int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for topic, partitions := range offsets {
		for id, next := range partitions {
			p := partitionID{topic, id}
			a.committed[p] = max(a.committed[p], next)
		}
	}
}
