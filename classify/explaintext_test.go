package classify

import (
	"strings"
	"testing"

	"suqiu/hotline"
)

// Thresholds that no text reaches are told in words, weights with at most two places, and places by turn and character, or by
// turn alone where the text is not known.
func TestExplanationText(t *testing.T) {
	hit := hotline.Hit{Group: "dark", Turn: 1, Role: hotline.RoleCustomer, Start: 6, End: 12, Text: "停电"}
	finding := func(words *WordFinding) Explanation {
		return Explanation{Given: []Finding{{Code: "a.one", Name: "甲", Weight: 2.1318068504333496, Threshold: 1, Words: words,
			Fired: []RuleFinding{{Rule: "r", Weight: 1, Hits: []hotline.Hit{hit}}}}}}
	}
	known := finding(&WordFinding{Support: 1, Give: -1.5, Drop: -4})
	known.call = &hotline.Call{Turns: []hotline.Turn{{Text: "您好"}, {Role: hotline.RoleCustomer, Text: "家里停电"}}}
	tests := []struct {
		name string
		e    Explanation
		want []string
	}{
		{"reachable", known, []string{"权重 2.13，门槛 1\n", "支持度 +1.0（高于 -1.5 单凭用词给出，低于 -4.0 不采信规则）", "「停电」（第 2 段第 3 字，客户）"}},
		{"never", finding(&WordFinding{Give: 100, Drop: -1000}), []string{"（从不单凭用词给出，从不因用词不采信规则）", "「停电」（第 2 段，客户）"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, want := range test.want {
				if got := test.e.String(); !strings.Contains(got, want) {
					t.Errorf("%q is not in\n%s", want, got)
				}
			}
		})
	}
}

// A text is spoken where a line names a speaker or the title.
func TestReadSpoken(t *testing.T) {
	customer, agent := hotline.RoleCustomer, hotline.RoleAgent
	tests := []struct {
		name, text, title string
		turns             []hotline.Turn
		spoken            bool
	}{
		{"plain", "家里停电\n好几天了", "", nil, false},
		{"turns", "坐席：是停电吗\n\n客户：对", "", []hotline.Turn{{Role: agent, Text: "是停电吗"}, {Role: customer, Text: "对"}}, true},
		{"a line of nobody", "客户：对\n停电了", "", []hotline.Turn{{Role: customer, Text: "对"}, {Role: hotline.RoleUnknown, Text: "停电了"}}, true},
		{"title", "标题：停电\n家里", "停电", []hotline.Turn{{Role: hotline.RoleUnknown, Text: "家里"}}, true},
		{"title alone", "标题：停电", "", nil, false},
		{"other colons", "地址：城东", "", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			title, turns, spoken := ReadSpoken(test.text)
			if spoken != test.spoken {
				t.Fatalf("spoken is %t", spoken)
			}
			if !spoken {
				return
			}
			if title != test.title || len(turns) != len(test.turns) {
				t.Fatalf("got %q and %v", title, turns)
			}
			for i, turn := range turns {
				if turn != test.turns[i] {
					t.Errorf("turn %d is %v, want %v", i, turn, test.turns[i])
				}
			}
		})
	}
}
