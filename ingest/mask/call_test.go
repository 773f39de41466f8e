package mask

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// dialogue makes turns of lines such as "客: 你好"; 客 is the customer, 坐 the agent, 未 unknown.
func dialogue(t *testing.T, lines ...string) []hotline.Turn {
	t.Helper()
	roles := map[string]hotline.Role{"客": hotline.RoleCustomer, "坐": hotline.RoleAgent, "未": hotline.RoleUnknown}
	var turns []hotline.Turn
	for _, line := range lines {
		who, text, ok := strings.Cut(line, ": ")
		if !ok || roles[who] == "" {
			t.Fatalf("line %q has no role", line)
		}
		turns = append(turns, hotline.Turn{Role: roles[who], Text: text})
	}
	return turns
}

func TestCallDialogue(t *testing.T) {
	tests := []struct {
		name   string
		person decode.Person
		in     []string
		want   []string
	}{
		{
			name: "number over two turns",
			in:   []string{"客: 幺三八零零零零", "客: 六幺二七"},
			want: []string{"<手机>", "<手机>"},
		},
		{
			name: "listener between",
			in:   []string{"客: 我手机号是138 0000", "坐: 嗯", "客: 6127 记下了吗"},
			want: []string{"我手机号是<手机>", "嗯", "<手机> 记下了吗"},
		},
		{
			name: "agent repeats each part",
			in:   []string{"坐: 您的手机号是多少", "客: 幺三八零", "坐: 幺三八零", "客: 零零零", "坐: 零零零 您说", "客: 六幺二七", "坐: 六幺二七对吗"},
			want: []string{"您的手机号是多少", "<手机>", "<手机>", "<手机>", "<手机> 您说", "<手机>", "<手机>对吗"},
		},
		{
			name: "agent asks, customer answers",
			in:   []string{"坐: 请报一下户号", "客: 有 卡片上写着 三七一五 零零八二 幺九四六 三个数一截"},
			want: []string{"请报一下户号", "有 卡片上写着 <户号> 三个数一截"},
		},
		{
			name:   "the call's own number and name",
			person: decode.Person{Phone: "138-0000-6127", Account: "3301234567", Names: []string{"张三丰先生", "保密"}, Agent: "2037"},
			in: []string{"坐: 二零三七为您服务 请问是张三丰吗", "客: 对 张三丰先生是我爸", "坐: 号码是 1 3 8 0 0 0 0 6 1 2 7 吗", "坐: 六幺二七这个号", "坐: 户号三三零幺二三四五六七",
				"客: 二零二五年装的"},
			want: []string{"<工号>为您服务 请问是<姓名>吗", "对 <姓名>先生是我爸", "号码是 <手机> 吗", "<号码>这个号", "户号<户号>", "二零二五年装的"},
		},
		{
			name: "speakers not told apart",
			in:   []string{"未: 电话留一下", "未: 幺三八零零零零", "未: 六幺二七"},
			want: []string{"电话留一下", "<手机>", "<手机>"},
		},
		{
			name: "echo of speakers not told apart",
			in:   []string{"未: 户号多少", "未: 3393", "未: 3393", "未: 8668", "未: 8668嗯", "未: 63250", "未: 63250"},
			want: []string{"户号多少", "<户号>", "<户号>", "<户号>", "<户号>嗯", "<户号>", "<户号>"},
		},
		{
			name: "what must stay",
			in:   []string{"坐: 单号您记一下 二零二六零八幺九 后面零零三七四六", "客: 昨天打九五五九八", "客: 一二三四五也打了", "客: 三百二十块 四十五分钟"},
			want: []string{"单号您记一下 二零二六零八幺九 后面零零三七四六", "昨天打九五五九八", "一二三四五也打了", "三百二十块 四十五分钟"},
		},
	}
	m := testMasker(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := decode.Record{Person: tt.person}
			r.Call.Kind, r.Call.Turns = hotline.KindCall, dialogue(t, tt.in...)
			before := slices.Clone(r.Call.Turns)
			call := m.Call(&r)
			var got []string
			for _, turn := range call.Turns {
				got = append(got, turn.Text)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
			if !slices.Equal(before, r.Call.Turns) {
				t.Error("the record was changed")
			}
		})
	}
}

func TestCallFields(t *testing.T) {
	m := testMasker(t)
	r := decode.Record{Person: decode.Person{Phone: "0571-88886000", Account: "0012 3456 78", Names: []string{"李四光"}}}
	r.Call = hotline.Call{
		Kind: hotline.KindOrder, ID: "20180101114240", Title: "李四光反映停电", Class: "电力/李四光", Unit: "宁波供电公司 13800006127", Channel: "电话 李四光",
		Turns: []hotline.Turn{{Role: hotline.RoleUnknown, Text: "户号0012345678，回电（0571）8888 6000"}, {Role: hotline.RoleReply, Text: "已联系李四光，电话88886000"}},
		Life:  hotline.Life{Satisfaction: "李四光表示满意"},
		Extra: map[string]string{"联系人": "王五", "备用电话": "13800006127", "13900001234": "x", "表号": "123456789", "录音": "https://a.b/1.wav"},
	}
	got := m.Call(&r)
	for _, f := range []struct{ field, got, want string }{
		{"id", got.ID, "20180101114240"},
		{"title", got.Title, "<姓名>反映停电"},
		{"class", got.Class, "电力/<姓名>"},
		{"unit", got.Unit, "宁波供电公司 <手机>"},
		{"channel", got.Channel, "电话 <姓名>"},
		{"text", got.Turns[0].Text, "户号<户号>，回电<座机>"},
		{"reply", got.Turns[1].Text, "已联系<姓名>，电话<座机>"},
		{"satisfaction", got.Life.Satisfaction, "<姓名>表示满意"},
		{"caller", got.Caller, m.Caller("057188886000")},
		{"account", got.Account, m.Account("0012345678")},
		{"key", got.KeyID, "k1"},
	} {
		if f.got != f.want {
			t.Errorf("%s is %q, want %q", f.field, f.got, f.want)
		}
	}
	want := map[string]string{"联系人": "<姓名>", "备用电话": "<手机>", "<手机>": "x", "表号": "<户号>", "录音": "<录音>"}
	if !maps.Equal(got.Extra, want) {
		t.Errorf("extra is %v, want %v", got.Extra, want)
	}
}

// TestCallWithoutPerson: no number, no pseudonym, no key.
func TestCallWithoutPerson(t *testing.T) {
	m := testMasker(t)
	for _, phone := range []string{"", "保密", "00000000", "11111111111", "95598", "0571-51108888"} {
		r := decode.Record{Person: decode.Person{Phone: phone}}
		if call := m.Call(&r); call.Caller != "" || call.Account != "" || call.KeyID != "" {
			t.Errorf("phone %q gives caller %q, key %q", phone, call.Caller, call.KeyID)
		}
	}
}

func BenchmarkCall(b *testing.B) {
	m := testMasker(b)
	r := decode.Record{Person: decode.Person{Phone: "13800006127"}}
	r.Call.Kind = hotline.KindCall
	for range 20 {
		r.Call.Turns = append(r.Call.Turns,
			hotline.Turn{Role: hotline.RoleAgent, Text: "请问是您一家没有电还是整栋楼都没有电呢 户号方便提供一下吗"},
			hotline.Turn{Role: hotline.RoleCustomer, Text: "不是一家啊这一趟楼全黑了我搁阳台往下瞅连对面那小卖店都没亮灯 户号三三零幺二三四五六七"})
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Call(&r)
	}
}
