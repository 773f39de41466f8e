// Command copy is the yardstick of suqiu's throughput: it copies the records of topics, native JSON, into an index as they
// are. It neither decodes nor masks nor analyses, but keeps the same promise of durability: offsets are committed when
// Elasticsearch has acknowledged the batch. With -prefix it copies into suqiu's own months instead, as documents: decoded,
// but neither masked nor located nor analysed. It runs until SIGTERM.
//
//	copy -brokers 127.0.0.1:9092 -topics calls,orders -group copy -elasticsearch http://127.0.0.1:9200 -index copy
//	copy -brokers 127.0.0.1:9092 -topics calls,orders -group bare -elasticsearch http://127.0.0.1:9200 -prefix bare
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest/decode"
)

// batchRecords and linger bound a batch as they do suqiu's by configuration.
const (
	batchRecords = 1000
	linger       = 500 * time.Millisecond
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "copy:", err)
		os.Exit(1)
	}
}

// copier copies topics.
type copier struct {
	brokers, topics []string
	group           string
	url             string         // of bulk requests to the index
	months          *elastic.Store // copied into instead of the index, if there is one
}

func run(ctx context.Context) error {
	brokers := flag.String("brokers", "", "of Kafka, separated by commas")
	topics := flag.String("topics", "", "to be copied, separated by commas")
	group := flag.String("group", "copy", "consumer group")
	store := flag.String("elasticsearch", "", "URL of Elasticsearch")
	index := flag.String("index", "copy", "to copy into")
	prefix := flag.String("prefix", "", "of suqiu's indices, which are set up: copy into the months, as documents")
	flag.Parse()
	c := &copier{
		brokers: strings.Split(*brokers, ","), topics: strings.Split(*topics, ","), group: *group,
		url: *store + "/" + *index + "/_bulk?filter_path=errors",
	}
	if *prefix != "" {
		config := elastic.DefaultConfig()
		config.Addresses, config.Prefix = []string{*store}, *prefix
		months, err := elastic.Open(config)
		if err != nil {
			return err
		}
		defer func() { _ = months.Close() }() // nothing is under way any more
		c.months = months
	}
	members, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: c.group, Brokers: c.brokers, Topics: c.topics, StartOffset: kafka.FirstOffset,
	})
	if err != nil {
		return err
	}
	defer members.Close()
	for {
		gen, err := members.Next(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			time.Sleep(time.Second) // the coordinator is not there yet
			continue
		}
		for topic, partitions := range gen.Assignments {
			for _, p := range partitions {
				gen.Start(func(ctx context.Context) {
					if err := c.copy(ctx, gen, topic, p); err != nil && ctx.Err() == nil {
						fmt.Fprintf(os.Stderr, "copy: %s/%d: %v\n", topic, p.ID, err)
					}
				})
			}
		}
	}
}

// copy copies one partition until the generation ends.
func (c *copier) copy(ctx context.Context, gen *kafka.Generation, topic string, p kafka.PartitionAssignment) error {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: c.brokers, Topic: topic, Partition: p.ID, QueueCapacity: batchRecords, MaxBytes: 4 << 20, MaxWait: linger,
	})
	defer reader.Close()
	if err := reader.SetOffset(p.Offset); err != nil {
		return err
	}
	for {
		batch, err := collect(ctx, reader)
		if err != nil {
			return err
		}
		put := c.put
		if c.months != nil {
			put = c.putDocuments
		}
		if err := put(ctx, batch); err != nil {
			return err
		}
		next := batch[len(batch)-1].Offset + 1
		if err := gen.CommitOffsets(map[string]map[int]int64{topic: {p.ID: next}}); err != nil {
			return err
		}
	}
}

// collect waits for a first record, and then for more until there are enough or lingering is over.
func collect(ctx context.Context, reader *kafka.Reader) ([]kafka.Message, error) {
	first, err := reader.ReadMessage(ctx)
	if err != nil {
		return nil, err
	}
	batch := append(make([]kafka.Message, 0, batchRecords), first)
	short, cancel := context.WithTimeout(ctx, linger)
	defer cancel()
	for len(batch) < batchRecords {
		m, err := reader.ReadMessage(short)
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			return nil, err
		}
		batch = append(batch, m)
	}
	return batch, nil
}

// put writes a batch in one bulk request, under the keys as ids.
func (c *copier) put(ctx context.Context, batch []kafka.Message) error {
	var body bytes.Buffer
	for _, m := range batch {
		id, err := json.Marshal(string(m.Key))
		if err != nil {
			return err
		}
		fmt.Fprintf(&body, "{\"index\":{\"_id\":%s}}\n%s\n", id, m.Value)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, &body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct{ Errors bool }
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || answer.Errors {
		return fmt.Errorf("bulk: %s, refused items: %v", response.Status, answer.Errors)
	}
	return nil
}

// putDocuments writes a batch as documents.
func (c *copier) putDocuments(ctx context.Context, batch []kafka.Message) error {
	src := decode.Source{Format: decode.Native}
	docs := make([]hotline.Document, 0, len(batch))
	for _, m := range batch {
		in := decode.Input{Value: m.Value, Key: m.Key, Arrived: m.Time}
		for _, item := range decode.Decode(&src, &in) {
			if item.Err != nil {
				return fmt.Errorf("offset %d: %w", m.Offset, item.Err)
			}
			for _, r := range item.Records {
				r.Call.Origin = hotline.Origin{Topic: m.Topic, Partition: m.Partition, Offset: m.Offset}
				docs = append(docs, hotline.Document{Call: r.Call, Analysis: hotline.Analysis{RulesetRev: 1}})
			}
		}
	}
	verdicts, err := c.months.Put(ctx, docs)
	if err != nil {
		return err
	}
	for _, v := range verdicts {
		if v.Outcome != hotline.Stored {
			return fmt.Errorf("document %s: %s %s", v.ID, v.Outcome, v.Reason)
		}
	}
	return nil
}
