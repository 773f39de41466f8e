// Package saved is the format of Kibana's saved objects, as its import reads them: one JSON object a line, inner JSON
// as strings, references by name. The same types write and read, so what they read back is what Kibana would see.
// It covers data views, saved searches, Lens panels over data views and dashboards, of Kibana 8.9 and later.
package saved

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Types of saved objects.
const (
	TypeDataView  = "index-pattern"
	TypeSearch    = "search"
	TypeLens      = "lens"
	TypeDashboard = "dashboard"
)

// CoreVersion is the coreMigrationVersion of every object since Kibana 8.8.
const CoreVersion = "8.8.0"

// TypeVersion is the typeMigrationVersion that objects of a type are written with, empty for unknown types. Kibana
// imports from the same or an older version and migrates up, so these are the oldest that hold what is used here.
func TypeVersion(kind string) string {
	switch kind {
	case TypeDataView, TypeSearch:
		return "8.0.0"
	case TypeLens, TypeDashboard:
		return "8.9.0"
	}
	return ""
}

// Object is one saved object. Attributes hold a DataView, Search, Lens or Dashboard; see Attributes.
type Object struct {
	Type                 string          `json:"type"`
	ID                   string          `json:"id"`
	Attributes           json.RawMessage `json:"attributes"`
	References           []Reference     `json:"references"`
	CoreMigrationVersion string          `json:"coreMigrationVersion"`
	TypeMigrationVersion string          `json:"typeMigrationVersion"`
	Managed              bool            `json:"managed"`
}

// Reference is a use of another object. What is used names the reference, never the id, so that Kibana may give
// objects other ids.
type Reference struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// New makes an object of its attributes.
func New(kind, id string, attributes any, references []Reference) (Object, error) {
	encoded, err := encode(attributes)
	if err != nil {
		return Object{}, fmt.Errorf("write %s %s: %w", kind, id, err)
	}
	if references == nil {
		references = []Reference{}
	}
	return Object{
		Type: kind, ID: id, Attributes: encoded, References: references,
		CoreMigrationVersion: CoreVersion, TypeMigrationVersion: TypeVersion(kind),
	}, nil
}

// Attributes reads the attributes of an object.
func Attributes[T any](o *Object) (*T, error) {
	var attributes T
	if err := json.Unmarshal(o.Attributes, &attributes); err != nil {
		return nil, fmt.Errorf("read the attributes of %s %s: %w", o.Type, o.ID, err)
	}
	return &attributes, nil
}

// Title is the title of any object, empty where it has none.
func (o *Object) Title() string {
	var attributes struct{ Title string }
	if json.Unmarshal(o.Attributes, &attributes) != nil {
		return ""
	}
	return attributes.Title
}

// Write writes objects, one a line.
func Write(w io.Writer, objects []Object) error {
	for i := range objects {
		line, err := encode(&objects[i])
		if err != nil {
			return fmt.Errorf("write %s %s: %w", objects[i].Type, objects[i].ID, err)
		}
		if _, err := w.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// maxLine bounds one object, in bytes; Kibana's own limit for a whole import is 25 MiB.
const maxLine = 8 << 20

// Read reads objects, one a line. It passes over empty lines and the summary that an export of Kibana ends with.
func Read(r io.Reader) ([]Object, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var objects []Object
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 {
			continue
		}
		var o struct {
			Object
			ExportedCount *int `json:"exportedCount"`
		}
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if o.ExportedCount == nil {
			objects = append(objects, o.Object)
		}
	}
	return objects, lines.Err()
}

// encode is json.Marshal that leaves <, > and & as they are, as Kibana does.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Text is a value that an attribute holds as a string of JSON, as all attributes do whose name ends with JSON.
type Text[T any] struct{ Value T }

// MarshalJSON writes the string.
func (t Text[T]) MarshalJSON() ([]byte, error) {
	inner, err := encode(t.Value)
	if err != nil {
		return nil, err
	}
	return encode(string(inner))
}

// UnmarshalJSON reads the string and what stands in it.
func (t *Text[T]) UnmarshalJSON(raw []byte) error {
	var inner string
	if err := json.Unmarshal(raw, &inner); err != nil {
		return errors.New("must be a string that holds JSON")
	}
	if err := json.Unmarshal([]byte(inner), &t.Value); err != nil {
		return fmt.Errorf("the JSON in a string: %w", err)
	}
	return nil
}

// Query is a query in Kibana's language, KQL.
type Query struct {
	Query    string `json:"query"`
	Language string `json:"language"` // kuery
}

// KQL makes a query.
func KQL(query string) Query { return Query{Query: query, Language: "kuery"} }

// Source says what a search or dashboard asks for.
type Source struct {
	Query        Query             `json:"query"`
	Filter       []json.RawMessage `json:"filter"`
	IndexRefName string            `json:"indexRefName,omitempty"` // the reference to the data view
}

// NewSource asks for what a KQL query finds; indexRef names the reference to the data view, if one is needed.
func NewSource(query, indexRef string) Source {
	return Source{Query: KQL(query), Filter: []json.RawMessage{}, IndexRefName: indexRef}
}

// Meta holds the source of searches and dashboards.
type Meta struct {
	SearchSource Text[Source] `json:"searchSourceJSON"`
}
