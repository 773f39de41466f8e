package area

import (
	"strings"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// How often each method is right when nothing else is known. They are judgements; dicts/areas/README.md tells how often
// the gazetteer, which carries its own (resolve), was right on real orders.
const (
	sureCode       = 1.0  // the organisation code stands in the grid
	sureCodeAbove  = 0.95 // only a beginning of it does: the place is right, but what lies below is unknown
	sureAccount    = 0.98
	sureAccountRun = 0.9 // by the beginning of the account number
	sureDivision   = 0.95
	sureUnit       = 0.8  // the handling unit stands in the table
	mostSureUnit   = 0.75 // at most, for a unit whose own name holds a place
	sureDefault    = 0.3
	unaskedFactor  = 0.7 // words of the agent, of replies or quotes instead of the caller's
)

// Locate finds where a record is about. The methods are asked in the order of hotline.AreaMethod, and their answers are
// laid together:
//
//   - the first answer counts;
//   - a later one that lies below it makes it deeper and gives its name as the method;
//   - one that agrees halves the doubt at most: doubt × (1 − its confidence / 2);
//   - one that contradicts changes nothing but the confidence: × (1 − its confidence / 2).
//
// A unit of the whole city therefore gives the city, and a place name in the text the street. The gazetteer reads the
// address first, then title and the caller's words (an order's summary is read as such), and only if these name no
// place the words of agent, replies and quotes. defaultArea is a grid or division path used when nothing else is
// known; while texts are read it also tells which of several places of one name is meant. A default that stands in no
// tree is taken as a grid path as it is.
func (t *Trees) Locate(r *decode.Record, defaultArea string) hotline.Area {
	fallback := t.byDefault(defaultArea)
	var f finding
	f.add(hotline.AreaByCode, t.byCode(r.Place.OrgCode))
	f.add(hotline.AreaByAccount, t.byAccount(r.Person.Account))
	f.add(hotline.AreaByDivision, t.byDivision(r.Place.DivisionCode))
	f.add(hotline.AreaByUnit, t.byUnit(unitOf(r), f.context(fallback)))
	f.add(hotline.AreaByGazetteer, t.byText(r, f.context(fallback)))
	if f.method == "" {
		if fallback.empty() && defaultArea != "" {
			return hotline.Area{Grid: defaultArea, Method: hotline.AreaByDefault, Confidence: sureDefault}
		}
		f.add(hotline.AreaByDefault, answer{fallback, sureDefault})
	}
	return f.area()
}

// answer is what one method says.
type answer struct {
	place
	sure float64
}

func (p place) empty() bool { return p.grid == nil && p.division == nil }

// finding is what the methods asked so far say together.
type finding struct {
	place
	method hotline.AreaMethod
	sure   float64
}

func (f *finding) add(method hotline.AreaMethod, a answer) {
	switch {
	case a.empty():
		return
	case f.method == "":
		f.place, f.method, f.sure = a.place, method, a.sure
		return
	case f.contradicts(a.place):
		f.sure *= 1 - a.sure/2
		return
	}
	deeper := false
	if below(a.division, f.division) {
		f.division, deeper = a.division, true
	}
	if below(a.grid, f.grid) {
		f.grid, deeper = a.grid, true
	}
	if deeper {
		f.method = method
		f.sure = 1 - (1-a.sure)*(1-f.sure/2)
	} else {
		f.sure = 1 - (1-f.sure)*(1-a.sure/2)
	}
}

// contradicts compares by division, where places of both trees meet, and by grid only without it.
func (f *finding) contradicts(p place) bool {
	if f.division != nil && p.division != nil {
		return !related(f.division, p.division)
	}
	return f.grid != nil && p.grid != nil && !related(f.grid, p.grid)
}

// below tells whether n is known and lies below a, or a is not known.
func below(n, a *node) bool { return n != nil && n != a && (a == nil || n.within(a)) }

// context is where the evidence so far points, or the default, as a division.
func (f *finding) context(fallback place) *node {
	if f.division != nil {
		return f.division
	}
	return fallback.division
}

func (f *finding) area() hotline.Area {
	if f.method == "" {
		return hotline.Area{Method: hotline.AreaUnknown}
	}
	a := hotline.Area{Method: f.method, Confidence: f.sure}
	if f.grid != nil {
		a.Grid = f.grid.path
	}
	if f.division != nil {
		a.Division = f.division.path
	}
	return a
}

func (t *Trees) byDefault(path string) place {
	return place{grid: t.grid.byPath[path], division: t.divisions.byPath[path]}.complete()
}

// byCode rolls an organisation code up to its longest known beginning: 5 digits are a city, 7 a county, 9 a station.
func (t *Trees) byCode(code string) answer {
	code = normal(code)
	n := t.grid.prefix(code)
	switch {
	case n == nil:
		return answer{}
	case n.code == code:
		return answer{place{grid: n}.complete(), sureCode}
	}
	return answer{place{grid: n}.complete(), sureCodeAbove}
}

func (t *Trees) byAccount(account string) answer {
	n, exact := t.accounts.find(normal(account))
	switch {
	case n == nil:
		return answer{}
	case exact:
		return answer{place{grid: n}.complete(), sureAccount}
	}
	return answer{place{grid: n}.complete(), sureAccountRun}
}

// byDivision rolls a division code up to the next known division above it.
func (t *Trees) byDivision(code string) answer {
	for code = trimDivision(normal(code)); code != ""; code = shorter(Divisions, code) {
		if n := t.divisions.byCode[code]; n != nil {
			return answer{place{division: n}.complete(), sureDivision}
		}
	}
	return answer{}
}

func unitOf(r *decode.Record) string {
	if r.Place.Unit != "" {
		return r.Place.Unit
	}
	return r.Call.Unit
}

// byUnit looks a handling unit up in the table; one that is not there may bear its place in its name (龙华区城西镇政府).
func (t *Trees) byUnit(unit string, context *node) answer {
	if unit == "" {
		return answer{}
	}
	if p, known := t.units[normal(unit)]; known {
		return answer{p, sureUnit}
	}
	p, sure := t.resolve(t.names.find(unit), context)
	return answer{p, min(sure, mostSureUnit)}
}

func (t *Trees) byText(r *decode.Record, context *node) answer {
	p, sure := t.resolve(t.names.find(r.Place.Address), context)
	if !p.empty() {
		context = p.division
	}
	told, toldSure := t.resolve(t.names.find(spoken(r, hotline.Role.Caller)), context)
	switch {
	case p.empty():
		p, sure = told, toldSure
	case below(told.division, p.division):
		p, sure = told, 1-(1-toldSure)*(1-sure/2)
	}
	if p.empty() {
		p, sure = t.resolve(t.names.find(spoken(r, func(role hotline.Role) bool { return !role.Caller() })), context)
		sure *= unaskedFactor
	}
	return answer{p, sure}
}

// spoken is what the wanted roles said, a title before it where the caller's words are wanted.
func spoken(r *decode.Record, wanted func(hotline.Role) bool) string {
	text := r.Call.Text(wanted)
	if wanted(hotline.RoleCustomer) {
		text = strings.Join([]string{r.Call.Title, text}, "\n")
	}
	return text
}
