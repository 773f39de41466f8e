package cli

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/remedy/worklist"
	"suqiu/table"
)

// writeTasks writes a worklist.
func (s *session) writeTasks(w io.Writer, format string, lists []worklist.List, tasks []task) error {
	if format == "json" {
		return writeJSONLines(w, tasks)
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	header := []string{"清单", "紧急", "来电人", "地点", "地区", "次数", "来电人数", "首次", "末次", "负责人", "建议服务", "工单"}
	sheets := make([]table.Sheet, 0, len(lists))
	var all [][]string
	for _, l := range lists {
		sheet := table.Sheet{Name: l.Name, Header: header}
		for _, t := range tasks {
			if t.List != l.Code {
				continue
			}
			var urgent []string
			for _, code := range t.Urgency {
				urgent = append(urgent, names.mark(code))
			}
			day := func(at time.Time) string { return at.In(s.zone).Format(time.DateOnly) }
			line := []string{t.Name, strings.Join(urgent, "、"), t.Person, t.Place, t.Area, strconv.Itoa(t.Contacts), strconv.Itoa(t.Callers), day(t.First), day(t.Last),
				t.Owner, strings.Join(t.Services, "；"), strings.Join(t.Orders, " ")}
			all = append(all, line)
			cells := make([]table.Value, len(line))
			for i, text := range line {
				cells[i] = table.Text(text)
			}
			cells[5], cells[6] = table.Count(t.Contacts), table.Count(t.Callers)
			sheet.Rows = append(sheet.Rows, cells)
		}
		sheets = append(sheets, sheet)
	}
	switch format {
	case "xlsx":
		return table.Write(w, sheets)
	case "csv":
		return writeCSV(w, append([][]string{header}, all...))
	}
	return showTasks(w, sheets)
}

// showTasks prints worklists for reading: a line an item, and once what is suggested.
func showTasks(w io.Writer, sheets []table.Sheet) error {
	for n, sheet := range sheets {
		if n > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s：%d 项\n", sheet.Name, len(sheet.Rows))
		rows := [][]string{{"次数", "人数", "末次", "紧急", "来电人", "地点", "地区", "负责人", "工单"}}
		var advice []string
		for _, r := range sheet.Rows {
			orders := strings.Fields(r[11].Text)
			shown := strings.Join(orders[:min(3, len(orders))], " ")
			if len(orders) > 3 {
				shown += fmt.Sprintf(" …共 %d 件", len(orders))
			}
			rows = append(rows, []string{r[5].Text, r[6].Text, r[8].Text, r[1].Text, r[2].Text, r[3].Text, r[4].Text, r[9].Text, shown})
			if !slices.Contains(advice, r[10].Text) {
				advice = append(advice, r[10].Text)
			}
		}
		if len(sheet.Rows) == 0 {
			continue
		}
		if err := writeTable(w, rows); err != nil {
			return err
		}
		for _, text := range advice {
			fmt.Fprintf(w, "建议：%s\n", text)
		}
	}
	return nil
}
