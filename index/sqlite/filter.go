package sqlite

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

// where collects the conditions on a row c of call, all of which must hold.
type where struct {
	walk  bool // test rows that are walked in an order of their own, page by page, rather than lead to them all at once
	terms []string
	args  []any
}

func (w *where) and(term string, args ...any) {
	w.terms = append(w.terms, term)
	w.args = append(w.args, args...)
}

// String is the condition in SQL, with its arguments in args.
func (w *where) String() string {
	if len(w.terms) == 0 {
		return "TRUE"
	}
	return strings.Join(w.terms, " AND ")
}

// among requires a column to be one of values, unless there are none.
func among[T ~string](w *where, column string, values []T) {
	if len(values) > 0 {
		w.and(column+" IN (SELECT value FROM json_each(?))", list(values))
	}
}

// list passes any number of strings as one argument, for json_each.
func list[T ~string](values []T) string {
	b, err := json.Marshal(values)
	if err != nil {
		panic(err) // strings always encode
	}
	return string(b)
}

// period requires received in [from, to); zero times do not restrict.
func (w *where) period(from, to time.Time) {
	received := "c.received"
	if w.walk {
		received = "+c.received" // keeps SQLite from the index on it, by which each page would sort the whole period
	}
	if !from.IsZero() {
		w.and(received+" >= ?", from.UnixMilli())
	}
	if !to.IsZero() {
		w.and(received+" < ?", to.UnixMilli())
	}
}

// filter adds the conditions of a filter.
func (w *where) filter(f index.Filter) {
	w.period(f.From, f.To)
	among(w, "c.id", f.IDs)
	if labels := under("label", "code", "."); len(f.Labels) > 0 && w.walk {
		w.and("EXISTS (SELECT 1 FROM labelled WHERE labelled.doc = c.doc AND labelled.label IN ("+labels+"))", list(f.Labels))
	} else if len(f.Labels) > 0 {
		w.and("c.doc IN (SELECT doc FROM labelled WHERE label IN ("+labels+"))", list(f.Labels))
	}
	if f.Unlabelled {
		w.and("NOT EXISTS (SELECT 1 FROM labelled WHERE labelled.doc = c.doc)")
	}
	if len(f.Areas) > 0 {
		areas := under("area", "path", hotline.AreaSeparator)
		w.and("(c.grid IN ("+areas+") OR c.division IN ("+areas+"))", list(f.Areas), list(f.Areas))
	}
	among(w, "c.source", f.Sources)
	among(w, "c.hotline", f.Hotlines)
	among(w, "c.kind", f.Kinds)
	among(w, "c.nature", f.Natures)
	among(w, "c.responsible", f.Responsible)
	for field, values := range f.Values() {
		const known = "(SELECT id FROM facet WHERE field = ? AND content IN (SELECT value FROM json_each(?)))"
		switch {
		case len(values) == 0:
		case w.walk:
			w.and("EXISTS (SELECT 1 FROM holds WHERE holds.doc = c.doc AND holds.facet IN "+known+")", string(field), list(values))
		default:
			w.and("c.doc IN (SELECT doc FROM holds WHERE facet IN "+known+")", string(field), list(values))
		}
	}
	if f.Caller != "" {
		w.and("c.caller = ? AND c.caller <> ''", f.Caller) // the second half lets the partial index serve
	}
	if f.Account != "" {
		w.and("c.account = ? AND c.account <> ''", f.Account)
	}
	if f.Matter != "" {
		w.and("c.matter = ?", f.Matter)
	}
	if f.RulesetBelow > 0 {
		w.and("c.ruleset_rev < ?", f.RulesetBelow)
	}
}

// under selects the ids of a table whose column is one of the roots given as a list, or below one in the tree that
// the separator, an ASCII character, draws: what lies below begins with the root and the separator.
func under(table, column, separator string) string {
	next := string(separator[0] + 1)
	column = "t." + column
	return "SELECT t.id FROM " + table + " t JOIN json_each(?) root ON " + column + " = root.value OR (" +
		column + " >= root.value || '" + separator + "' AND " + column + " < root.value || '" + next + "')"
}

// words adds the conditions of the parsed words. Calls mostly come in the order of time, so that those of a period have
// numbers close together: with these as bounds, a common word costs as much as the period is long.
func (w *where) words(words index.Words, f index.Filter) {
	var in where
	in.period(f.From, f.To)
	within, bounds := "", []any(nil)
	if len(in.terms) > 0 {
		within = " AND rowid BETWEEN (SELECT min(doc) FROM call c WHERE " + in.String() + ") AND (SELECT max(doc) FROM call c WHERE " + in.String() + ")"
		bounds = slices.Concat(in.args, in.args)
	}
	if len(words.All) > 0 {
		w.and("c.doc IN (SELECT rowid FROM text WHERE text MATCH ?"+within+")", append([]any{match(words.All, " AND ")}, bounds...)...)
	}
	if len(words.None) > 0 {
		w.and("c.doc NOT IN (SELECT rowid FROM text WHERE text MATCH ?"+within+")", append([]any{match(words.None, " OR ")}, bounds...)...)
	}
}

// match writes phrases in the language of FTS5.
func match(phrases []index.Phrase, operator string) string {
	quoted := make([]string, len(phrases))
	for i, p := range phrases {
		quoted[i] = `"` + strings.ReplaceAll(p.String(), `"`, `""`) + `"`
	}
	return strings.Join(quoted, operator)
}
