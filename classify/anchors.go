package classify

import "slices"

// anchor notes which rules can fire once a group has a word.
func (c *compiler) anchor(on decision) {
	c.byAnchor[on] = make([][]int32, len(c.groups))
	for i, r := range c.rules[on] {
		if len(r.anchors) == 0 {
			c.always[on] = append(c.always[on], int32(i))
		}
		for _, g := range r.anchors {
			for _, id := range append(slices.Clip(c.groups[g].twins), g) {
				c.byAnchor[on][id] = append(c.byAnchor[on][id], int32(i))
			}
		}
	}
}

// anchorsOf finds groups of which at least one must have a word for the condition to hold; false when there are none.
func anchorsOf(e *expr) ([]int32, bool) {
	switch e.op {
	case opGroup:
		return []int32{e.group}, true
	case opCount, opTitle, opMeasure, opFirst, opLast:
		return anchorsOf(e.children[0])
	case opAnd, opNear:
		var best []int32
		found := false
		for _, child := range e.children {
			if a, ok := anchorsOf(child); ok && (!found || len(a) < len(best)) {
				best, found = a, true
			}
		}
		return best, found
	case opOr:
		var all []int32
		for _, child := range e.children {
			a, ok := anchorsOf(child)
			if !ok {
				return nil, false
			}
			all = append(all, a...)
		}
		slices.Sort(all)
		return slices.Compact(all), true
	}
	return nil, false // not and tests need no word
}
