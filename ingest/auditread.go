package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// auditFetch is how many bytes of a partition's log, as they are compressed there, are fetched at once: not so many
// that the store has nothing to do until the first are there.
const auditFetch = 2 << 20

// auditLeftBytes is how many bytes of records that the store does not find by their origins are kept at most until they
// are looked up by their ids.
const auditLeftBytes = 8 << 20

// auditOffsets and auditRecords are of how many offsets and of how many documents the store is asked at once.
const auditOffsets, auditRecords = 1000 * hotline.BlockOffsets, 10_000

// auditLeft is how many records that the store does not find by their origins are looked up by their ids at once.
const auditLeft = 4000

// auditAsked is how many questions after the origins of a partition's records are on their way at once.
const auditAsked = 2

// readAhead reads a partition's records from … through-1 while those before are looked at. The error may be read once
// the channel is closed. It ends when ctx does.
func (a *audit) readAhead(ctx context.Context, p GroupPosition, from, through int64) (<-chan []record, *error) {
	pages := make(chan []record)
	failed := new(error)
	go func() {
		defer close(pages)
		*failed = a.read(ctx, p, from, through, pages)
	}()
	return pages, failed
}

func (a *audit) read(ctx context.Context, p GroupPosition, at, through int64, pages chan<- []record) error {
	room := auditFetch
	for at < through {
		var got chunk
		err := retry(ctx, a.pipeline.Clock, Backoff{}.withDefaults(), func() (err error) {
			got, err = a.broker.fetch(ctx, p.Topic, p.Partition, at, room, idleWait)
			return err
		})
		if err != nil {
			return err
		}
		if got.next == at {
			if got.high > at && room < maxFetchBytes {
				room *= 2 // a batch of records does not fit
				continue
			}
			return errors.New("the log ends before the committed offset: records were removed while it was read; run the audit again")
		}
		at = got.next
		records := slices.DeleteFunc(got.records, func(r record) bool { return r.offset >= through })
		for len(records) > 0 {
			n := 0
			for n < len(records) && records[n].offset < records[0].offset+auditOffsets {
				n++
			}
			select {
			case pages <- records[:n:n]:
			case <-ctx.Done():
				return ctx.Err()
			}
			records = records[n:]
		}
	}
	return nil
}

// asked is what the store said of a page's records.
type asked struct {
	records int
	left    []leftover // of which it does not say that it holds what was read there
	err     error
}

// askAhead asks the store for the origins of each page while those before are judged, and gives the answers in the order
// of the pages. It ends when ctx does.
func (a *audit) askAhead(ctx context.Context, p partitionID, src *decode.Source, pages <-chan []record) <-chan chan asked {
	answers := make(chan chan asked, auditAsked-1)
	go func() {
		defer close(answers)
		for page := range pages {
			answer := make(chan asked, 1)
			select {
			case answers <- answer:
			case <-ctx.Done():
				return
			}
			go func() { answer <- a.ask(ctx, p, src, page) }()
		}
	}()
	return answers
}

// ask parts a page's records by whether the store tells that it holds what was read there.
func (a *audit) ask(ctx context.Context, p partitionID, src *decode.Source, records []record) asked {
	o := hotline.Offsets{Topic: p.topic, Partition: p.id, From: records[0].offset, Until: records[len(records)-1].offset + 1}
	blocks, err := a.Store.Origins(ctx, o)
	if err != nil {
		return asked{err: fmt.Errorf("ask the store for offsets %d to %d: %w", o.From, o.Until-1, err)}
	}
	answer := asked{records: len(records)}
	for len(records) > 0 {
		block := hotline.Block{First: records[0].offset / hotline.BlockOffsets * hotline.BlockOffsets}
		for len(blocks) > 0 && blocks[0].First <= block.First {
			if blocks[0].First == block.First {
				block = blocks[0]
			}
			blocks = blocks[1:]
		}
		n := 0
		for n < len(records) && records[n].offset < block.First+hotline.BlockOffsets {
			n++
		}
		held := readThere(block, records[:n])
		for i := range records[:n] {
			if r := &records[i]; held>>(r.offset-block.First)&1 == 0 {
				answer.left = append(answer.left, newLeftover(p, src, r))
			}
		}
		records = records[n:]
	}
	return answer
}

// readThere returns which records of a block are held, or none if what is held did not arrive when the records did: then
// some of it is of a topic that was deleted and made again, whose records all arrived before these.
func readThere(block hotline.Block, records []record) (held uint64) {
	for i := range records {
		if bit := uint64(1) << (records[i].offset - block.First); block.Held&bit != 0 {
			held |= bit
			block.Millis -= records[i].time.UnixMilli()
		}
	}
	if block.Millis != 0 {
		return 0
	}
	return held
}

// leftover is a record that the store does not find by its origin.
type leftover struct {
	record
	told []revised // the documents that it gives, unless masking alters an id; nil: not all of it can be read
}

// newLeftover decodes a record, here, where other pages are waited for. Masking and locating, which take most of the time
// of a record and seldom matter to an audit, are left out, and who spoke, which never does.
func newLeftover(p partitionID, src *decode.Source, r *record) leftover {
	l := leftover{record: *r}
	l.key, l.value = bytes.Clone(r.key), bytes.Clone(r.value) // so that it does not hold those beside it
	in, _ := input(p, &l.record)
	items, fault := payload(src, in)
	if fault != nil {
		return l
	}
	var told []revised
	for i := range items {
		if items[i].Err != nil || len(items[i].Records) == 0 {
			return l
		}
		for k := range items[i].Records {
			call := &items[i].Records[k].Call
			if call.CheckReceived(time.Time{}, in.Arrived) != nil {
				return l
			}
			told = append(told, revisedOf(call))
		}
	}
	l.told = told
	return l
}
