package classify

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

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

// unreached is a support so far out that no text comes near it: a table of word weights says never with it.
const unreached = 100

// writer writes an explanation; places are told by the characters of call.
type writer struct {
	strings.Builder
	call *hotline.Call
}

// String writes the explanation in Chinese for a reader at a terminal. A call or a revision that has no name yet is
// left out. Places count turns and characters from 1; an explanation that was not made by Explain knows no characters
// and tells the turns alone.
func (e Explanation) String() string {
	b := writer{call: e.call}
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
		b.finding(f)
	}
	b.ballot("诉求性质", e.Nature.Winner, e.Nature)
	b.ballot("责任", hotline.Responsible(e.Responsible.Winner).Name(), e.Responsible)
	if len(e.Found.Votes) > 0 {
		b.ballot("查实责任", hotline.Responsible(e.Found.Winner).Name(), e.Found)
	}
	b.marks("紧急信号", e.Urgency)
	b.marks("客户画像", e.Portrait)
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
		b.finding(f)
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

func (b *writer) finding(f Finding) {
	fmt.Fprintf(b, "%s（%s）  权重 %s，门槛 %s", f.Name, f.Code, decimals(f.Weight), decimals(f.Threshold))
	if f.Strength != 0 && f.Strength != f.Weight {
		fmt.Fprintf(b, "，强度 %.3g", f.Strength)
	}
	if f.Why != "" {
		b.WriteString("  " + f.Why)
	}
	if f.Mark != "" {
		b.WriteString("  没有别的标签，由紧急信号 " + f.Mark + " 给出")
	}
	b.WriteByte('\n')
	for _, r := range f.Fired {
		fmt.Fprintf(b, "  + %s %+g\n", r.Rule, r.Weight)
		b.hits(r.Hits)
	}
	if f.Words != nil {
		b.words(f.Words)
	}
	for _, r := range f.Missed {
		fmt.Fprintf(b, "  - %s %+g\n", r.Rule, r.Weight)
		b.hits(r.Hits)
		for _, block := range r.Blocks {
			b.WriteString("      " + b.block(block) + "\n")
		}
	}
}

// decimals writes a number with at most two places after the point.
func decimals(x float64) string { return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64) }

func (b *writer) words(f *WordFinding) {
	sign := "="
	switch {
	case f.Alone:
		sign = "+"
	case f.Support < f.Drop:
		sign = "-"
	}
	give, drop := fmt.Sprintf("高于 %+.1f 单凭用词给出", f.Give), fmt.Sprintf("低于 %+.1f 不采信规则", f.Drop)
	switch {
	case f.Give >= unreached:
		give = "从不单凭用词给出"
	case f.Few:
		give = "认得的词太少，不单凭用词给出"
	}
	if f.Drop <= -unreached {
		drop = "从不因用词不采信规则"
	}
	fmt.Fprintf(b, "  %s 用词 支持度 %+.1f（%s，%s）\n", sign, f.Support, give, drop)
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

// block writes a block in a line: the reason, the group, the word and what hid it.
func (b *writer) block(of Block) string {
	s := reasonNames[of.Reason] + "：" + of.Group
	if of.Hit != nil {
		s += " " + b.place(*of.Hit)
	}
	if of.By != nil {
		s += "，因为 " + b.place(*of.By)
	}
	if of.Found != "" {
		s += "，实为 " + of.Found
	}
	return s
}

// place writes a hit as 「words」, the turn, the character at which they begin in it, and who said them if that is known.
func (b *writer) place(h hotline.Hit) string {
	s, text := fmt.Sprintf("「%s」（第 %d 段", h.Text, h.Turn+1), ""
	switch {
	case h.Turn == TitleTurn:
		s = "「" + h.Text + "」（标题"
		if b.call != nil {
			text = b.call.Title
		}
	case b.call != nil && h.Turn < len(b.call.Turns):
		text = b.call.Turns[h.Turn].Text
	}
	if h.Start < len(text) {
		s += fmt.Sprintf("第 %d 字", utf8.RuneCountInString(text[:h.Start])+1)
	}
	if h.Role != hotline.RoleUnknown {
		s += "，" + h.Role.Name()
	}
	if h.Fuzzy {
		s += "，同音"
	}
	return s + "）"
}

func (b *writer) hits(hits []hotline.Hit) {
	for _, h := range hits {
		fmt.Fprintf(b, "      %s %s\n", h.Group, b.place(h))
	}
}

// marks writes each mark with the service it suggests and the rules that gave it.
func (b *writer) marks(what string, marks []MarkFinding) {
	for _, f := range marks {
		fmt.Fprintf(b, "%s：%s（%s）", what, f.Name, f.Code)
		if f.Service != "" {
			b.WriteString("  建议：" + f.Service)
		}
		b.WriteByte('\n')
		for _, r := range f.Fired {
			fmt.Fprintf(b, "  + %s %+g\n", r.Rule, r.Weight)
			b.hits(r.Hits)
		}
	}
}

func (b *writer) ballot(what, winner string, ballot Ballot) {
	fmt.Fprintf(b, "%s：%s", what, winner)
	if ballot.Default != "" {
		fmt.Fprintf(b, "  按标签 %s", ballot.Default)
	}
	b.WriteByte('\n')
	for _, v := range ballot.Votes {
		// Natures are Chinese as they are; of a party's code this is the name.
		fmt.Fprintf(b, "  + %s %s %+g\n", v.Rule, hotline.Responsible(v.Value).Name(), v.Weight)
		b.hits(v.Hits)
	}
}
