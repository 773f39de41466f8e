package elastic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hint"
	"suqiu/hotline"
)

func alreadyExists(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.Type == "resource_already_exists_exception"
}

// mappingMeta is what _meta of a template tells of its version.
type mappingMeta struct {
	Version int `json:"mapping_version"`
}

// mappings reads the mappings of the indices that a name or pattern stands for, by index. A name that does not exist is
// status 404, a pattern without a match no error.
func (s *Store) mappings(ctx context.Context, name string) (map[string]object, error) {
	var answer map[string]struct {
		Mappings object `json:"mappings"`
	}
	err := s.do(ctx, "read the mapping of "+name, esapi.IndicesGetMappingRequest{Index: []string{name}}, &answer)
	if err != nil {
		return nil, err
	}
	all := make(map[string]object, len(answer))
	for index, m := range answer {
		all[index] = m.Mappings
	}
	return all, nil
}

// mappingVersions is mappings without the fields. An index that Setup did not shape has version 0.
func (s *Store) mappingVersions(ctx context.Context, name string) (map[string]int, error) {
	all, err := s.mappings(ctx, name)
	if err != nil {
		return nil, err
	}
	versions := make(map[string]int, len(all))
	for index, m := range all {
		versions[index] = metaVersion(m)
	}
	return versions, nil
}

// fits says what is wrong with a month's mapping, if anything; see unfit.
func fits(month string, mapping object) error {
	return unfit(month, mapping, callsMapping(), MappingVersion, hint.Of(hint.IndexMigrate))
}

// unfit says what is wrong with the mapping of an index, if anything: another version than the wanted one, or a field
// that is not as this build writes it. Such a field would refuse documents one by one, which would then be dead letters.
func unfit(index string, mapping, wanted object, version int, do hint.Hint) error {
	op := "write to " + index
	switch got := metaVersion(mapping); {
	case got < version:
		return setupFault(op, do, "its mapping has version %d, this build writes version %d", got, version)
	case got > version:
		return setupFault(op, hint.Of(hint.Update), "its mapping has version %d, this build writes version %d", got, version)
	}
	properties, _ := mapping["properties"].(map[string]any)
	have, want := flatten(properties), flatten(wanted["properties"].(object))
	// Elasticsearch may leave out that an object is one. What is not ours is the operator's own.
	maps.DeleteFunc(want, func(_, value string) bool { return value == "object" })
	maps.DeleteFunc(have, func(path, _ string) bool { _, ours := want[path]; return !ours })
	if different := differences(have, want); len(different) > 0 {
		return setupFault(op, do, "its mapping differs: %s", strings.Join(paths(different), ", "))
	}
	return nil
}

// requireSetup reports a set-up that is missing or older than this build. It asks the cluster until that is right once.
// Without it, a search by a wrong prefix would find nothing instead of failing.
func (s *Store) requireSetup(ctx context.Context) error {
	s.mu.Lock()
	done := s.setUp
	s.mu.Unlock()
	if done {
		return nil
	}
	versions, err := s.mappingVersions(ctx, s.ledgerIndex())
	if err != nil {
		return err
	}
	if got := versions[s.ledgerIndex()]; got < MappingVersion {
		return setupFault("check the set-up of "+s.config.Prefix, hint.Of(hint.IndexSetup), "mapping version %d is installed, this build needs %d", got, MappingVersion)
	}
	s.mu.Lock()
	s.setUp = true
	s.mu.Unlock()
	return nil
}

// requireMonth sees to it that a month's index exists with a mapping that is this build's: an older one would refuse
// its documents, and those of this build would lack what a newer one promises. It asks the cluster once a month and
// process, and again after forgetMonth.
func (s *Store) requireMonth(ctx context.Context, month string) error {
	s.mu.Lock()
	known := s.months[month] != ""
	s.mu.Unlock()
	if known {
		return nil
	}
	found, err := s.mappings(ctx, month)
	if notFound(err) {
		if err := s.createMonth(ctx, month); err != nil {
			return err
		}
		found, err = s.mappings(ctx, month)
	}
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return ambiguous(month, len(found))
	}
	for concrete, mapping := range found {
		if err := fits(month, mapping); err != nil {
			return err
		}
		s.mu.Lock()
		s.months[month] = concrete
		s.mu.Unlock()
	}
	return nil
}

