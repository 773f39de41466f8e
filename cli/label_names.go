package cli

import (
	"fmt"
	"slices"
	"strings"

	"suqiu/classify"
)

// names tells how labels are called in Chinese.
func (s *session) names() (labelNames, error) {
	catalogue, err := s.catalogue()
	if err != nil {
		return labelNames{}, err
	}
	return labelNames{catalogue.Taxonomy(), catalogue.Marks()}, nil
}

// labelNames tells the Chinese name of a label's code or of a mark's; a code that the rule set no longer has names itself.
type labelNames struct {
	taxonomy *classify.Taxonomy
	marks    *classify.Marks
}

func (n labelNames) mark(code string) string {
	if info, ok := n.marks.Mark(code); ok {
		return info.Name
	}
	return code
}

func (n labelNames) name(code string) string {
	if info, ok := n.taxonomy.Label(code); ok {
		return info.Name
	}
	return code
}

// namedLabel is what somebody may ask for by its code or its Chinese name: a label, or a group of them.
type namedLabel struct {
	code, name string
	own        string // the last part of the name: 故障停电 of 停送电/故障停电
}

// all lists the labels, after the groups of them where groups are asked for too.
func (n labelNames) all(groups bool) []namedLabel {
	var all []namedLabel
	if groups {
		for _, p := range n.taxonomy.Parents {
			all = append(all, namedLabel{p.Code, p.Name, p.Name})
		}
	}
	for _, l := range n.taxonomy.Labels {
		all = append(all, namedLabel{l.Code, l.Name, l.Name[strings.LastIndex(l.Name, "/")+1:]})
	}
	return all
}

// labelCodes finds the codes of labels that are written by code or by Chinese name, whole (停送电/故障停电, 故障停电) or a part of it
// that only one has (转供电); with groups also those of groups of labels. what is said before the label where there is none such.
func (s *session) labelCodes(what string, asked []string, groups bool) ([]string, error) {
	if len(asked) == 0 {
		return nil, nil
	}
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	all := names.all(groups)
	codes := make([]string, len(asked))
	for i, text := range asked {
		if codes[i], err = labelCode(what, text, all); err != nil {
			return nil, err
		}
	}
	return codes, nil
}

func labelCode(what, text string, all []namedLabel) (string, error) {
	var found []namedLabel
	for _, matches := range []func(l namedLabel) bool{
		func(l namedLabel) bool { return l.code == text },
		func(l namedLabel) bool { return l.name == text || l.own == text },
		func(l namedLabel) bool { return text != "" && strings.Contains(l.own, text) },
	} {
		for _, l := range all {
			if matches(l) {
				found = append(found, l)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0].code, nil
		default:
			return "", usagef("%s%s：有 %d 个标签的名称里有它；写其中一个：%s", what, text, len(found), listLabels(found))
		}
	}
	codes := make([]string, len(all))
	for i, l := range all {
		codes[i] = l.code
	}
	near := nearest(text, codes)
	found = slices.DeleteFunc(slices.Clone(all), func(l namedLabel) bool { return len(near) > 0 && !slices.Contains(near, l.code) })
	return "", usagef("%s%s：没有这个标签；可写：%s", what, text, listLabels(found))
}

// listLabels writes labels in a line each.
func listLabels(labels []namedLabel) string {
	var b strings.Builder
	for _, l := range labels {
		fmt.Fprintf(&b, "\n  %s %s", l.code, l.name)
	}
	return b.String()
}
