//go:build unix

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"github.com/segmentio/kafka-go"

	"suqiu/e2e/engine"
	"suqiu/hotline"
	"suqiu/ingest"
	"suqiu/ingest/embedded"
	"suqiu/ingest/mask/maskeval"
)

// The corpus: another seed than those of the masker's own tests.
const (
	maskingSeed  = 95598
	maskingTexts = 3_000
)

// TestMaskingLeak sends texts full of personal data through the embedded broker and suqiu serve, and looks for every
// planted string wherever suqiu has written: index, logs, dead letters, metrics, status. In the texts of the index
// only what the masker itself does not recognise may be found, which is measured on the same texts; elsewhere nothing.
func TestMaskingLeak(t *testing.T) {
	m := startMasking(t)
	m.produceAll()
	m.await()
	seen := m.outputs()
	m.serve.Stop()
	m.collectFiles(seen)

	missed := m.checkDocuments()
	planted := newNeedles(m.unmistakable())
	searched := 0
	for _, place := range slices.Sorted(maps.Keys(seen)) {
		found := planted.in(seen[place])
		inIndex := strings.HasPrefix(place, "index.db")
		for _, s := range found {
			if !inIndex || !missed[s] {
				t.Errorf("%s holds %q", place, s)
			}
		}
		searched += len(seen[place])
	}
	m.checkTerms(planted, missed)
	t.Logf("%d planted strings looked for in %d bytes of %d places: %s", planted.n, searched, len(seen), strings.Join(slices.Sorted(maps.Keys(seen)), ", "))
}

// masking is one run.
type masking struct {
	t       *testing.T
	dir     string
	data    string
	suqiu   suqiu
	serve   *engine.Process
	url     string // of the health and metrics
	address string // of the broker

	identity *age.X25519Identity         // the operator's
	samples  map[string]*maskeval.Sample // by call id
	probes   map[string]string           // what is planted in a further record, by what the record tries out
	letters  int                         // records that must become dead letters
	printed  bytes.Buffer                // by commands
}

func startMasking(t *testing.T) *masking {
	dir := t.TempDir()
	m := &masking{t: t, dir: dir, data: filepath.Join(dir, "data"), samples: map[string]*maskeval.Sample{}, probes: map[string]string{}}
	m.suqiu = suqiu{program(t, dir, "suqiu"), filepath.Join(dir, "suqiu.yaml")}
	var err error
	if m.identity, err = age.GenerateX25519Identity(); err != nil {
		t.Fatal(err)
	}
	settings := fmt.Sprintf(`
embedded: true
data: %q
areas: [china, jiangdong]
listen: 127.0.0.1:0
retention_days: 36500
log: {level: debug}
deadletter: {recipient: %q, limit: 0.2}
`, m.data, m.identity.Recipient())
	if err := os.WriteFile(m.suqiu.config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func() *exec.Cmd { return m.suqiu.command(context.WithoutCancel(t.Context()), "serve") }
	if m.serve, err = engine.Start(t.Context(), "serve", filepath.Join(dir, "serve.log"), command, m.ready); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.serve.Kill)
	return m
}

var serving = regexp.MustCompile(`msg=serving address=(\S+)`)

// ready finds out where the process listens.
func (m *masking) ready(context.Context) error {
	log, err := os.ReadFile(filepath.Join(m.dir, "serve.log"))
	if err != nil {
		return err
	}
	found := serving.FindSubmatch(log)
	if found == nil {
		return errors.New("it does not tell its address yet")
	}
	m.url = "http://" + string(found[1])
	m.address, err = embedded.Address(m.data)
	return err
}

