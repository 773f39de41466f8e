package hint

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// TestWords: every code has both languages, each in its own script, and each names what the other names.
func TestWords(t *testing.T) {
	english := map[string]Code{}
	for code := Code(1); code < end; code++ {
		said := words()[code]
		if said.english == "" || strings.ContainsFunc(said.english, han) {
			t.Errorf("code %d: %q is no English", code, said.english)
		}
		if !strings.ContainsFunc(said.chinese, han) {
			t.Errorf("code %d (%s): %q is no Chinese", code, said.english, said.chinese)
		}
		for _, name := range []string{"$1", "$2"} {
			if strings.Contains(said.english, name) != strings.Contains(said.chinese, name) {
				t.Errorf("code %d: %s is told in one language alone: %q, %q", code, name, said.english, said.chinese)
			}
		}
		if strings.Contains(said.english, "$2") && !strings.Contains(said.english, "$1") {
			t.Errorf("code %d: %q names $2 and no $1", code, said.english)
		}
		if english[said.english] != 0 {
			t.Errorf("code %d says what code %d says: %q", code, english[said.english], said.english)
		}
		english[said.english] = code
		full := Of(code, "one", "two")
		for _, text := range []string{full.String(), full.Chinese()} {
			if strings.Contains(text, "$") {
				t.Errorf("code %d: a name is left open: %q", code, text)
			}
		}
	}
}

func han(r rune) bool { return unicode.Is(unicode.Han, r) }

func TestHint(t *testing.T) {
	h := Of(TopicRight, "Read", "calls")
	if got := h.String(); got != "give the user the right Read on topic calls" {
		t.Errorf("English: %q", got)
	}
	if got := h.Chinese(); got != "缺权限：给该用户主题 calls 的 Read 权限" {
		t.Errorf("Chinese: %q", got)
	}
	if got, err := json.Marshal(h); err != nil || string(got) != `"give the user the right Read on topic calls"` {
		t.Errorf("JSON: %s, %v", got, err)
	}
	if none := (Hint{}); !none.IsZero() || none.String() != "" || none.Chinese() != "" || h.IsZero() {
		t.Errorf("the zero hint says %q, %q", none, none.Chinese())
	}
	if h != Of(TopicRight, "Read", "calls") || h == Of(TopicRight, "Write", "calls") {
		t.Error("hints are not equal by what they say")
	}
}

func TestWith(t *testing.T) {
	cause := errors.New("denied")
	setup, block := Of(IndexSetup), Of(Block)
	if With(nil, setup) != nil || With(cause, Hint{}) != cause { //nolint:errorlint // the very error
		t.Error("something was added to nothing")
	}
	err := With(fmt.Errorf("read x: %w", cause), setup)
	if err.Error() != "read x: denied (run suqiu index setup)" || !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
	joined := fmt.Errorf("look: %w", errors.Join(With(err, block), err, cause))
	if got := All(joined); !slices.Equal(got, []Hint{setup, block}) {
		t.Errorf("got %v, want each once", got)
	}
	if got := All(nil); got != nil {
		t.Errorf("no error: got %v", got)
	}
}

func TestParts(t *testing.T) {
	a, b, c := errors.New("a"), errors.New("b"), errors.New("c\nd")
	pair, wrapped := fmt.Errorf("%w: %w", a, b), fmt.Errorf("look: %w", errors.Join(a, b))
	for _, tt := range []struct {
		name string
		err  error
		want []error
	}{
		{"One", a, []error{a}},
		{"Joined", errors.Join(a, c), []error{a, c}},
		{"JoinedTwice", errors.Join(errors.Join(a, b), c), []error{a, b, c}},
		{"WrappedWithoutAWord", silent{errors.Join(a, b)}, []error{a, b}},
		{"Wrapped", wrapped, []error{wrapped}},
		{"TwoInOne", pair, []error{pair}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Parts(tt.err); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// silent gives an error something else than words, such as an exit code.
type silent struct{ err error }

func (s silent) Error() string { return s.err.Error() }
func (s silent) Unwrap() error { return s.err }
