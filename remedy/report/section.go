package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"suqiu/hotline"
)

// noData is what stands where there is nothing to compare with.
const noData = "无可比数据"

func percent(share float64) string { return fmt.Sprintf("%.1f%%", 100*share) }

// text is the change as a table shows it.
func (c *Change) text() string {
	switch {
	case c == nil:
		return noData
	case c.Ratio == nil && c.Now == 0:
		return "持平"
	case c.Ratio == nil:
		return "新增"
	}
	text := fmt.Sprintf("%+.1f%%", 100**c.Ratio)
	if c.Part {
		text += "*"
	}
	return text
}

// text is the expectation with its interval.
func (e *Expectation) text() string {
	if e == nil {
		return noData
	}
	return fmt.Sprintf("%.1f [%d, %d]", e.Expected, e.Low, e.High)
}

// mark says on which side of its interval the week lies.
func (e *Expectation) mark() string {
	switch {
	case e == nil:
		return ""
	case e.Above():
		return "偏高"
	case e.Below():
		return "偏低"
	}
	return "正常"
}

// cellKind says how a cell is written.
type cellKind int

const (
	textCell cellKind = iota
	countCell
	shareCell  // 0 … 1
	changeCell // -1 …
)

// tableCell is a cell of a table: what is shown, and the number where it is one.
type tableCell struct {
	Text   string
	number float64
	kind   cellKind
	Warn   bool // to be seen
	right  bool // words in a column of numbers
}

// Numeric reports whether the cell stands to the right.
func (c tableCell) Numeric() bool { return c.kind != textCell }

// Short reports whether the words stay on one line.
func (c tableCell) Short() bool { return utf8.RuneCountInString(c.Text) < 6 }

func word(text string) tableCell { return tableCell{Text: text} }

func count(n int) tableCell {
	return tableCell{Text: strconv.Itoa(n), number: float64(n), kind: countCell}
}

func shareOf(x float64) tableCell { return tableCell{Text: percent(x), number: x, kind: shareCell} }

func (c *Change) cell() tableCell {
	if c == nil || c.Ratio == nil {
		return tableCell{Text: c.text(), right: true}
	}
	return tableCell{Text: c.text(), number: *c.Ratio, kind: changeCell}
}

// section is a part of the bulletin: words, a table and charts.
type section struct {
	Title  string
	Sheet  string // name of the sheet of a workbook; empty for none
	Notes  []string
	Header []string
	Rows   [][]tableCell
	Lines  []lineChart
	Bars   *barChart
}

// sections lay the bulletin out. All writers write them.
func (r *Report) sections() []section {
	total := r.rows("总体情况", "总体", append([]Row{r.Total}, r.Hotlines...), "热线", true)
	total.Notes = append(total.Notes, "事项：同一事项的几件诉求只计一个。基线口径事项：按标签、按日计数，同一事项在几个标签或几天里各计一次；约十分之一的正常值也会落在 90% 区间之外。")
	total.Lines = []lineChart{drawLine(r.All, 1020, 220)}
	classes := r.rows("一级分类", "一级分类", r.Classes, "分类", true, severalNote)
	for _, s := range r.Series {
		classes.Lines = append(classes.Lines, drawLine(s, 334, 130))
	}
	areas := r.rows("地区分布（"+areaName(r.Base)+"）", "地区", r.Areas, "地区", true)
	areas.Bars = drawBars(r.Areas)
	all := []section{
		{Title: "本周要点", Sheet: "要点", Notes: r.Highlights},
		total, r.wishSection(), classes,
		r.rows("二级分类", "二级分类", r.Labels, "标签", true, severalNote),
		areas,
		r.rows("下级地区", "下级地区", r.Places, "地区", true),
		r.rows("承办单位", "承办单位", r.Units, "单位", false),
		r.rows("受理渠道", "渠道", r.Channels, "渠道", false, "来源未写明渠道的，按受理形式列出。"),
		r.rows("服务行为：诉求性质", "诉求性质", r.Natures, "性质", false),
		r.rows("服务行为：责任方", "责任方", r.Responsible, "责任方", false, "按诉求人所说判断。"),
		r.rows("服务行为：查实责任", "查实责任", r.Found, "责任方", false, "按处理情况判断；回复里没有说明的为未查实。"),
		r.rows("服务行为：体验维度", "体验维度", r.Experience, "维度", false, "一件诉求可涉及几个维度，各计一次。"),
		r.problemSection(), r.exampleSection(), r.workSection(), r.visitSection(),
	}
	for i := range all {
		if len(all[i].Rows) == 0 && len(all[i].Notes) == 0 {
			all[i].Notes = []string{"无。"}
		}
	}
	return all
}

const severalNote = "一件诉求可有几个标签，各计一次，合计可大于诉求总数。"

func (r *Report) rows(title, sheet string, rows []Row, first string, expected bool, notes ...string) section {
	s := section{Title: title, Sheet: sheet, Notes: notes, Header: []string{first, "件数", "占比", "事项", "来电人", "环比上周", "比前四周均值", "同比"}}
	if expected {
		s.Header = append(s.Header, "基线口径事项", "预期 [90% 区间]", "对照基线")
	}
	part := false
	for _, row := range rows {
		line := []tableCell{word(row.Name), count(row.Contacts), shareOf(row.Share), count(row.Matters), count(row.Callers), row.Week.cell(), row.FourWeeks.cell(), row.Year.cell()}
		if expected {
			observed := word("")
			if row.Expected != nil {
				observed = count(row.Expected.Observed)
			}
			text := ""
			if row.Expected != nil {
				text = row.Expected.text()
			}
			line = append(line, observed, word(text), tableCell{Text: row.Expected.mark(), Warn: row.Expected.Above()})
		}
		for _, c := range []*Change{row.Week, row.FourWeeks, row.Year} {
			part = part || c != nil && c.Part && c.Ratio != nil
		}
		s.Rows = append(s.Rows, line)
	}
	if part {
		s.Notes = append(s.Notes, "带 * 的只比较两期数据都完整的来源。")
	}
	return s
}

