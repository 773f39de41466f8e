package decode

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
)

// sampleCalls reads the invented calls of testdata/roles, with their true roles.
func sampleCalls(t testing.TB) [][]hotline.Turn {
	t.Helper()
	sample, err := os.ReadFile("testdata/roles/calls.txt")
	if err != nil {
		t.Fatal(err)
	}
	var calls [][]hotline.Turn
	for call := range strings.SplitSeq(strings.TrimSpace(string(sample)), "\n\n") {
		var turns []hotline.Turn
		for line := range strings.Lines(call) {
			mark, text, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch mark {
			case "A":
				turns = append(turns, hotline.Turn{Role: hotline.RoleAgent, Text: text})
			case "C":
				turns = append(turns, hotline.Turn{Role: hotline.RoleCustomer, Text: text})
			}
		}
		calls = append(calls, turns)
	}
	return calls
}

func other(r hotline.Role) hotline.Role {
	if r == hotline.RoleAgent {
		return hotline.RoleCustomer
	}
	return hotline.RoleAgent
}

// with returns the turns with the role that change gives each.
func with(turns []hotline.Turn, change func(i int, r hotline.Role) hotline.Role) []hotline.Turn {
	changed := slices.Clone(turns)
	for i := range changed {
		changed[i].Role = change(i, changed[i].Role)
	}
	return changed
}

// TestFindAgent spoils the roles of the sample in the ways recognisers do and asks for the share of turns whose role is
// right afterwards.
func TestFindAgent(t *testing.T) {
	calls := sampleCalls(t)
	for _, c := range []struct {
		name  string
		spoil func(call []hotline.Turn) func(i int, r hotline.Role) hotline.Role
		least float64
	}{
		{"Removed", func([]hotline.Turn) func(int, hotline.Role) hotline.Role {
			return func(int, hotline.Role) hotline.Role { return hotline.RoleUnknown }
		}, 0.95},
		{"Swapped", func([]hotline.Turn) func(int, hotline.Role) hotline.Role {
			return func(_ int, r hotline.Role) hotline.Role { return other(r) }
		}, 1},
		{"Right", func([]hotline.Turn) func(int, hotline.Role) hotline.Role {
			return func(_ int, r hotline.Role) hotline.Role { return r }
		}, 1},
		{"EveryThirdRemoved", func([]hotline.Turn) func(int, hotline.Role) hotline.Role {
			return func(i int, r hotline.Role) hotline.Role {
				if i%3 == 1 {
					return hotline.RoleUnknown
				}
				return r
			}
		}, 1},
		{"AlternationBroken", func(call []hotline.Turn) func(int, hotline.Role) hotline.Role {
			return func(i int, r hotline.Role) hotline.Role {
				if i == len(call)/2 {
					return other(r)
				}
				return r
			}
		}, 0.95},
	} {
		t.Run(c.name, func(t *testing.T) {
			right, total := 0, 0
			for _, call := range calls {
				for i, turn := range FindAgent(with(call, c.spoil(call))) {
					total++
					if turn.Role == call[i].Role {
						right++
					} else {
						t.Logf("%s, not %s: %s", turn.Role, call[i].Role, turn.Text)
					}
				}
			}
			if share := float64(right) / float64(total); total == 0 || share < c.least {
				t.Errorf("%d of %d turns right, %.3f, want at least %.2f", right, total, share, c.least)
			}
		})
	}
}

// Anonymous voices are told apart by all that each says; three sentences in a row do not make the fourth another's.
func TestFindAgentAmongVoices(t *testing.T) {
	turns := []hotline.Turn{
		{Role: hotline.RoleUnknown, Text: "喂"},
		{Role: hotline.RoleUnknown, Text: "您好请讲"},
		{Role: hotline.RoleUnknown, Text: "请问我家怎么没电了"},
		{Role: hotline.RoleUnknown, Text: "楼上有"},
		{Role: hotline.RoleUnknown, Text: "楼下也有"},
		{Role: hotline.RoleUnknown, Text: "稍等"},
		{Role: hotline.RoleUnknown, Text: "系统显示您家欠费"},
		{Role: hotline.RoleUnknown, Text: "我上个月就交了你们查查"},
	}
	voices := []string{"1", "2", "1", "1", "1", "2", "2", "1"}
	for i, turn := range findAgentAmong(turns, voices) {
		want := hotline.RoleCustomer
		if voices[i] == "2" {
			want = hotline.RoleAgent
		}
		if turn.Role != want {
			t.Errorf("turn %d, %s: got %s, want %s", i, turn.Text, turn.Role, want)
		}
	}
}

