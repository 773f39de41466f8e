package classify

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"suqiu/hotline"
)

// wordWeights is a WordTable laid out for the labels of a taxonomy.
type wordWeights struct {
	layer   int // of the file; rules of higher layers were not there when the weights were learned
	rows    map[string]int32
	words   []string
	labels  int
	weights []float32 // by row, then by label

	bias, give, beside, drop, alone []float32 // by label; a label that the table does not know is neither given nor dropped by it
}

func layWeights(t *WordTable, layer int, taxonomy *Taxonomy) *wordWeights {
	n := len(taxonomy.Labels)
	never := func(sign int) []float32 { return slices.Repeat([]float32{float32(math.Inf(sign))}, n) }
	w := &wordWeights{
		layer: layer, rows: make(map[string]int32, len(t.Words)), words: t.Words, labels: n, weights: make([]float32, n*len(t.Words)),
		bias: make([]float32, n), give: never(1), beside: never(1), drop: never(-1), alone: never(-1),
	}
	for column, code := range t.Labels {
		label, ok := taxonomy.index[code]
		if !ok {
			continue // a user's taxonomy may do without it
		}
		w.bias[label] = float32(t.Bias[column])
		w.give[label], w.beside[label] = float32(t.Give[column]), float32(t.Beside[column])
		w.drop[label], w.alone[label] = float32(t.Drop[column]), float32(t.Alone[column])
		for row := range t.Words {
			w.weights[row*n+label] = float32(t.Weights[row][column])
		}
	}
	for row, word := range t.Words {
		w.rows[word] = int32(row)
	}
	return w
}

// callerWords calls do with the words of the title and of the caller's turns, Chinese characters only: each pair of
// neighbouring characters, whatever the segmenter makes of them, for it cuts names and dialect as chance will have it; the
// segmenter's words of one character and of three and more; and the known words of three and more that lie inside those:
// 充电桩报装 also tells 充电桩. The word is valid during the call.
func (d *document) callerWords(do func(start, end int32, word []byte)) {
	var word, pair []byte
	for _, t := range d.turns {
		if t.bit&rolesCaller == 0 {
			continue
		}
		for start := t.start; start < t.end; {
			end, han := start, true
			word = word[:0]
			for ; end < t.end && d.token[end] == d.token[start]; end++ {
				r := d.runes[end]
				here := isHan(r)
				if here && end > t.start && isHan(d.runes[end-1]) {
					pair = utf8.AppendRune(utf8.AppendRune(pair[:0], d.runes[end-1]), r)
					do(end-1, end+1, pair)
				}
				han = han && here
				word = utf8.AppendRune(word, r)
			}
			if n := end - start; han && n != 2 {
				do(start, end, word)
				d.within(start, end, do)
			}
			start = end
		}
	}
}

// within calls do with the words of three characters and more inside the token from start to end.
func (d *document) within(start, end int32, do func(start, end int32, word []byte)) {
	const least = 3 // characters; those of two are pairs
	if end-start <= least {
		return
	}
	var word []byte
	for from := start; from <= end-least; from++ {
		at := d.known.root()
		word = word[:0]
		for to := from; to < end; to++ {
			next, found := d.known.next(at, d.runes[to])
			if !found {
				break
			}
			at, word = next, utf8.AppendRune(word, d.runes[to])
			if n := to + 1 - from; n >= least && n < end-start && d.known.entries[at].distance != noWord {
				do(from, to+1, word)
			}
		}
	}
}

// CallerWords lists the words of the title and of the caller's turns, each once, sorted: what word weights are learned from.
// It panics where Ready would fail.
func (rs *RuleSet) CallerWords(call *hotline.Call) []string {
	m := rs.take(call, false)
	defer rs.give(m)
	var words []string
	m.doc.callerWords(func(_, _ int32, word []byte) { words = append(words, string(word)) })
	slices.Sort(words)
	return slices.Compact(words)
}

// WithWords returns the same rules with a table of word weights, which is laid over all of them; nil for none. What it gives is
// for measuring: it keeps the hash of rs.
func (rs *RuleSet) WithWords(t *WordTable) *RuleSet {
	next := *rs
	next.weights = nil
	if t != nil {
		next.weights = layWeights(t, math.MaxInt, rs.taxonomy)
	}
	return &next
}

