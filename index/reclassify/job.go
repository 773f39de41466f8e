package reclassify

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"suqiu/index"
)

// sliceCount is how many slices a job is cut into: enough for several processes, few enough to list at each claim.
const sliceCount = 32

// job is the record of a scope and a revision, which processes with the same ones share.
type job struct {
	Revision int64       `json:"revision"`
	Scope    int64       `json:"scope"`
	Round    int         `json:"round"`         // from 1
	Borders  []time.Time `json:"borders"`       // between the slices
	Before   Account     `json:"before"`        // of the rounds before
	Done     time.Time   `json:"done,omitzero"` // when nothing was left
	Begun    time.Time   `json:"begun"`         // the first round
	rev      int64
}

// slice is a stretch of received time. Who writes the record under its revision holds it: a lease that was taken over
// makes the next write of its former holder fail, which then leaves the slice.
type slice struct {
	N       int       `json:"n"`
	Owner   string    `json:"owner,omitempty"`
	Until   time.Time `json:"until,omitzero"` // of the lease
	Token   string    `json:"token,omitempty"`
	Done    bool      `json:"done"`
	Account Account   `json:"account"`
	rev     int64
}

// jobKey names the job of a scope; the filter holds the revision, too.
func jobKey(f index.Filter) (string, error) {
	scope, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("reclassify: %w", err)
	}
	sum := sha256.Sum256(scope)
	return "reclassify/" + hex.EncodeToString(sum[:12]), nil
}

func (r *run) slicePrefix(round int) string { return fmt.Sprintf("%s/%04d/", r.key, round) }

// join finds the job, or makes it.
func (r *run) join(ctx context.Context) (*job, error) {
	for {
		var j *job
		err := r.again(ctx, "read the job", func() (err error) {
			j, err = r.read(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		if j != nil && j.Done.IsZero() {
			return j, nil
		}
		next := &job{Revision: r.Revision, Round: 1, Begun: r.Clock.Now().UTC()}
		if j != nil { // done once: what came since is a job of its own, in rounds that go on counting
			next.Round, next.rev = j.Round+1, j.rev
		}
		err = r.again(ctx, "measure the scope", func() (err error) {
			next.Scope, next.Borders, err = r.measure(ctx)
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := r.save(ctx, next); err != nil && !errors.Is(err, index.ErrConflict) {
			return nil, err
		}
	}
}

func (r *run) read(ctx context.Context) (*job, error) {
	record, err := r.Store.GetRecord(ctx, r.key)
	if errors.Is(err, index.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j := &job{rev: record.Rev}
	if err := json.Unmarshal(record.Value, j); err != nil {
		return nil, fmt.Errorf("read %s: %w", r.key, err)
	}
	return j, nil
}

// save writes the job if nobody has since it was read; else the error is ErrConflict.
func (r *run) save(ctx context.Context, j *job) error {
	return r.put(ctx, r.key, j, &j.rev)
}

// put writes a record if its revision still is *rev, and puts the new one there.
func (r *run) put(ctx context.Context, key string, value any, rev *int64) error {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return r.again(ctx, "write "+key, func() error {
		next, err := r.Store.PutRecord(ctx, key, encoded, *rev)
		if err == nil {
			*rev = next
		}
		return err
	})
}

// measure counts the scope and cuts its period into slices of equal length.
func (r *run) measure(ctx context.Context) (total int64, borders []time.Time, err error) {
	var ends [2]time.Time
	for i, order := range []index.Sort{index.SortOldest, index.SortNewest} {
		found, err := r.Store.Search(ctx, index.Query{Filter: r.Filter, Sort: order, Size: 1})
		if err != nil {
			return 0, nil, err
		}
		total = found.Total
		if len(found.Found) == 0 {
			return total, nil, nil
		}
		ends[i] = found.Found[0].Document.Call.Received.UTC()
	}
	step := ends[1].Sub(ends[0]) / sliceCount
	if step < time.Minute {
		return total, nil, nil
	}
	for i := 1; i < sliceCount; i++ {
		borders = append(borders, ends[0].Add(time.Duration(i)*step).Truncate(time.Millisecond))
	}
	return total, borders, nil
}

// scope is the filter of a slice. The first and the last are open as far as the whole scope is.
func (r *run) scope(j *job, n int) index.Filter {
	f := r.Filter
	if n > 0 {
		f.From = j.Borders[n-1]
	}
	if n < len(j.Borders) {
		f.To = j.Borders[n]
	}
	return f
}

// claim leases a slice that nobody works on. Without one, open says whether others still work on theirs.
func (r *run) claim(ctx context.Context, j *job) (s *slice, open bool, err error) {
	known := map[string]index.Record{}
	err = r.again(ctx, "list the slices", func() error {
		records, err := r.Store.ListRecords(ctx, r.slicePrefix(j.Round))
		for _, record := range records {
			known[record.Key] = record
		}
		return err
	})
	if err != nil {
		return nil, false, err
	}
	now := r.Clock.Now()
	for n := range len(j.Borders) + 1 {
		s := &slice{N: n}
		if record, ok := known[r.sliceKey(j, n)]; ok {
			if err := json.Unmarshal(record.Value, s); err != nil {
				return nil, false, fmt.Errorf("read %s: %w", record.Key, err)
			}
			s.rev = record.Rev
		}
		if s.Done {
			continue
		}
		open = true
		if now.Before(s.Until) {
			continue
		}
		switch err := r.hold(ctx, j, s); {
		case err == nil:
			return s, true, nil
		case !errors.Is(err, index.ErrConflict): // else somebody was quicker
			return nil, false, err
		}
	}
	return nil, open, nil
}

func (r *run) sliceKey(j *job, n int) string { return fmt.Sprintf("%s%02d", r.slicePrefix(j.Round), n) }

// hold writes the slice's record and with it renews the lease; ErrConflict says that it was taken over.
func (r *run) hold(ctx context.Context, j *job, s *slice) error {
	s.Owner, s.Until = r.Owner, r.Clock.Now().Add(r.Lease).UTC()
	return r.put(ctx, r.sliceKey(j, s.N), s, &s.rev)
}

// sum adds up what the slices of the job's round tell.
func (r *run) sum(ctx context.Context, j *job) (Account, error) {
	total := j.Before
	err := r.again(ctx, "sum up the slices", func() error {
		records, err := r.Store.ListRecords(ctx, r.slicePrefix(j.Round))
		if err != nil {
			return err
		}
		total = j.Before
		for _, record := range records {
			var s slice
			if err := json.Unmarshal(record.Value, &s); err != nil {
				return fmt.Errorf("read %s: %w", record.Key, err)
			}
			total.add(s.Account)
		}
		return nil
	})
	total.Scope, total.Rounds = j.Scope, total.Rounds+1
	return total, err
}

// nextRound begins another pass, unless another process has.
func (r *run) nextRound(ctx context.Context, j *job) error {
	total, err := r.sum(ctx, j)
	if err != nil {
		return err
	}
	next := *j
	next.Round, next.Before = j.Round+1, total
	if err := r.save(ctx, &next); !errors.Is(err, index.ErrConflict) {
		return err
	}
	return nil
}

// finish marks the job as done and returns its account.
func (r *run) finish(ctx context.Context, j *job) (Account, error) {
	total, err := r.sum(ctx, j)
	if err != nil {
		return total, err
	}
	done := *j
	done.Done = r.Clock.Now().UTC()
	if err := r.save(ctx, &done); err != nil && !errors.Is(err, index.ErrConflict) {
		return total, err
	}
	return total, nil
}
