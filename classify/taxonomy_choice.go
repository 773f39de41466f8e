package classify

import "slices"

// readSalience reads what evidence counts for.
func readSalience(n yamlNode) Salience {
	s := Salience{Late: 1, Few: 1}
	for _, f := range n.fields("late", "few") {
		bound, told := map[string]string{"late": "after", "few": "under"}[f.key], false
		for _, v := range f.value.fields(bound, "counts") {
			told = told || v.key == bound
			switch {
			case v.key == "after":
				s.LateAfter = v.value.number(0.01, 1)
			case v.key == "under":
				s.FewUnder = int(v.value.number(1, maxSpan))
			case f.key == "late":
				s.Late = v.value.number(0, 1)
			default:
				s.Few = v.value.number(0, 1)
			}
		}
		switch {
		case told:
		case f.key == "late":
			f.value.problem("late 没有写从哪里算起；写成 late: {after: 0.6, counts: 0.5}，after 是诉求人的话的比例")
		default:
			f.value.problem("few 没有写多少字以下；写成 few: {under: 6, counts: 0.6}")
		}
	}
	return s
}

// readAbstain reads which labels are dropped beside stronger ones.
func readAbstain(n yamlNode) Abstain {
	var a Abstain
	for _, f := range n.fields("below", "covered") {
		switch f.key {
		case "below":
			a.Below = f.value.number(0, 1)
		case "covered":
			a.Covered = f.value.bool()
		}
	}
	return a
}

// exclusiveSet reads labels of which only the strongest is given.
func (t *Taxonomy) exclusiveSet(n yamlNode) []int32 {
	var set []int32
	codes := n.words()
	for _, code := range codes {
		i, ok := t.index[code]
		switch {
		case !ok:
			n.problem("分类体系中没有标签 %s；改正 exclusive%s", code, suggest(code, t.codes()))
		case slices.Contains(set, int32(i)):
			n.problem("标签 %s 在 exclusive 的一组中有两次；去掉一个", code)
		default:
			set = append(set, int32(i))
		}
	}
	if len(codes) < 2 {
		n.problem("exclusive 的一组是从不并存的标签，至少两个；补一个，或去掉这一组")
	}
	return set
}
