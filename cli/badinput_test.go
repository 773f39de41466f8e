package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"go.uber.org/goleak"

	"suqiu/cli/config"
	"suqiu/index"
	"suqiu/index/sqlite"
	"suqiu/ingest"
	"suqiu/ingest/embedded"
)

// bench is an installation on the embedded engines that gets the bad inputs.
type bench struct {
	*testing.T
	sources []badSource
	folder  string
	config  string
	cluster ingest.Cluster
	client  *kafka.Client
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, sources: badSources(), folder: t.TempDir()}
	var settings strings.Builder
	fmt.Fprintf(&settings, "embedded: true\ndata: %s\nlog: {level: error}\nbatch: {linger: 10ms}\ndeadletter: {limit: 1}\nsources:\n", b.folder)
	topics := []string{ingest.DeadLetterTopic}
	for i := range b.sources {
		s := &b.sources[i]
		yaml := s.yaml
		if !strings.Contains(yaml, "hotline:") {
			yaml += `, hotline: "95598"`
		}
		fmt.Fprintf(&settings, "  - {topic: %s, name: %s, %s}\n", s.topic(), s.name, strings.TrimPrefix(yaml, ", "))
		topics = append(topics, s.topic())
	}
	b.config = filepath.Join(b.folder, "suqiu.yaml")
	if err := os.WriteFile(b.config, []byte(settings.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	broker, err := embedded.Start(b.folder, embedded.Options{Topics: topics, Partitions: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := broker.Close(); err != nil {
			t.Error(err)
		}
	})
	b.cluster = ingest.Cluster{Brokers: []string{broker.Addr()}}
	transport := &kafka.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	b.client = &kafka.Client{Addr: kafka.TCP(broker.Addr()), Transport: transport}
	return b
}

// run runs one command line and returns its exit code and what it printed.
func (b *bench) run(ctx context.Context, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	env := Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: []string{config.EnvFile + "=" + b.config}, Now: time.Now}
	code = Run(ctx, append([]string{"suqiu", args[0], "--config", b.config}, args[1:]...), env)
	return code, out.String(), errs.String()
}

// send appends one record to the only partition of a topic.
func (b *bench) send(topic string, value []byte, bad badInput) {
	b.Helper()
	record := kafka.Record{Time: bad.clock, Value: kafka.NewBytes(value)}
	if record.Time.IsZero() {
		record.Time = time.Now()
	}
	if bad.key != "" && bad.key != "-" {
		record.Key = kafka.NewBytes([]byte(bad.key))
	}
	if !bad.noStart {
		record.Headers = []kafka.Header{{Key: "start", Value: []byte(started)}}
	}
	response, err := b.client.Produce(b.Context(), &kafka.ProduceRequest{
		Topic: topic, RequiredAcks: kafka.RequireAll, Compression: kafka.Zstd, Records: kafka.NewRecordReader(record),
	})
	if err == nil {
		err = response.Error
	}
	if err != nil {
		b.Fatalf("send to %s: %v", topic, err)
	}
}

