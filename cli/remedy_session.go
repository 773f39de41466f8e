package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"suqiu/calendar"
	"suqiu/classify"
	"suqiu/dicts"
	"suqiu/index"
	"suqiu/remedy"
	"suqiu/remedy/detect"
	"suqiu/trend"
	"suqiu/trend/countrule"
)

// overlay is the user's folder of dictionaries; nil where none is set.
func (s *session) overlay() (fs.FS, error) {
	overlay, err := dicts.Overlay(s.cfg.Dicts)
	if err != nil {
		return nil, wrongSetting(err)
	}
	return overlay, nil
}

// layers are the built-in dictionaries and the user's over them.
func (s *session) layers() ([]fs.FS, error) {
	overlay, err := s.overlay()
	if err != nil {
		return nil, err
	}
	if overlay == nil {
		return []fs.FS{dicts.Embedded()}, nil
	}
	return []fs.FS{dicts.Embedded(), overlay}, nil
}

// holidays reads the calendar of workdays.
func (s *session) holidays() (*calendar.Calendar, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	return calendar.Load(s.zone, layers...)
}

// practice is how the company of this configuration works.
func (s *session) practice(ctx context.Context, store index.Store) (remedy.Practice, error) {
	layers, err := s.layers()
	if err != nil {
		return remedy.Practice{}, err
	}
	limits, err := remedy.LoadLimits(layers...)
	if err != nil {
		return remedy.Practice{}, err
	}
	days, err := s.holidays()
	if err != nil {
		return remedy.Practice{}, err
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return remedy.Practice{}, err
	}
	router, err := s.router(ctx, store)
	if err != nil {
		return remedy.Practice{}, err
	}
	sensitive := func(labels []string) bool {
		for _, code := range labels {
			if info, ok := catalogue.Taxonomy().Label(code); ok && info.Sensitive {
				return true
			}
		}
		return false
	}
	return remedy.Practice{Router: router, Limits: limits, Workdays: days, Sensitive: sensitive}, nil
}

// detection is the judge of this configuration, without its source.
func (s *session) detection(interval trend.Interval, how sensitivity, of grain) (*detect.Judge, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	days, err := s.holidays()
	if err != nil {
		return nil, err
	}
	causes, err := calendar.LoadCauses(s.zone, layers...)
	if err != nil {
		return nil, err
	}
	counts, err := countrule.Load(layers...)
	if err != nil {
		return nil, err
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	if err := checkCounts(counts, catalogue.Taxonomy()); err != nil {
		return nil, err
	}
	families := func(code string) string {
		if info, ok := catalogue.Taxonomy().Label(code); ok && info.Family != "" {
			return info.Family
		}
		return code
	}
	return &detect.Judge{
		Calendar: days, Causes: causes, Families: families, Interval: interval, Level: how.significance, PerWeek: how.perWeek, Counts: counts, Depth: of.level,
	}, nil
}

// checkCounts refuses rules that count what no contact can carry.
func checkCounts(rules []countrule.Rule, t *classify.Taxonomy) error {
	for _, r := range rules {
		codes := slices.Clone(r.Labels)
		for _, l := range r.Levels {
			codes = append(codes, l.Labels...)
		}
		for _, code := range codes {
			if len(t.Below(code)) == 0 {
				return fmt.Errorf("count rule %s: there is no label %s; correct counts/counts.yaml, or add it to taxonomy.yaml", r.Name, code)
			}
		}
		if _, known := t.Label(r.Label); r.Label != "" && !known {
			return fmt.Errorf("count rule %s: what it finds is called %s, which is no label; correct counts/counts.yaml, or add it to taxonomy.yaml", r.Name, r.Label)
		}
	}
	return nil
}

// labels lists the codes of the rules in force.
func (s *session) labels() ([]string, error) {
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	var codes []string
	for _, l := range catalogue.Taxonomy().Labels {
		codes = append(codes, l.Code)
	}
	return codes, nil
}

// fallKey is the record of what backtest learned of incidents that nobody remedies.
const fallKey = "remedy-fall"

// fall reads what was learned, over what simulated hotlines show.
func fall(ctx context.Context, l index.Ledger) (remedy.Fall, error) {
	record, err := l.GetRecord(ctx, fallKey)
	if errors.Is(err, index.ErrNotFound) {
		return remedy.DefaultFall(), nil
	}
	if err != nil {
		return remedy.Fall{}, err
	}
	var f remedy.Fall
	if err := json.Unmarshal(record.Value, &f); err != nil {
		return f, fmt.Errorf("read %s: %w; run suqiu backtest --learn again", fallKey, err)
	}
	return f.Over(remedy.DefaultFall()), nil
}

// saveFall keeps what was learned.
func saveFall(ctx context.Context, l index.Ledger, f remedy.Fall) error {
	value, err := json.Marshal(f)
	if err != nil {
		return err
	}
	for {
		record, err := l.GetRecord(ctx, fallKey)
		if err != nil && !errors.Is(err, index.ErrNotFound) {
			return err
		}
		if _, err := l.PutRecord(ctx, fallKey, value, record.Rev); !errors.Is(err, index.ErrConflict) {
			return err
		}
	}
}