// wishSection is the table of natures by hotline.
func (r *Report) wishSection() section {
	s := section{Title: "诉求性质与热线", Sheet: "性质与热线", Header: []string{"性质"}}
	for _, h := range hotline.Hotlines {
		s.Header = append(s.Header, string(h))
	}
	s.Header = append(s.Header, "合计")
	for _, w := range r.Wishes {
		line := []tableCell{word(w.Nature)}
		for _, h := range hotline.Hotlines {
			line = append(line, count(w.Hotlines[h]))
		}
		s.Rows = append(s.Rows, append(line, count(w.Contacts)))
	}
	return s
}

func (r *Report) problemSection() section {
	s := section{Title: "上升的问题", Sheet: "问题", Header: []string{"编号", "诉求", "地区", "发现", "实际/预期", "来电人", "信号", "办理", "责任人", "时限", "成效"}}
	s.Notes = []string{fmt.Sprintf("本周新立 %d 个；未结 %d 个，超期 %d 个，无责任人 %d 个。办理情况截至 %s。", r.Opened, r.Open, r.Overdue, r.Unowned, r.at(r.Made))}
	for _, p := range r.Problems {
		who := tableCell{Text: p.Owner}
		if p.Owner == "" {
			who = tableCell{Text: "无（" + p.Unowned + "）", Warn: true}
		}
		due := tableCell{}
		if !p.Due.IsZero() {
			due = tableCell{Text: p.Limit + " " + r.at(p.Due), Warn: p.Overdue}
			if p.Overdue {
				due.Text += "（超期）"
			}
		}
		opened := p.Opened.In(r.Period.From.Location()).Format("01-02")
		if p.New {
			opened += "（新）"
		}
		s.Rows = append(s.Rows, []tableCell{word(p.ID), word(p.Label), word(p.Area), word(opened), word(p.rise()),
			count(p.Callers), word(p.Signal), word(p.Work), who, due, word(p.Effect)})
	}
	return s
}

// rise tells how far the problem is from what was expected, or that a rule was met.
func (p *Problem) rise() string {
	if len(p.Counted) > 0 {
		return fmt.Sprintf("%d（计数规则）", p.Observed)
	}
	return fmt.Sprintf("%d / %.1f", p.Observed, p.Expected)
}

func (r *Report) exampleSection() section {
	s := section{Title: "原因与举例（已脱敏）", Sheet: "举例", Header: []string{"编号", "诉求", "地区", "可能的原因、达到的规则、举例"}}
	for _, p := range r.Problems {
		text := strings.Join(p.Examples, "；")
		if p.Hidden {
			text = "来电人不足五位，不举例"
		}
		for _, why := range [][]string{p.Counted, p.Explains} {
			if len(why) > 0 {
				text = strings.Join(why, "；") + "。" + text
			}
		}
		s.Rows = append(s.Rows, []tableCell{word(p.ID), word(p.Label), word(p.Area), word(text)})
	}
	return s
}

func (r *Report) workSection() section {
	s := section{Title: "办理与回访", Sheet: "办理回访", Header: []string{"指标", "本周", "上周"}}
	s.Notes = []string{"响应率＝已联系/有效回访，解决率＝已解决/有效回访，满意率＝（满意＋0.9×基本满意）/有效回访；有效回访为接通的。"}
	s.Rows = [][]tableCell{
		{word("本周受理工单"), count(r.Orders.Received), word("")},
		{word("其中已办结"), count(r.Orders.Closed), word("")},
		{word("其中超期未办结"), {Text: strconv.Itoa(r.Orders.Overdue), number: float64(r.Orders.Overdue), kind: countCell, Warn: r.Orders.Overdue > 0}, word("")},
		{word("回访"), count(r.Rates.Visits), count(r.Before.Visits)},
		{word("有效回访"), count(r.Rates.Valid), count(r.Before.Valid)},
	}
	for _, rate := range []struct {
		name        string
		now, before float64
	}{{"响应率", r.Rates.Response, r.Before.Response}, {"解决率", r.Rates.Solution, r.Before.Solution}, {"满意率", r.Rates.Satisfaction, r.Before.Satisfaction}} {
		line := []tableCell{word(rate.name), word("无有效回访"), word("无有效回访")}
		if r.Rates.Valid > 0 {
			line[1] = shareOf(rate.now)
		}
		if r.Before.Valid > 0 {
			line[2] = shareOf(rate.before)
		}
		s.Rows = append(s.Rows, line)
	}
	return s
}

func (r *Report) visitSection() section {
	s := section{Title: "到期回访", Sheet: "到期回访", Header: []string{"问题", "诉求", "地区", "第几天", "到期", "待访件数"}}
	for _, v := range r.Visits {
		due := tableCell{Text: v.Due.In(r.Period.From.Location()).Format(time.DateOnly), Warn: v.Late}
		if v.Late {
			due.Text += "（逾期）"
		}
		s.Rows = append(s.Rows, []tableCell{word(v.Incident), word(v.Label), word(v.Area), count(v.Day), due, count(v.Orders)})
	}
	if len(s.Rows) == 0 {
		s.Notes = []string{"一周内没有到期的回访。"}
	}
	return s
}

func (r *Report) at(t time.Time) string { return stamp(t, r.Period) }
