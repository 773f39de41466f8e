package area

import (
	"slices"
)

// resolve weighs the mentions of one text against each other. The place with the most weight on its path from the root
// down wins; a place below another has all the weight of the upper one, so the deepest consistent place wins. Equal
// places in different branches give the lowest place that holds them all. context is where earlier evidence points (nil
// if nowhere): it serves as a clue, decides between places of one name, and shuts out cities and provinces elsewhere,
// which texts mention as origin or destination.
//
// sure is how often such a place is right: that of the surest mention of the winner, raised by 0.05 for each further
// mention that agrees (at most 0.95), and lowered to half as the share of weight that speaks for other places grows to one.
func resolve(mentions []mention, context *node) (p place, sure float64) {
	mentions = admit(mentions, context)
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

// admit drops the candidates that the context shuts out and those that need a clue and have none.
func admit(mentions []mention, context *node) []mention {
	var kept []mention
	for _, m := range mentions {
		all := slices.DeleteFunc(slices.Clone(m.candidates), func(c candidate) bool {
			return c.division == nil || elsewhere(c.division, context)
		})
		inside := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return !related(c.division, context) })
		if len(inside) > 0 {
			all = inside
		}
		if len(all) > 0 {
			kept = append(kept, mention{m.name, all})
		}
	}
	clues := []*node{context}
	for _, m := range kept {
		if len(m.candidates) == 1 && !m.candidates[0].needsClue {
			clues = append(clues, m.candidates[0].division)
		}
	}
	var clear []mention
	for _, m := range kept {
		m.candidates = slices.DeleteFunc(m.candidates, func(c candidate) bool { return c.needsClue && !hinted(c.division, clues) })
		if len(m.candidates) > 0 {
			clear = append(clear, m)
		}
	}
	return clear
}

// county is the code length of 区县: what a second clue must point into.
const county = 6

// hinted tells whether one of the clues lies in the county of n or, if n is a county or more, in what holds n.
func hinted(n *node, clues []*node) bool {
	scope := n.parent
	for a := n; a != nil; a = a.parent {
		if len(a.code) == county && a != n {
			scope = a
		}
	}
	return slices.ContainsFunc(clues, func(c *node) bool { return c.within(scope) })
}

// elsewhere tells whether n is a city or province other than that of the context.
func elsewhere(n, context *node) bool {
	return context != nil && len(n.code) < county && !related(n, context)
}

// related tells whether one of the two holds the other; nothing is unrelated to no context.
func related(n, context *node) bool {
	return context == nil || n.within(context) || context.within(n)
}
