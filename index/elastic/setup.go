package elastic

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"suqiu/hotline"
)

const setupHint = "run suqiu index setup"

// Setup installs what the store needs and changes nothing that is right already: component templates of settings and
// mapping, the template of the months, which puts each under the alias, and last the ledger's index, whose mapping
// version tells writers and readers that the rest is there.
func (s *Store) Setup(ctx context.Context) error {
	calls := s.alias()
	put := func(op string, request esapi.Request) error { return s.do(ctx, op, request, nil) }
	meta := object{"mapping_version": MappingVersion}
	settings := object{
		"number_of_shards": s.config.Shards, "number_of_replicas": s.config.Replicas,
		"refresh_interval": fmt.Sprintf("%dms", s.config.RefreshInterval.Milliseconds()),
		// The text stands in the source twice, as document and as searched text; deflate finds that, LZ4 does not.
		"codec": "best_compression",
	}
	for _, part := range []struct {
		name     string
		template object
	}{
		{calls + "-settings", object{"settings": object{"index": settings}}},
		{calls + "-mappings", object{"mappings": callsMapping()}},
	} {
		err := put("install component template "+part.name, esapi.ClusterPutComponentTemplateRequest{
			Name: part.name, Body: body(object{"template": part.template, "_meta": meta}),
		})
		if err != nil {
			return err
		}
	}
	err := put("install index template "+calls, esapi.IndicesPutIndexTemplateRequest{Name: calls, Body: body(object{
		"index_patterns": []string{s.allMonths()},
		"composed_of":    []string{calls + "-settings", calls + "-mappings"},
		"priority":       500,
		"template":       object{"aliases": object{calls: object{}}},
		"_meta":          meta,
	})})
	if err != nil {
		return err
	}
	op := "create index " + s.ledgerIndex()
	err = put(op, esapi.IndicesCreateRequest{Index: s.ledgerIndex(), Body: body(object{
		"settings": object{"index": object{"number_of_shards": 1, "number_of_replicas": s.config.Replicas}},
		"mappings": ledgerMapping(),
	})})
	if alreadyExists(err) {
		err = put("update the mapping of "+s.ledgerIndex(), esapi.IndicesPutMappingRequest{
			Index: []string{s.ledgerIndex()}, Body: body(ledgerMapping()),
		})
	}
	return err
}

func alreadyExists(err error) bool {
	var answer *statusError
	return errors.As(err, &answer) && answer.Type == "resource_already_exists_exception"
}

// mappingMeta is what _meta of a mapping or of a template tells of its version.
type mappingMeta struct {
	Version int `json:"mapping_version"`
}

// mappingVersions reads the mapping versions of the indices that a name or pattern stands for, by index. An index that
// Setup did not shape has version 0. A name that does not exist is status 404, a pattern without a match no error.
func (s *Store) mappingVersions(ctx context.Context, name string) (map[string]int, error) {
	var answer map[string]struct {
		Mappings struct {
			Meta mappingMeta `json:"_meta"`
		} `json:"mappings"`
	}
	err := s.do(ctx, "read the mapping of "+name, esapi.IndicesGetMappingRequest{Index: []string{name}}, &answer)
	if err != nil {
		return nil, err
	}
	versions := make(map[string]int, len(answer))
	for index, m := range answer {
		versions[index] = m.Mappings.Meta.Version
	}
	return versions, nil
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
		return setupFault("check the set-up of "+s.config.Prefix, setupHint, "mapping version %d is installed, this build needs %d", got, MappingVersion)
	}
	s.mu.Lock()
	s.setUp = true
	s.mu.Unlock()
	return nil
}

// requireMonth sees to it that a month's index exists with a mapping that this build can write to. It asks the cluster
// once a month and process, and again after forgetMonth.
func (s *Store) requireMonth(ctx context.Context, month string) error {
	s.mu.Lock()
	known := s.months[month]
	s.mu.Unlock()
	if known {
		return nil
	}
	versions, err := s.mappingVersions(ctx, month)
	if answered(err, http.StatusNotFound) {
		if err := s.createMonth(ctx, month); err != nil {
			return err
		}
		versions, err = s.mappingVersions(ctx, month)
	}
	if err != nil {
		return err
	}
	if got := versions[month]; got < MappingVersion {
		return setupFault("write to "+month, "run suqiu index migrate", "its mapping has version %d, this build writes version %d", got, MappingVersion)
	}
	s.mu.Lock()
	s.months[month] = true
	s.mu.Unlock()
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
	if len(answer.Templates) != 1 || answer.Templates[0].Template.Meta.Version < MappingVersion {
		return setupFault(op, setupHint, "it is missing or older than mapping version %d", MappingVersion)
	}
	err := s.do(ctx, "create index "+month, esapi.IndicesCreateRequest{Index: month}, nil)
	if err != nil && !alreadyExists(err) {
		return err
	}
	return nil
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
