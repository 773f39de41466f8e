package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/index"
	"suqiu/remedy"
	"suqiu/table"
)

// visitColumns are those of a worklist of visits: what is exported, and what whoever visits fills in.
var visitColumns = []table.Column{
	table.Needed("问题编号", "incident"), table.Needed("工单编号", "order"), table.Needed("第几天", "day"), table.Optional("到期", "due"), table.Optional("回访结果", "result"),
	table.Optional("已联系", "contacted"), table.Optional("已解决", "solved"), table.Optional("回访人", "by"), table.Optional("说明", "note"),
}

// visitRow is the line of a visit that has no result yet.
func (s *session) visitRow(v remedy.DueVisit) []string {
	row := make([]string, len(visitColumns))
	copy(row, []string{v.Incident, v.Order, strconv.Itoa(v.Day), v.Due.In(s.zone).Format(time.DateOnly)})
	return row
}

// writeVisits writes a worklist of visits as CSV or as a workbook.
func (s *session) writeVisits(format string, visits []remedy.DueVisit) error {
	header := make([]string, len(visitColumns))
	for k, c := range visitColumns {
		header[k] = c.Chinese
	}
	rows := [][]string{header}
	sheet := table.Sheet{Name: "回访", Header: header}
	for _, v := range visits {
		row := s.visitRow(v)
		rows = append(rows, row)
		cells := make([]table.Value, len(row))
		for k, text := range row {
			cells[k] = table.Text(text)
		}
		sheet.Rows = append(sheet.Rows, cells)
	}
	if format == "xlsx" {
		return table.Write(s.env.Stdout, []table.Sheet{sheet})
	}
	return writeCSV(s.env.Stdout, rows)
}

// visitLine is a visit of a file.
type visitLine struct {
	row  table.Row
	deed remedy.Deed
}

// readVisits reads the visits of a file that have a result, by incident, and tells what is wrong, line by line.
func (s *session) readVisits(name, by string, now time.Time) (map[string][]visitLine, []error, error) {
	file, err := openFile(name)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	rows, err := table.Read(file, name, visitColumns)
	if err != nil {
		return nil, nil, err
	}
	masker, err := s.lookingMasker()
	if err != nil {
		return nil, nil, err
	}
	out := map[string][]visitLine{}
	var faults []error
	for _, r := range rows {
		fault := func(column int, why, hint string) {
			faults = append(faults, &table.Error{File: r.File, Line: r.Line, Column: visitColumns[column].Chinese, Why: why, Hint: hint})
		}
		id, order, day, result, who := r.Values[0], r.Values[1], r.Values[2], r.Values[4], r.Values[7]
		if result == "" {
			continue // not visited yet
		}
		before := len(faults)
		v := &remedy.Visit{Order: order, At: now, By: who, Note: masker.Text(r.Values[8])}
		if v.By == "" {
			v.By = by
		}
		if v.By == "" {
			fault(7, "is empty", "fill it in, or give --by")
		}
		if v.Day, err = strconv.Atoi(day); err != nil || !slices.Contains(remedy.VisitDays[:], v.Day) {
			fault(2, fmt.Sprintf("is %q", day), "write 7 or 30")
		}
		for _, known := range remedy.Results {
			if result == known.Name() || result == string(known) {
				v.Result = known
			}
		}
		if v.Result == "" {
			fault(4, fmt.Sprintf("is %q", result), "write 满意, 基本满意, 不满意 or 未接通")
		}
		var ok bool
		if v.Contacted, ok = yes(r.Values[5]); !ok {
			fault(5, fmt.Sprintf("is %q", r.Values[5]), "write 是 or 否")
		}
		if v.Solved, ok = yes(r.Values[6]); !ok {
			fault(6, fmt.Sprintf("is %q", r.Values[6]), "write 是 or 否")
		}
		if len(faults) > before {
			continue
		}
		out[id] = append(out[id], visitLine{r, remedy.Deed{Act: remedy.ActVisit, By: v.By, At: now, Note: v.Note, Visit: v}})
	}
	return out, faults, nil
}

// yes reads 是 or 否; an empty cell is 否.
func yes(cell string) (is, ok bool) {
	switch strings.ToLower(cell) {
	case "是", "yes", "true", "1":
		return true, true
	case "", "否", "no", "false", "0":
		return false, true
	}
	return false, false
}

