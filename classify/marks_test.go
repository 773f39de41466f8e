package classify

import (
	"slices"
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
