package classify

import (
	"slices"
	"strings"
	"testing"

	"suqiu/dicts"
	"suqiu/hotline"
)

const testMarks = `
requires: "hotline(95598) or label(a, b)"
groups: [{code: identity, name: 社会身份}]
urgency:
  - {code: medical, name: 医疗设备, service: 优先抢修}
  - {code: repeat, name: 多次来电}
portrait:
  - {code: identity.elderly, name: 老年客户, service: 上门服务}
`

const testMarkRules = `
decides: urgency
rules:
  - {id: u.machine, label: medical, when: 「呼吸机」}
  - {id: u.oxygen, label: medical, weight: 0.5, when: 「氧气」}
  - {id: u.ill, label: medical, weight: 0.5, when: 「病人」}
  - {id: u.again, label: repeat, when: 「第三次」}
`

func marksSet(t *testing.T) *RuleSet {
	t.Helper()
	fsys := testFS("rules:\n  - {id: r, label: a.one, when: 「停电」}\n")
	fsys[marksPath] = fileOf(testMarks)
	fsys["rules/urgency.yaml"] = fileOf(testMarkRules)
	fsys["rules/portrait.yaml"] = fileOf("decides: portrait\nrules:\n  - {id: p.old, label: identity.elderly, when: 「老人」}\n")
	fsys["rules/found.yaml"] = fileOf(`
decides: found
defaults: {role: reply}
rules:
  - {id: f.customer, label: customer, when: 「表后 用户产权」}
  - {id: f.utility, label: utility, weight: 2, when: 「属实」}
`)
	return mustCompile(t, fsys)
}

// Marks stand in the order of marks.yaml, each with its words; a weight below 1 gives none, and so does a contact that
// marks.yaml does not admit.
func TestMarks(t *testing.T) {
	rs := marksSet(t)
	for _, test := range []struct {
		text              string
		urgency, portrait []string
	}{
		{"停电，老人的呼吸机", []string{"medical"}, []string{"identity.elderly"}},
		{"第三次停电，病人没有呼吸机", []string{"repeat"}, nil},
		{"停电，病人要氧气", []string{"medical"}, nil},
		{"停电，病人", nil, nil},
		{"老人的呼吸机", nil, nil},
	} {
		a := rs.Analyze(message(test.text))
		if got := hotline.MarkCodes(a.Urgency); !slices.Equal(got, test.urgency) {
			t.Errorf("%s: urgency %v, want %v", test.text, got, test.urgency)
		}
		if got := hotline.MarkCodes(a.Portrait); !slices.Equal(got, test.portrait) {
			t.Errorf("%s: portrait %v, want %v", test.text, got, test.portrait)
		}
		for _, mark := range append(slices.Clip(a.Urgency), a.Portrait...) {
			for _, h := range mark.Hits {
				if got := test.text[h.Start:h.End]; got != h.Text || len(mark.Hits) == 0 {
					t.Errorf("%s: %s rests on %+v", test.text, mark.Code, h)
				}
			}
		}
		e := rs.Explain(message(test.text))
		if got := len(e.Urgency); got != len(test.urgency) {
			t.Errorf("%s: explains %d urgency signals, want %d", test.text, got, len(test.urgency))
		}
	}
}

// The label of an urgency signal is given where none is, or where all that are yield to it; it rests on the signal's
// words, which the explanation tells. What the label requires must hold, and a rule against it keeps it away.
func TestLabelOfMark(t *testing.T) {
	fsys := testFS(`
groups: {power: 电}
rules:
  - {id: cut, label: a.one, when: 「停电」}
  - {id: rest, label: b.one, when: 「用电」}
  - {id: rest.long, label: b.one, weight: 4, when: 「供电」}
  - {id: toy, label: a.two, weight: -1, when: 「玩具」}
`)
	fsys[taxonomyPath] = fileOf(`
requires: "@power"
labels:
  - {code: a.one, name: 甲/一}
  - {code: a.two, name: 甲/二}
  - {code: b.one, name: 乙/一, unless: [a.two]}
`)
	fsys[marksPath] = fileOf(`
urgency:
  - {code: hazard, name: 危险, label: a.two}
  - {code: repeat, name: 多次来电}
`)
	fsys["rules/urgency.yaml"] = fileOf(`
decides: urgency
rules:
  - {id: u.fire, label: hazard, when: 「着火」}
  - {id: u.smoke, label: hazard, weight: 0.5, when: 「冒烟」}
  - {id: u.again, label: repeat, when: 「第三次」}
`)
	rs := mustCompile(t, fsys)
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"alone", "电箱着火", []string{"a.two"}},
		{"beside one that yields", "供电用电的箱子着火", []string{"a.two"}},
		{"beside another", "停电，箱子着火", []string{"a.one"}},
		{"signal too weak", "电箱冒烟，用电", []string{"b.one"}},
		{"signal without a label", "电箱第三次", []string{}},
		{"required word missing", "箱子着火", []string{}},
		{"rule against it", "用电的玩具着火", []string{"b.one"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := rs.Analyze(message(test.text))
			if !slices.Equal(a.Codes(), test.want) {
				t.Fatalf("labels %v, want %v", a.Codes(), test.want)
			}
			e := rs.Explain(message(test.text))
			if len(e.Given) != len(test.want) || len(e.Given) > 0 && e.Given[0].Code != test.want[0] {
				t.Errorf("explains %+v, want %v", e.Given, test.want)
			}
			if f := rs.Firing(message(test.text)); !slices.Equal(f.Labels, test.want) && len(test.want) > 0 {
				t.Errorf("fires %v, want %v", f.Labels, test.want)
			}
			if len(test.want) == 0 || test.want[0] != "a.two" {
				return
			}
			if l := a.Labels[0]; l.Weight != 1 || len(l.Hits) != 1 || l.Hits[0].Rule != "u.fire" || l.Hits[0].Text != "着火" {
				t.Errorf("the label rests on %+v", l)
			}
			if g := e.Given[0]; g.Mark != "hazard" || len(g.Fired) != 1 || g.Fired[0].Rule != "u.fire" {
				t.Errorf("explained by %+v", g)
			}
			if want := "没有别的标签，由紧急信号 hazard 给出\n  + u.fire +1"; !strings.Contains(e.String(), want) {
				t.Errorf("the explanation lacks %q:\n%s", want, e)
			}
		})
	}
	e := rs.Explain(message("供电用电的箱子着火"))
	if len(e.NotGiven) == 0 || e.NotGiven[0].Code != "b.one" || e.NotGiven[0].Yields == nil || e.NotGiven[0].Yields.To != "a.two" {
		t.Errorf("not given: %+v", e.NotGiven)
	}
}

