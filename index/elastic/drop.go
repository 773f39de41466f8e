package elastic

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/index"
)

var _ index.Dropper = (*Store)(nil)

// Months returns the months that have an index.
func (s *Store) Months(ctx context.Context) ([]time.Time, error) {
	if err := s.requireSetup(ctx); err != nil {
		return nil, err
	}
	indices, err := s.readMonths(ctx)
	if err != nil {
		return nil, err
	}
	var months []time.Time
	for name := range indices {
		month, err := time.ParseInLocation(monthLayout, name[max(0, len(name)-len(monthLayout)):], s.zone)
		if err != nil {
			return nil, setupFault("list the months", hint.Of(hint.NoMonth), "%s is no month: %w", name, err)
		}
		months = append(months, month)
	}
	slices.SortFunc(months, time.Time.Compare)
	return slices.Compact(months), nil
}

// DropMonth deletes the index of a month.
func (s *Store) DropMonth(ctx context.Context, month time.Time) error {
	name := s.monthIndex(month)
	defer s.forgetMonth(name)
	indices, err := s.readMonths(ctx)
	if err != nil {
		return err
	}
	for concrete := range indices {
		if s.monthOf(concrete) != name {
			continue
		}
		if err := s.do(ctx, fmt.Sprintf("drop %s", concrete), esapi.IndicesDeleteRequest{Index: []string{concrete}}, nil); err != nil {
			return err
		}
	}
	return nil
}
