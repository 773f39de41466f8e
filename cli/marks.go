package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"suqiu/classify"
	"suqiu/hotline"
	"suqiu/index"
)

// anyMark asks for all urgency signals.
const anyMark = "any"

// checkFilter refuses codes that the rule set has not, which would find nothing, and writes out names of labels, and what stands
// for several: any urgency signal, a group of portrait labels.
func (s *session) checkFilter(f *index.Filter) error {
	var err error
	if f.Labels, err = s.labelCodes("--label ", f.Labels, true); err != nil {
		return err
	}
	if len(f.Urgency) == 0 && len(f.Portrait) == 0 {
		return nil
	}
	catalogue, err := s.catalogue()
	if err != nil {
		return err
	}
	marks := catalogue.Marks()
	if f.Urgency, err = expandMarks("urgency", f.Urgency, classify.Codes(marks.Urgency), func(asked, code string) bool { return asked == anyMark }); err != nil {
		return err
	}
	f.Portrait, err = expandMarks("portrait", f.Portrait, classify.Codes(marks.Portrait), func(asked, code string) bool {
		return strings.HasPrefix(code, asked+".")
	})
	return err
}

func expandMarks(flag string, asked, known []string, within func(asked, code string) bool) ([]string, error) {
	var codes []string
	for _, a := range asked {
		before := len(codes)
		for _, code := range known {
			if code == a || within(a, code) {
				codes = append(codes, code)
			}
		}
		if len(codes) > before {
			continue
		}
		near := nearest(a, known)
		if len(near) == 0 {
			near = known
		}
		return nil, usagef("--%s %s：没有这个代码；可写 %s", flag, a, strings.Join(near, "、"))
	}
	return codes, nil
}

// writeMarkNames writes the urgency signals, the portrait and what the text names of a contact in a line each, where there are
// any. Times are left out: nearly every text has some.
func writeMarkNames(w io.Writer, a *hotline.Analysis, names labelNames, p paint) {
	for _, line := range []struct {
		what  string
		marks []hotline.Mark
		show  func(string) string
	}{{"紧急", a.Urgency, p.mark}, {"画像", a.Portrait, p.faint}} {
		var list []string
		for _, code := range hotline.MarkCodes(line.marks) {
			list = append(list, names.mark(code))
		}
		if len(list) > 0 {
			fmt.Fprintf(w, "  %s\n", line.show(line.what+"："+strings.Join(slices.Compact(list), "、")))
		}
	}
	var named []string
	for _, e := range a.Entities {
		if e.Kind != hotline.EntityTime {
			named = append(named, classify.EntityText(e))
		}
	}
	if len(named) > 0 {
		fmt.Fprintf(w, "  %s\n", p.faint("要素："+strings.Join(named, "、")))
	}
}
