package ingest

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever order acknowledgements, commits and failures of commits come in: never is more committed than acknowledged,
// nothing goes back, and in the end a commit that works covers everything.
func TestAcks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := newAcks(rapid.IntRange(1, 10).Draw(rt, "every"))
		acked, committed := map[partitionID]int64{}, map[partitionID]int64{}
		pending := 0
		commit := func(works bool) {
			due := a.due()
			pending = 0
			for topic, partitions := range due {
				for id, next := range partitions {
					p := partitionID{topic, id}
					if next != acked[p] {
						rt.Fatalf("%v: %d is due, %d is acknowledged", p, next, acked[p])
					}
					if next <= committed[p] {
						rt.Fatalf("%v: %d is due, %d is committed already", p, next, committed[p])
					}
					if works {
						committed[p] = next
					}
				}
			}
			if works {
				a.done(due)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"ack": func(rt *rapid.T) {
				p := partitionID{rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "topic"), rapid.IntRange(0, 2).Draw(rt, "partition")}
				n := rapid.IntRange(1, 5).Draw(rt, "records")
				a.ack(p, acked[p]+int64(n), n)
				acked[p] += int64(n)
				if pending += n; pending >= a.every && len(a.full) != 1 {
					rt.Fatalf("%d records are acknowledged and no commit is asked for", pending)
				}
			},
			"late": func(rt *rapid.T) { // an earlier offset again changes nothing
				for p, next := range acked {
					a.ack(p, next-1, 0)
					break
				}
			},
			"commit": func(*rapid.T) { commit(true) },
			"fail":   func(*rapid.T) { commit(false) },
			"":       func(*rapid.T) {},
		})
		commit(true)
		for p, next := range acked {
			if committed[p] != next {
				rt.Fatalf("%v: committed %d of %d", p, committed[p], next)
			}
		}
		if due := a.due(); due != nil {
			rt.Fatalf("%v is due after all is committed", due)
		}
	})
}
