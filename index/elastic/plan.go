package elastic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"suqiu/hint"
)

// State says how an object of the cluster stands to what this build needs.
type State string

// The states of an object.
const (
	Same     State = "same"     // nothing to do
	Missing  State = "missing"  // Apply installs it
	Outdated State = "outdated" // as an earlier build or another configuration installed it: Apply updates it
	Edited   State = "edited"   // not as any build left it: somebody changed it, and Apply keeps that unless told to overwrite
	Newer    State = "newer"    // a newer build installed it: Apply refuses
	Misfit   State = "misfit"   // a month that can't be written to as it is: Migrate makes it anew
)

// Kind is what sort of object a Part is.
type Kind string

// The kinds of object.
const (
	KindPolicy    Kind = "lifecycle policy"
	KindComponent Kind = "component template"
	KindTemplate  Kind = "index template"
	KindLedger    Kind = "ledger"
	KindLetters   Kind = "copies of dead letters"
	KindMonth     Kind = "month"
)

// Difference is one value that is not as it should be. Values are JSON; an empty one is absent.
type Difference struct {
	Path string `json:"path"` // a JSON pointer into the object
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Part is one object of the cluster, compared with what this build needs.
type Part struct {
	Kind        Kind         `json:"kind"`
	Name        string       `json:"name"`
	State       State        `json:"state"`
	Installed   int          `json:"installed"` // its mapping version; 0 where it has none
	Wanted      int          `json:"wanted"`    // the mapping version of this build
	Differences []Difference `json:"differences,omitempty"`
}

// Plan compares the cluster with what this build needs, in the order in which Apply installs it, the months last. It
// only reads. An object that carries the fingerprint of its own content is as Setup left it; any other was changed by
// hand since, or was never made by Setup.
func (s *Store) Plan(ctx context.Context) ([]Part, error) {
	parts, err := s.parts(ctx)
	if err != nil {
		return nil, err
	}
	var plan []Part
	for _, p := range parts {
		installed, err := p.read(ctx)
		if err != nil {
			return nil, err
		}
		plan = append(plan, p.compare(installed))
	}
	months, err := s.planMonths(ctx)
	return append(plan, months...), err
}

// Apply installs what a plan found missing or outdated, and overwrites what was edited if it shall. It writes nothing
// that is right already, so that a second run leaves the state of the cluster as it is. The ledger comes after the
// templates, because its mapping version tells writers and readers that the rest is there. Months that don't fit are
// left to Migrate; those that have lost the alias get it back.
func (s *Store) Apply(ctx context.Context, plan []Part, overwrite bool) error {
	for _, p := range plan {
		if p.State == Newer && p.Kind != KindMonth {
			return setupFault(fmt.Sprintf("install %s %s", p.Kind, p.Name), hint.Of(hint.Update),
				"a newer build installed mapping version %d, this one has %d", p.Installed, p.Wanted)
		}
	}
	parts, err := s.parts(ctx)
	if err != nil {
		return err
	}
	for _, p := range plan {
		write := p.State == Missing || p.State == Outdated || p.State == Edited && overwrite
		switch {
		case !write:
		case p.Kind == KindMonth:
			if err := s.addAlias(ctx, p.Name); err != nil {
				return err
			}
		default:
			i := slices.IndexFunc(parts, func(known part) bool { return known.kind == p.Kind && known.name == p.Name })
			if i < 0 {
				return setupFault("install "+p.Name, hint.Of(hint.PlanAgain), "it is no part of this set-up")
			}
			if err := parts[i].write(ctx, p.State == Missing); err != nil {
				return err
			}
		}
	}
	return nil
}

// Setup installs what the store needs and changes nothing that is right already, nor what was changed by hand.
func (s *Store) Setup(ctx context.Context) error {
	plan, err := s.Plan(ctx)
	if err != nil {
		return err
	}
	return s.Apply(ctx, plan, false)
}

// compare says how an installed object stands to the wanted one; nil is none.
func (p part) compare(installed object) Part {
	found := Part{Kind: p.kind, Name: p.name, Wanted: p.version}
	if installed == nil {
		found.State, found.Differences = Missing, differences(nil, flatten(p.want))
		return found
	}
	have, want := flatten(installed), flatten(p.want)
	_, _ = fmt.Sscan(have[p.meta+"/mapping_version"], &found.Installed) // else 0: it has no version
	fingerprint := strings.Trim(have[p.meta+"/"+fingerprintKey], `"`)
	delete(have, p.meta+"/"+fingerprintKey)
	untouched := fingerprint == fingerprintOf(have)
	found.Differences = differences(have, want)
	switch {
	case len(found.Differences) == 0:
		found.State = Same
	case !untouched:
		found.State = Edited
	case found.Installed > p.version:
		found.State = Newer
	default:
		found.State = Outdated
	}
	return found
}

// planMonths compares the mappings of the months with the one that a new month would get.
func (s *Store) planMonths(ctx context.Context) ([]Part, error) {
	months, err := s.readMonths(ctx)
	if err != nil || len(months) == 0 {
		return nil, err
	}
	next, err := s.simulateMonth(ctx)
	if notFound(err) {
		next = &resolvedTemplate{Mappings: callsMapping()} // before the first set-up
	} else if err != nil {
		return nil, err
	}
	if metaVersion(next.Mappings) < MappingVersion {
		next.Mappings = callsMapping() // the templates are to be updated
	}
	want := flatten(next.Mappings)
	var plan []Part
	for _, name := range slices.Sorted(maps.Keys(months)) {
		month := months[name]
		p := Part{Kind: KindMonth, Name: name, Installed: metaVersion(month.Mappings), Wanted: MappingVersion, State: Same}
		p.Differences = differences(flatten(month.Mappings), want)
		_, listed := month.Aliases[s.alias()]
		switch {
		case p.Installed > MappingVersion:
			p.State = Newer
		case p.Installed < MappingVersion || len(p.Differences) > 0:
			p.State = Misfit
		case !listed:
			p.State = Missing
			p.Differences = []Difference{{Path: "/aliases/" + s.alias(), New: "{}"}}
		}
		plan = append(plan, p)
	}
	return plan, nil
}

// defaults are parameters that Elasticsearch leaves out of a live mapping when they are as it would have them anyway.
var defaults = map[string]string{"position_increment_gap": "100", "analyzer": `"standard"`}

// flatten lists the values of a JSON object by their pointers. Arrays and empty objects are values. Numbers and
// booleans are listed as text, since Elasticsearch returns settings so.
func flatten(o object) map[string]string {
	values := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		if o, ok := v.(map[string]any); ok && len(o) > 0 {
			for name, inner := range o {
				if text := jsonText(inner); defaults[name] != text {
					walk(path+"/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name), inner)
				}
			}
			return
		}
		values[path] = strings.Trim(jsonText(v), `"`)
	}
	var plain map[string]any // through JSON, so that objects of Go and of the cluster have the same types
	_ = json.Unmarshal([]byte(jsonText(o)), &plain)
	walk("", plain)
	return values
}

// jsonText is the JSON of a value built of strings, numbers, arrays and objects, which always encode.
func jsonText(v any) string {
	encoded, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("encode a template: %v", err))
	}
	return string(encoded)
}

func differences(have, want map[string]string) []Difference {
	var all []Difference
	for path, value := range want {
		if have[path] != value {
			all = append(all, Difference{Path: path, Old: have[path], New: value})
		}
	}
	for path, value := range have {
		if _, wanted := want[path]; !wanted {
			all = append(all, Difference{Path: path, Old: value})
		}
	}
	slices.SortFunc(all, func(a, b Difference) int { return strings.Compare(a.Path, b.Path) })
	return all
}

// fingerprintKey is where _meta tells the fingerprint of the content that Setup installed.
const fingerprintKey = "fingerprint"

func fingerprintOf(values map[string]string) string {
	sum := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(sum, "%q %q\n", path, values[path])
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