func (s *session) importVisits(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("写文件名；用法见 suqiu incident visits import --help")
	}
	by, err := who(c)
	if err != nil {
		return err
	}
	now := s.env.Now().In(s.zone).Truncate(time.Second)
	lines, faults, err := s.readVisits(c.Args().First(), by, now)
	if err != nil {
		return err
	}
	all, store, err := s.incidents(c.Context)
	if err != nil {
		return err
	}
	practice, err := s.practice(c.Context, store)
	if err != nil {
		return err
	}
	todo, known := map[string][]visitLine{}, 0
	for _, id := range slices.Sorted(maps.Keys(lines)) {
		visits := lines[id]
		k := slices.IndexFunc(all, func(i remedy.Incident) bool { return i.ID == id })
		if k < 0 {
			faults = append(faults, &table.Error{File: visits[0].row.File, Line: visits[0].row.Line, Column: visitColumns[0].Chinese, Why: "is " + id + ", which is no incident", Hint: "suqiu incident list --all shows those there are"})
			continue
		}
		left := slices.DeleteFunc(visits, func(v visitLine) bool { return all[k].HasVisit(*v.deed.Visit) })
		known += len(visits) - len(left)
		faults = append(faults, visitFaults(left, all[k].DoVisits(practice, deeds(left)))...)
		todo[id] = left
	}
	if len(faults) > 0 {
		return s.refuseVisits(faults)
	}
	return s.keepVisits(c.Context, store, practice, todo, known, c.Bool("dry-run"))
}

func deeds(lines []visitLine) []remedy.Deed {
	out := make([]remedy.Deed, len(lines))
	for k := range lines {
		visit := *lines[k].deed.Visit
		out[k] = lines[k].deed
		out[k].Visit = &visit
	}
	return out
}

// visitFaults tells the lines that could not be recorded.
func visitFaults(lines []visitLine, errs []error) []error {
	var out []error
	for k, err := range errs {
		if err != nil {
			out = append(out, &table.Error{File: lines[k].row.File, Line: lines[k].row.Line, Why: err.Error(), Hint: "correct the line or remove it"})
		}
	}
	return out
}

// refuseVisits tells what is wrong with the lines of a file.
func (s *session) refuseVisits(faults []error) error {
	const shown = 20
	for _, f := range faults[:min(shown, len(faults))] {
		fmt.Fprintln(s.env.Stderr, f)
	}
	if more := len(faults) - shown; more > 0 {
		fmt.Fprintf(s.env.Stderr, "另有 %d 行有误\n", more)
	}
	return fmt.Errorf("没有保存：有 %d 处错误；改正后重新导入", len(faults))
}

// keepVisits records visits that were found right, each incident's in one write.
func (s *session) keepVisits(ctx context.Context, store index.Ledger, practice remedy.Practice, todo map[string][]visitLine, known int, dry bool) error {
	results := map[remedy.Result]int{}
	total, incidents := 0, 0
	for _, id := range slices.Sorted(maps.Keys(todo)) {
		lines := todo[id]
		if len(lines) == 0 {
			continue
		}
		incidents++
		for _, l := range lines {
			results[l.deed.Visit.Result]++
			total++
		}
		if dry {
			continue
		}
		var faults []error
		_, err := remedy.Update(ctx, remedyLedger{store}, id, func(i *remedy.Incident) error {
			if faults = visitFaults(lines, i.DoVisits(practice, deeds(lines))); len(faults) > 0 {
				return fmt.Errorf("问题 %s 刚被别人改动；此前保存的有效，请重新导入这个文件", id)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(s.env.Stdout, "%d 个问题的回访 %d 件", incidents, total)
	for _, r := range remedy.Results {
		if results[r] > 0 {
			fmt.Fprintf(s.env.Stdout, "，%s %d", r.Name(), results[r])
		}
	}
	fmt.Fprintln(s.env.Stdout)
	if known > 0 {
		fmt.Fprintf(s.env.Stdout, "以前登记过的 %d 件，跳过\n", known)
	}
	if dry {
		fmt.Fprintln(s.env.Stdout, "试运行，没有保存")
	}
	return nil
}