// produceAll writes the corpus, the probes and the broken records into the topics, each hotline's into its own.
func (m *masking) produceAll() {
	corpus := filepath.Join(m.dir, "corpus.jsonl")
	m.command("bench", "mask", "--seed", fmt.Sprint(maskingSeed), "--texts", fmt.Sprint(maskingTexts), "--write", corpus)
	samples := maskeval.Corpus(maskingSeed, maskingTexts)
	for i := range samples {
		m.samples[samples[i].Record.Call.ID] = &samples[i]
	}
	file, err := os.Open(corpus)
	if err != nil {
		m.t.Fatal(err)
	}
	defer file.Close()
	byHotline := map[hotline.Hotline]*bytes.Buffer{}
	for _, h := range hotline.Hotlines {
		byHotline[h] = &bytes.Buffer{}
	}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct{ Hotline hotline.Hotline }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			m.t.Fatal(err)
		}
		fmt.Fprintf(byHotline[line.Hotline], "%s\n", lines.Bytes())
	}
	rng := rand.New(rand.NewPCG(maskingSeed, 5))
	number := func(name string) string {
		n := fmt.Sprintf("139%08d", rng.IntN(100_000_000))
		m.probes[name] = n
		return n
	}
	out := byHotline[hotline.Hotline12345]
	for _, field := range probedFields {
		fmt.Fprintln(out, strings.ReplaceAll(field.record, "N", number(field.name)))
	}
	for _, broken := range brokenRecords {
		fmt.Fprintln(out, strings.ReplaceAll(broken.record, "N", number(broken.name)))
	}
	m.letters = len(brokenRecords)
	for _, h := range hotline.Hotlines {
		name := filepath.Join(m.dir, string(h)+".jsonl")
		if err := os.WriteFile(name, byHotline[h].Bytes(), 0o600); err != nil {
			m.t.Fatal(err)
		}
		m.command("produce", topicOf(h), name)
	}
}

// command runs a command of suqiu and keeps what it printed.
func (m *masking) command(args ...string) {
	m.t.Helper()
	out, err := m.suqiu.run(m.t.Context(), args...)
	if err != nil {
		m.t.Fatalf("suqiu %s: %v", strings.Join(args, " "), err)
	}
	m.printed.WriteString(out)
}

// partitions is how many the embedded broker makes of each topic.
const partitions = 4

// await returns when all is committed.
func (m *masking) await() {
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		committed, lag := progress(m.t, []string{m.address}, partitions)
		if committed > 0 && lag == 0 {
			return
		}
		if time.Now().After(deadline) {
			m.t.Fatalf("%d records are committed, %d are not\n%s", committed, lag, m.serve.LogTail())
		}
	}
}

// outputs asks for all that the running process and the commands tell.
func (m *masking) outputs() map[string][]byte {
	seen := map[string][]byte{}
	for _, path := range []string{"/metrics", "/status", "/readyz", "/livez"} {
		response, err := http.Get(m.url + path)
		if err != nil {
			m.t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		if err = errors.Join(err, response.Body.Close()); err != nil {
			m.t.Fatal(err)
		}
		seen[path] = body
	}
	if !bytes.Contains(seen["/metrics"], []byte("suqiu_")) || !json.Valid(seen["/status"]) {
		m.t.Error("metrics or status say nothing")
	}
	m.command("status")
	m.command("deadletter", "list")
	m.command("search", "--limit", "100", "停电")
	seen["printed"] = m.printed.Bytes()

	var letters bytes.Buffer
	for p := range partitions {
		eachRecord(m.t, []string{m.address}, deadTopic, p, func(r kafka.Message) {
			fmt.Fprintf(&letters, "%s %s %v\n", r.Key, r.Value, r.Headers)
			m.open(r.Value)
		})
	}
	seen["dead letters"] = letters.Bytes()
	dead := m.suqiu.deadLetters(m.t)
	if len(dead) != m.letters {
		m.t.Errorf("there are %d dead letters, want %d", len(dead), m.letters)
	}
	return seen
}

// open opens a dead letter as only the operator can: there the planted number is kept.
func (m *masking) open(value []byte) {
	letter, err := ingest.ParseDeadLetter(value)
	if err != nil {
		m.t.Fatal(err)
	}
	input, err := letter.Open(m.identity)
	if err != nil {
		m.t.Fatalf("dead letter %s: %v", letter.ID, err)
	}
	for _, number := range m.probes {
		if bytes.Contains(input.Value, []byte(number)) {
			return
		}
	}
	m.t.Errorf("dead letter %s has sealed another payload", letter.ID)
}

// collectFiles reads all files that suqiu has written, but the log of the topics that the input was produced into.
func (m *masking) collectFiles(seen map[string][]byte) {
	inputs := hotlineTopics()
	err := filepath.WalkDir(m.data, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if slices.ContainsFunc(inputs, func(topic string) bool { return strings.Contains(d.Name(), topic) }) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		name, err := filepath.Rel(m.data, path)
		if err == nil {
			seen[name], err = os.ReadFile(path)
		}
		return err
	})
	log, readErr := os.ReadFile(m.serve.LogPath())
	if err = errors.Join(err, readErr); err != nil {
		m.t.Fatal(err)
	}
	seen["log of serve"] = log
}

