package owner

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/table"
)

// Kind names a table of people or of what they do.
type Kind string

// The tables. Their columns are described in docs/owners-and-notices.md.
const (
	People   Kind = "people"   // 人员
	Posts    Kind = "posts"    // 岗位任职
	Cells    Kind = "cells"    // 网格与片区经理
	Deputies Kind = "deputies" // 请假与代理
	Roster   Kind = "roster"   // 值班表
)

// Kinds lists the tables; a later one refers to the first.
var Kinds = [...]Kind{People, Posts, Cells, Deputies, Roster}

// Places of the columns in a row.
const (
	colID, colName, colUnit, colPhone, colWeCom, colDingTalk, colFeishu, colEmail, colPersonFrom, colPersonTo = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9

	colRole, colArea, colHolder, colPostFrom, colPostTo = 0, 1, 2, 3, 4

	colCell, colManager, colCellFrom, colCellTo = 0, 1, 2, 3

	colAbsent, colDeputy, colAwayFrom, colAwayTo = 0, 1, 2, 3

	colShiftPerson, colShiftFrom, colShiftTo, colBegin, colEnd = 2, 3, 4, 5, 6
)

func columns(k Kind) []table.Column {
	switch k {
	case People:
		return []table.Column{table.Needed("工号", "id"), table.Needed("姓名", "name"), table.Optional("单位", "unit"),
			table.Optional("手机", "phone"), table.Optional("企业微信", "wecom"), table.Optional("钉钉", "dingtalk"), table.Optional("飞书", "feishu"),
			table.Optional("邮箱", "email"), table.Optional("自", "from"), table.Optional("至", "to")}
	case Posts:
		return []table.Column{table.Needed("岗位", "role"), table.Needed("地区", "area"), table.Needed("工号", "id"),
			table.Optional("自", "from"), table.Optional("至", "to")}
	case Cells:
		return []table.Column{table.Needed("网格", "cell"), table.Needed("工号", "id"), table.Optional("自", "from"), table.Optional("至", "to")}
	case Deputies:
		return []table.Column{table.Needed("工号", "id"), table.Optional("代理人", "deputy"), table.Needed("自", "from"), table.Needed("至", "to")}
	case Roster:
		return []table.Column{table.Needed("岗位", "role"), table.Needed("地区", "area"), table.Needed("工号", "id"),
			table.Needed("自", "from"), table.Optional("至", "to"), table.Optional("开始", "begin"), table.Optional("结束", "end")}
	}
	return nil
}

// Table is the content of one kind, in the form in which it is kept: roles as codes, areas as paths, days as 2027-02-15,
// times as 08:30; rows ordered by key, no key twice. Its JSON is what the ledger holds.
type Table struct {
	Kind Kind       `json:"kind"`
	Rows [][]string `json:"rows"`
}

// key is what makes a row of its kind unique.
func (k Kind) key(row []string) string {
	switch k {
	case Posts:
		return row[colRole] + "@" + row[colArea] + "@" + row[colPostFrom]
	case Cells:
		return row[colCell] + "@" + row[colCellFrom]
	case Deputies:
		return row[colAbsent] + "@" + row[colAwayFrom]
	case Roster:
		return row[colRole] + "@" + row[colArea] + "@" + row[colShiftFrom] + "@" + row[colBegin]
	}
	return row[colID]
}

// Names is what tables are read with: which roles there are, and which area a code or path means. A nil Area takes
// every path as it stands.
type Names struct {
	Policy *Policy
	Area   func(text string) (path string, known bool)
}

// ReadTable reads a CSV or an xlsx sheet of a kind; see table.Read. It checks roles, areas, days and times; whether
// people are known and nothing overlaps is checked by New. Errors are *table.Error, except those of reading r.
func ReadTable(r io.Reader, file string, k Kind, names Names) (*Table, error) {
	cols := columns(k)
	if cols == nil {
		return nil, &table.Error{File: file, Why: fmt.Sprintf("there is no table %q", k), Hint: "name one of people, posts, cells, deputies, roster"}
	}
	raw, err := table.Read(r, file, cols)
	if err != nil {
		return nil, err
	}
	t := &Table{Kind: k}
	lines := map[string]int{}
	for _, row := range raw {
		for c := range row.Values {
			value, hint, ok := names.normal(k, cols[c].English, row.Values[c])
			if !ok {
				return nil, &table.Error{File: file, Line: row.Line, Column: cols[c].Chinese, Why: fmt.Sprintf("can't make anything of %q", row.Values[c]), Hint: hint}
			}
			row.Values[c] = value
		}
		if k == Roster {
			fillShift(row.Values)
		}
		if from, to, has := validity(k, row.Values); has && to != "" && to < from {
			return nil, &table.Error{File: file, Line: row.Line, Column: "至", Why: to + " is before " + from, Hint: "correct one of them"}
		}
		key := k.key(row.Values)
		if first, dup := lines[key]; dup {
			return nil, &table.Error{File: file, Line: row.Line, Why: fmt.Sprintf("says the same as line %d: %s", first, key), Hint: "keep one of them"}
		}
		lines[key] = row.Line
		t.Rows = append(t.Rows, row.Values)
	}
	t.sort()
	return t, nil
}

func (t *Table) sort() {
	slices.SortFunc(t.Rows, func(a, b []string) int { return strings.Compare(t.Kind.key(a), t.Kind.key(b)) })
}

