package ingest

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
	"suqiu/ingest/decode"
)

// Producer writes the contents of files into a topic, one record an item, each of which decode.Decode can read alone:
// rows of a table go with the header above them. The key is the id under which the contact will be stored, where the
// item tells it, so that all versions of one contact come to one partition and keep their order. Items that can't be
// decoded are written as they are. Running it again writes again; consumers store each contact once.
type Producer struct {
	Progress func(Produced) // called after each batch; may be nil

	broker *broker
	writer *kafka.Writer
}

// Produced counts what has been written.
type Produced struct {
	Records   int64
	Unkeyed   int64 // of them, those without a key
	Undecoded int64 // of them, those that can't be decoded
	Bytes     int64
}

// produceBatch is how many records are written at a time.
const produceBatch = 500

// NewProducer prepares writing into a topic. It does not connect yet.
func NewProducer(cluster Cluster, topic string) (*Producer, error) {
	broker, err := cluster.connect()
	if err != nil {
		return nil, err
	}
	return &Producer{broker: broker, writer: broker.writer(topic)}, nil
}

// Close ends the connections.
func (p *Producer) Close() error {
	err := p.writer.Close()
	p.broker.close()
	return err
}

// Produce writes the items of one file, or of whatever r reads, and returns when all replicas have them.
func (p *Producer) Produce(ctx context.Context, src *decode.Source, name string, r io.Reader) (Produced, error) {
	var done Produced
	plain, err := unpack(r)
	if err != nil {
		return done, fmt.Errorf("produce %s: %w", name, err)
	}
	begun := &head{r: plain}
	items, err := decode.NewReader(src, &decode.Input{File: name}, begun)
	if err != nil {
		return done, fmt.Errorf("produce %s: %w", name, err)
	}
	if bytes.HasPrefix(begun.bytes, []byte("PK\x03\x04")) {
		return done, fmt.Errorf("produce %s: a workbook's rows can't be told apart by themselves; export it as CSV, or use suqiu ingest", name)
	}
	var header []byte
	var batch []kafka.Message
	for first := true; ; first = false {
		item, err := items.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return done, fmt.Errorf("produce %s: %w", name, err)
		}
		if first {
			header = begun.above(&item)
		}
		batch = append(batch, message(header, &item, &done))
		if len(batch) == produceBatch {
			if err := p.write(ctx, batch, &done); err != nil {
				return done, fmt.Errorf("produce %s: %w", name, err)
			}
			batch = batch[:0]
		}
	}
	if err := p.write(ctx, batch, &done); err != nil {
		return done, fmt.Errorf("produce %s: %w", name, err)
	}
	return done, nil
}

// message makes the Kafka record of one item.
func message(header []byte, item *decode.Item, count *Produced) kafka.Message {
	m := kafka.Message{Value: item.Raw}
	if len(header) > 0 {
		m.Value = append(bytes.Clone(header), item.Raw...)
	}
	if item.Err != nil {
		count.Undecoded++
	}
	if len(item.Records) > 0 && item.Records[0].Call.ID != "" {
		m.Key = []byte(item.Records[0].Call.DocID())
	} else {
		count.Unkeyed++
	}
	return m
}

// write writes one batch. kafka-go's writer itself tries again where that may help.
func (p *Producer) write(ctx context.Context, batch []kafka.Message, done *Produced) error {
	if len(batch) == 0 {
		return nil
	}
	if err := refused(firstCause(p.writer.WriteMessages(ctx, batch...)), hint.Of(hint.TopicRight, "Write", p.writer.Topic)); err != nil {
		if do, lasting := setupHint(err); lasting {
			return hint.With(fmt.Errorf("write to %s: %w", p.writer.Topic, err), do)
		}
		return fmt.Errorf("write to %s: %w; %d records are written, running it again is harmless", p.writer.Topic, err, done.Records)
	}
	for i := range batch {
		done.Bytes += int64(len(batch[i].Value))
	}
	done.Records += int64(len(batch))
	if p.Progress != nil {
		p.Progress(*done)
	}
	return nil
}

// unpack reads through gzip where r is compressed.
func unpack(r io.Reader) (io.Reader, error) {
	var magic [2]byte
	n, err := io.ReadFull(r, magic[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	whole := io.MultiReader(bytes.NewReader(magic[:n]), r)
	if !bytes.Equal(magic[:n], []byte("\x1f\x8b")) {
		return whole, nil
	}
	return gzip.NewReader(whole)
}

// maxHead is how much of a file is kept to find its header in.
const maxHead = 256 << 10

// head keeps the beginning of what is read through it.
type head struct {
	r     io.Reader
	bytes []byte
}

func (h *head) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.bytes = append(h.bytes, p[:min(n, maxHead-len(h.bytes))]...)
	return n, err
}

// above returns the lines above the first row of a table: its header, and a title if there is one. JSON has none.
func (h *head) above(first *decode.Item) []byte {
	if raw := bytes.TrimSpace(first.Raw); len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
		return nil
	}
	rest := h.bytes
	for range first.Line - 1 {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return nil
		}
		rest = rest[i+1:]
	}
	above := h.bytes[:len(h.bytes)-len(rest)]
	if len(bytes.TrimSpace(above)) == 0 {
		return nil
	}
	return bytes.Clone(above)
}