// checkDocuments looks for what is planted in each sample in the document of that sample, and returns what the masker
// does not recognise. That must be as much as its own measurement finds.
func (m *masking) checkDocuments() map[string]bool {
	missed := map[string]bool{}
	items, documents, planted := 0, 0, 0
	store := &embeddedStore{path: filepath.Join(m.data, "index.db")}
	err := store.each(m.t.Context(), func(stored []byte) error {
		documents++
		var doc hotline.Document
		if err := json.Unmarshal(stored, &doc); err != nil {
			return err
		}
		sample, ok := m.samples[doc.Call.ID]
		if !ok {
			return nil // a probe
		}
		text := doc.Call.Title + "\n" + doc.Call.Text(nil)
		for _, item := range sample.Planted {
			planted++
			found := false
			for _, piece := range item.Pieces {
				if strings.Contains(text, piece) {
					found, missed[piece] = true, true
				}
			}
			if found {
				items++
			}
		}
		for _, own := range []string{sample.Record.Person.Phone, sample.Record.Person.Account} {
			if own != "" && strings.Contains(string(stored), own) {
				m.t.Errorf("document %s holds its caller's number or account", doc.Call.ID)
			}
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	if want := maskingTexts + len(probedFields); documents != want {
		m.t.Errorf("the index holds %d documents, want %d", documents, want)
	}
	report, err := maskeval.Evaluate(maskingSeed, maskingTexts)
	if err != nil {
		m.t.Fatal(err)
	}
	masked, all := report.Masked()
	if items > all-masked {
		m.t.Errorf("%d planted items are in the index unmasked; the masker alone misses %d", items, all-masked)
	}
	m.t.Logf("%d documents, %d planted items, %d of them unmasked in the index (the masker alone misses %d)", documents, planted, items, all-masked)
	return missed
}

// checkTerms looks into the words by which texts are found.
func (m *masking) checkTerms(planted *needles, missed map[string]bool) {
	words := 0
	store := &embeddedStore{path: filepath.Join(m.data, "index.db")}
	err := store.terms(m.t.Context(), func(term []byte) error {
		words++
		for _, s := range planted.in(term) {
			if !missed[s] {
				m.t.Errorf("the word %q of the index holds %q", term, s)
			}
		}
		return nil
	})
	if err != nil {
		m.t.Fatal(err)
	}
	if words == 0 {
		m.t.Error("the index of texts has no words")
	}
}

// unmistakable returns all planted strings that are there by no accident: numbers of nine figures or more, and names
// and other words of three characters or more.
func (m *masking) unmistakable() []string {
	var all []string
	add := func(s string) {
		if n := utf8.RuneCountInString(s); n >= 9 || n >= 3 && !strings.ContainsAny(s, "0123456789") {
			all = append(all, s)
		}
	}
	for _, sample := range m.samples {
		for _, item := range sample.Planted {
			for _, piece := range item.Pieces {
				add(piece)
			}
		}
		add(sample.Record.Person.Phone)
		add(sample.Record.Person.Account)
	}
	for _, number := range m.probes {
		add(number)
	}
	return all
}
