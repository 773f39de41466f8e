package owner

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"suqiu/calendar"
	"suqiu/hotline"
)

// world is a random company: a tree of areas, people, posts, shifts, absences and a policy over them.
type world struct {
	areas  []string
	policy *Policy
	tables map[Kind]*Table
}

var worldRoles = []string{"r0", "r1", "r2"}

func drawWorld(t *rapid.T) world {
	w := world{areas: []string{"a"}, tables: map[Kind]*Table{}}
	for i := range rapid.IntRange(0, 14).Draw(t, "areas") {
		up := rapid.SampledFrom(w.areas).Draw(t, "parent")
		if strings.Count(up, "/") < 5 {
			w.areas = append(w.areas, fmt.Sprintf("%s/%c", up, 'b'+rune(i)))
		}
	}
	w.policy = drawPolicy(t, w.areas)
	day := func(label string) string {
		return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 50).Draw(t, label)).Format(time.DateOnly)
	}
	span := func() (from, to string) {
		from, to = day("from"), day("to")
		if to < from {
			from, to = to, from
		}
		if rapid.IntRange(0, 3).Draw(t, "open") == 0 {
			to = ""
		}
		return from, to
	}
	var ids []string
	rows := map[Kind][][]string{}
	for i := range rapid.IntRange(2, 12).Draw(t, "people") {
		id := fmt.Sprintf("p%d", i)
		ids = append(ids, id)
		from, to := span()
		if rapid.IntRange(0, 3).Draw(t, "always") > 0 {
			from, to = "", ""
		}
		unit := rapid.SampledFrom(append([]string{""}, w.areas...)).Draw(t, "unit")
		rows[People] = append(rows[People], []string{id, id, unit, "", "", "", "", "", from, to})
	}
	person := rapid.SampledFrom(ids)
	place := rapid.SampledFrom(append([]string{Everywhere}, w.areas...))
	role := rapid.SampledFrom(worldRoles)
	for range rapid.IntRange(0, 24).Draw(t, "posts") {
		from, to := span()
		rows[Posts] = append(rows[Posts], []string{role.Draw(t, "role"), place.Draw(t, "place"), person.Draw(t, "holder"), from, to})
	}
	for range rapid.IntRange(0, 10).Draw(t, "cells") {
		from, to := span()
		rows[Cells] = append(rows[Cells], []string{rapid.SampledFrom(w.areas).Draw(t, "cell"), person.Draw(t, "manager"), from, to})
	}
	for range rapid.IntRange(0, 4).Draw(t, "away") {
		from, to := span()
		if to == "" {
			to = from
		}
		rows[Deputies] = append(rows[Deputies], []string{person.Draw(t, "absent"), rapid.SampledFrom(append([]string{""}, ids...)).Draw(t, "deputy"), from, to})
	}
	for range rapid.IntRange(0, 10).Draw(t, "shifts") {
		from, to := span()
		if to == "" {
			to = from
		}
		clock := rapid.SampledFrom([]string{"00:00", "06:00", "08:00", "18:00", "20:00"})
		rows[Roster] = append(rows[Roster], []string{role.Draw(t, "role"), place.Draw(t, "place"), person.Draw(t, "on duty"), from, to, clock.Draw(t, "begin"), clock.Draw(t, "end")})
	}
	tidy := rapid.IntRange(0, 4).Draw(t, "tidy") > 0 // most companies keep their tables without contradictions
	seen := map[string]bool{}
	for _, k := range Kinds {
		all := rows[k]
		if tidy && k != People {
			all = slices.DeleteFunc(all, func(row []string) bool {
				key := "seat " + row[0] + "@" + row[1]
				switch k {
				case Cells:
					key = "seat r0@" + row[0]
				case Deputies:
					key = "away " + row[0]
				case Roster:
					key = "duty " + row[0] + "@" + row[1]
				}
				twice := seen[key]
				seen[key] = true
				return twice
			})
		}
		w.tables[k] = &Table{Kind: k, Rows: all}
	}
	return w
}

