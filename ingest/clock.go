package ingest

import (
	"context"
	"math/rand/v2"
	"time"
)

// Clock tells the time and waits. Tests pass one that does not really wait.
type Clock interface {
	Now() time.Time
	// Sleep waits for d; if ctx ends first it returns the context's error.
	Sleep(ctx context.Context, d time.Duration) error
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the current time.
func (SystemClock) Now() time.Time { return time.Now() }

// Sleep waits for d or until ctx ends.
func (SystemClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Backoff is the wait between attempts of something that will work again: it doubles from First up to Max, and a random
// half of it is left out so that many workers do not come back at the same moment.
type Backoff struct {
	First time.Duration // default 100 ms
	Max   time.Duration // default 30 s
}

func (b Backoff) withDefaults() Backoff {
	if b.First <= 0 {
		b.First = 100 * time.Millisecond
	}
	if b.Max <= 0 {
		b.Max = 30 * time.Second
	}
	return b
}

// wait is how long to wait after the attempt-th failure in a row, counted from 0.
func (b Backoff) wait(attempt int) time.Duration {
	d := b.First
	for range attempt {
		if d >= b.Max {
			break
		}
		d *= 2
	}
	d = min(d, b.Max)
	return d/2 + rand.N(d/2+1)
}
