package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"suqiu/classify/evaluate"
	"suqiu/hotline"
)

// showEvaluation writes a report as tables for a Chinese reader, and the faults by record id. No text of a record is in it.
func showEvaluation(w io.Writer, r *evaluate.Report, names labelNames) error {
	rows := [][]string{{"", "标注", "答对", "误给", "漏给", "查准率 P", "查全率 R", "F1"}}
	add := func(name string, s evaluate.Score) {
		row := []string{name}
		for _, n := range []int{s.Gold(), s.Right, s.False, s.Missed} {
			row = append(row, strconv.Itoa(n))
		}
		for i, share := range []float64{s.Precision(), s.Recall(), s.F1()} {
			if i == 1 && s.Gold() == 0 { // nothing to find
				row = append(row, "–")
				continue
			}
			row = append(row, fmt.Sprintf("%.3f", share))
		}
		rows = append(rows, row)
	}
	add("涉电", r.Relevance)
	add("标签合计", r.Micro())
	for _, code := range slices.Sorted(maps.Keys(r.Labels)) {
		add(code+" "+names.name(code), r.Labels[code])
	}
	add("路灯（另计）", r.Streetlight)
	for _, table := range []struct {
		title   string
		parties map[hotline.Responsible]evaluate.Score
	}{{"责任", r.Parties}, {"查实", r.FoundBy}} {
		for _, party := range slices.Sorted(maps.Keys(table.parties)) {
			add(table.title+" "+string(party)+" "+partyName(party), table.parties[party])
		}
	}
	if err := writeTable(w, rows); err != nil {
		return err
	}
	rows = [][]string{{"", "数值", "95% 区间"}}
	for _, f := range r.Figures() {
		row := []string{f.Title(), "–"}
		if r.Asks(f) {
			row = []string{f.Title(), fmt.Sprintf("%.3f", f.Value), fmt.Sprintf("%.3f–%.3f", f.Low, f.High)}
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	if err := writeTable(w, rows); err != nil {
		return err
	}
	_, frequent := r.MacroF1(evaluate.FewExamples)
	fmt.Fprintf(w, "标注 %d 条；至少有 %d 个例子的标签 %d 个；考性质 %d 条，考责任 %d 条，考查实责任 %d 条\n",
		r.Records, evaluate.FewExamples, frequent, r.Nature.All, r.Responsible.All, r.Found.All)
	for _, f := range r.Faults {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}

// partyName is the Chinese name of a responsible party, or of finding none.
func partyName(party hotline.Responsible) string {
	return cmp.Or(map[hotline.Responsible]string{evaluate.FoundNone: "没有写明"}[party], party.Name())
}