// Danger to life is about the grid's dangers where the shipped rules find nothing else, and no such label comes to what
// is not about electricity.
func TestHazardIsLabelled(t *testing.T) {
	rs, err := Load(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]string{
		"变压器喷油喷火":       {"grid.hazard"},
		"健身器材漏电，把老人电倒了": {"grid.hazard"},
		"变压器着火了，全村都没电":  {"outage.fault"},
		"小区门口充电桩起火了":    {"connect.charger"},
		"楼下饭店厨房起火了":     {},
		"楼上花盆掉下来砸到人了":   {},
	} {
		if got := codesOf(rs, message(text)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// What handlers found is read from their text alone and kept apart from what the caller tells.
func TestFound(t *testing.T) {
	rs := marksSet(t)
	for text, want := range map[string]hotline.Responsible{
		"停电了\n回复：故障在表后":     hotline.ResponsibleCustomer,
		"停电了\n回复：用户产权，来电属实": hotline.ResponsibleUtility,
		"停电了，你们说是表后":        "",
		"停电了\n回复：已派单":       "",
		"路灯不亮\n回复：反映属实":     "",
	} {
		a := rs.Analyze(exampleCall(text))
		if a.Found != want {
			t.Errorf("%s: found %q, want %q", text, a.Found, want)
		}
	}
}

func TestExperience(t *testing.T) {
	fsys := testFS("rules:\n  - {id: r, label: a.one, when: 「停电」}\n  - {id: s, label: b.one, when: 「态度」}\n  - {id: u, label: a.three, when: 「电压」}\n")
	fsys[taxonomyPath] = fileOf(`
parents: [{code: a, name: 甲, experience: reliability}, {code: b, name: 乙}]
labels:
  - {code: a.one, name: 甲/一, parent: a}
  - {code: a.two, name: 甲/二, parent: a}
  - {code: a.three, name: 甲/三, parent: a, experience: voltage}
  - {code: b.one, name: 乙/一, parent: b}
`)
	rs := mustCompile(t, fsys)
	for text, want := range map[string][]hotline.Experience{
		"电压低就停电": {hotline.ExperienceReliability, hotline.ExperienceVoltage},
		"停电又停电":  {hotline.ExperienceReliability},
		"态度差":    nil,
	} {
		if got := rs.Analyze(message(text)).Experience; !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// A mark of an overlay takes the place of the one of its code, and the shipped marks have a service each.
func TestMarkLayers(t *testing.T) {
	over := testFS("rules:\n  - {id: r, label: a.one, when: 「停电」}\n")
	over[marksPath] = fileOf("urgency:\n  - {code: medical, name: 重症}\n  - {code: own, name: 自定}\n")
	base := testFS("rules:\n  - {id: q, label: a.one, when: 「断电」}\n")
	base[marksPath] = fileOf(testMarks)
	marks := mustCompile(t, base, over).Marks()
	if got := Codes(marks.Urgency); !slices.Equal(got, []string{"medical", "repeat", "own"}) || marks.Urgency[0].Name != "重症" {
		t.Errorf("urgency %+v", marks.Urgency)
	}
	shipped, err := Compile(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range slices.Concat(shipped.Marks().Urgency, shipped.Marks().Portrait) {
		if m.Service == "" || m.Definition == "" {
			t.Errorf("%s lacks its definition or its service", m.Code)
		}
	}
}
