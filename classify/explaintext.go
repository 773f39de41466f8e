package classify

import (
	"fmt"
	"strings"

	"suqiu/hotline"
)

// reasonNames say in Chinese what a reason means.
var reasonNames = map[Reason]string{
	ReasonRole: "说话人不符", ReasonBorder: "截断了词", ReasonMask: "属于别的词语", ReasonNegated: "被否定", ReasonNotNegated: "未被否定",
	ReasonHypothetical: "假设或询问", ReasonReal: "不是假设", ReasonAside: "说的是他人、别处或已了的事", ReasonEarlier: "说的是以往或另一单", ReasonNow: "说的不是以往", ReasonOwn: "说的是自己",
	ReasonMissing: "文中没有", ReasonDistance: "相距过远", ReasonCount: "次数不够", ReasonTitle: "标题中没有",
	ReasonValue: "数量不符", ReasonPlace: "不在要求的位置",
	ReasonTest: "热线、形式、渠道、时间或标签不符", ReasonExcluded: "出现了排除词",
	ReasonUnbacked: "短词只是同音，近旁没有写对的词",
}

// String writes the explanation in Chinese for a reader at a terminal. A call or a revision that has no name yet is
// left out.
func (e Explanation) String() string {
	var b strings.Builder
	if e.Call != "" {
		b.WriteString(e.Call + "  ")
	}
	if e.Revision > 0 {
		fmt.Fprintf(&b, "规则第 %d 版  ", e.Revision)
	}
	fmt.Fprintf(&b, "规则散列 %.12s\n", e.Hash)
	if len(e.Given) == 0 {
		b.WriteString("没有标签\n")
	}
	for _, f := range e.Given {
		f.write(&b)
	}
	writeBallot(&b, "诉求性质", e.Nature.Winner, e.Nature)
	writeBallot(&b, "责任", hotline.Responsible(e.Responsible.Winner).Name(), e.Responsible)
	if len(e.Found.Votes) > 0 {
		writeBallot(&b, "查实责任", hotline.Responsible(e.Found.Winner).Name(), e.Found)
	}
	writeMarks(&b, "紧急信号", e.Urgency)
	writeMarks(&b, "客户画像", e.Portrait)
	for i, dimension := range e.Experience {
		b.WriteString([]string{"体验维度：", "、"}[min(i, 1)] + dimension.Name())
	}
	if len(e.Experience) > 0 {
		b.WriteByte('\n')
	}
	for i, entity := range e.Entities {
		b.WriteString([]string{"文中要素：", "、"}[min(i, 1)] + EntityText(entity))
	}
	if len(e.Entities) > 0 {
		b.WriteByte('\n')
	}
	if len(e.NotGiven) > 0 {
		b.WriteString("接近而未给出：\n")
	}
	for _, f := range e.NotGiven {
		f.write(&b)
	}
	return b.String()
}

// EntityText writes an entity in Chinese: its kind, the words, and the value where it reads otherwise.
func EntityText(e hotline.Entity) string {
	text := e.Kind.Name() + " " + e.Text
	if e.Value != e.Text {
		text += "=" + e.Value
	}
	return text
}

func (f Finding) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s（%s）  权重 %g，门槛 %g", f.Name, f.Code, f.Weight, f.Threshold)
	if f.Strength != 0 && f.Strength != f.Weight {
		fmt.Fprintf(b, "，强度 %.3g", f.Strength)
	}
	if f.Why != "" {
		b.WriteString("  " + f.Why)
	}
	b.WriteByte('\n')
	for _, r := range f.Fired {
		fmt.Fprintf(b, "  + %s %+g\n", r.Rule, r.Weight)
		writeHits(b, r.Hits)
	}
	if f.Words != nil {
		f.Words.write(b)
	}
	for _, r := range f.Missed {
		fmt.Fprintf(b, "  - %s %+g\n", r.Rule, r.Weight)
		writeHits(b, r.Hits)
		for _, block := range r.Blocks {
			b.WriteString("      " + block.String() + "\n")
		}
	}
}

func (f WordFinding) write(b *strings.Builder) {
	sign := "="
	switch {
	case f.Alone:
		sign = "+"
	case f.Support < f.Drop:
		sign = "-"
	}
	fmt.Fprintf(b, "  %s 用词 支持度 %+.1f（高于 %+.1f 单凭用词给出，低于 %+.1f 不采信规则）\n", sign, f.Support, f.Give, f.Drop)
	for i, shares := range [][]WordShare{f.For, f.Against} {
		if len(shares) == 0 {
			continue
		}
		b.WriteString("      " + []string{"支持：", "反对："}[i])
		for j, s := range shares {
			b.WriteString([]string{"", "、"}[min(j, 1)] + s.String())
		}
		b.WriteByte('\n')
	}
}

// String writes the block in a line: the reason, the group, the word and what hid it.
func (b Block) String() string {
	s := reasonNames[b.Reason] + "：" + b.Group
	if b.Hit != nil {
		s += " " + place(*b.Hit)
	}
	if b.By != nil {
		s += "，因为 " + place(*b.By)
	}
	return s
}

// place writes a hit as 「words」, the turn, the byte where they begin in it, and who said them if that is known.
func place(h hotline.Hit) string {
	turn := fmt.Sprintf("第 %d 段", h.Turn+1)
	if h.Turn == TitleTurn {
		turn = "标题"
	}
	s := fmt.Sprintf("「%s」（%s:%d", h.Text, turn, h.Start)
	if h.Role != hotline.RoleUnknown {
		s += "，" + h.Role.Name()
	}
	if h.Fuzzy {
		s += "，同音"
	}
	return s + "）"
}

func writeHits(b *strings.Builder, hits []hotline.Hit) {
	for _, h := range hits {
		fmt.Fprintf(b, "      %s %s\n", h.Group, place(h))
	}
}

// writeMarks writes each mark with the service it suggests and the rules that gave it.
func writeMarks(b *strings.Builder, what string, marks []MarkFinding) {
	for _, f := range marks {
		fmt.Fprintf(b, "%s：%s（%s）", what, f.Name, f.Code)
		if f.Service != "" {
			b.WriteString("  建议：" + f.Service)
		}
		b.WriteByte('\n')
		for _, r := range f.Fired {
			fmt.Fprintf(b, "  + %s %+g\n", r.Rule, r.Weight)
			writeHits(b, r.Hits)
		}
	}
}

func writeBallot(b *strings.Builder, what, winner string, ballot Ballot) {
	fmt.Fprintf(b, "%s：%s", what, winner)
	if ballot.Default != "" {
		fmt.Fprintf(b, "  按标签 %s", ballot.Default)
	}
	b.WriteByte('\n')
	for _, v := range ballot.Votes {
		// Natures are Chinese as they are; of a party's code this is the name.
		fmt.Fprintf(b, "  + %s %s %+g\n", v.Rule, hotline.Responsible(v.Value).Name(), v.Weight)
		writeHits(b, v.Hits)
	}
}
