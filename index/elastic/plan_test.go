package elastic

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"suqiu/hotline"
)

// keeper stands in for a cluster with life cycles, which the test cluster of e2e lacks: it keeps what is put and
// returns it as Elasticsearch does.
type keeper struct {
	mu     sync.Mutex
	bodies map[string]json.RawMessage // by path
	puts   []string
}

func (k *keeper) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	path := r.URL.Path
	if r.Method == http.MethodPut {
		text, err := unpacked(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		k.puts = append(k.puts, path)
		k.bodies[path] = text
		fmt.Fprint(w, `{"acknowledged":true}`)
		return
	}
	name := path[strings.LastIndex(path, "/")+1:]
	kept, ok := k.bodies[path]
	switch {
	case path == "/suqiu-calls-*":
		fmt.Fprint(w, `{}`)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error":{"type":"resource_not_found_exception","reason":"missing"},"status":404}`)
	case strings.HasPrefix(path, "/_ilm/"):
		fmt.Fprintf(w, `{%q:{"version":1,"modified_date":"2026-11-28T00:00:00Z",%s}`, name, string(kept)[1:])
	case strings.HasPrefix(path, "/_component_template/"):
		fmt.Fprintf(w, `{"component_templates":[{"name":%q,"component_template":%s}]}`, name, kept)
	case strings.HasPrefix(path, "/_index_template/"):
		fmt.Fprintf(w, `{"index_templates":[{"name":%q,"index_template":%s}]}`, name, kept)
	default: // the letters, the ledger
		fmt.Fprintf(w, `{%q:%s}`, name, strings.Replace(string(kept), `"number_of_replicas":1`, `"number_of_replicas":"1"`, 1))
	}
}

func planStates(t *testing.T, s *Store) []string {
	t.Helper()
	plan, err := s.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var states []string
	for _, p := range plan {
		states = append(states, fmt.Sprintf("%s %s", p.Kind, p.State))
	}
	return states
}

// TestSetupWithLifecycle: where the cluster manages life cycles, a policy is installed, and the settings name it.
func TestSetupWithLifecycle(t *testing.T) {
	k := &keeper{bodies: map[string]json.RawMessage{}}
	s := open(t, k)
	if err := s.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/_ilm/policy/suqiu-calls", "/_component_template/suqiu-calls-settings", "/_component_template/suqiu-calls-mappings",
		"/_index_template/suqiu-calls", "/_index_template/suqiu-letters", "/suqiu-letters",
	}
	if !slices.Equal(k.puts[:len(want)], want) {
		t.Errorf("puts: got %v, want first %v", k.puts, want)
	}
	if got := string(k.bodies["/_component_template/suqiu-calls-settings"]); !strings.Contains(got, `"lifecycle":{"name":"suqiu-calls"}`) {
		t.Errorf("settings: got %s, want the policy's name", got)
	}
	all := []string{"lifecycle policy same", "component template same", "component template same", "index template same", "index template same", "copies of dead letters same", "ledger same"}
	if got := planStates(t, s); !slices.Equal(got, all) {
		t.Errorf("plan: got %v, want %v", got, all)
	}
	written := len(k.puts)
	if err := s.Setup(t.Context()); err != nil || len(k.puts) != written {
		t.Errorf("second set-up: %v, it wrote %v", err, k.puts[written:])
	}

	edited := strings.Replace(string(k.bodies["/_ilm/policy/suqiu-calls"]), "62d", "7d", 1)
	k.bodies["/_ilm/policy/suqiu-calls"] = json.RawMessage(edited)
	all[0] = "lifecycle policy edited"
	if got := planStates(t, s); !slices.Equal(got, all) {
		t.Errorf("plan after an edit: got %v, want %v", got, all)
	}
}

// TestSetupOverNewer: templates of a newer build are not taken back, not even by force.
func TestSetupOverNewer(t *testing.T) {
	k := &keeper{bodies: map[string]json.RawMessage{}}
	s := open(t, k)
	if err := s.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	const path = "/_component_template/suqiu-calls-mappings"
	var newer object
	if err := json.Unmarshal(k.bodies[path], &newer); err != nil {
		t.Fatal(err)
	}
	meta := map[string]any{"mapping_version": MappingVersion + 1}
	newer["_meta"] = meta
	meta[fingerprintKey] = fingerprintOf(flatten(newer))
	k.bodies[path] = json.RawMessage(jsonText(newer))
	written := len(k.puts)
	plan, err := s.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = s.Apply(t.Context(), plan, true)
	var f *hotline.Fault
	if !errors.As(err, &f) || f.Kind != hotline.FaultSetup || !strings.Contains(f.Hint.String(), "update suqiu") {
		t.Errorf("got %v, want a fault of the set-up that says to update suqiu", err)
	}
	if len(k.puts) != written {
		t.Errorf("it wrote %v", k.puts[written:])
	}
}

func TestDifferences(t *testing.T) {
	for _, c := range []struct {
		name       string
		have, want object
		differ     []Difference
	}{
		{"Same", object{"a": object{"b": 1}}, object{"a": object{"b": 1}}, nil},
		{"TextOfNumbers", object{"a": "1", "b": "true"}, object{"a": 1, "b": true}, nil},
		{"Changed", object{"a": object{"b": 1}}, object{"a": object{"b": 2}}, []Difference{{"/a/b", "1", "2"}}},
		{"Added", object{}, object{"a": object{"b": "x"}}, []Difference{{"", "{}", ""}, {"/a/b", "", "x"}}},
		{"Removed", object{"a": 1, "b": 2}, object{"a": 1}, []Difference{{"/b", "2", ""}}},
		{"Arrays", object{"a": []string{"x"}}, object{"a": []string{"x", "y"}}, []Difference{{"/a", `["x"]`, `["x","y"]`}}},
		{"EmptyObject", object{"a": object{"b": object{}}}, object{"a": object{"b": object{}}}, nil},
		{"NamesWithSlash", object{"a/b": 1}, object{"a~b": 1}, []Difference{{"/a~0b", "", "1"}, {"/a~1b", "1", ""}}},
		{"DefaultOfMapping", object{"t": object{"type": "text"}}, object{"t": object{"type": "text", "position_increment_gap": 100}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := differences(flatten(c.have), flatten(c.want)); !slices.Equal(got, c.differ) {
				t.Errorf("got %+v, want %+v", got, c.differ)
			}
		})
	}
}

func TestGenerations(t *testing.T) {
	s := open(t, &keeper{})
	for _, c := range []struct {
		index, month, next string
	}{
		{"suqiu-calls-2026.03", "suqiu-calls-2026.03", "suqiu-calls.g2-2026.03"},
		{"suqiu-calls.g2-2026.03", "suqiu-calls-2026.03", "suqiu-calls.g3-2026.03"},
		{"suqiu-calls.g11-2026.12", "suqiu-calls-2026.12", "suqiu-calls.g12-2026.12"},
	} {
		month := s.monthOf(c.index)
		if next := s.generation(month, s.generationOf(c.index)+1); month != c.month || next != c.next {
			t.Errorf("%s: got month %s and next %s, want %s and %s", c.index, month, next, c.month, c.next)
		}
	}
}
