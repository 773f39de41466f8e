package classify

import (
	"slices"
	"testing"
)

// What masking wrote is not what the caller said.
func TestPlaceholders(t *testing.T) {
	rs := mustCompile(t, testFS(`
rules:
  - {id: r, label: a.one, groups: {g: 手机 身份证 "<手"}, when: g}
`))
	for _, tt := range []struct {
		name, text string
		seen       bool
		words      []string
	}{
		{"Word", "手机没电", true, []string{"手机", "没电"}},
		{"Placeholder", "没电请打<手机>", false, []string{"没电", "请", "打"}},
		{"PlaceholderThenWord", "<手机>手机没电", true, []string{"手机", "没电"}},
		{"WordThenPlaceholder", "手机<手机>没电", true, []string{"手机", "没电"}},
		{"LongPlaceholder", "<身份证>没电", false, []string{"没电"}},
		{"NeverClosed", "<手机没电", true, []string{"手机", "没电"}},
		{"TooLong", "<手机没电了吗>", true, []string{"手机", "没电", "了", "吗"}},
		{"NotChinese", "<br>手机没电", true, []string{"br", "手机", "没电"}},
		{"Empty", "<>手机没电", true, []string{"手机", "没电"}},
		{"AtTheEnd", "没电<", false, []string{"没电"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := rs.Analyze(message(tt.text))
			if seen := len(a.Labels) > 0; seen != tt.seen {
				t.Errorf("labelled %v, want %v", seen, tt.seen)
			}
			if !slices.Equal(a.Tokens, tt.words) {
				t.Errorf("words %q, want %q", a.Tokens, tt.words)
			}
			for _, l := range a.Labels {
				for _, h := range l.Hits {
					if h.Text != tt.text[h.Start:h.End] {
						t.Errorf("the hit %q stands at %q", h.Text, tt.text[h.Start:h.End])
					}
				}
			}
		})
	}
}
