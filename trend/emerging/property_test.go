package emerging

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Whatever the stream, a result is consistent, and the same again.
func TestConsistent(t *testing.T) {
	for seed := range uint64(15) {
		s := ordinary(300 + seed)
		for range s.rand.IntN(4) {
			s.tell(5+s.rand.IntN(40), s.labels[s.rand.IntN(len(s.labels))], []string{"蓝牙断路器", "即插即充", "光储充", "虚拟电厂"}[s.rand.IntN(4)])
		}
		for i := range s.all {
			if s.rand.IntN(3) == 0 {
				s.all[i].Caller, s.all[i].Matter, s.all[i].Area = "", "", ""
			}
		}
		r := s.find(Options{MinCallers: 3, MinDays: 2})
		if again := s.find(Options{MinCallers: 3, MinDays: 2}); !reflect.DeepEqual(r, again) {
			t.Fatalf("seed %d: two results of one stream", seed)
		}
		text := map[string]string{}
		for _, c := range s.all {
			text[c.ID] = strings.Join(c.Parts, "|")
		}
		for _, topic := range r.Topics {
			days := 0
			for _, d := range topic.Days {
				days += d.Contacts
			}
			if topic.Callers < 3 || topic.Callers > topic.Contacts || topic.Matters > topic.Contacts || days != topic.Contacts || len(topic.Members) != topic.Contacts {
				t.Errorf("seed %d, %s: %d callers, %d matters, %d contacts, %d by days, %d members", seed, topic.Name, topic.Callers, topic.Matters, topic.Contacts, days, len(topic.Members))
			}
			covered := 0
			for _, id := range topic.Members {
				if slices.ContainsFunc(topic.Cover, func(w string) bool { return strings.Contains(text[id], w) }) {
					covered++
				}
			}
			if covered != topic.Covered {
				t.Errorf("seed %d, %s: %d contacts hold one of %v, told are %d", seed, topic.Name, covered, topic.Cover, topic.Covered)
			}
			before := 0
			for _, c := range s.all {
				if c.Day.Before(begin.AddDate(0, 0, backgroundDays)) && slices.ContainsFunc(topic.Cover, func(w string) bool { return strings.Contains(text[c.ID], w) }) {
					before++
				}
			}
			if float64(before) >= CoverLimit*float64(r.Background.Contacts) {
				t.Errorf("seed %d, %s: %v stand in %d of %d contacts before", seed, topic.Name, topic.Cover, before, r.Background.Contacts)
			}
			for _, id := range topic.Examples {
				if !slices.Contains(topic.Members, id) {
					t.Errorf("seed %d, %s: the example %s is no member", seed, topic.Name, id)
				}
			}
		}
	}
}
