package elastic

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/elastic/go-elasticsearch/v8/esapi"
)

// part is one object that Setup installs, and how to read and write it.
type part struct {
	kind    Kind
	name    string
	version int    // of the mapping that it belongs to
	meta    string // pointer to the _meta that carries version and fingerprint
	want    object
	get     func(context.Context) (object, error) // as it is installed, restricted to what Setup decides; status 404: not at all
	write   func(ctx context.Context, missing bool) error
}

func (p part) read(ctx context.Context) (object, error) {
	installed, err := p.get(ctx)
	if notFound(err) {
		return nil, nil
	}
	return installed, err
}

// signed is the content of _meta with the fingerprint of the wanted object, by which a change by hand shows.
func (p part) signed(meta object) object {
	signed := object{fingerprintKey: fingerprintOf(flatten(p.want))}
	maps.Copy(signed, meta)
	return signed
}

// parts are the objects of this build, in the order in which they are installed: a lifecycle policy where the cluster
// has such, component templates of settings and mapping, the template of the months, which puts each under the alias,
// template and index of the copies of dead letters, and the ledger.
func (s *Store) parts(ctx context.Context) ([]part, error) {
	lifecycle, err := s.hasLifecycle(ctx)
	if err != nil {
		return nil, err
	}
	calls := s.alias()
	settings := object{
		"number_of_shards": s.config.Shards, "number_of_replicas": s.config.Replicas,
		"refresh_interval": fmt.Sprintf("%dms", s.config.RefreshInterval.Milliseconds()),
		// The text stands in the source twice, as document and as searched text; deflate finds that, LZ4 does not.
		"codec": "best_compression",
	}
	var all []part
	if lifecycle {
		settings["lifecycle"] = object{"name": calls}
		all = append(all, s.policyPart(calls))
	}
	return append(all,
		s.componentPart(calls+"-settings", object{"settings": object{"index": settings}}),
		s.componentPart(calls+"-mappings", object{"mappings": callsMapping()}),
		s.templatePart(calls, MappingVersion, s.allMonths(), object{"aliases": object{calls: object{}}}, calls+"-settings", calls+"-mappings"),
		s.templatePart(s.lettersIndex(), LettersVersion, s.lettersIndex(), s.lettersTemplate()),
		s.indexPart(KindLetters, s.lettersIndex(), LettersVersion, lettersMapping),
		s.indexPart(KindLedger, s.ledgerIndex(), MappingVersion, ledgerMapping),
	), nil
}

// hasLifecycle reports whether the cluster manages life cycles: a build without them has no such address.
func (s *Store) hasLifecycle(ctx context.Context) (bool, error) {
	err := s.do(ctx, "look for lifecycle policies", esapi.ILMGetLifecycleRequest{Policy: s.alias()}, nil)
	var answer *statusError
	switch {
	case err == nil, notFound(err):
		return true, nil
	case errors.As(err, &answer) && answer.Type == "" && (answer.Status == http.StatusBadRequest || answer.Status == http.StatusMethodNotAllowed):
		return false, nil
	}
	return false, err
}

// policyPart lets months recover in the order of their age, and move to warm nodes, where there are such, once calls
// of theirs hardly come any more. They are not made read-only, since corrections and new rules still write to them,
// and never deleted: Drop does that, and keeps the daily counts.
func (s *Store) policyPart(name string) part {
	meta := object{"mapping_version": MappingVersion}
	phases := object{
		"hot":  object{"min_age": "0ms", "actions": object{"set_priority": object{"priority": 100}}},
		"warm": object{"min_age": "62d", "actions": object{"set_priority": object{"priority": 50}}},
	}
	p := part{kind: KindPolicy, name: name, version: MappingVersion, meta: "/_meta", want: object{"phases": phases, "_meta": meta}}
	p.get = func(ctx context.Context) (object, error) {
		var answer map[string]struct {
			Policy object `json:"policy"`
		}
		err := s.do(ctx, "read lifecycle policy "+name, esapi.ILMGetLifecycleRequest{Policy: name}, &answer)
		return answer[name].Policy, err
	}
	p.write = func(ctx context.Context, _ bool) error {
		policy := object{"phases": phases, "_meta": p.signed(meta)}
		return s.do(ctx, "install lifecycle policy "+name, esapi.ILMPutLifecycleRequest{Policy: name, Body: body(object{"policy": policy})}, nil)
	}
	return p
}

