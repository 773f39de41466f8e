package owner

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"suqiu/table"
)

// Days and times come in many forms, roles by name or code, areas by code or path; one form is kept.
func TestReadTableNormal(t *testing.T) {
	names := Names{Policy: shippedPolicy(t), Area: func(text string) (string, bool) {
		path, known := map[string]string{"994": station, station: station}[text]
		return path, known
	}}
	for _, form := range []string{"2026-02-15", "2026/2/15", "2026年2月15日", "20260215", "2026.2.15", "46068", "2026-02-15 00:00:00"} {
		got, err := ReadTable(strings.NewReader(table.Header(columns(Posts))+"\n供电所长,994,H1,"+form+",\nstation_head,*,H2,"+form+",\n"), "posts.csv", Posts, names)
		if err != nil {
			t.Fatal(err)
		}
		want := [][]string{{"station_head", "*", "H2", "2026-02-15", ""}, {"station_head", station, "H1", "2026-02-15", ""}}
		if !reflect.DeepEqual(got.Rows, want) {
			t.Errorf("%s: %v", form, got.Rows)
		}
	}
	got, err := ReadTable(strings.NewReader("岗位,地区,工号,自,开始,结束\n抢修值班,994,D1,2026-02-15,8:00,0.8333333333\n抢修值班,994,D2,2026-02-16,,\n"), "roster.csv", Roster, names)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"repair_duty", station, "D1", "2026-02-15", "2026-02-15", "08:00", "20:00"}, {"repair_duty", station, "D2", "2026-02-16", "2026-02-16", "00:00", "24:00"}}
	if !reflect.DeepEqual(got.Rows, want) {
		t.Errorf("roster: %v", got.Rows)
	}
}

// A workbook keeps days and times as numbers.
func TestReadWorkbook(t *testing.T) {
	book := excelize.NewFile()
	for cell, value := range map[string]any{
		"A1": "岗位", "B1": "地区", "C1": "工号", "D1": "自", "E1": "至", "F1": "开始", "G1": "结束",
		"A2": "抢修值班", "B2": station, "C2": "D1", "D2": at(t, "2026-02-15 00:00").UTC().Add(8 * 60 * 60 * 1e9), "E2": "2026-02-20", "F2": 8.0 / 24, "G2": 20.0 / 24,
	} {
		if err := book.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := ReadTable(&b, "值班.xlsx", Roster, Names{Policy: shippedPolicy(t)})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"repair_duty", station, "D1", "2026-02-15", "2026-02-20", "08:00", "20:00"}; !slices.Equal(got.Rows[0], want) {
		t.Errorf("got %v", got.Rows)
	}
}

