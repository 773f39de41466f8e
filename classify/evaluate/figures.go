package evaluate

import (
	"math/rand/v2"
	"slices"
)

// Micro sums the labels up: each label given or missed weighs the same.
func (c *Counts) Micro() Score {
	var sum Score
	for _, s := range c.Labels {
		sum.add(s)
	}
	return sum
}

// MacroF1 is the mean F1 over the labels with at least so many gold examples, each label weighing the same, and their
// number; 1 where there is none. least is 1 or more.
func (c *Counts) MacroF1(least int) (mean float64, labels int) { return macro(c.Labels, least) }

// ResponsibleMacroF1 is the mean F1 over the parties that stand in the gold records: the rare ones weigh as much as the utility.
func (c *Counts) ResponsibleMacroF1() float64 {
	mean, _ := macro(c.Parties, 1)
	return mean
}

// FoundMacroF1 is the mean F1 over the parties that handlers found, FoundNone among them, as far as they stand in the
// gold records.
func (c *Counts) FoundMacroF1() float64 {
	mean, _ := macro(c.FoundBy, 1)
	return mean
}

func macro[K comparable](scores map[K]Score, least int) (mean float64, n int) {
	sum := 0.0
	for _, s := range scores {
		if s.Gold() >= least {
			sum += s.F1()
			n++
		}
	}
	if n == 0 {
		return 1, 0
	}
	return sum / float64(n), n
}

// FewExamples is the number of gold examples below which a label's own F1 says little.
const FewExamples = 5

// Bootstrap: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, the percentile interval. A record is the unit, as the
// labels of one record are not independent of each other.
const (
	resamples = 1000
	coverage  = 0.95
	seed      = 95598
)

// Figure is a measured value from 0 to 1 with its bootstrap interval of 95 %.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Names of figures that the gold records may not ask for.
const (
	microRecall        = "labels, micro recall"
	macroF1            = "labels, macro F1"
	frequentMacroF1    = "labels, macro F1 (5 and more examples)"
	natureShare        = "nature"
	responsibleShare   = "responsible"
	responsibleMacroF1 = "responsible, macro F1"
)

// figureNames are the names and titles of the figures, in the order of values. The last two are left out where no gold
// record tells what handlers found.
var figureNames = [][2]string{
	{"relevance F1", "涉电 F1"},
	{"labels, micro precision", "标签微平均 查准率 P"},
	{microRecall, "标签微平均 查全率 R"},
	{"labels, micro F1", "标签微平均 F1"},
	{macroF1, "标签宏平均 F1"},
	{frequentMacroF1, "标签宏平均 F1（只算至少有 5 个例子的）"},
	{natureShare, "性质"},
	{responsibleShare, "责任"},
	{responsibleMacroF1, "责任宏平均 F1"},
	{"found", "查实责任"},
	{"found, macro F1", "查实责任宏平均 F1"},
}

// Title is the name in Chinese, for readers.
func (f Figure) Title() string {
	for _, names := range figureNames {
		if names[0] == f.Name {
			return names[1]
		}
	}
	return f.Name
}

const foundFigures = 2 // at the end of figureNames

// values are the figures of some records. frequent are the labels with enough examples among all records, so that a draw of
// records decides about none.
func (c *Counts) values(frequent map[string]bool) []float64 {
	micro := c.Micro()
	all, _ := c.MacroF1(1)
	enough := map[string]Score{}
	for code := range frequent {
		enough[code] = c.Labels[code]
	}
	often, _ := macro(enough, 1)
	return []float64{
		c.Relevance.F1(), micro.Precision(), micro.Recall(), micro.F1(), all, often,
		c.Nature.Share(), c.Responsible.Share(), c.ResponsibleMacroF1(),
		c.Found.Share(), c.FoundMacroF1(),
	}
}

// Asks reports whether any gold record asks for what the figure measures. Where none does its value is 1 and says nothing.
func (r *Report) Asks(f Figure) bool {
	switch f.Name {
	case microRecall, macroF1:
		return r.Micro().Gold() > 0
	case frequentMacroF1:
		_, labels := r.MacroF1(FewExamples)
		return labels > 0
	case natureShare:
		return r.Nature.All > 0
	case responsibleShare, responsibleMacroF1:
		return r.Responsible.All > 0
	}
	return true
}

// Figures are the measured values with their intervals: the range of the middle 95 % of 1,000 draws of as many records, each
// put back before the next. The same records always give the same interval.
func (r *Report) Figures() []Figure {
	frequent := map[string]bool{}
	for code, s := range r.Labels {
		if s.Gold() >= FewExamples {
			frequent[code] = true
		}
	}
	drawn := make([][]float64, len(figureNames))
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a fixed seed is meant: no secret hangs on it
	for range resamples {
		c := newCounts()
		for range r.outcomes {
			c.add(&r.outcomes[random.IntN(len(r.outcomes))])
		}
		for i, v := range c.values(frequent) {
			drawn[i] = append(drawn[i], v)
		}
	}
	figures := make([]Figure, len(figureNames))
	for i, v := range r.values(frequent) {
		slices.Sort(drawn[i])
		outside := int((1 - coverage) / 2 * resamples)
		figures[i] = Figure{figureNames[i][0], v, drawn[i][outside], drawn[i][resamples-1-outside]}
	}
	if r.Found.All == 0 {
		return figures[:len(figures)-foundFigures]
	}
	return figures
}
