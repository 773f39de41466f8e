package peers

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"strconv"
	"testing"
)

// golden is one of the tables made with the R package surveillance 1.20.3; see testdata/README.md.
type golden struct {
	t      testing.TB
	name   string
	column map[string]int
	rows   [][]string
}

func readGolden(t testing.TB, name string) *golden {
	t.Helper()
	file, err := os.Open("../testdata/" + name + ".csv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(packed).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{t: t, name: name, column: map[string]int{}, rows: rows[1:]}
	for i, c := range rows[0] {
		g.column[c] = i
	}
	return g
}

func (g *golden) text(row []string, column string) string {
	i, ok := g.column[column]
	if !ok {
		g.t.Fatalf("%s has no column %s", g.name, column)
	}
	return row[i]
}

// num is NaN where R wrote NA.
func (g *golden) num(row []string, column string) float64 {
	text := g.text(row, column)
	if text == "NA" {
		return math.NaN()
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		g.t.Fatalf("%s, column %s: %v", g.name, column, err)
	}
	return v
}

func (g *golden) int(row []string, column string) int { return int(g.num(row, column)) }

func (g *golden) alarm(row []string, column string) bool { return g.num(row, column) == 1 }

// series reads one series an id, in the order of time.
func (g *golden) series(id, value string) map[string][]int {
	out := map[string][]int{}
	for _, row := range g.rows {
		key := g.text(row, id)
		out[key] = append(out[key], g.int(row, value))
	}
	return out
}

// near compares with R to 1e-4 of the value.
func near(got, want float64) bool {
	return math.Abs(got-want) <= 1e-4*max(math.Abs(want), 1e-3)
}

func TestEARSAgainstR(t *testing.T) {
	weekly := readGolden(t, "weekly_series").series("series", "y")
	g := readGolden(t, "earsC")
	compared := 0
	for _, row := range g.rows {
		method := map[string]Variant{"C1": C1, "C2": C2}[g.text(row, "method")]
		if method == 0 {
			continue // the package's C3 leaves the present count out; C3 is compared on the hundred series
		}
		e := EARS{Variant: method, Alpha: g.num(row, "alpha"), MinSigma: g.num(row, "minSigma")}
		at := g.int(row, "t")
		got, err := e.At(weekly[g.text(row, "series")], at-1)
		if err != nil {
			t.Fatal(err)
		}
		compared++
		if !near(got.Upper, g.num(row, "upper")) || got.Alarm != g.alarm(row, "alarm") {
			t.Fatalf("%v: got %+v", row, got)
		}
	}
	if compared != 4*3630 {
		t.Errorf("compared %d rows", compared)
	}
}

func TestFlexibleAgainstR(t *testing.T) {
	weekly := readGolden(t, "weekly_series").series("series", "y")
	g := readGolden(t, "farringtonFlexible")
	base := Flexible()
	controls := map[string]func(*Farrington){
		"N_delta":    func(f *Farrington) { f.Threshold = Delta },
		"N_nbPlugin": func(*Farrington) {},
		"N_muan":     func(f *Farrington) { f.Threshold = Muan },
		"N_p05_54":   func(f *Farrington) { f.Threshold, f.Alpha, f.TrendP, f.Cases = Delta, 0.05, 0.05, 5 },
		"F_orig": func(f *Farrington) {
			f.Threshold, f.WeightsThreshold, f.TrendP, f.Cases, f.Periods, f.Guard = Delta, 1, 0.05, 5, 1, 3
		},
		"N_norew": func(f *Farrington) { f.Years, f.Reweight, f.Trend = 3, false, false },
	}
	faults := map[string]int{}
	for _, row := range g.rows {
		name := g.text(row, "control")
		f := base
		controls[name](&f)
		got, err := f.At(weekly[g.text(row, "series")], g.int(row, "t")-1)
		if err != nil {
			t.Fatal(err)
		}
		for what, ok := range map[string]bool{
			"alarm":    got.Alarm == g.alarm(row, "alarm"),
			"upper":    math.IsNaN(g.num(row, "upper")) || near(got.Upper, g.num(row, "upper")),
			"expected": math.IsNaN(g.num(row, "expected")) || near(got.Expected, g.num(row, "expected")),
			"phi":      near(got.Dispersion, g.num(row, "phi")),
			"trend":    got.Trend == g.alarm(row, "trend"),
			"slope":    !got.Trend || math.Abs(got.Slope-g.num(row, "beta")) < 1e-6,
			"p":        near(got.P, g.num(row, "pvalue")),
			// For the negative binomial the package takes the score's centre on the log scale, ours is the mean.
			"score": f.Threshold != Delta || near(got.Score, g.num(row, "score")),
		} {
			if !ok {
				if faults[name+" "+what]++; faults[name+" "+what] < 3 {
					t.Errorf("%s: %v: got %+v", what, row, got)
				}
			}
		}
	}
	if len(faults) > 0 {
		t.Error(faults)
	}
}

func TestOthersAgainstR(t *testing.T) {
	weekly := readGolden(t, "weekly_series").series("series", "y")
	g := readGolden(t, "others")
	faults := map[string]int{}
	check := func(what string, ok bool, row []string, got any) {
		if !ok {
			if faults[what]++; faults[what] < 4 {
				t.Errorf("%s: %v: got %+v", what, row, got)
			}
		}
	}
	charts := map[string][]float64{}
	for id, y := range weekly {
		sum := 0
		for _, v := range y[:312] {
			sum += v
		}
		mean := make([]float64, 312)
		for i := range mean {
			mean[i] = float64(sum) / 312
		}
		charts[id] = CUSUM{K: 1.04, H: 2.26}.Run(y[312:], mean)
	}
	original := Original()
	for _, row := range g.rows {
		id, at := g.text(row, "series"), g.int(row, "t")-1
		y := weekly[id]
		f, err := original.At(y, at)
		if err != nil {
			t.Fatal(err)
		}
		check("farrington alarm", f.Alarm == g.alarm(row, "farr_alarm"), row, f)
		if want := g.num(row, "farr_upper"); want != 0 {
			check("farrington upper", near(f.Upper, want), row, f)
		}
		for name, b := range map[string]Bayes{"bayes1": {W: 6, Period: 52, Recent: true, Alpha: 0.05}, "bayes3": {W: 4, Years: 2, Period: 52, Alpha: 0.05}} {
			got, err := b.At(y, at)
			if err != nil {
				t.Fatal(err)
			}
			check(name, got.Alarm == g.alarm(row, name+"_alarm") && near(got.Upper, g.num(row, name+"_upper")), row, got)
		}
		sum := charts[id][at-312]
		check("cusum", near(sum, g.num(row, "cusum")) && (sum >= 2.26) == g.alarm(row, "cusum_alarm"), row, sum)
	}
	if len(faults) > 0 {
		t.Error(faults)
	}
}

func average(y []int) float64 {
	sum := 0
	for _, v := range y {
		sum += v
	}
	return float64(sum) / float64(len(y))
}

// TestHundredSeries compares the alarms of every method over a hundred weekly series, each with its present outbreak
// and without (its twin).
func TestHundredSeries(t *testing.T) {
	s, g := readGolden(t, "weekly100_series"), readGolden(t, "weekly100_alarms")
	series := s.series("id", "y")
	original := Original()
	original.Cases = 0 // the rule of five cases was off there
	methods := map[string]func(y []int, at int) bool{
		"C1_a.001": ears(t, C1, 0.001), "C1_a.01": ears(t, C1, 0.01), "C2_a.001": ears(t, C2, 0.001), "C2_a.01": ears(t, C2, 0.01),
		"C3doc_a.025": ears(t, C3, 0.025),
		"C3std_sum.2": func(y []int, at int) bool {
			sum, err := EARS{}.Sum(y, at)
			if err != nil {
				t.Fatal(err)
			}
			return sum > 2
		},
		"Farrington_a.01": farrington(t, original),
		"Bayes1":          bayes(t, Bayes{W: 6, Period: 52, Recent: true, Alpha: 0.05}),
		"Bayes3":          bayes(t, Bayes{W: 4, Years: 2, Period: 52, Alpha: 0.05}),
	}
	flexible := map[string]func(*Farrington){ // all of one fit
		"FF_delta_a.01":     func(f *Farrington) { f.Threshold = Delta },
		"FF_nbPlugin_a.01":  func(*Farrington) {},
		"FF_muan_a.01":      func(f *Farrington) { f.Threshold = Muan },
		"FF_nbPlugin_a.005": func(f *Farrington) { f.Alpha = 0.005 },
	}
	faults := map[string]int{}
	for _, row := range g.rows {
		id, at := g.text(row, "id"), g.int(row, "t")-1
		for name, alarm := range methods {
			if alarm(series[id], at) != g.alarm(row, name) {
				faults[name]++
			}
		}
		var fitted FarringtonResult
		model, err := Flexible().model(&fitted, series[id], at)
		if err != nil {
			t.Fatal(err)
		}
		for name, set := range flexible {
			f, got := Flexible(), fitted
			set(&f)
			f.judge(&got, model, series[id], at)
			if got.Alarm != g.alarm(row, name) {
				faults[name]++
			}
		}
	}
	if len(faults) > 0 {
		t.Errorf("alarms that differ, of %d: %v", len(g.rows), faults)
	}
	cusum := map[string][2][]float64{}
	differ := 0
	for _, row := range g.rows {
		id, at := g.text(row, "id"), g.int(row, "t")-1
		y := series[id]
		if _, done := cusum[id]; !done {
			mean := make([]float64, 49)
			for i := range mean {
				mean[i] = average(y[:575])
			}
			cusum[id] = [2][]float64{CUSUM{K: 1.04}.Run(y[575:], mean)}
		}
		if (cusum[id][0][at-575] >= 2.26) != g.alarm(row, "CUSUM") {
			differ++
		}
	}
	if differ > 0 {
		t.Errorf("CUSUM differs in %d", differ)
	}
}

func farrington(t *testing.T, f Farrington) func([]int, int) bool {
	return func(y []int, at int) bool {
		got, err := f.At(y, at)
		if err != nil {
			t.Fatal(err)
		}
		return got.Alarm
	}
}

func ears(t *testing.T, v Variant, alpha float64) func([]int, int) bool {
	return func(y []int, at int) bool {
		got, err := EARS{Variant: v, Alpha: alpha}.At(y, at)
		if err != nil {
			t.Fatal(err)
		}
		return got.Alarm
	}
}

func bayes(t *testing.T, b Bayes) func([]int, int) bool {
	return func(y []int, at int) bool {
		got, err := b.At(y, at)
		if err != nil {
			t.Fatal(err)
		}
		return got.Alarm
	}
}
