package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// lineChart is a series drawn: the matters of each week, and behind them the interval that was expected.
type lineChart struct {
	Name          string
	Width, Height int
	Bands         []string // polygons of the interval, one for each run of weeks that has one
	Expected      []string // lines of what was expected
	Lines         []string // lines of what was told; gaps are weeks of which not all is known
	Dots          []dot
	Grid          []tick
	Weeks         []tick
	Text          string // what it shows, for those who can't see it
}

// Right is where the plot ends.
func (c lineChart) Right() int { return c.Width - int(chartRight) }

// Large reports whether the chart takes a row of its own.
func (c lineChart) Large() bool { return c.Width > 500 }

// Foot is where the names of the weeks stand.
func (c lineChart) Foot() int { return c.Height - 6 }

// dot is the place of a week.
type dot struct {
	X, Y  float64
	Label string
	High  bool // above the interval
}

// tick is a label of an axis and its place.
type tick struct {
	At   float64
	Text string
}

const (
	chartLeft, chartRight, chartTop, chartBottom = 36.0, 22.0, 24.0, 22.0 // margins
)

// drawLine draws a series.
func drawLine(s Series, width, height int) lineChart {
	c := lineChart{Name: s.Name, Width: width, Height: height}
	most := 1.0
	for _, p := range s.Points {
		most = max(most, float64(p.Matters))
		if p.Expected != nil {
			most = max(most, float64(p.Expected.High))
		}
	}
	step := niceStep(most / 3)
	top := step * math.Ceil(most/step)
	x := func(i int) float64 {
		return chartLeft + (float64(width)-chartLeft-chartRight)*float64(i)/float64(max(1, len(s.Points)-1))
	}
	y := func(v float64) float64 {
		return float64(height) - chartBottom - (float64(height)-chartTop-chartBottom)*v/top
	}
	for v := 0.0; v <= top; v += step {
		c.Grid = append(c.Grid, tick{y(v), fmt.Sprintf("%.0f", v)})
	}
	var told, expected, upper, lower []string
	flush := func() {
		if len(upper) > 0 {
			for _, at := range slices.Backward(lower) {
				upper = append(upper, at)
			}
			c.Bands = append(c.Bands, strings.Join(upper, " "))
			c.Expected = append(c.Expected, strings.Join(expected, " "))
		}
		upper, lower, expected = nil, nil, nil
	}
	end := func() {
		if len(told) > 0 {
			c.Lines = append(c.Lines, strings.Join(told, " "))
		}
		told = nil
	}
	var words []string
	for i, p := range s.Points {
		every := 1
		if !c.Large() {
			every = 3
		}
		if (len(s.Points)-1-i)%every == 0 {
			c.Weeks = append(c.Weeks, tick{x(i), p.From.Format("01-02")})
		}
		if !p.Known {
			end()
			flush()
			words = append(words, p.From.Format("01-02")+" 数据不完整")
			continue
		}
		told = append(told, point(x(i), y(float64(p.Matters))))
		c.Dots = append(c.Dots, dot{x(i), y(float64(p.Matters)), fmt.Sprintf("%s 起一周：%d", p.From.Format("01-02"), p.Matters), p.Expected.Above()})
		words = append(words, fmt.Sprintf("%s %d", p.From.Format("01-02"), p.Matters))
		if p.Expected == nil {
			flush()
			continue
		}
		upper = append(upper, point(x(i), y(float64(p.Expected.High))))
		lower = append(lower, point(x(i), y(float64(p.Expected.Low))))
		expected = append(expected, point(x(i), y(p.Expected.Expected)))
	}
	end()
	flush()
	c.Text = s.Name + "，每周事项数：" + strings.Join(words, "，")
	return c
}

func point(x, y float64) string { return fmt.Sprintf("%.1f,%.1f", x, y) }

// niceStep is the smallest of 1, 2, 5, 10, 20, … that is not below v.
func niceStep(v float64) float64 {
	for step := 1.0; ; step *= 10 {
		for _, m := range []float64{1, 2, 5} {
			if m*step >= v {
				return m * step
			}
		}
	}
}

// barChart shows areas by how many contacts they have.
type barChart struct {
	Width, Height int
	Bars          []bar
}

// bar is an area; a tick marks the week before.
type bar struct {
	Name, Text    string
	Y, Width      float64
	Before        float64 // place of the mark; 0 without
	NameX, StartX float64
}

// Middle is where the names stand.
func (b bar) Middle() float64 { return b.Y + 9 }

// Bottom is where the bar ends below.
func (b bar) Bottom() float64 { return b.Y + 16 }

// After is where the number stands: behind the bar and the mark.
func (b bar) After() float64 { return max(b.StartX+b.Width, b.Before) + 6 }

const barHeight, barStart = 24.0, 190.0

// drawBars draws the contacts of the rows; nothing for less than two.
func drawBars(rows []Row) *barChart {
	if len(rows) < 2 {
		return nil
	}
	most := 1.0
	for _, r := range rows {
		most = max(most, float64(r.Contacts))
		if r.Week != nil {
			most = max(most, r.Week.Before)
		}
	}
	c := &barChart{Width: 1020, Height: int(barHeight)*len(rows) + 8}
	scale := (float64(c.Width) - barStart - 130) / most
	for i, r := range rows {
		b := bar{Name: shorten(r.Name, 14), Y: barHeight*float64(i) + 4, Width: scale * float64(r.Contacts), NameX: barStart - 8, StartX: barStart}
		b.Text = fmt.Sprintf("%d 件", r.Contacts)
		if r.Week != nil {
			b.Before = barStart + scale*r.Week.Before
			b.Text += "（" + r.Week.text() + "）"
		}
		c.Bars = append(c.Bars, b)
	}
	return c
}

// shorten cuts a name to some characters.
func shorten(name string, most int) string {
	if runes := []rune(name); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return name
}
