package elastic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

// ClockSkew is how far the clocks of this machine and of the cluster may be apart.
const ClockSkew = 5 * time.Minute

// Examine looks at everything that a writer needs of the cluster: each address by itself, the rights, the templates, the
// months and their aliases, blocks, the clock. It only reads. The error says all that is wrong at once, each a
// *hotline.Fault with its remedy, in the words that a writer has for it.
func (s *Store) Examine(ctx context.Context, now time.Time) error {
	wrong := s.unreachable(ctx)
	if len(wrong) == len(s.config.Addresses) {
		return errors.Join(wrong...)
	}
	lacked := s.lackedRights(ctx)
	wrong = append(wrong, lacked...)
	for _, look := range []func(context.Context) []error{s.misfits, s.doubledMonths, s.blocks} {
		for _, err := range look(ctx) {
			if len(lacked) == 0 || !forbidden(err) { // else it is told already what the user lacks
				wrong = append(wrong, err)
			}
		}
	}
	if err := s.CheckClock(ctx, now); err != nil && (len(wrong) == 0 || errors.Is(err, ErrClock)) {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// unreachable asks each address by itself and says what is wrong with those that do not answer as they should.
func (s *Store) unreachable(ctx context.Context) []error {
	var wrong []error
	for _, address := range s.config.Addresses {
		alone := s.config
		alone.Addresses = []string{address}
		node, err := Open(alone)
		if err != nil {
			return []error{err}
		}
		if err := node.do(ctx, "ask "+address, esapi.ClusterHealthRequest{FilterPath: []string{"status"}}, nil); err != nil {
			wrong = append(wrong, err)
		}
		_ = node.Close() // nothing was written
	}
	return wrong
}

// unsupported reports an answer that tells that the cluster has no such address: security or a module is off.
func unsupported(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusMethodNotAllowed || answer.Status == http.StatusNotFound)
}

// forbidden reports the cluster's answer that the user may not ask that.
func forbidden(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.Status == http.StatusForbidden
}

// lackedRights asks what the user of a running suqiu may not do.
func (s *Store) lackedRights(ctx context.Context) []error {
	op := "ask for the user's rights"
	var answer struct {
		All     bool                       `json:"has_all_requested"`
		Cluster map[string]bool            `json:"cluster"`
		Index   map[string]map[string]bool `json:"index"`
	}
	indices := s.config.Prefix + "-*"
	err := s.do(ctx, op, esapi.SecurityHasPrivilegesRequest{Body: body(object{
		"cluster": []string{"monitor"},
		"index":   []object{{"names": []string{indices}, "privileges": []string{"read", "write", "create_index", "view_index_metadata", "maintenance"}}},
	})}, &answer)
	switch {
	case unsupported(err), err == nil && answer.All:
		return nil
	case err != nil:
		return []error{err}
	}
	var lacked []string
	for _, rights := range []map[string]bool{answer.Cluster, answer.Index[indices]} {
		for _, right := range slices.Sorted(maps.Keys(rights)) {
			if !rights[right] {
				lacked = append(lacked, right)
			}
		}
	}
	return []error{setupFault(op, hint.Of(hint.LackedRights, strings.Join(lacked, ", ")), "they do not suffice")}
}

// misfits compares templates, ledger, letters and months with what this build needs. A user who only runs suqiu may not read
// templates: then months and letters are looked at alone.
func (s *Store) misfits(ctx context.Context) []error {
	plan, err := s.Plan(ctx)
	var answer *statusError
	if errors.As(err, &answer) && answer.Status == http.StatusForbidden {
		return s.misfitMonths(ctx)
	}
	if err != nil {
		return []error{err}
	}
	var wrong []error
	for _, p := range plan {
		if p.State == Same {
			continue
		}
		what := fmt.Sprintf("check %s %s", p.Kind, p.Name)
		reason, do := "it is missing", hint.IndexSetup
		switch p.State {
		case Outdated:
			reason = fmt.Sprintf("it was installed by another configuration or mapping version (%d, this build has %d)", p.Installed, p.Wanted)
		case Edited:
			reason, do = "somebody changed it by hand: "+strings.Join(paths(p.Differences), ", "), hint.Edited
		case Newer:
			reason, do = fmt.Sprintf("its mapping has version %d, this build writes version %d", p.Installed, p.Wanted), hint.Update
		case Misfit:
			reason, do = fmt.Sprintf("its mapping has version %d, this build writes version %d", p.Installed, p.Wanted), hint.IndexMigrate
			if p.Installed == p.Wanted {
				reason = "its mapping differs: " + strings.Join(paths(p.Differences), ", ")
			}
		}
		wrong = append(wrong, setupFault(what, hint.Of(do), "%s", reason))
	}
	return wrong
}

func (s *Store) misfitMonths(ctx context.Context) []error {
	err := s.requireSetup(ctx)
	if err != nil {
		return []error{err}
	}
	months, err := s.mappings(ctx, s.allMonths())
	if err != nil {
		return []error{err}
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(months)) {
		if err := fits(name, months[name]); err != nil {
			wrong = append(wrong, err)
		}
	}
	if err := s.requireLetters(ctx); err != nil {
		wrong = append(wrong, err)
	}
	return wrong
}

// paths names the first few differences.
func paths(all []Difference) []string {
	var names []string
	for i, d := range all {
		if i == 3 {
			return append(names, "…")
		}
		names = append(names, d.Path)
	}
	return names
}

// doubledMonths finds names of months that stand for several indices.
func (s *Store) doubledMonths(ctx context.Context) []error {
	var answer map[string]struct {
		Aliases map[string]any `json:"aliases"`
	}
	err := s.do(ctx, "read the aliases", esapi.IndicesGetAliasRequest{Name: []string{s.allMonths()}}, &answer)
	if err != nil {
		return []error{err}
	}
	behind := map[string]int{}
	for _, index := range answer {
		for alias := range index.Aliases {
			behind[alias]++
		}
	}
	var wrong []error
	for _, month := range slices.Sorted(maps.Keys(behind)) {
		if behind[month] > 1 {
			wrong = append(wrong, ambiguous(month, behind[month]))
		}
	}
	return wrong
}

// ambiguous is the fault of a month's name that stands for several indices.
func ambiguous(month string, n int) *hotline.Fault {
	return setupFault("write to "+month, hint.Of(hint.Alias, month),
		"it stands for %d indices, must be one", n)
}

// blocks finds indices that may not be written to.
func (s *Store) blocks(ctx context.Context) []error {
	var answer map[string]struct {
		Settings object `json:"settings"`
	}
	op := "read the blocks"
	flat := true
	err := s.do(ctx, op, esapi.IndicesGetSettingsRequest{Index: []string{s.config.Prefix + "-*"}, Name: []string{"index.blocks.*"}, FlatSettings: &flat}, &answer)
	if err != nil {
		return []error{err}
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		for _, block := range slices.Sorted(maps.Keys(answer[name].Settings)) {
			if answer[name].Settings[block] != "true" {
				continue
			}
			wrong = append(wrong, setupFault("write to "+name, hint.Of(hint.Block), "it has %s", block))
		}
	}
	return wrong
}

// ErrClock is in the error of CheckClock where the clocks are too far apart.
var ErrClock = errors.New("the clocks differ")

// CheckClock compares the time with that of the cluster's node. Times that are further apart than ClockSkew are a fault
// of the set-up that wraps ErrClock: what is too old to keep, and what has yet to come, are told by this machine's clock.
// A cluster that does not tell its time, or not to this user, is no fault; one that does not answer is.
func (s *Store) CheckClock(ctx context.Context, now time.Time) error {
	op := "compare this machine's clock with Elasticsearch's"
	var answer struct {
		Nodes map[string]struct {
			Timestamp int64 `json:"timestamp"`
		} `json:"nodes"`
	}
	begin := time.Now()
	err := s.do(ctx, op, esapi.NodesStatsRequest{NodeID: []string{"_local"}, Metric: []string{"os"}, FilterPath: []string{"nodes.*.timestamp"}}, &answer)
	switch {
	case unsupported(err), forbidden(err):
		return nil // who writes need not have the right to ask for it
	case err != nil:
		return err
	}
	waited := time.Since(begin)
	for _, node := range answer.Nodes {
		ahead := now.Sub(time.UnixMilli(node.Timestamp))
		if ahead.Abs() > ClockSkew+waited {
			return setupFault(op, hint.Of(hint.Clocks), "%w: it is %s away from theirs", ErrClock, ahead.Round(time.Second))
		}
	}
	return nil
}
