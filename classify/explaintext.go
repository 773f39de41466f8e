package classify

import (
	"fmt"
	"strings"

	"suqiu/hotline"
)

// String writes the explanation for a reader at a terminal.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  rule set %d (%.12s)\n", e.Call, e.Revision, e.Hash)
	if len(e.Given) == 0 {
		b.WriteString("no label: not about electricity\n")
	}
	for _, f := range e.Given {
		f.write(&b)
	}
	writeBallot(&b, "nature", e.Nature)
	writeBallot(&b, "responsible", e.Responsible)
	if len(e.NotGiven) > 0 {
		b.WriteString("not given:\n")
	}
	for _, f := range e.NotGiven {
		f.write(&b)
	}
	return b.String()
}

func (f Finding) write(b *strings.Builder) {
	fmt.Fprintf(b, "%s %s  %g of %g", f.Code, f.Name, f.Weight, f.Threshold)
	if f.Why != "" {
		b.WriteString("  " + f.Why)
	}
	b.WriteByte('\n')
	for _, r := range f.Fired {
		fmt.Fprintf(b, "  + %s %+g\n", r.Rule, r.Weight)
		writeHits(b, r.Hits)
	}
	for _, r := range f.Missed {
		fmt.Fprintf(b, "  - %s %+g\n", r.Rule, r.Weight)
		writeHits(b, r.Hits)
		for _, block := range r.Blocks {
			b.WriteString("      " + block.String() + "\n")
		}
	}
}

// String writes the block in a line: the reason, the group, the word and what hid it.
func (b Block) String() string {
	s := string(b.Reason) + ": " + b.Group
	if b.Hit != nil {
		s += " " + place(*b.Hit)
	}
	if b.By != nil {
		s += " by " + place(*b.By)
	}
	return s
}

// place writes a hit as 「words」 turn.start role.
func place(h hotline.Hit) string {
	turn := fmt.Sprint(h.Turn)
	if h.Turn == TitleTurn {
		turn = "title"
	}
	return fmt.Sprintf("「%s」 %s:%d %s", h.Text, turn, h.Start, h.Role)
}

func writeHits(b *strings.Builder, hits []hotline.Hit) {
	for _, h := range hits {
		fmt.Fprintf(b, "      %s %s\n", h.Group, place(h))
	}
}

func writeBallot(b *strings.Builder, name string, ballot Ballot) {
	fmt.Fprintf(b, "%s: %s", name, ballot.Winner)
	if ballot.Default != "" {
		fmt.Fprintf(b, "  default of %s", ballot.Default)
	}
	b.WriteByte('\n')
	for _, v := range ballot.Votes {
		fmt.Fprintf(b, "  + %s %s %+g\n", v.Rule, v.Value, v.Weight)
		writeHits(b, v.Hits)
	}
}