// consumeAll runs suqiu consume until every record is acknowledged, and ends it as SIGTERM would.
func (b *bench) consumeAll() {
	b.Helper()
	ctx, stop := context.WithCancel(b.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		code, _, stderr := b.run(ctx, "consume")
		if code != 0 {
			ended <- fmt.Errorf("exit code %d: %s", code, stderr)
		}
		close(ended)
	}()
	var topics []string
	for i := range b.sources {
		topics = append(topics, b.sources[i].topic())
	}
	for {
		positions, err := ingest.GroupPositions(ctx, b.cluster, "suqiu", topics)
		if err != nil {
			b.Fatal(err)
		}
		lag := int64(0)
		for _, p := range positions {
			lag += p.End - max(p.Committed, 0)
		}
		if lag == 0 {
			break
		}
		select {
		case err := <-ended:
			b.Fatalf("consume ended with %d records unread: %v", lag, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
	stop()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

// stored are the ids of all documents.
func (b *bench) stored() map[string]bool {
	b.Helper()
	store, err := sqlite.Open(filepath.Join(b.folder, "index.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	result, err := store.Search(b.Context(), index.Query{Size: index.MaxWindow})
	if err != nil {
		b.Fatal(err)
	}
	ids := map[string]bool{}
	for i := range result.Found {
		ids[result.Found[i].Document.Call.DocID()] = true
	}
	return ids
}

func (b *bench) letters() []ingest.DeadLetter {
	b.Helper()
	topic, err := ingest.NewDeadLetters(b.cluster, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	letters, err := topic.List(b.Context(), ingest.DeadFilter{})
	if err := errors.Join(err, topic.Close()); err != nil {
		b.Fatal(err)
	}
	return letters
}

// wantLetter checks that a letter says what is wrong, where, and what to do, and repeats nothing of the input.
func wantLetter(t *testing.T, bad *badInput, letter *ingest.DeadLetter) {
	t.Helper()
	if letter.Reason != bad.reason {
		t.Errorf("reason %s, want %s: %s", letter.Reason, bad.reason, letter.Why)
	}
	if !strings.Contains(letter.Place, bad.place) {
		t.Errorf("place %q, want one with %q: %s", letter.Place, bad.place, letter.Why)
	}
	if letter.Why == "" || letter.Hint == "" {
		t.Errorf("no cause or no remedy: why %q, remedy %q", letter.Why, letter.Hint)
	}
	whole, err := json.Marshal(letter)
	if err != nil {
		t.Fatal(err)
	}
	wantNoSecret(t, string(whole))
}

func wantNoSecret(t *testing.T, message string) {
	t.Helper()
	for _, part := range []string{"秘密", "住址", "13912345678"} {
		if strings.Contains(message, part) {
			t.Errorf("repeats text of the input: %s", message)
		}
	}
}

// Each bad input stands between good ones in a topic. It becomes one dead letter, and the stream goes on after it.
func TestBadRecords(t *testing.T) {
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	b := newBench(t)
	var inputs int
	want := map[string]bool{}
	good := func(s *badSource, n int) {
		id := fmt.Sprintf("good-%d", n)
		b.send(s.topic(), s.good(id), badInput{key: id})
		want[s.name+":"+id] = true
	}
	for i := range b.sources {
		s := &b.sources[i]
		for n := range s.bad {
			good(s, n)
			b.send(s.topic(), s.bad[n].value, s.bad[n])
		}
		good(s, len(s.bad))
		inputs += len(s.bad)
	}
	for range 3 { // the same contact again and again is one document
		good(&b.sources[0], 0)
	}
	if inputs < 100 {
		t.Errorf("only %d bad inputs", inputs)
	}
	b.consumeAll()

	byPlace := map[string][]ingest.DeadLetter{}
	for _, letter := range b.letters() {
		at := fmt.Sprintf("%s/%d", letter.Origin.Topic, letter.Origin.Offset)
		byPlace[at] = append(byPlace[at], letter)
	}
	for i := range b.sources {
		s := &b.sources[i]
		for n := range s.bad {
			t.Run(s.bad[n].name, func(t *testing.T) {
				at := fmt.Sprintf("%s/%d", s.topic(), 2*n+1)
				letters := byPlace[at]
				delete(byPlace, at)
				if len(letters) != 1 {
					t.Fatalf("%d dead letters, want 1: %+v", len(letters), letters)
				}
				wantLetter(t, &s.bad[n], &letters[0])
			})
		}
	}
	for at, letters := range byPlace {
		t.Errorf("%s is good and has a dead letter: %s %s", at, letters[0].Reason, letters[0].Why)
	}
	stored := b.stored()
	for id := range want {
		if !stored[id] {
			t.Errorf("%s is not stored", id)
		}
	}
	if len(stored) != len(want) {
		t.Errorf("%d documents, want %d", len(stored), len(want))
	}
}

// The same inputs as files: each gives a dead letter or a message that names the file, and the others are read. As
// lines of one file: each is a dead letter, and the good lines between them are stored.
func TestBadFiles(t *testing.T) {
	b := newBench(t)
	for i := range b.sources {
		s := &b.sources[i]
		t.Run(s.name, func(t *testing.T) { b.ingestFiles(t, s) })
	}
}

func (b *bench) ingestFiles(t *testing.T, s *badSource) {
	folder := t.TempDir()
	write := func(name string, value []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, value, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"ingest", "--source", s.name}
	if s.name == "speech" {
		args = append(args, "--id-from", "filename", "--start-from", "", "--as-of", "2026-07-16")
	}
	args = append(args, write("before", s.good("before")))
	for n := range s.bad {
		if !s.bad[n].topicOnly {
			args = append(args, write(s.bad[n].name, s.bad[n].value))
		}
	}
	args = append(args, write("after", s.good("after")))
	file, goods, bads := s.lines()
	if file != nil {
		args = append(args, write("lines", file))
	}
	code, stdout, stderr := b.run(b.Context(), args...)

	told := map[string]int{}
	for _, letter := range b.letters() {
		if filepath.Dir(letter.Origin.File) != folder {
			continue
		}
		name := filepath.Base(letter.Origin.File)
		told[name]++
		for n := range s.bad {
			if s.bad[n].name == name {
				wantLetter(t, &s.bad[n], &letter)
			}
		}
	}
	messages := 0
	for n := range s.bad {
		bad := &s.bad[n]
		if bad.topicOnly {
			continue
		}
		if strings.Contains(stderr, bad.name+":") {
			messages++
			told[bad.name]++
		}
		if strings.Contains(stdout, bad.name+"：没有一件记录") { // a day without orders is no fault
			told[bad.name]++
		}
		if told[bad.name] != 1 {
			t.Errorf("%s: %d dead letters and messages, want 1", bad.name, told[bad.name])
		}
	}
	if wantCode := min(messages, 1); code != wantCode {
		t.Errorf("exit code %d with %d messages", code, messages)
	}
	wantNoSecret(t, stdout+stderr)
	stored := b.stored()
	if want := fmt.Sprintf("lines：入库 %d，已跳过 0（库中版本更新），死信 %d；", goods, bads); file != nil && !strings.Contains(stdout, want) {
		t.Errorf("printed\n%swant %s", stdout, want)
	}
	for n := range goods {
		if id := fmt.Sprintf("%s:line-%d", s.name, n); !stored[id] {
			t.Errorf("%s, a line between bad ones, is not stored", id)
		}
	}
	for _, name := range []string{"before", "after"} {
		if !stored[s.name+":"+name] {
			t.Errorf("file %s is not stored", name)
		}
		if told[name] != 0 {
			t.Errorf("file %s is told as bad", name)
		}
	}
	if t.Failed() {
		t.Log(stderr)
	}
}

// lines makes one file of the bad inputs that are one line, each between good ones, and counts both. Of some formats
// there is no such file.
func (s *badSource) lines() (file []byte, goods, bads int) {
	if s.name == "xlsx" || s.name == "speech" {
		return nil, 0, 0
	}
	var all bytes.Buffer
	if s.header != "" {
		fmt.Fprintln(&all, s.header)
	}
	line := func(value []byte) { fmt.Fprintf(&all, "%s\n", bytes.TrimPrefix(value, []byte(s.header+"\n"))) }
	for n := range s.bad {
		value := bytes.TrimPrefix(s.bad[n].value, []byte(s.header+"\n"))
		if s.bad[n].topicOnly || s.bad[n].alone || len(bytes.TrimSpace(value)) == 0 || bytes.ContainsAny(value, "\n") || string(value) == s.header {
			continue
		}
		line(s.good(fmt.Sprintf("line-%d", goods)))
		goods++
		line(value)
		bads++
	}
	line(s.good(fmt.Sprintf("line-%d", goods)))
	return all.Bytes(), goods + 1, bads
}
