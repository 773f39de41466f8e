// Package kibana makes the Kibana objects of suqiu: data views of the contacts and of the dead letters, saved searches, Lens
// panels and dashboards, all defined here in Go and checked against the mappings of the indices, and it imports them
// through Kibana's API. The same options give the same bytes, ids never change, and nothing is exported or sent that
// Check finds fault with.
package kibana

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"suqiu/index/elastic"
	"suqiu/kibana/saved"
)

// Options say for which index the objects are made.
type Options struct {
	Prefix  string // of the index names and of the objects' ids, such as suqiu
	Labels  []Name // the taxonomy, parents too: codes are shown by these names
	Marks   []Name // urgency signals and portrait labels
	Reasons []Name // of dead letters
}

// Name is a code and what people call it.
type Name struct {
	Code, Name string
}

// Export returns the objects as NDJSON, checked.
func Export(o Options) ([]byte, error) {
	if o.Prefix == "" {
		return nil, errors.New("make Kibana objects: a prefix of the index names is needed")
	}
	s := &set{Options: o}
	s.callsView()
	s.lettersView()
	s.searches()
	s.overview()
	s.owner()
	s.quality()
	s.letters()
	if s.err != nil {
		return nil, fmt.Errorf("make Kibana objects: %w", s.err)
	}
	var b bytes.Buffer
	if err := saved.Write(&b, s.objects); err != nil {
		return nil, fmt.Errorf("make Kibana objects: %w", err)
	}
	if err := Check(b.Bytes(), Mapped); err != nil {
		return nil, fmt.Errorf("make Kibana objects: %w", err)
	}
	return b.Bytes(), nil
}

// set collects the objects. The first error ends up in err, so that definitions read as a list.
type set struct {
	Options
	objects []saved.Object
	err     error
}

// id is the id of an object: stable, and apart from those of other prefixes.
func (s *set) id(name string) string { return s.Prefix + "-" + name }

// Names of the data views.
const (
	callsView   = "calls"
	lettersView = "letters"
)

// Mapping tells the types of the fields, by their names, of the indices that a data view's pattern stands for; nil if
// it does not know the pattern.
type Mapping func(pattern string) map[string]string

// Mapped is the Mapping of this build's indices, of whatever prefix.
func Mapped(pattern string) map[string]string {
	switch {
	case strings.HasSuffix(pattern, elastic.Pattern("")):
		return elastic.Fields()
	case strings.HasSuffix(pattern, elastic.LettersIndex("")):
		return elastic.LetterFields()
	}
	return nil
}

func (s *set) add(kind, name string, attributes any, references ...saved.Reference) {
	object, err := saved.New(kind, s.id(name), attributes, references)
	if err != nil && s.err == nil {
		s.err = err
	}
	s.objects = append(s.objects, object)
}

// toView is a reference to a data view.
func (s *set) toView(view, name string) saved.Reference {
	return saved.Reference{Type: saved.TypeDataView, ID: s.id(view), Name: name}
}

// titled marks titles of ours among those of others in Kibana's lists.
func titled(title string) string { return "诉求 · " + title }

// live is the condition of all panels and searches of contacts: what was withdrawn upstream is not counted.
const live = "tombstone : false"

// and adds a condition to live.
func and(condition string) string { return live + " and " + condition }

// Conditions that panels and searches share.
const (
	labelled   = "labels : *"
	unlabelled = "not labels : *"
	urgent     = "urgency : *"
	placeless  = "not areas : *"
	known      = "caller : *"
	// lowMargin finds labels that stand less than half a point above their threshold: one weak word more or less
	// would decide otherwise.
	lowMargin = "labels : * and margin < 0.5"
)
