package decode

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"suqiu/hotline"
)

func TestSplit(t *testing.T) {
	const (
		head    = "市民来电催办：工单号20260103000001《关于白石花园停电的问题》处理情况 工单内容："
		first   = "市民来电反映: 白石花园停电，请供电局核实处理！（请职能局按规定在30分钟内联系市民，响应处置）"
		answer  = "2026-01-04 10:00:00江口区供电局答复：已派人抢修。（工单号20260102000009）"
		more    = "市民再次来电反映：仍未来电，请供电局核实处理！"
		news    = "市民来电补充：停电的是2幢和3幢全部住户，地下室的水泵也停了，楼上断水，有一位老人靠制氧机维持。"
		message = "2026-01-04 供电局：答复说修好了，可是昨天又停了"
	)
	tests := []struct {
		name, text string
		want       string // the roles by their first letters
		orders     []string
	}{
		{"one telling", first, "c", nil},
		{"a citizen's own words stay whole", message, "c", nil},
		{"an urge: the quoted order is the caller's matter", head + " " + first, "cc", []string{"20260103000001"}},
		{"told again after a reply", first + " " + answer + " " + more, "crc", []string{"20260102000009"}},
		{"new words that tell the matter: a quote", head + " " + first + " " + news, "cqc", []string{"20260103000001"}},
		{"an order whose own history is quoted: the oldest number first", head + " " + first + " " + answer + " " + more, "ccrc", []string{"20260102000009", "20260103000001"}},
		{"the words repeated", strings.TrimSuffix(head, "：") + " 工单内容：" + first, "cc", []string{"20260103000001"}},
		{"an urge of a withdrawal", "市民来电咨询：工单编号20260105000003《关于撤销停电工单的问题》工单内容： 市民来电撤销：工单号20260103000001《关于停电的问题》 工单内容： " + first, "cc",
			[]string{"20260103000001", "20260105000003"}},
		{"a reply without a date", first + " 江口区供电局回复：已派人抢修。", "cr", nil},
		{"a reply without a word of answering", first + " 2026-01-04 江口区供电局：已派人抢修。", "cr", nil},
		{"an answer that is asked for", first + " 市民要求供电局答复：1、为何停电；2、何时来电", "c", nil},
		{"an opinion dated behind the unit", first + " 江口区供电局2026-01-04 10:00的处理意见：已派人抢修。", "cr", nil},
		{"two replies are one turn", first + " " + answer + " 2026-01-05 江口区供电局答复：已送电。", "cr", []string{"20260102000009"}},
		{"an instruction to the handlers", first + " 拟办意见：请5日内反馈。", "cr", nil},
		{"a number of another hotline", "客户来电催办：12345工单编号20260103000001，小区停电", "c", []string{"12345:20260103000001"}},
		{"numbers that are none of orders", "客户来电反映：户号3300000001，用户编号330000000000001，电话13800000000，快递单号730000000000001，停电", "c", nil},
		{"nothing", " ", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := split(tt.text)
			var letters []byte
			for _, turn := range got.turns {
				letters = append(letters, turn.Role[0])
			}
			if roles := string(letters); roles != tt.want {
				t.Errorf("got %s (%+v), want %s", roles, got.turns, tt.want)
			}
			if fmt.Sprint(got.orders) != fmt.Sprint(tt.orders) {
				t.Errorf("got orders %v, want %v", got.orders, tt.orders)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	tests := []struct {
		name   string
		refs   references
		matter string
		links  []string
	}{
		{"none: its own matter is left to complete", references{}, "", nil},
		{"main order before all", references{main: "m", forwarded: []string{"12345:f"}, linked: []string{"l"}, told: []string{"t"}}, "95598:m", []string{"95598:m", "12345:f", "95598:l", "95598:t"}},
		{"forwarded before linked", references{forwarded: []string{"12345:f"}, linked: []string{"l"}}, "12345:f", []string{"12345:f", "95598:l"}},
		{"linked before told", references{linked: []string{"l"}, told: []string{"t"}}, "95598:l", []string{"95598:l", "95598:t"}},
		{"itself is no other", references{main: "own", told: []string{"own", "t", "t"}}, "95598:t", []string{"95598:t"}},
		{"too long to be an id", references{main: strings.Repeat("9", hotline.MaxIDBytes)}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := hotline.Call{ID: "own", Hotline: hotline.Hotline95598}
			tt.refs.apply(&Source{}, &c)
			if c.Matter != tt.matter || fmt.Sprint(c.Links) != fmt.Sprint(tt.links) {
				t.Errorf("got %q %v, want %q %v", c.Matter, c.Links, tt.matter, tt.links)
			}
		})
	}
}

// FuzzSplit: no character of a text is lost or made up, but for the space between its parts.
func FuzzSplit(f *testing.F) {
	f.Add("市民来电催办：工单号20260103000001《关于停电的问题》 工单内容： 市民来电反映:停电。 2026-01-04 某局答复：已修。（20260103000001） 市民再次来电反映：又停了")
	f.Add("客户来电反映：停电 拟办意见：请处理")
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		var b strings.Builder
		for _, turn := range split(text).turns {
			b.WriteString(turn.Text)
		}
		if got, want := strings.Join(strings.Fields(b.String()), ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}