func drawPolicy(t *rapid.T, areas []string) *Policy {
	roles := func() []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(worldRoles), 1, 3, func(r string) string { return r }).Draw(t, "roles")
	}
	var draw func(depth int) *node
	draw = func(depth int) *node {
		n := &node{name: fmt.Sprint("n", depth), roles: roles()}
		for range rapid.IntRange(0, 2).Draw(t, "steps") {
			delay := rapid.SampledFrom([]calendar.Delay{{Clock: time.Hour}, {Office: 3 * time.Hour}, {Workdays: 2}, {Clock: 48 * time.Hour}}).Draw(t, "after")
			n.escalate = append(n.escalate, Step{After: delay, Roles: roles()})
		}
		if depth > 0 {
			n.match = match{
				labels: rapid.SampledFrom([][]string{nil, {"x"}, {"x.y"}, {"z"}}).Draw(t, "labels"),
				areas:  rapid.SampledFrom([][]string{nil, {rapid.SampledFrom(areas).Draw(t, "area")}}).Draw(t, "areas"),
				days:   rapid.SampledFrom([]string{"", workday, restday}).Draw(t, "days"),
				hours:  rapid.SampledFrom([][]DayTime{nil, {{8 * 60, 18 * 60}}, {{20 * 60, 6 * 60}}}).Draw(t, "hours"),
			}
		}
		if depth < 3 {
			for range rapid.IntRange(0, 2).Draw(t, "routes") {
				n.children = append(n.children, draw(depth+1))
			}
		}
		return n
	}
	p := &Policy{unitLevel: rapid.IntRange(1, 4).Draw(t, "unit level"), cellRole: "r0", office: []DayTime{{510, 720}, {840, 1050}}, names: map[string]string{}}
	for _, r := range worldRoles {
		p.Roles = append(p.Roles, Role{r, "岗" + r})
		p.names[r] = "岗" + r
	}
	p.route, p.sensitive = draw(0), draw(0)
	return p
}

// holders lists, straight from the rows, everybody who by them holds a role in an area at a moment: an independent
// reading of the tables.
func (w *world) holders(role, area string, at time.Time) (onDuty, inPost []string) {
	today, yesterday, clock := at.Format(time.DateOnly), at.AddDate(0, 0, -1).Format(time.DateOnly), at.Format("15:04")
	between := func(day, from, to string) bool { return from <= day && (to == "" || day <= to) }
	same := func(text string) bool { return text == area || text == Everywhere && area == "" }
	for _, row := range rowsOf(w.tables[Roster]) {
		if row[0] != role || !same(row[1]) {
			continue
		}
		begin, end := row[5], row[6]
		if begin < end && begin <= clock && clock < end && between(today, row[3], row[4]) ||
			begin >= end && (clock >= begin && between(today, row[3], row[4]) || clock < end && between(yesterday, row[3], row[4])) {
			onDuty = append(onDuty, row[2])
		}
	}
	for _, row := range rowsOf(w.tables[Posts]) {
		if row[0] == role && same(row[1]) && between(today, row[3], row[4]) {
			inPost = append(inPost, row[2])
		}
	}
	if role == w.policy.cellRole {
		for _, row := range rowsOf(w.tables[Cells]) {
			if row[0] == area && between(today, row[2], row[3]) {
				inPost = append(inPost, row[1])
			}
		}
	}
	return onDuty, inPost
}

func rowsOf(t *Table) [][]string {
	if t == nil {
		return nil
	}
	return t.Rows
}

// Over random trees, areas and times: either the tables contradict themselves and are refused, or every question has exactly
// one owner or a reason why none, the same whatever the order of rows; never two people by the rows themselves.
func TestOwnerProperty(t *testing.T) {
	days := holidays(t)
	var refused, owned, unowned int
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		d, err := New(w.policy, w.tables, days)
		if err != nil {
			refused++
			return
		}
		shuffled := map[Kind]*Table{}
		for _, k := range Kinds {
			shuffled[k] = &Table{Kind: k, Rows: rapid.Permutation(w.tables[k].Rows).Draw(t, "order")}
		}
		twin, err := New(w.policy, shuffled, days)
		if err != nil {
			t.Fatalf("in another order the same rows are refused: %v", err)
		}
		for range 40 {
			q := Question{
				Labels:    rapid.SampledFrom([][]string{{"x"}, {"x.y"}, {"z"}, {"other", "x.y"}}).Draw(t, "labels"),
				Area:      rapid.SampledFrom(append([]string{"", "elsewhere"}, w.areas...)).Draw(t, "area"),
				Sensitive: rapid.Bool().Draw(t, "sensitive"),
				Hotlines:  []hotline.Hotline{hotline.Hotline12345},
				At:        time.Date(2025, 12, 30, 0, 0, 0, 0, days.Zone()).Add(time.Duration(rapid.IntRange(0, 45*24*60).Draw(t, "minute")) * time.Minute),
			}
			got := d.Decide(q)
			if again := twin.Decide(q); !reflect.DeepEqual(got, again) || !reflect.DeepEqual(d.Escalate(q, q.At), twin.Escalate(q, q.At)) {
				t.Fatalf("two answers to %+v:\n%+v\n%+v", q, got, again)
			}
			if got.Owned() {
				owned++
				w.checkOwner(t, q, got)
			} else {
				unowned++
				if got.Unowned == "" {
					t.Fatalf("nobody, and no reason: %+v", got)
				}
				w.checkNobody(t, q, d)
			}
			w.checkChain(t, q, got, d.Escalate(q, q.At))
		}
	})
	if owned == 0 || unowned == 0 || refused == 0 {
		t.Errorf("the worlds are too much alike: %d owned, %d unowned, %d refused", owned, unowned, refused)
	}
	t.Logf("%d owned, %d unowned, %d worlds refused", owned, unowned, refused)
}

