package remedy

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"
)

// An example worked out by hand: 20 told in the window that fired, as many elsewhere before and after, half of it falls by
// itself, 6 told after.
func TestCompareWithFrozen(t *testing.T) {
	frozen := Tally{Days: 7, Told: 20, Elsewhere: 200}
	half := FallPoint{Mean: 0.5, Variance: 0.04, Low: -tailZ, High: tailZ}
	e := half.compare(frozen, Tally{Days: 7, Told: 6, Elsewhere: 200})
	if math.Abs(e.Expected-10) > 1e-9 || math.Abs(e.Change+0.4) > 1e-9 {
		t.Errorf("got %+v, want 10 expected and −40 %%", e)
	}
	sd := math.Sqrt(0.04 + 1.2*(1/6.5+1/20.5+1/(200.5+1.4)))
	if low := math.Exp(math.Log(6.5/10.5)-1.6449*sd) - 1; math.Abs(e.Low-low) > 1e-4 {
		t.Errorf("low %f, want %f", e.Low, low)
	}
	if got := e.String(); !strings.HasPrefix(got, "−40 % [−") || !strings.HasSuffix(got, "（实际 6 件，预期 10.0 件）") {
		t.Errorf("told as %s", got)
	}
	if twice := half.compare(frozen, Tally{Days: 7, Told: 6, Elsewhere: 400}); twice.Expected < 19 || twice.Expected > 21 {
		t.Errorf("twice as much elsewhere: %+v", twice)
	}
	if longer := half.compare(frozen, Tally{Days: 28, Told: 40, Elsewhere: 800}); math.Abs(longer.Change) > 0.01 {
		t.Errorf("four times as long: %+v", longer)
	}
	few := half.compare(Tally{Days: 7, Told: 6, Elsewhere: 200}, Tally{Days: 7, Elsewhere: 200})
	if !few.TooFew || !strings.Contains(few.String(), "太少") {
		t.Errorf("three expected: %s", few)
	}
}

func TestCompareBeforeAndAfter(t *testing.T) {
	before := Expected{Tally: Tally{Days: 60, Told: 120, Elsewhere: 3000}}
	after := Expected{From: noon(1), To: noon(30), Tally: Tally{Days: 60, Told: 90, Elsewhere: 4500}}
	e := Compare(before, after)
	if math.Abs(e.Change+0.5) > 0.01 || e.High > -0.2 || e.Low < -0.75 || !e.From.Equal(noon(1)) {
		t.Errorf("got %s", e)
	}
}

func TestNearestFallPoint(t *testing.T) {
	fall := Fall{Points: []FallPoint{{Lag: 1, Days: 7, Mean: 0.9}, {Lag: 14, Days: 7, Mean: 0.5}, {Lag: 1, Days: 30, Mean: 0.4}}}
	for _, c := range []struct {
		lag, days int
		want      float64
	}{{2, 7, 0.9}, {30, 7, 0.5}, {14, 30, 0.4}} {
		if got := fall.at(c.lag, c.days).Mean; got != c.want {
			t.Errorf("%d days after the alarm, over %d: %g, want %g", c.lag, c.days, got, c.want)
		}
	}
	if got := (Fall{}).at(3, 7); got != steady {
		t.Errorf("nothing learned: %+v", got)
	}
}

// A point of few incidents looks as if all were alike; the default holds there, and for days of which nothing was learned.
func TestLearnedOverDefault(t *testing.T) {
	base := Fall{Points: []FallPoint{{Lag: 5, Days: 7, N: 598, Mean: 0.58, Variance: 0.39}, {Lag: 5, Days: 30, N: 472, Mean: 0.51, Variance: 0.54}}}
	one := LearnFall(1, 30, []Followed{{Frozen: Tally{Days: 7, Told: 20, Elsewhere: 200}, After: Tally{Days: 30, Told: 4, Elsewhere: 850}}})
	if one.N != 1 || one.Variance > 0.01 {
		t.Fatalf("of one incident: %+v", one)
	}
	learned := Fall{Points: []FallPoint{{Lag: 1, Days: 7, N: LeastFollowed, Mean: 0.9, Variance: 0.2}, {Lag: 14, Days: 7, N: LeastFollowed - 1, Mean: 2.21}, one}}
	if learned.Learned() != 1 || (Fall{Points: []FallPoint{one}}).Learned() != 0 {
		t.Errorf("%d points learned", learned.Learned())
	}
	over := learned.Over(base)
	for _, c := range []struct {
		lag, days int
		mean      float64
	}{{1, 7, 0.9}, {14, 7, 0.58}, {1, 30, 0.51}, {28, 30, 0.51}} {
		if got := over.at(c.lag, c.days); got.Mean != c.mean || got.N < LeastFollowed {
			t.Errorf("%d days after the alarm, over %d: %+v, want mean %g", c.lag, c.days, got, c.mean)
		}
	}
	if got := (Fall{Points: learned.Points[:1]}).Over(base).at(5, 30).Mean; got != 0.51 {
		t.Errorf("nothing learned of 30 days: %g", got)
	}
}

// meter counts ten a week of which two are of the incident; from some time on nothing is known.
type meter struct{ known time.Time }

func (m meter) Tally(_ context.Context, frozen Expected, from, to time.Time) (Tally, bool, error) {
	n := days(to.Sub(from))
	return Tally{Days: n, Told: n, Elsewhere: 4 * n}, !to.After(m.known), nil
}

// A measure's effect is told once on day 7 and once on day 30, when all is known of these days.
func TestWatchMeasuresEffects(t *testing.T) {
	l := &Memory{}
	s := &script{begin: noon(1), rounds: []scripted{{located: []Root{root("voltage", "琼/海口")}}}}
	w := &Watcher{Ledger: l, Judge: s, Gauge: meter{noon(20)}, Practice: practice(t), Holder: "one", Lease: time.Minute}
	pass := func(at time.Time) Incident {
		t.Helper()
		if err := w.Pass(t.Context(), s.begin, at); err != nil {
			t.Fatal(err)
		}
		return all(t, l)[0]
	}
	i := pass(noon(2))
	for _, d := range []Deed{deed(ActAck, noon(2)), deed(ActRemedy, noon(3))} {
		if _, err := Update(t.Context(), l, i.ID, func(i *Incident) error { return i.Do(practice(t), d) }); err != nil {
			t.Fatal(err)
		}
	}
	if i = pass(noon(10)); len(i.Effects) != 0 {
		t.Errorf("on day 6: %+v", i.Effects)
	}
	i = pass(noon(11))
	if len(i.Effects) != 1 || i.Effects[0].Day != 7 || i.Effects[0].Told != 7 || i.Effects[0].From.Day() != 4 {
		t.Fatalf("on day 7: %+v", i.Effects)
	}
	if last := i.Outbox[len(i.Outbox)-2]; last.Kind != KindMeasured && i.Outbox[len(i.Outbox)-1].Kind != KindMeasured {
		t.Errorf("told %+v", last)
	}
	if i = pass(noon(40)); len(i.Effects) != 1 {
		t.Errorf("what is not known is measured: %+v", i.Effects)
	}
	w.Gauge = meter{noon(60)}
	pass(noon(41))
	if i = pass(noon(42)); len(i.Effects) != 2 || i.Effects[1].Day != 30 || i.Effects[1].Told != 30 {
		t.Errorf("on day 30: %+v", i.Effects)
	}
}