func (s *Store) componentPart(name string, template object) part {
	meta := object{"mapping_version": MappingVersion}
	p := part{kind: KindComponent, name: name, version: MappingVersion, meta: "/_meta", want: object{"template": template, "_meta": meta}}
	p.get = func(ctx context.Context) (object, error) {
		var answer struct {
			Templates []struct {
				Template object `json:"component_template"`
			} `json:"component_templates"`
		}
		err := s.do(ctx, "read component template "+name, esapi.ClusterGetComponentTemplateRequest{Name: []string{name}}, &answer)
		if err != nil || len(answer.Templates) != 1 {
			return nil, err
		}
		return answer.Templates[0].Template, nil
	}
	p.write = func(ctx context.Context, _ bool) error {
		return s.do(ctx, "install component template "+name, esapi.ClusterPutComponentTemplateRequest{
			Name: name, Body: body(object{"template": template, "_meta": p.signed(meta)}),
		}, nil)
	}
	return p
}

// templatePart is the template of the indices that a pattern stands for, composed of component templates and what it
// has itself. The operator may have a component template of the same name with @custom, whose settings come on top and
// which no set-up touches.
func (s *Store) templatePart(name string, version int, pattern string, own object, components ...string) part {
	meta := object{"mapping_version": version}
	custom := name + "@custom"
	content := func(meta object) object {
		return object{
			"index_patterns":                     []string{pattern},
			"composed_of":                        append(slices.Clone(components), custom),
			"ignore_missing_component_templates": []string{custom},
			"priority":                           500,
			"template":                           own,
			"_meta":                              meta,
		}
	}
	p := part{kind: KindTemplate, name: name, version: version, meta: "/_meta", want: content(meta)}
	p.get = func(ctx context.Context) (object, error) {
		var answer struct {
			Templates []struct {
				Template object `json:"index_template"`
			} `json:"index_templates"`
		}
		err := s.do(ctx, "read index template "+name, esapi.IndicesGetIndexTemplateRequest{Name: name}, &answer)
		if err != nil || len(answer.Templates) != 1 {
			return nil, err
		}
		return answer.Templates[0].Template, nil
	}
	p.write = func(ctx context.Context, _ bool) error {
		return s.do(ctx, "install index template "+name, esapi.IndicesPutIndexTemplateRequest{Name: name, Body: body(content(p.signed(meta)))}, nil)
	}
	return p
}

// indexPart is an index that Setup itself makes. Of its settings only the number of copies is compared; the others can't
// change.
func (s *Store) indexPart(kind Kind, name string, version int, mapping func() object) part {
	copies := object{"number_of_replicas": s.config.Replicas}
	p := part{kind: kind, name: name, version: version, meta: "/mappings/_meta", want: object{"mappings": mapping(), "settings": copies}}
	signed := mapping()
	signed["_meta"] = p.signed(object{"mapping_version": version})
	p.get = func(ctx context.Context) (object, error) {
		var answer map[string]struct {
			Mappings object `json:"mappings"`
			Settings struct {
				Index struct {
					Replicas string `json:"number_of_replicas"`
				} `json:"index"`
			} `json:"settings"`
		}
		err := s.do(ctx, "read index "+name, esapi.IndicesGetRequest{Index: []string{name}}, &answer)
		if err != nil {
			return nil, err
		}
		installed := answer[name]
		return object{"mappings": installed.Mappings, "settings": object{"number_of_replicas": installed.Settings.Index.Replicas}}, nil
	}
	p.write = func(ctx context.Context, missing bool) error {
		if missing {
			err := s.do(ctx, "create index "+name, esapi.IndicesCreateRequest{Index: name, Body: body(object{
				"settings": object{"index": object{"number_of_shards": 1, "number_of_replicas": s.config.Replicas}}, "mappings": signed,
			})}, nil)
			if !alreadyExists(err) { // else another set-up was faster
				return err
			}
		}
		if err := s.do(ctx, "set the copies of "+name, esapi.IndicesPutSettingsRequest{Index: []string{name}, Body: body(object{"index": copies})}, nil); err != nil {
			return err
		}
		return s.do(ctx, "update the mapping of "+name, esapi.IndicesPutMappingRequest{Index: []string{name}, Body: body(signed)}, nil)
	}
	return p
}