// checkReplaced looks again at the months that were migrated since this process first wrote to them. Documents of this
// build that have just got into the index of another are reported as failed: the next process writes them again.
func (s *Store) checkReplaced(ctx context.Context, actions []action, items []item) error {
	for n, it := range items {
		month := actions[n].Index
		s.mu.Lock()
		replaced := it.done() && it.Index != "" && it.Index != s.months[month]
		s.mu.Unlock()
		if !replaced {
			continue
		}
		s.forgetMonth(month)
		if err := s.requireMonth(ctx, month); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) forgetMonth(month string) {
	s.mu.Lock()
	delete(s.months, month)
	s.mu.Unlock()
}

// createMonth makes the index of a month by the installed template, which must fit: without it the index would come up
// with no mapping at all. Another writer may be faster.
func (s *Store) createMonth(ctx context.Context, month string) error {
	var answer struct {
		Templates []struct {
			Name     string `json:"name"`
			Template struct {
				Meta mappingMeta `json:"_meta"`
			} `json:"index_template"`
		} `json:"index_templates"`
	}
	op := "read index template " + s.alias()
	if err := s.do(ctx, op, esapi.IndicesGetIndexTemplateRequest{Name: s.alias()}, &answer); err != nil {
		return err
	}
	if len(answer.Templates) != 1 || answer.Templates[0].Template.Meta.Version != MappingVersion {
		return setupFault(op, hint.Of(hint.IndexSetup), "it is missing or not of mapping version %d", MappingVersion)
	}
	err := s.do(ctx, "create index "+month, esapi.IndicesCreateRequest{Index: month}, nil)
	if err != nil && !alreadyExists(err) {
		return err
	}
	return nil
}

// resolvedTemplate is an index as it is, or as the templates would make it.
type resolvedTemplate struct {
	Settings object `json:"settings"`
	Mappings object `json:"mappings"`
	Aliases  object `json:"aliases"`
}

// readMonths reads what the months are made of, by the names of their indices.
func (s *Store) readMonths(ctx context.Context) (map[string]resolvedTemplate, error) {
	var months map[string]resolvedTemplate
	err := s.do(ctx, "read the months", esapi.IndicesGetRequest{Index: []string{s.allMonths()}}, &months)
	return months, err
}

// simulateMonth asks what the installed templates would make of a new month.
func (s *Store) simulateMonth(ctx context.Context) (*resolvedTemplate, error) {
	var answer struct {
		Template resolvedTemplate `json:"template"`
	}
	name := s.monthIndex(time.Unix(0, 0))
	err := s.do(ctx, "resolve index template "+s.alias(), esapi.IndicesSimulateIndexTemplateRequest{Name: name}, &answer)
	return &answer.Template, err
}

// metaVersion is the mapping version that Setup has written into a mapping, 0 where there is none.
func metaVersion(mappings object) int {
	meta, _ := mappings["_meta"].(map[string]any)
	version, _ := meta["mapping_version"].(float64)
	return int(version)
}

func (s *Store) addAlias(ctx context.Context, index string) error {
	return s.do(ctx, "put "+index+" under the alias", esapi.IndicesPutAliasRequest{Index: []string{index}, Name: s.alias()}, nil)
}

// Refresh makes all earlier writes visible to Search, Scan and Count.
func (s *Store) Refresh(ctx context.Context) error {
	if err := s.requireSetup(ctx); err != nil {
		return err
	}
	return s.refresh(ctx, s.allMonths())
}

// refresh fails unless all copies of all shards are refreshed.
func (s *Store) refresh(ctx context.Context, indices ...string) error {
	var answer struct {
		Shards struct {
			Failed int `json:"failed"`
		} `json:"_shards"`
	}
	op := "refresh " + s.alias()
	unavailable := true
	request := esapi.IndicesRefreshRequest{Index: indices, IgnoreUnavailable: &unavailable}
	if err := s.do(ctx, op, request, &answer); err != nil {
		return err
	}
	if n := answer.Shards.Failed; n > 0 {
		return &hotline.Fault{Kind: hotline.FaultUnavailable, Op: op, Err: fmt.Errorf("%d shards failed", n)}
	}
	return nil
}