func TestReadTableFaults(t *testing.T) {
	names := Names{Policy: shippedPolicy(t), Area: func(text string) (string, bool) { return text, text == station }}
	for name, tc := range map[string]struct {
		kind   Kind
		body   string
		line   int
		column string
	}{
		"RoleUnknown":   {Posts, "局长," + station + ",H1,,\n", 2, "岗位"},
		"AreaUnknown":   {Posts, "供电所长,江东/乌有,H1,,\n", 2, "地区"},
		"CellUnknown":   {Cells, "江东/乌有,E1,,\n", 2, "网格"},
		"UnitUnknown":   {People, "E1,张三,江东/乌有,,,,,,,\n", 2, "单位"},
		"NoDay":         {Posts, "供电所长," + station + ",H1,二月,\n", 2, "自"},
		"NoTime":        {Roster, "抢修值班," + station + ",D1,2026-02-15,,二十五点,\n", 2, "开始"},
		"EndsBefore":    {Posts, "供电所长," + station + ",H1,2026-02-15,2026-02-14\n", 2, "至"},
		"SameRowTwice":  {People, "E1,张三,,,,,,,,\nE1,李四,,,,,,,,\n", 3, ""},
		"AwayOpenEnded": {Deputies, "E1,E2,2026-02-15,\n", 2, "至"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadTable(strings.NewReader(table.Header(columns(tc.kind))+"\n"+tc.body), "t.csv", tc.kind, names)
			var fault *table.Error
			if !errors.As(err, &fault) || fault.Line != tc.line || fault.Column != tc.column || fault.Hint == "" {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, err := ReadTable(strings.NewReader(""), "t.csv", "cats", names); err == nil || !strings.Contains(err.Error(), `no table "cats"`) {
		t.Errorf("got %v", err)
	}
}

func TestNewFaults(t *testing.T) {
	const people = "E1,张三,,,,,,,,\nE2,李四,,,,,,,,\n"
	policy := shippedPolicy(t)
	for name, tc := range map[string]struct {
		tables map[Kind]string
		says   string
	}{
		"PostOfNobody":    {map[Kind]string{Posts: "供电所长," + station + ",E9,,\n"}, "nobody with the number (工号) E9"},
		"DeputyIsNobody":  {map[Kind]string{People: people, Deputies: "E1,E9,2026-01-01,2026-01-02\n"}, "nobody with the number (工号) E9"},
		"TwoHoldOnePost":  {map[Kind]string{People: people, Posts: "供电所长," + station + ",E1,,\n供电所长," + station + ",E2,2026-01-01,\n"}, "E1 and E2 hold it at one time"},
		"CellAndPost":     {map[Kind]string{People: people, Posts: "片区经理," + east + ",E1,,\n", Cells: east + ",E2,2026-01-01,\n"}, "hold it at one time"},
		"AwayTwice":       {map[Kind]string{People: people, Deputies: "E1,E2,2026-01-01,2026-01-05\nE1,,2026-01-05,2026-01-06\n"}, "is away twice on 2026-01-05"},
		"TwoOnDuty":       {map[Kind]string{People: people, Roster: "抢修值班," + station + ",E1,2026-01-01,,08:00,20:00\n抢修值班," + station + ",E2,2026-01-01,,19:59,08:00\n"}, "both on duty on 2026-01-01"},
		"NightMeetsShift": {map[Kind]string{People: people, Roster: "抢修值班," + station + ",E1,2026-01-01,,20:00,08:00\n抢修值班," + station + ",E2,2026-01-02,,07:59,08:00\n"}, "both on duty on 2026-01-02"},
		"InsideALongTime": {map[Kind]string{People: people, Roster: "抢修值班," + station + ",E1,2026-01-01,2026-12-31,08:00,20:00\n抢修值班," + station + ",E2,2026-06-01,,12:00,13:00\n"}, "both on duty on 2026-06-01"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(policy, tablesOf(t, policy, tc.tables), holidays(t))
			if err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("AdjacentIsFine", func(t *testing.T) {
		tables := map[Kind]string{
			People: people,
			Posts:  "供电所长," + station + ",E1,,2025-12-31\n供电所长," + station + ",E2,2026-01-01,\n",
			Roster: "抢修值班," + station + ",E1,2026-01-01,,20:00,08:00\n抢修值班," + station + ",E2,2026-01-02,,08:00,20:00\n",
		}
		if _, err := New(policy, tablesOf(t, policy, tables), holidays(t)); err != nil {
			t.Error(err)
		}
	})
	t.Run("RoleGone", func(t *testing.T) {
		tables := map[Kind]*Table{Posts: {Kind: Posts, Rows: [][]string{{"mayor", "*", "E1", "", ""}}}}
		if _, err := New(policy, tables, holidays(t)); err == nil || !strings.Contains(err.Error(), "no role mayor any more") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("TornRow", func(t *testing.T) {
		tables := map[Kind]*Table{Posts: {Kind: Posts, Rows: [][]string{{"mayor"}}}}
		if _, err := New(policy, tables, holidays(t)); err == nil || !strings.Contains(err.Error(), "1 values instead of 5") {
			t.Errorf("got %v", err)
		}
	})
}

func TestMerge(t *testing.T) {
	policy := shippedPolicy(t)
	read := func(body string) *Table { return tablesOf(t, policy, map[Kind]string{Cells: body})[Cells] }
	before := read("a/b,E1,,\na/c,E1,,\na/d,E1,,\n")
	with := read("a/b,E1,,\na/c,E2,,\na/e,E2,,\n")
	for name, tc := range map[string]struct {
		replace bool
		rows    int
		says    string
	}{
		"Add":     {false, 4, "新增 1 行，修改 1 行，删除 0 行，相同 1 行，未提及 1 行"},
		"Replace": {true, 3, "新增 1 行，修改 1 行，删除 1 行，相同 1 行，未提及 0 行"},
	} {
		t.Run(name, func(t *testing.T) {
			merged, diff := Merge(before, with, tc.replace)
			text := diff.String()
			if len(merged.Rows) != tc.rows || !strings.Contains(text, tc.says) || !strings.Contains(text, "+ a/e,E2,,") || !strings.Contains(text, `~ a/c@ 工号: "E1" → "E2"`) || diff.Empty() {
				t.Errorf("%d rows; %s", len(merged.Rows), text)
			}
			if tc.replace != strings.Contains(text, "- a/d,E1,,") {
				t.Errorf("%s", text)
			}
			again, same := Merge(merged, with, tc.replace)
			if !same.Empty() || !reflect.DeepEqual(again, merged) {
				t.Errorf("a second time it changes something: %s", same.String())
			}
		})
	}
	t.Run("First", func(t *testing.T) {
		merged, diff := Merge(nil, with, false)
		if len(diff.Added) != 3 || !reflect.DeepEqual(merged, with) {
			t.Errorf("%s", diff.String())
		}
	})
	t.Run("JSON", func(t *testing.T) {
		data, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		var back Table
		if err := json.Unmarshal(data, &back); err != nil || !reflect.DeepEqual(&back, before) {
			t.Errorf("%s: %v", data, err)
		}
	})
}

// Whatever a table holds, it is read or refused, and what was read merges into itself without a change.
func FuzzReadTable(f *testing.F) {
	for i, k := range Kinds {
		f.Add(i, table.Header(columns(k))+"\n"+company()[k])
	}
	policy := shippedPolicy(f)
	f.Fuzz(func(t *testing.T, kind int, text string) {
		k := Kinds[uint(kind)%uint(len(Kinds))]
		got, err := ReadTable(strings.NewReader(text), "fuzz.csv", k, Names{Policy: policy})
		if err != nil {
			return
		}
		if _, diff := Merge(got, got, true); !diff.Empty() {
			t.Errorf("differs from itself: %s", diff.String())
		}
		if d, err := New(policy, map[Kind]*Table{k: got}, holidays(t)); (d == nil) == (err == nil) {
			t.Error("neither directory nor error")
		}
	})
}