// listen sums up the support of each label by the words of the caller.
func (w *wordWeights) listen(m *matches) {
	m.spoken = m.spoken[:0]
	m.doc.callerWords(func(_, _ int32, word []byte) {
		if row, ok := w.rows[string(word)]; ok {
			m.spoken = append(m.spoken, row)
		}
	})
	slices.Sort(m.spoken)
	m.spoken = slices.Compact(m.spoken)
	m.support = slices.Grow(m.support[:0], w.labels)[:w.labels]
	clear(m.support)
	for _, row := range m.spoken {
		weights := w.weights[int(row)*w.labels:][:w.labels]
		for label, weight := range weights {
			m.support[label] += weight
		}
	}
	share := scale(m.spoken)
	for label := range m.support {
		m.support[label] = m.support[label]*share + w.bias[label]
	}
}

// supportOf is the support of a label by the words of the rows.
func (w *wordWeights) supportOf(label int, rows []int32) float32 {
	var sum float32
	for _, row := range rows {
		sum += w.weights[int(row)*w.labels+label]
	}
	return sum*scale(rows) + w.bias[label]
}

// scale is what the weight of one word of the rows counts.
func scale(rows []int32) float32 { return float32(1 / math.Sqrt(float64(max(len(rows), 1)))) }

// contradicts reports whether the words speak so much against a label that rules do not suffice. A rule that lies over the table
// has the last word: its words may be new. So has any rule in a short contact, which says little else.
func (rs *RuleSet) contradicts(m *matches, label int, fired []int32) bool {
	w := rs.weights
	return w != nil && len(m.spoken) >= leastAgainst && m.support[label] < w.drop[label] && !slices.ContainsFunc(fired, func(i int32) bool {
		r := &rs.rules[decidesLabel][i]
		return r.weight > 0 && r.place.file.layer > w.layer
	})
}

// addByWords gives the labels for which the words alone speak enough, after those of the rules, the best supported first. If
// none is left, the best supported of those that words contradicted comes back: that a contact is about something is surer
// than what it is about.
func (rs *RuleSet) addByWords(m *matches, scores []score) {
	w := rs.weights
	m.likely = m.likely[:0]
	for label := range scores {
		least := min(rs.leastSupport(m, label, false, false), rs.leastSupport(m, label, true, false))
		if s := &scores[label]; s.given() || s.weight <= countered || m.support[label] <= least {
			continue
		}
		rows, denied := rs.speaking(m, label)
		m.support[label] = w.supportOf(label, rows)
		if denied {
			least = min(rs.leastSupport(m, label, false, true), rs.leastSupport(m, label, true, true))
		}
		waived := m.support[label] > even && len(m.spoken) >= fewSpoken
		if m.support[label] > least && (waived || rs.mayStand(m, label)) {
			m.likely = append(m.likely, int32(label))
		}
	}
	slices.SortStableFunc(m.likely, func(a, b int32) int { return cmp.Compare(m.support[b], m.support[a]) })
	for _, label := range m.likely {
		least := rs.leastSupport(m, int(label), len(m.given) > 0, false)
		if m.support[label] <= least || rs.taxonomy.bars(m.given, label) {
			continue
		}
		if m.support[label] > even {
			rs.yieldToWords(m, scores, label)
		}
		s := &scores[label]
		s.byWords = true
		s.weight = rs.taxonomy.Labels[label].Threshold + float64(m.support[label]-least)
		s.hits = rs.spokenHits(m, label)
		m.given = append(m.given, label)
	}
	if best := rs.bestContradicted(m, scores); best >= 0 && len(m.given) == 0 {
		s := &scores[best]
		s.contradicted, s.silencedBy, s.reason = false, "", yieldsNot
		m.given = append(m.given, int32(best))
	}
}

// leastSupport is the support above which words alone give a label, beside another or not; denied tells that keywords
// of the label are.
func (rs *RuleSet) leastSupport(m *matches, label int, beside, denied bool) float32 {
	least := rs.weights.give[label]
	if beside {
		least = rs.weights.beside[label]
	}
	switch spoken := len(m.spoken); {
	case spoken < leastSpoken:
		return float32(math.Inf(1))
	case spoken < fewSpoken && beside:
		return max(least, sure)
	case spoken < fewSpoken || denied && spoken < leastAgainst:
		return max(least, even)
	}
	return least
}

