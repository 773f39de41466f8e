package classify

import (
	"slices"
	"testing"
)

// A border inside a given word is wrong; that a token joins whole words is not. An entry that swallows parts of other words does harm, one that keeps a word whole does good, and one that changes nothing is
// left out. gse's own frequency comes back where an entry is taken away.
func TestEffects(t *testing.T) {
	var p problems
	s := NewSegmenter(readLexicon([]file{{path: "lexicon/test.txt", data: []byte("电费单 5000 n\n要求核 9000000 v\n网上国网 1000 n\n抢修 1000 v\n停电 500000 v\n")}}, &p))
	if err := p.err(); err != nil {
		t.Fatal(err)
	}
	effects, err := s.Effects([]string{"我 要求 核查 抄表 示数", "我 要求 核查 电表", "在 网上国网 交 了 电费", "请 尽快 抢修", "  "})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range effects {
		got = append(got, e.Word)
	}
	if !slices.Equal(got, []string{"要求核", "网上国网"}) {
		t.Fatalf("got %+v", effects)
	}
	if e := effects[0]; e.Changed != 2 || e.Worse != 2 || e.Better != 0 || e.Without != "我|要求|核查|抄|表示|数" || e.With == e.Without || e.Want != "我|要求|核查|抄表|示数" {
		t.Errorf("harmful: %+v", e)
	}
	if e := effects[1]; e.Changed != 1 || e.Better == 0 || e.Worse != 0 || e.With != "在|网上国网|交|了|电费" {
		t.Errorf("good: %+v", e)
	}
	again, err := s.Effects([]string{"在 网上国网 交 了 电费"})
	if err != nil || len(again) != 1 || again[0] != effects[1] {
		t.Errorf("asked again: %+v, %v", again, err)
	}
}

func TestKnown(t *testing.T) {
	for word, want := range map[string]bool{"停电": true, "網上國網": false, "网上国网": true, "網上国网": false, "光储充": false, "": false, "停": true, "没電": true} {
		got, err := testSegmenter().Known(word)
		if err != nil || got != want {
			t.Errorf("%q: got %v, %v", word, got, err)
		}
	}
}
