package area

import "slices"

// resolve weighs the mentions of one text against each other. The place with the most weight on its path from the root
// down wins; a place below another has all the weight of the upper one, so the deepest consistent place wins. Equal
// places in different branches give the lowest place that holds them all. context is where earlier evidence points (nil
// if nowhere): it serves as a clue, decides between places of one name, and shuts out cities and provinces elsewhere,
// which texts mention as origin or destination.
//
// sure is how often such a place is right: that of the surest mention of the winner, raised by 0.05 for each further
// mention that agrees (at most 0.95), and lowered to half as the share of weight that speaks for other places grows to one.
func (t *Trees) resolve(mentions []mention, context *node) (p place, sure float64) {
	mentions = t.admit(mentions, context)
	var best []*node
	var bestScore, total float64
	for _, m := range mentions {
		total += heaviest(m, nil)
		for _, c := range m.candidates {
			score := scoreOf(c.division, mentions)
			if score > bestScore {
				best, bestScore = nil, score
			}
			if score == bestScore && !slices.Contains(best, c.division) {
				best = append(best, c.division)
			}
		}
	}
	if len(best) == 0 {
		return place{}, 0
	}
	p.division = best[0]
	for _, n := range best[1:] {
		p.division = common(p.division, n)
	}
	if p.division == nil {
		return place{}, 0
	}
	p.grid = p.division.linked()
	agreeing := 0
	for _, m := range mentions {
		for _, c := range m.candidates {
			if !p.division.within(c.division) && !c.division.within(p.division) {
				continue
			}
			agreeing++
			sure = max(sure, c.sure)
			if c.grid != nil && p.division.within(c.division) && (p.grid == nil || c.grid.within(p.grid)) {
				p.grid = c.grid // a transformer area or unit that the text names
			}
			break
		}
	}
	sure = min(sure+0.05*float64(agreeing-1), 0.95)
	return p, sure * (0.5 + 0.5*min(bestScore/total, 1))
}

// scoreOf adds up the weight of all mentions that lie on the path from the root to n.
func scoreOf(n *node, mentions []mention) (score float64) {
	for _, m := range mentions {
		score += heaviest(m, n)
	}
	return score
}

// heaviest is the weight of a mention for the path to n, or for any place where n is nil.
func heaviest(m mention, n *node) (weight float64) {
	for _, c := range m.candidates {
		if n == nil || n.within(c.division) {
			weight = max(weight, c.weight)
		}
	}
	return weight
}

// admit drops the candidates that the context shuts out and those whose clue is missing. Clues are the context and the
// names that need no clue themselves and stand for one place; if no context speaks against it, also the only city
// whose streets and roads the tables hold.
func (t *Trees) admit(mentions []mention, context *node) []mention {
	kept := filter(mentions, func(c candidate) bool { return c.division != nil && !elsewhere(c.division, context) })
	clues := certain(kept, noClue)
	if context != nil {
		clues = append(clues, context)
	}
	cities := clues
	if t.onlyCity != nil && related(t.onlyCity, context) {
		cities = append(slices.Clone(clues), t.onlyCity)
	}
	kept = filter(kept, func(c candidate) bool {
		return c.needs == noClue || slices.ContainsFunc(cities, func(k *node) bool { return related(k, cityOf(c.division)) })
	})
	for i, m := range kept {
		inside := filter([]mention{m}, func(c candidate) bool { return related(c.division, context) })
		if len(inside) > 0 {
			kept[i] = inside[0]
		}
	}
	clues = append(clues, certain(kept, cityClue)...)
	return filter(kept, func(c candidate) bool {
		return c.needs != countyClue || slices.ContainsFunc(clues, func(k *node) bool { return k.within(surroundings(c.division)) })
	})
}

// filter keeps the candidates that keep accepts, and the mentions that have any left.
func filter(mentions []mention, keep func(candidate) bool) []mention {
	var kept []mention
	for _, m := range mentions {
		var candidates []candidate
		for _, c := range m.candidates {
			if keep(c) {
				candidates = append(candidates, c)
			}
		}
		if len(candidates) > 0 {
			kept = append(kept, mention{m.name, candidates})
		}
	}
	return kept
}

// certain lists the places of the mentions that stand for one place only and need no more than the clue.
func certain(mentions []mention, needs clue) []*node {
	var places []*node
	for _, m := range mentions {
		if len(m.candidates) == 1 && m.candidates[0].needs <= needs {
			places = append(places, m.candidates[0].division)
		}
	}
	return places
}

// Digits of the codes of cities and counties.
const (
	cityDigits   = 4
	countyDigits = 6
)

// cityOf returns the city of n: n itself or above it. A county without a city, and a province, is its own.
func cityOf(n *node) *node {
	for n.parent != nil && len(n.code) > cityDigits && len(n.parent.code) >= cityDigits {
		n = n.parent
	}
	return n
}

// surroundings is where a clue to n must lie: the county of a place below one, else what holds n.
func surroundings(n *node) *node {
	for a := n.parent; a != nil; a = a.parent {
		if len(a.code) == countyDigits {
			return a
		}
	}
	if n.parent != nil {
		return n.parent
	}
	return n
}

// elsewhere tells whether n is a city or province other than that of the context.
func elsewhere(n, context *node) bool {
	return len(n.code) < countyDigits && !related(n, context)
}

// related tells whether one of the two holds the other; everything is related to no context.
func related(n, context *node) bool {
	return context == nil || n.within(context) || context.within(n)
}