// normal brings a value into the form that is kept.
func (n Names) normal(k Kind, column, text string) (value, hint string, ok bool) {
	switch column {
	case "role":
		code, known := n.Policy.Role(text)
		return code, "name a role of the routing policy, or add it there", known
	case "area", "cell", "unit":
		if text == "" && column == "unit" || text == Everywhere && column == "area" {
			return text, "", true
		}
		if n.Area == nil {
			return strings.Trim(text, "/"), "write a path from the root down", strings.Trim(text, "/") != ""
		}
		path, known := n.Area(text)
		return path, "write a code or path of the area tables (suqiu area import grid), or * for everywhere", known
	case "from", "to":
		if text == "" {
			return "", "", true
		}
		day, known := parseDay(text)
		return day, "write a day such as 2027-02-15", known
	case "begin", "end":
		if text == "" && k == Roster {
			return "", "", true
		}
		clock, known := parseTime(text)
		return clock, "write a time such as 08:30", known
	}
	return text, "", true
}

// fillShift completes what a row of the roster may leave out: one day, the whole day.
func fillShift(row []string) {
	if row[colShiftTo] == "" {
		row[colShiftTo] = row[colShiftFrom]
	}
	if row[colBegin] == "" {
		row[colBegin] = "00:00"
	}
	if row[colEnd] == "" {
		row[colEnd] = "24:00"
	}
}

// validity returns the days between which a row of the kind holds.
func validity(k Kind, row []string) (from, to string, ok bool) {
	switch k {
	case People:
		return row[colPersonFrom], row[colPersonTo], true
	case Posts:
		return row[colPostFrom], row[colPostTo], true
	case Cells:
		return row[colCellFrom], row[colCellTo], true
	case Deputies:
		return row[colAwayFrom], row[colAwayTo], true
	case Roster:
		return row[colShiftFrom], row[colShiftTo], true
	}
	return "", "", false
}

// dayForms are the ways in which tables write a day.
var dayForms = [...]string{time.DateOnly, "2006/1/2", "2006-1-2", "2006.1.2", "2006年1月2日", "20060102"}

// parseDay reads a day; a bare number of five digits is how workbooks keep one, in days since 1899-12-30.
func parseDay(text string) (day string, ok bool) {
	text, _, _ = strings.Cut(text, " ")
	for _, form := range dayForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	if n, err := strconv.Atoi(text); err == nil && len(text) == 5 {
		return time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n).Format(time.DateOnly), true
	}
	return "", false
}

// parseTime reads a time of day; workbooks keep one as a fraction of the day.
func parseTime(text string) (clock string, ok bool) {
	if minute, err := parseClock(text); err == nil {
		return fmt.Sprintf("%02d:%02d", minute/60, minute%60), true
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f >= 0 && f <= 1 && !strings.Contains(text, ":") {
		minute := int(f*dayMinutes + 0.5)
		return fmt.Sprintf("%02d:%02d", minute/60, minute%60), true
	}
	return "", false
}

// Merge lays a table over the kept one: rows are added or altered by key, or, with replace, what it does not hold goes.
// before may be nil.
func Merge(before, with *Table, replace bool) (*Table, Diff) {
	d := Diff{Kind: with.Kind}
	merged := &Table{Kind: with.Kind}
	now := map[string][]string{}
	for _, row := range with.Rows {
		now[with.Kind.key(row)] = row
	}
	old := map[string]bool{}
	if before != nil {
		for _, row := range before.Rows {
			key := with.Kind.key(row)
			old[key] = true
			switch newer, there := now[key]; {
			case there && slices.Equal(newer, row):
				d.Same++
			case there:
				d.Changed = append(d.Changed, Change{Key: key, Before: row, Now: newer})
			case replace:
				d.Removed = append(d.Removed, Change{Key: key, Before: row})
			default:
				d.Kept++
				merged.Rows = append(merged.Rows, row)
			}
		}
	}
	for _, row := range with.Rows {
		if key := with.Kind.key(row); !old[key] {
			d.Added = append(d.Added, Change{Key: key, Now: row})
		}
		merged.Rows = append(merged.Rows, row)
	}
	merged.sort()
	return merged, d
}

// Change is a row that an import adds, alters or removes.
type Change struct {
	Key         string
	Before, Now []string // values by column; nil where there is none
}

// Diff is what an import does to a table.
type Diff struct {
	Kind                    Kind
	Added, Changed, Removed []Change
	Same, Kept              int // rows that both hold alike; rows that the import does not speak of
}

// Empty reports whether nothing changes.
func (d *Diff) Empty() bool { return len(d.Added)+len(d.Changed)+len(d.Removed) == 0 }

// String is the diff for people: + added, ~ altered (only the columns that differ), - removed, and a last line of numbers.
func (d *Diff) String() string {
	var b strings.Builder
	for _, c := range d.Added {
		fmt.Fprintf(&b, "+ %s\n", strings.Join(c.Now, ","))
	}
	cols := columns(d.Kind)
	for _, c := range d.Changed {
		fmt.Fprintf(&b, "~ %s", c.Key)
		for i := range c.Now {
			if c.Now[i] != c.Before[i] {
				fmt.Fprintf(&b, " %s: %q → %q", cols[i].Chinese, c.Before[i], c.Now[i])
			}
		}
		b.WriteByte('\n')
	}
	for _, c := range d.Removed {
		fmt.Fprintf(&b, "- %s\n", strings.Join(c.Before, ","))
	}
	fmt.Fprintf(&b, "新增 %d 行，修改 %d 行，删除 %d 行，相同 %d 行，未提及 %d 行", len(d.Added), len(d.Changed), len(d.Removed), d.Same, d.Kept)
	return b.String()
}
