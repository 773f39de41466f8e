package reclassify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"suqiu/hotline"
	"suqiu/index"
)

// round works until every slice of the job is done, by this process or by others.
func (r *run) round(ctx context.Context, j *job) error {
	group, ctx := errgroup.WithContext(ctx)
	for range r.Workers {
		group.Go(func() error { return r.work(ctx, j) })
	}
	return group.Wait()
}

// work takes slices until none is open.
func (r *run) work(ctx context.Context, j *job) error {
	for {
		s, open, err := r.claim(ctx, j)
		switch {
		case err != nil:
			return err
		case s != nil:
			if err := r.drain(ctx, j, s); err != nil {
				return err
			}
		case !open:
			return nil
		default: // others work on what is left; look again whether they do
			if err := r.Clock.Sleep(ctx, min(time.Second, r.Lease/4)); err != nil {
				return err
			}
		}
	}
}

// drain reclassifies the documents of a slice page by page, from where it was left. The page is put before the record
// says so: who takes over does at most one page twice.
func (r *run) drain(ctx context.Context, j *job, s *slice) error {
	scope := r.scope(j, s.N)
	for {
		var docs []hotline.Document
		var next string
		err := r.again(ctx, "scan", func() (err error) {
			docs, next, err = r.Store.Scan(ctx, scope, s.Token, r.Page)
			return err
		})
		if err != nil {
			return err
		}
		if err := r.pace.wait(ctx, len(docs)); err != nil {
			return err
		}
		page, err := r.page(ctx, docs)
		if err != nil {
			return err
		}
		s.Account.add(page)
		s.Token, s.Done = next, next == ""
		err = r.hold(ctx, j, s)
		if errors.Is(err, index.ErrConflict) {
			return nil // it was taken over, and its account with it
		}
		if err != nil {
			return err
		}
		r.tell(page)
		if s.Done {
			return nil
		}
	}
}

// page analyses documents anew and puts them.
func (r *run) page(ctx context.Context, docs []hotline.Document) (Account, error) {
	before := docs
	docs = slices.Clone(docs)
	for i := range docs {
		if err := ctx.Err(); err != nil {
			return Account{}, err
		}
		docs[i].Analysis = r.Analyze.Analyze(&docs[i].Call)
		if docs[i].Analysis.RulesetRev != r.Revision {
			return Account{}, fmt.Errorf("reclassify: the analysis is of revision %d, not %d", docs[i].Analysis.RulesetRev, r.Revision)
		}
	}
	verdicts, err := r.write(ctx, docs)
	if err != nil {
		return Account{}, err
	}
	account := Account{Read: int64(len(docs))}
	for i, v := range verdicts {
		switch v.Outcome {
		case hotline.Stored:
			account.Stored++
			if changed(&before[i].Analysis, &docs[i].Analysis) {
				account.Changed++
			}
		case hotline.Superseded:
			account.Superseded++
		case hotline.Refused:
			account.Refused++
			r.Warn("the store refuses "+v.ID+", which keeps its older labels", errors.New(v.Reason))
		}
	}
	return account, nil
}

// changed compares what rules found; a correction in force hides it from no one.
func changed(old, now *hotline.Analysis) bool {
	found := hotline.Findings{Labels: old.Labels, Nature: old.Nature, Responsible: old.Responsible}
	if old.Corrected != nil {
		found = old.Corrected.Rules
	}
	same := slices.EqualFunc(found.Labels, now.Labels, func(a, b hotline.Label) bool { return a.Code == b.Code })
	return !same || found.Nature != now.Nature || found.Responsible != now.Responsible
}

// write puts documents until each has a final verdict: stored, superseded or refused.
func (r *run) write(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	final := make([]hotline.Verdict, len(docs))
	pending := make([]int, len(docs))
	for i := range docs {
		pending[i] = i
	}
	for wait := 100 * time.Millisecond; len(pending) > 0; wait = min(2*wait, 30*time.Second) {
		some := make([]hotline.Document, len(pending))
		for k, i := range pending {
			some[k] = docs[i]
		}
		verdicts, err := r.once(ctx, some)
		if err != nil {
			return nil, err
		}
		var again []int
		for k, i := range pending {
			if final[i] = verdicts[k]; verdicts[k].Outcome == hotline.Retry {
				again = append(again, i)
			}
		}
		if pending = again; len(pending) > 0 {
			r.Warn(fmt.Sprintf("the store is busy, trying %d documents again", len(pending)), errors.New(final[pending[0]].Reason))
			if err := r.Clock.Sleep(ctx, wait); err != nil {
				return nil, err
			}
		}
	}
	return final, nil
}

// once puts a batch and waits while the store is away. A batch that is too large is put in halves.
func (r *run) once(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	var verdicts []hotline.Verdict
	err := r.again(ctx, fmt.Sprintf("put %d documents", len(docs)), func() (err error) {
		verdicts, err = r.Writer.Put(ctx, docs)
		return err
	})
	var fault *hotline.Fault
	if !errors.As(err, &fault) || fault.Kind != hotline.FaultTooLarge {
		return verdicts, err
	}
	if len(docs) == 1 {
		return []hotline.Verdict{{ID: docs[0].Call.DocID(), Outcome: hotline.Refused, Reason: "the store takes no document of this size"}}, nil
	}
	half := len(docs) / 2
	first, err := r.once(ctx, docs[:half])
	if err != nil {
		return nil, err
	}
	second, err := r.once(ctx, docs[half:])
	return slices.Concat(first, second), err
}
