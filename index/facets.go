package index

import "suqiu/hotline"

// Values are what a document holds of the facets of which it may have any number of values. A value may stand twice.
func Values(a *hotline.Analysis) map[Field][]string {
	values := map[Field][]string{}
	if a.Found != "" {
		values[FacetFound] = []string{string(a.Found)}
	}
	if len(a.Urgency) > 0 {
		values[FacetUrgency] = hotline.MarkCodes(a.Urgency)
	}
	if len(a.Portrait) > 0 {
		values[FacetPortrait] = hotline.MarkCodes(a.Portrait)
	}
	for _, e := range a.Experience {
		values[FacetExperience] = append(values[FacetExperience], string(e))
	}
	for i := range a.Entities {
		values[FacetEntity] = append(values[FacetEntity], a.Entities[i].Key())
	}
	return values
}

// Values are the values that the filter asks of the same facets.
func (f *Filter) Values() map[Field][]string {
	return map[Field][]string{
		FacetFound: texts(f.Found), FacetUrgency: f.Urgency, FacetPortrait: f.Portrait, FacetExperience: texts(f.Experience), FacetEntity: f.Entities,
	}
}

func texts[T ~string](values []T) []string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = string(v)
	}
	return list
}
