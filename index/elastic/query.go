package elastic

import (
	"suqiu/hotline"
	"suqiu/index"
)

// maxHits is what Elasticsearch returns of one search at most (index.max_result_window).
const maxHits = index.MaxWindow

// clauses are the parts of a bool query.
type clauses struct {
	must, filter, not []any
}

func (c *clauses) query() object {
	q := object{}
	for name, parts := range map[string][]any{"must": c.must, "filter": c.filter, "must_not": c.not} {
		if len(parts) > 0 {
			q[name] = parts
		}
	}
	return object{"bool": q}
}

// is asks for one value of a field.
func is(field string, value any) object { return object{"term": object{field: value}} }

// addAny asks for any of some values of a field; none do not restrict.
func addAny[T ~string](c *clauses, field string, values []T) {
	if len(values) > 0 {
		c.filter = append(c.filter, object{"terms": object{field: values}})
	}
}

// addOne asks for one value of a field; an empty one does not restrict.
func addOne(c *clauses, field, value string) {
	if value != "" {
		c.filter = append(c.filter, is(field, value))
	}
}

// addFilter adds the clauses of a filter, which restrict and do not score.
func addFilter(c *clauses, f index.Filter) {
	period := object{}
	if !f.From.IsZero() {
		period["gte"] = dateOf(f.From)
	}
	if !f.To.IsZero() {
		period["lt"] = dateOf(f.To)
	}
	if len(period) > 0 {
		c.filter = append(c.filter, object{"range": object{fieldReceived: period}})
	}
	addAny(c, fieldID, f.IDs)
	addAny(c, fieldLabelTree, f.Labels)
	if f.Unlabelled {
		c.not = append(c.not, object{"exists": object{"field": fieldLabels}})
	}
	addAny(c, fieldAreas, f.Areas)
	addAny(c, fieldSource, f.Sources)
	addAny(c, fieldHotline, f.Hotlines)
	addAny(c, fieldKind, f.Kinds)
	addAny(c, fieldNature, f.Natures)
	addAny(c, fieldResponsible, f.Responsible)
	addAny(c, fieldFound, f.Found)
	addAny(c, fieldUrgency, f.Urgency)
	addAny(c, fieldPortrait, f.Portrait)
	addAny(c, fieldExperience, f.Experience)
	addAny(c, fieldEntities, f.Entities)
	addOne(c, fieldCaller, f.Caller)
	addOne(c, fieldAccount, f.Account)
	addOne(c, fieldMatter, f.Matter)
	if f.RulesetBelow > 0 {
		c.filter = append(c.filter, object{"range": object{fieldRulesetRev: object{"lt": f.RulesetBelow}}})
	}
}

// addWords adds the clauses of words. They score only where the order asks for it, since scoring costs time.
func addWords(c *clauses, w index.Words, score bool) {
	for _, phrase := range w.All {
		clause := object{"match_phrase": object{fieldText: phrase.String()}}
		if score {
			c.must = append(c.must, clause)
		} else {
			c.filter = append(c.filter, clause)
		}
	}
	for _, phrase := range w.None {
		c.not = append(c.not, object{"match_phrase": object{fieldText: phrase.String()}})
	}
}

// live leaves out what was withdrawn upstream.
func (c *clauses) live() { c.not = append(c.not, is(fieldTombstone, true)) }

// facetField is the field of a facet that index.Query.Check has let pass.
func facetField(f index.Field) string {
	switch f {
	case index.FacetLabel:
		return fieldLabels
	case index.FacetArea:
		return fieldAreas
	case index.FacetSource:
		return fieldSource
	case index.FacetHotline:
		return fieldHotline
	case index.FacetKind:
		return fieldKind
	case index.FacetNature:
		return fieldNature
	case index.FacetFound:
		return fieldFound
	case index.FacetUrgency:
		return fieldUrgency
	case index.FacetPortrait:
		return fieldPortrait
	case index.FacetExperience:
		return fieldExperience
	case index.FacetEntity:
		return fieldEntities
	}
	return fieldResponsible
}

// hit is a document in the answer of a search.
type hit struct {
	Score  float64 `json:"_score"`
	Source struct {
		Document hotline.Document `json:"document"`
	} `json:"_source"`
}