// Where nobody sounds like an agent, and in turns that neither can have said, the roles stay as they were.
func TestFindAgentLeavesAlone(t *testing.T) {
	for name, turns := range map[string][]hotline.Turn{
		"Empty":        {},
		"OneSided":     {{Role: hotline.RoleUnknown, Text: "我家停电了"}, {Role: hotline.RoleUnknown, Text: "天天停烦死了"}, {Role: hotline.RoleUnknown, Text: "你们管不管"}},
		"NoWords":      {{Role: hotline.RoleUnknown, Text: "……"}, {Role: hotline.RoleUnknown, Text: ""}},
		"NotSpoken":    {{Role: hotline.RoleIVR, Text: "报修请按一"}, {Role: hotline.RoleReply, Text: "已为您登记，请保持电话畅通"}, {Role: hotline.RoleQuote, Text: "您好请问有什么可以帮您"}},
		"CustomerOnly": {{Role: hotline.RoleCustomer, Text: "请问你们几点上班"}, {Role: hotline.RoleReply, Text: "您好，工作日八点半"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := FindAgent(turns); !slices.Equal(got, turns) {
				t.Errorf("got %v, want %v", got, turns)
			}
		})
	}
}

func TestFindAgentKeepsInput(t *testing.T) {
	turns := []hotline.Turn{{Role: hotline.RoleUnknown, Text: "您好，请问有什么可以帮您？", BeginMS: 3, EndMS: 9}}
	found := FindAgent(turns)
	if turns[0].Role != hotline.RoleUnknown {
		t.Error("the input was changed")
	}
	if want := (hotline.Turn{Role: hotline.RoleAgent, Text: turns[0].Text, BeginMS: 3, EndMS: 9}); found[0] != want {
		t.Errorf("got %v, want %v", found[0], want)
	}
}

func ExampleFindAgent() {
	turns := FindAgent([]hotline.Turn{
		{Role: hotline.RoleUnknown, Text: "您好工号三零七一请问有什么可以帮您"},
		{Role: hotline.RoleUnknown, Text: "我家没电了"},
	})
	for _, t := range turns {
		fmt.Println(t.Role, t.Text)
	}
	// Output:
	// agent 您好工号三零七一请问有什么可以帮您
	// customer 我家没电了
}

// FuzzFindAgent takes a call as lines, each a digit for the role and the text, and checks that no turn is lost, added or
// changed in its words, that other roles are untouched, and that the same input gives the same roles.
func FuzzFindAgent(f *testing.F) {
	f.Add("3您好请问有什么可以帮您\n3我家没电了\n3请提供一下地址")
	f.Add("0您好\n1喂\n2报修请按一\n4已登记\n5原工单\n0请讲")
	f.Add("1您好请讲\n\n0我要投诉你们\n9")
	roles := []hotline.Role{hotline.RoleAgent, hotline.RoleCustomer, hotline.RoleIVR, hotline.RoleUnknown, hotline.RoleReply, hotline.RoleQuote}
	f.Fuzz(func(t *testing.T, call string) {
		var turns []hotline.Turn
		for line := range strings.SplitSeq(call, "\n") {
			role := hotline.RoleUnknown
			if line != "" && line[0] >= '0' && int(line[0]-'0') < len(roles) {
				role, line = roles[line[0]-'0'], line[1:]
			}
			turns = append(turns, hotline.Turn{Role: role, Text: line})
		}
		before := slices.Clone(turns)
		found := FindAgent(turns)
		if !slices.Equal(turns, before) {
			t.Fatal("the input was changed")
		}
		if len(found) != len(turns) {
			t.Fatalf("%d turns became %d", len(turns), len(found))
		}
		for i, turn := range found {
			spoken := turns[i].Role == hotline.RoleAgent || turns[i].Role == hotline.RoleCustomer || turns[i].Role == hotline.RoleUnknown
			if turn.Text != turns[i].Text || !turn.Role.Valid() || !spoken && turn.Role != turns[i].Role {
				t.Fatalf("turn %d: %v became %v", i, turns[i], turn)
			}
		}
		if !slices.Equal(FindAgent(turns), found) {
			t.Fatal("the same input gives different roles")
		}
	})
}

func BenchmarkFindAgent(b *testing.B) {
	calls := sampleCalls(b)
	for i, call := range calls {
		calls[i] = with(call, func(int, hotline.Role) hotline.Role { return hotline.RoleUnknown })
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		FindAgent(calls[n%len(calls)])
		n++
	}
}
