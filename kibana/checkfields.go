package kibana

import (
	"slices"
	"strconv"

	"suqiu/kibana/kql"
	"suqiu/kibana/saved"
)

// use is what is done with a field, and which types of the index allow it.
type use struct {
	what  string
	types []string // nil allows all
}

var (
	useShow    = use{"shown", nil}
	useSort    = use{"sorted by", []string{"keyword", "boolean", "long", "double", "date"}}
	useTerms   = use{"cut into values", []string{"keyword", "boolean", "long"}}
	useNumber  = use{"cut into ranges or shown as a number", []string{"long", "double"}}
	useMeasure = use{"measured", []string{"long", "double", "date"}}
	useDate    = use{"used as time", []string{"date"}}
	useControl = use{"chosen in a control", []string{"keyword", "boolean"}}
	useCompare = use{"compared", []string{"long", "double", "date"}}
	useMatch   = use{"asked for", nil}
)

// field checks that the index has a field and that its type allows the use.
func (c *checker) field(u use, name string) {
	if c.fields == nil {
		return
	}
	kind, there := c.fields[name]
	switch {
	case !there:
		c.fault("field %q is %s; the index has no such field", name, u.what)
	case u.types != nil && !slices.Contains(u.types, kind):
		c.fault("field %q is %s, which its type %s does not allow", name, u.what, kind)
	}
}

// query checks that a query can be read and that its fields can hold what it asks for.
func (c *checker) query(q saved.Query) {
	if q.Language != "kuery" {
		c.fault("query %q is in the language %q, must be kuery", q.Query, q.Language)
		return
	}
	root, err := kql.Parse(q.Query)
	if err != nil {
		c.fault("%v", err)
		return
	}
	c.condition(root)
}

func (c *checker) condition(n *kql.Node) {
	if n == nil {
		return
	}
	for _, part := range n.Parts {
		c.condition(part)
	}
	switch n.Op {
	case kql.Is, kql.Exists:
		c.field(useMatch, n.Field)
	case kql.Less, kql.LessEq, kql.More, kql.MoreEq:
		c.field(useCompare, n.Field)
	}
	if n.Value == "" {
		return
	}
	var err error
	switch c.fields[n.Field] {
	case "boolean":
		if n.Value != "true" && n.Value != "false" {
			c.fault("field %q is asked for %q, can only be true or false", n.Field, n.Value)
		}
	case "long":
		_, err = strconv.ParseInt(n.Value, 10, 64)
	case "double":
		_, err = strconv.ParseFloat(n.Value, 64)
	}
	if err != nil {
		c.fault("field %q is asked for %q, which is no number", n.Field, n.Value)
	}
}
