package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"suqiu/classify/draft"
	"suqiu/trend/emerging"
)

// showEmerging writes the topics for an analyst.
func (s *session) showEmerging(r *emergingReport) error {
	names, err := s.names()
	if err != nil {
		return err
	}
	out, p := s.env.Stdout, newPaint(s.env.Stdout)
	minute := "2006-01-02 15:04"
	fmt.Fprintf(out, "%s 至 %s：诉求 %d 件，来电人 %d 位；对照此前（自 %s）%d 件，%d 位\n", r.From.Format(minute), r.To.Format(minute), r.Window.Contacts,
		r.Window.Callers, r.Since.Format(minute), r.Background.Contacts, r.Background.Callers)
	for _, source := range r.Left {
		fmt.Fprintf(out, "来源 %s 此前没有诉求，它说的都会是新的，未计入；可用更长的 --background\n", source)
	}
	fmt.Fprintf(out, "新话题：共 %d 个（检验词组 %d 个）\n", len(r.Topics)+r.More, r.Tried)
	for i := range r.Topics {
		showTopic(s, i+1, &r.Topics[i], names, p)
	}
	if r.More > 0 {
		fmt.Fprintf(out, "\n另有 %d 个；--top 可多看\n", r.More)
	}
	if r.Draft != "" {
		fmt.Fprintf(out, "\n草案已写入 %s。先试：%s rule try %s --once 一句话", r.Draft, s.env.program, r.Draft)
		if folder := filepath.Dir(filepath.Clean(r.Draft)); filepath.Base(folder) == "rules" {
			fmt.Fprintf(out, "；再用：--dicts %s", filepath.Dir(folder))
		}
		fmt.Fprintln(out)
	}
	return nil
}

// mostShares bounds the labels and areas that are shown of a topic.
const mostShares = 3

func showTopic(s *session, number int, t *emergingTopic, names labelNames, p paint) {
	out := s.env.Stdout
	first := t.Phrases[0]
	fmt.Fprintf(out, "\n%s\n", p.bold(fmt.Sprintf("%d. %s", number, t.Name)))
	fmt.Fprintf(out, "  来电人 %d 位，诉求 %d 件，事项 %d 个；「%s」%d 位说过，此前 %d 位，按标签、来源、地区的涨落应有 %.1f 位；纯属偶然的期望 %.1g 个\n",
		t.Callers, t.Contacts, t.Matters, first.Text, first.Callers, first.Background, first.Expected, t.Chance)
	fmt.Fprintf(out, "  标签：%s", shares(t.Labels, func(code string) string {
		if code == "" {
			return "没有标签"
		}
		return names.name(code) + "（" + code + "）"
	}))
	if t.LabelRise > 0 {
		what := "该标签"
		if t.Main() == "" {
			what = "没有标签的"
		}
		fmt.Fprintf(out, "。除去此话题，%s是此前的 %.1f 倍，话题不由它的涨落而来", what, t.LabelRise)
	}
	fmt.Fprintln(out)
	fmt.Fprintf(out, "  地区：%s\n", shares(t.Areas, func(area string) string { return or(area, "地点不详") }))
	fmt.Fprint(out, "  每天（事项/来电人）：\n")
	showDays(s, t.Days, p)
	var phrases []string
	for _, phrase := range t.Phrases[:min(len(t.Phrases), 8)] {
		phrases = append(phrases, fmt.Sprintf("%s %d", phrase.Text, phrase.Callers))
	}
	fmt.Fprintf(out, "  词组（来电人）：%s\n", strings.Join(phrases, "，"))
	if len(t.Examples) == 0 {
		fmt.Fprintf(out, "  例：不足 %d 位来电人的敏感诉求，不显示\n", fewSensitive)
	}
	for _, e := range t.Examples {
		var spans [][2]int
		for _, phrase := range t.Phrases {
			for from := 0; ; {
				at := strings.Index(e.Text[from:], phrase.Text)
				if at < 0 {
					break
				}
				spans = append(spans, [2]int{from + at, from + at + len(phrase.Text)})
				from += at + len(phrase.Text)
			}
		}
		fmt.Fprintf(out, "  例：%s %s  %s\n", e.ID, e.Received.Format("01-02 15:04"), excerpt(e.Text, spans, p))
	}
	fmt.Fprintf(out, "  %s\n", draftText(t, names))
	for line := range strings.Lines(t.Draft.Rule) {
		fmt.Fprintf(out, "    %s\n", p.faint(strings.TrimRight(line, "\n")))
	}
}

// draftText says what the draft of a topic does, or why there is none.
func draftText(t *emergingTopic, names labelNames) string {
	d := &t.Draft
	why := ""
	switch d.Refused {
	case draft.NoWords:
		why = "它的词组此前都不够少，或说得太散，没有词能把它与此前的诉求分开"
	case draft.TakenID:
		why = "编号 " + d.Detail + " 已有规则"
	case draft.Faulty:
		why = "不能编译：" + d.Detail
	case draft.Misses:
		why = "没有命中自己的例子：" + d.Detail
	case draft.Common:
		why = fmt.Sprintf("命中此前 %d 件中的 %d 件，不少于千分之一，分不开", d.Contacts, d.Hits)
	default:
		text := fmt.Sprintf("规则草案 %s（标签 %s）：命中话题 %d 件中的 %d 件，此前 %d 件中的 %d 件；例子全部命中", d.ID, names.name(d.Label), t.Contacts, d.Matched, d.Contacts, d.Hits)
		if d.Given < d.Matched {
			text += fmt.Sprintf("；得到该标签的 %d 件，其余还缺标签的 requires，或让位于更强的标签（explain 可看原因）", d.Given)
		}
		return text
	}
	return "没有规则草案：" + why
}

// shares lists the greatest of some.
func shares(all []emerging.Share, name func(string) string) string {
	var parts []string
	rest := 0
	for i, share := range all {
		if i >= mostShares {
			rest += share.Callers
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %d 位", name(share.Value), share.Callers))
	}
	if rest > 0 {
		parts = append(parts, fmt.Sprintf("其他 %d 位", rest))
	}
	return strings.Join(parts, "，")
}

// widestBar is how long the bar of the fullest day is, in characters.
const widestBar = 30

// showDays draws the callers of each day as a bar.
func showDays(s *session, days []emerging.Day, p paint) {
	most := slices.MaxFunc(days, func(a, b emerging.Day) int { return a.Callers - b.Callers }).Callers
	rows := make([][]string, 0, len(days))
	for _, d := range days {
		length := d.Callers
		if most > widestBar {
			length = (d.Callers*widestBar + most - 1) / most // at least one where somebody told of it
		}
		weekday := string([]rune("日一二三四五六")[int(d.Day.Weekday())])
		rows = append(rows, []string{"    " + d.Day.Format("01-02") + " 周" + weekday, fmt.Sprintf("%d/%d", d.Matters, d.Callers), p.label(strings.Repeat("▇", length))})
	}
	_ = writeTable(s.env.Stdout, rows) // what can't be written here can't be written anywhere
}
