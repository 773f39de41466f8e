// Package learn finds the weights of words from labelled contacts: for each label a logistic regression over the words that
// a caller says. Same records, same table: it draws nothing at random but by a fixed seed.
package learn

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"suqiu/classify"
	"suqiu/classify/evaluate"
)

// Options say how the weights are found. Defaults returns those that served best on labelled contacts that no rule's author
// had read.
type Options struct {
	LeastRecords int     // a word counts that stands in so many records or more
	Passes       int     // over the records
	Step         float64 // of AdaGrad (Duchi, Hazan and Singer 2011)
	L1           float64 // pulls weights to 0 (truncated gradient: Langford, Li and Zhang 2009)
	L2           float64 // holds them small
	Least        float64 // a smaller weight is left out of the table
	Give         float64 // support above which a label is given although no rule fired, if no label is given yet
	Beside       float64 // support above which it is given although no rule fired, beside other labels
	Drop         float64 // support below which it is not given although rules fired, if another label is left
	Alone        float64 // support below which it is not given although rules fired, even if none is left
	Seed         uint64  // of the order of the records

	NeverGive []string // labels that words never give: those for the rest, that have no words of their own
}

// Defaults are the options of the shipped table.
func Defaults() Options {
	return Options{LeastRecords: 5, Passes: 60, Step: 0.3, L1: 1e-4, L2: 1e-4, Least: 0.2, Give: -2.5, Beside: -1.3, Drop: -2.5, Alone: -6, Seed: 1}
}

// unreached is a support that no words have.
const unreached = 100

// Example is a contact with what is known of it.
type Example struct {
	Words []string // classify.RuleSet.CallerWords
	Gold  evaluate.Record
}

// sample is an example with its words as features.
type sample struct {
	features []int32
	scale    float64 // 1 over the square root of their number
	gold     evaluate.Record
}

// Learn finds the weights of the labels from examples. It uses all processors; the work of a label is not shared, so their
// number does not change the result.
func Learn(ctx context.Context, labels []string, examples []Example, o Options) (*classify.WordTable, error) {
	counts := map[string]int{}
	for _, e := range examples {
		for _, w := range e.Words {
			counts[w]++
		}
	}
	maps.DeleteFunc(counts, func(_ string, n int) bool { return n < o.LeastRecords })
	if len(counts) == 0 {
		return nil, fmt.Errorf("没有一个词出现在 %d 条以上的标注中（共 %d 条）；多给些标注，或减小 --least", o.LeastRecords, len(examples))
	}
	words := slices.Sorted(maps.Keys(counts))
	index := make(map[string]int32, len(words))
	for i, w := range words {
		index[w] = int32(i)
	}
	samples := make([]sample, len(examples))
	for i, e := range examples {
		s := sample{gold: e.Gold}
		for _, w := range e.Words {
			if f, ok := index[w]; ok {
				s.features = append(s.features, f)
			}
		}
		s.scale = 1 / math.Sqrt(float64(max(len(s.features), 1)))
		samples[i] = s
	}
	all := func(v float64) []float64 { return slices.Repeat([]float64{v}, len(labels)) }
	t := &classify.WordTable{Labels: labels, Bias: all(0), Give: all(o.Give), Beside: all(o.Beside), Drop: all(o.Drop), Alone: all(o.Alone)}
	for i, label := range labels {
		if slices.Contains(o.NeverGive, label) {
			t.Give[i], t.Beside[i] = unreached, unreached
		}
	}
	models := make([][]float64, len(labels))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, label := range labels {
		group.Go(func() error {
			models[i] = fit(label, samples, len(words), o)
			return ctx.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, m := range models {
		t.Bias[i] = m[len(words)]
	}
	for f, word := range words {
		row, some := make([]float64, len(labels)), false
		for i, m := range models {
			if math.Abs(m[f]) >= o.Least {
				row[i], some = m[f], true
			}
		}
		if some {
			t.Words, t.Weights = append(t.Words, word), append(t.Weights, row)
		}
	}
	return t, nil
}

// fit is the regression of one label: a weight for each word, and the bias after them.
func fit(label string, samples []sample, words int, o Options) []float64 {
	weights, squares := make([]float64, words+1), make([]float64, words+1)
	random := rand.New(rand.NewPCG(o.Seed, 0)) //nolint:gosec // the same order each time is meant
	order := random.Perm(len(samples))
	update := func(f int, gradient, shrink float64) {
		gradient += o.L2 * weights[f]
		squares[f] += gradient * gradient
		step := o.Step / math.Sqrt(squares[f]+1e-8)
		w := weights[f] - step*gradient
		weights[f] = math.Copysign(max(math.Abs(w)-step*shrink, 0), w)
	}
	for range o.Passes {
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			s := &samples[i]
			positive := slices.Contains(s.gold.Labels, label)
			if !positive && slices.Contains(s.gold.Also, label) {
				continue // may be given or left out
			}
			support := weights[words]
			for _, f := range s.features {
				support += weights[f] * s.scale
			}
			miss := 1 / (1 + math.Exp(-support))
			if positive {
				miss--
			}
			for _, f := range s.features {
				update(int(f), miss*s.scale, o.L1)
			}
			update(words, miss, 0)
		}
	}
	return weights
}