// yieldToWords takes back the labels given that must not stand beside one that words surely give, and that they speak less for.
func (rs *RuleSet) yieldToWords(m *matches, scores []score, label int32) {
	code := rs.taxonomy.Labels[label].Code
	m.given = slices.DeleteFunc(m.given, func(g int32) bool {
		yields := m.support[g] < m.support[label] && slices.Contains(rs.taxonomy.Labels[g].Unless, code)
		if yields {
			scores[g].byWords = false
			scores[g].silencedBy, scores[g].reason = code, yieldsUnless
		}
		return yields
	})
}

// bars reports whether one of the labels given keeps another from standing beside it, as unless and exclusive say.
func (t *Taxonomy) bars(given []int32, label int32) bool {
	return slices.ContainsFunc(given, func(g int32) bool {
		return slices.Contains(t.Labels[label].Unless, t.Labels[g].Code) || slices.ContainsFunc(t.exclusive, func(set []int32) bool {
			return slices.Contains(set, label) && slices.Contains(set, g)
		})
	})
}

// bestContradicted is the best supported of the labels that only words keep from being given, or -1.
func (rs *RuleSet) bestContradicted(m *matches, scores []score) int {
	best := -1
	for label := range scores {
		s := &scores[label]
		if s.contradicted && s.enough && s.allowed && m.support[label] >= rs.weights.alone[label] && (best < 0 || m.support[label] > m.support[best]) {
			best = label
		}
	}
	return best
}

// even is the support of a label for which words speak as much as against it. Above it they give the label even where nothing
// of what it requires is said: people tell of a dark house without a word for electricity. Below it they don't give one
// whose keywords a short contact denies.
const even = 0

// countered is the weight of a label's rules at which they speak so much against it that words do not give it: the dead battery
// of a telephone is no power cut, whatever else is said of it.
const countered = -2

// sure is the support of a label for which words speak seven times as much as against it.
const sure = 2

// leastSpoken is how many words of the table a contact must have for words alone to give a label: a greeting says nothing.
// With less than fewSpoken they give one only above even and where what it requires holds, and beside another only where they
// are sure.
const leastSpoken, fewSpoken = 5, 8

// leastAgainst is how many words of the table a contact must have for words to speak against rules: a sentence or two.
const leastAgainst = 20

// mayStand reports whether what the label requires holds.
func (rs *RuleSet) mayStand(m *matches, label int) bool {
	m.sounding = true
	defer func() { m.sounding = false }()
	return rs.requires[label] == nil || m.holds(rs.requires[label])
}

// maxShares bounds the words that are told as evidence.
const maxShares = 5

// spokenHits are the words that speak most for a label, where they stand first.
func (rs *RuleSet) spokenHits(m *matches, label int32) []hotline.Hit {
	left, _ := rs.shares(m, label)
	var hits []hotline.Hit
	m.doc.callerWords(func(start, end int32, word []byte) {
		i := slices.IndexFunc(left, func(s WordShare) bool { return s.Word == string(word) })
		if i >= 0 {
			left = slices.Delete(left, i, i+1)
			hits = append(hits, m.doc.hit(ByWords, "", start, end))
		}
	})
	slices.SortStableFunc(hits, func(a, b hotline.Hit) int { return cmp.Or(cmp.Compare(a.Turn, b.Turn), cmp.Compare(a.Start, b.Start)) })
	return hits
}

// shares are the words that speak most for and most against a label, at most maxShares each, the strongest first.
func (rs *RuleSet) shares(m *matches, label int32) (pro, against []WordShare) {
	w := rs.weights
	rows, _ := rs.speaking(m, int(label))
	for _, row := range rows {
		share := WordShare{w.words[row], float64(w.weights[int(row)*w.labels+int(label)] * scale(rows))}
		switch {
		case share.Share > 0:
			pro = append(pro, share)
		case share.Share < 0:
			against = append(against, share)
		}
	}
	strongest := func(a, b WordShare) int { return cmp.Compare(math.Abs(b.Share), math.Abs(a.Share)) }
	slices.SortStableFunc(pro, strongest)
	slices.SortStableFunc(against, strongest)
	return pro[:min(len(pro), maxShares)], against[:min(len(against), maxShares)]
}