func (w *world) checkOwner(t *rapid.T, q Question, got Decision) {
	if got.Unowned != "" {
		t.Fatalf("an owner and a reason why none: %+v", got)
	}
	i := slices.IndexFunc(w.tables[People].Rows, func(row []string) bool { return row[0] == got.Owner.ID })
	today := q.At.Format(time.DateOnly)
	if row := w.tables[People].Rows[i]; row[8] > today || row[9] != "" && row[9] < today {
		t.Fatalf("%s is not valid on %s: %v", got.Owner.ID, today, row)
	}
	for _, row := range rowsOf(w.tables[Deputies]) {
		if row[0] == got.Owner.ID && row[2] <= today && today <= row[3] {
			t.Fatalf("%s is away on %s", got.Owner.ID, today)
		}
	}
	onDuty, inPost := w.holders(got.Role, got.Area, q.At)
	if len(onDuty) > 1 || len(inPost) > 1 {
		t.Fatalf("two hold %s in %q: %v, %v", got.Role, got.Area, onDuty, inPost)
	}
	named := q.Area
	for strings.Count(named, "/") >= w.policy.unitLevel {
		named = named[:strings.LastIndex(named, "/")]
	}
	if !q.Sensitive {
		if !hotline.Covers(got.Area, q.Area) {
			t.Fatalf("%q is not above %q", got.Area, q.Area)
		}
		return
	}
	if named != "" && (hotline.Covers(named, got.Area) || hotline.Covers(named, got.Owner.Unit)) {
		t.Fatalf("a sensitive problem of %q goes to %s of %q in %q", named, got.Owner.ID, got.Owner.Unit, got.Area)
	}
}

// checkNobody sees that where nobody was found, nobody present by the rows holds any of the roles asked at any area on
// the way up.
func (w *world) checkNobody(t *rapid.T, q Question, d *Directory) {
	if q.Sensitive {
		return
	}
	way := w.policy.route.descend(&q, q.At, d.calendar)
	away := func(id string) bool {
		today := q.At.Format(time.DateOnly)
		row := w.tables[People].Rows[slices.IndexFunc(w.tables[People].Rows, func(row []string) bool { return row[0] == id })]
		return row[8] > today || row[9] != "" && row[9] < today ||
			slices.ContainsFunc(rowsOf(w.tables[Deputies]), func(row []string) bool { return row[0] == id && row[2] <= today && today <= row[3] })
	}
	for _, role := range way[len(way)-1].roles {
		for area := q.Area; ; area = above(area) {
			onDuty, inPost := w.holders(role, area, q.At)
			for _, id := range append(onDuty, inPost...) {
				if !away(id) {
					t.Fatalf("nobody is found, but %s holds %s in %q", id, role, area)
				}
			}
			if area == "" {
				break
			}
		}
	}
}

func (w *world) checkChain(t *rapid.T, q Question, owner Decision, chain []Escalation) {
	told := map[string]bool{owner.Owner.ID: owner.Owned()}
	last := q.At
	for i, e := range chain {
		if e.Level != i+1 || e.Due.Before(last) {
			t.Fatalf("level %d is due %s, before %s", e.Level, e.Due, last)
		}
		last = e.Due
		if e.Owner.ID != "" && told[e.Owner.ID] {
			t.Fatalf("%s is told twice", e.Owner.ID)
		}
		told[e.Owner.ID] = true
	}
}
