package trendbench

import (
	"math"
	"slices"
	"testing"
)

func TestMatchThreshold(t *testing.T) {
	// Three series, whose alarms above 5 are four incidents if one time may lie between.
	trials := []trial{
		{without: []float64{9, 0, 8, 0, 0, 7, 0, 0, 0}},
		{without: []float64{0, 6, 0, 0, 0, 0, 0, 0, 6}},
		{without: []float64{1, 2, 3, 1, 2, 3, 1, 2, 3}},
	}
	for most, want := range map[float64]float64{0: 9, 1: 7, 2: 6, 4: 3} {
		if got := matchThreshold(trials, most, 1); got != want {
			t.Errorf("at most %v incidents: threshold %v, want %v", most, got, want)
		}
	}
}

func TestSummarise(t *testing.T) {
	trials := []trial{
		{cases: []int{0, 1, 2, 0}, with: []float64{0, 0, 3, 3}, without: []float64{0, 0, 0, 3}},
		{cases: []int{1, 0, 1, 0}, with: []float64{3, 0, 0, 0}, without: []float64{0, 0, 0, 0}},
		{cases: []int{0, 0, 0, 1}, with: []float64{0, 0, 0, 1}, without: []float64{0, 0, 0, 0}},
	}
	r := summarise(method{native: 2}, trials, summary{yearly: 4})
	for name, c := range map[string][2]float64{
		"false rate": {r.FalseRate, 1.0 / 12}, "POD": {r.POD, 2.0 / 3}, "POD at once": {r.POD1, 1.0 / 3}, "sensitivity": {r.Sensitivity, 2.0 / 5},
		"precision": {r.Precision, 2.0 / 3}, "timeliness": {r.Timeliness, (0.5 + 0 + 1) / 3},
	} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s %v, want %v", name, c[0], c[1])
		}
	}
}

// The generator's series have the mean and the variance that they say.
func TestScenariosAreAsTheySay(t *testing.T) {
	all := scenarios()
	if len(all) != 42 {
		t.Fatalf("%d scenarios", len(all))
	}
	for _, i := range []int{0, 9, 22, 35} {
		s := all[i]
		ratio, squares, n := 0.0, 0.0, 0.0
		for rep := range 12 {
			_, without, _ := weekly(5, i+42*rep)
			for t, y := range without[:trainingWeeks] {
				m := s.mean(t + 1)
				ratio += float64(y) - m
				squares += (float64(y) - m) * (float64(y) - m) / m
				n++
			}
		}
		if phi := squares / n; math.Abs(phi/s.phi-1) > 0.15 || math.Abs(ratio/n) > 0.1*s.mean(100) {
			t.Errorf("scenario %d: variance over mean %.2f, want %v", i+1, phi, s.phi)
		}
	}
}

func TestSeriesFollowFromSeed(t *testing.T) {
	with, without, cases := daily(3, 5, []float64{2})
	again, _, _ := daily(3, 5, []float64{2})
	other, _, _ := daily(4, 5, []float64{2})
	if !slices.Equal(with, again) || slices.Equal(with, other) {
		t.Error("a series does not follow from its seed")
	}
	for i := range with {
		if with[i] != without[i]+cases[i] {
			t.Fatalf("day %d: %d is not %d and %d", i, with[i], without[i], cases[i])
		}
	}
}

// The bench command prints the figures; here the seasonal regression must only not be lost against the others.
func TestSeasonalBeatsEARS(t *testing.T) {
	results := Weekly(11, 84, func(int) {})
	at := func(name string) float64 {
		i := slices.IndexFunc(results, func(r SeriesResult) bool { return r.Method == name })
		return results[i].Matched[1].POD
	}
	ours, ears, chance := at("seasonal regression"), at("EARS C2, .001"), at("random alarms")
	if ours < 0.45 || ours < ears+0.1 || chance > 0.15 {
		t.Errorf("POD at .5 false incidents a year: %.2f, EARS C2 %.2f, random %.2f", ours, ears, chance)
	}
}

func TestHourlyIsSooner(t *testing.T) {
	results, err := Hourly(5, []float64{20}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	daily, all := results[0], results[2]
	if all.Delay > 0.6*daily.Delay || all.POD < daily.POD-0.02 {
		t.Errorf("hourly %+v, daily %+v", all, daily)
	}
}
