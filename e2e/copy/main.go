// Command copy is the yardstick of suqiu's throughput: it copies the records of topics, native JSON, into an index as they
// are. It neither decodes nor masks nor analyses, but keeps the same promise of durability: offsets are committed when
// Elasticsearch has acknowledged the batch. It runs until SIGTERM.
//
//	copy -brokers 127.0.0.1:9092 -topics calls,orders -group copy -elasticsearch http://127.0.0.1:9200 -index copy
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
	url             string // of bulk requests to the index
}

func run(ctx context.Context) error {
	brokers := flag.String("brokers", "", "of Kafka, separated by commas")
	topics := flag.String("topics", "", "to be copied, separated by commas")
	group := flag.String("group", "copy", "consumer group")
	store := flag.String("elasticsearch", "", "URL of Elasticsearch")
	index := flag.String("index", "copy", "to copy into")
	flag.Parse()
	c := &copier{strings.Split(*brokers, ","), strings.Split(*topics, ","), *group, *store + "/" + *index + "/_bulk?filter_path=errors"}
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
		if err := c.put(ctx, batch); err != nil {
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
