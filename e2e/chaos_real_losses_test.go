//go:build e2e && long && unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
)

// overtakenRecords bounds how many records a gap takes from one partition, beside those that consumers had in hand.
const overtakenRecords = 60

// loss is a record that retention removed before it was committed.
type loss struct {
	at     partitionOf
	offset int64
	unread bool   // produced while all consumers were dead: none can have read it
	id     string // of the document; empty where the line can't be read
	rev    int64
}

// overtake lets retention remove records that no consumer has committed, first with dead consumers, then with paused ones.
func (r *realChaos) overtake() string {
	if len(r.gaps)%2 == 0 {
		return r.overtakeDead()
	}
	return r.overtakePaused()
}

// overtakeDead kills all consumers, and lets retention remove what they had in hand in one partition and records that were
// produced after their death. The latter are lost for good.
func (r *realChaos) overtakeDead() string {
	for _, m := range r.members {
		m.kill()
	}
	ends := map[partitionOf]int64{}
	until(r.t, "the brokers to tell of all partitions", func() bool {
		all := positions(r.t, r.kafka.plain, chaosPartitions)
		for _, p := range all {
			ends[partitionOf{p.Topic, p.Partition}] = p.End
		}
		return all != nil
	})
	var at partitionOf
	var gap span
	until(r.t, "records to be produced while the consumers are dead", func() bool {
		var most int64
		for _, p := range positions(r.t, r.kafka.plain, chaosPartitions) {
			id := partitionOf{p.Topic, p.Partition}
			if _, has := r.gaps[id]; !has && p.Committed >= 0 && p.End-ends[id] > most {
				most, at = p.End-ends[id], id
				gap = span{p.Committed, ends[id] + min(most, overtakenRecords)}
			}
		}
		if most >= overtakenRecords/2 {
			return true
		}
		r.openFor(float64(r.opened) / float64(r.pieces)) // one piece more
		return false
	})
	r.removeUncommitted(at, gap, ends[at])
	for _, m := range r.members {
		m.start()
	}
	return fmt.Sprintf(" dead consumers: offsets %d to %d of %s/%d, those from %d on unread", gap.from, gap.until-1, at.topic, at.id, ends[at])
}

// overtakePaused pauses all consumers until the group has given them up, and lets retention remove records of the partition
// with the longest lag. Afterwards the consumers go on, and may yet store what they have in hand.
func (r *realChaos) overtakePaused() string {
	for _, m := range r.members {
		m.process.Suspend()
	}
	r.pause(7 * time.Second) // longer than the session: what they may still do is not committed
	var at partitionOf
	var gap span
	until(r.t, "the brokers to tell of all partitions", func() bool {
		var longest int64
		for _, p := range positions(r.t, r.kafka.plain, chaosPartitions) {
			id := partitionOf{p.Topic, p.Partition}
			if _, has := r.gaps[id]; !has && p.Committed >= 0 && p.Lag() > longest {
				longest, at = p.Lag(), id
				gap = span{p.Committed, p.Committed + min((p.Lag()+1)/2, overtakenRecords)}
			}
		}
		return longest > 0
	})
	r.removeUncommitted(at, gap, gap.until)
	for _, m := range r.members {
		m.process.Resume()
	}
	return fmt.Sprintf(" paused consumers: offsets %d to %d of %s/%d", gap.from, gap.until-1, at.topic, at.id)
}

// removeUncommitted removes a partition's records up to the end of a gap, after having written down what they are. Those
// from offset unread on can't have been read by any consumer.
func (r *realChaos) removeUncommitted(at partitionOf, gap span, unread int64) {
	first, _ := logSpan(r.t, r.kafka.plain, at.topic, at.id)
	readRecords(r.t, r.kafka.plain, at.topic, at.id, first, gap.from, func(m kafka.Message) { r.keep(r.removed, m) })
	readRecords(r.t, r.kafka.plain, at.topic, at.id, gap.from, gap.until, func(m kafka.Message) {
		l := loss{at: at, offset: m.Offset, unread: m.Offset >= unread}
		if l.unread {
			r.write(r.unread, m)
		} else {
			r.write(r.inHand, m)
		}
		var line inputLine
		if err := json.Unmarshal(m.Value, &line); err == nil {
			updated, err := time.Parse(time.RFC3339, line.Updated)
			if err != nil {
				r.t.Fatal(err)
			}
			l.id, l.rev = string(line.Hotline)+":"+line.ID, updated.UnixMilli()
		}
		r.losses = append(r.losses, l)
	})
	deleteRecords(r.t, r.kafka.plain, at.topic, at.id, gap.until)
	r.gaps[at] = gap
}

// checkLosses names the removed records that are lost for good: the index holds neither what they told nor anything newer
// of the same call. One that could not be read counts as lost where no consumer can have seen it.
func (r *realChaos) checkLosses() {
	lost := map[partitionOf][]int64{}
	unread := 0
	for _, l := range r.losses {
		if l.unread {
			unread++
		}
		if l.id == "" && l.unread || l.id != "" && r.newestOf(l.id) < l.rev {
			lost[l.at] = append(lost[l.at], l.offset)
		}
	}
	total := 0
	for at, offsets := range lost {
		total += len(offsets)
		gap := r.gaps[at]
		r.t.Logf("lost for good: %d records of %s/%d, offsets %s; its gap is %d to %d", len(offsets), at.topic, at.id, spansOf(offsets), gap.from, gap.until-1)
	}
	r.t.Logf("retention removed %d uncommitted records, %d of them unread by any consumer; %d are lost for good", len(r.losses), unread, total)
	if len(r.gaps) > 0 && (unread == 0 || total == 0) {
		r.t.Error("nothing was lost for good: the run proves nothing about a loss")
	}
}

// newestOf is the version that the index holds of a document; -1 where it has none.
func (r *realChaos) newestOf(id string) int64 {
	query, err := json.Marshal(map[string]any{"query": map[string]any{"ids": map[string]any{"values": []string{id}}}, "_source": []string{"content_rev"}})
	if err != nil {
		r.t.Fatal(err)
	}
	var answer struct {
		Hits struct {
			Hits []struct {
				Source struct {
					Rev int64 `json:"content_rev"`
				} `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	r.ask(http.MethodPost, "/suqiu-calls-*/_search", string(query), &answer)
	newest := int64(-1)
	for _, hit := range answer.Hits.Hits {
		newest = max(newest, hit.Source.Rev)
	}
	return newest
}

// spansOf writes offsets as ranges.
func spansOf(offsets []int64) string {
	slices.Sort(offsets)
	var all []string
	for i := 0; i < len(offsets); {
		j := i
		for j+1 < len(offsets) && offsets[j+1] == offsets[j]+1 {
			j++
		}
		if i == j {
			all = append(all, fmt.Sprint(offsets[i]))
		} else {
			all = append(all, fmt.Sprintf("%d-%d", offsets[i], offsets[j]))
		}
		i = j + 1
	}
	return strings.Join(all, ", ")
}
