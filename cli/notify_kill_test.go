package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/index/sqlite"
	"suqiu/remedy"
	"suqiu/remedy/notify"
	"suqiu/remedy/owner"
)

// kills is how often the notifier is killed between sending and mark.
const kills = 50

// killer is a receiver of webhooks that kills the sender as soon as it has a message, before it answers, until it has killed
// often enough.
type killer struct {
	mu       sync.Mutex
	victim   *os.Process
	killed   map[string]bool // key → the sender died of it
	received map[string][]bool
}

func (k *killer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var e notify.Event
	if body, err := io.ReadAll(r.Body); err != nil || json.Unmarshal(body, &e) != nil || e.ID != r.Header.Get("webhook-id") {
		http.Error(w, "no event", http.StatusBadRequest)
		return
	}
	if k.kills(&e) {
		<-r.Context().Done() // no answer before it is dead
		return
	}
	w.WriteHeader(http.StatusAccepted)
}

// kills notes a message, and kills its sender if it is time to.
func (k *killer) kills(e *notify.Event) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.received[e.ID] = append(k.received[e.ID], e.Duplicate)
	if len(k.killed) == kills || k.killed[e.ID] || k.victim == nil || k.victim.Kill() != nil {
		return false
	}
	k.killed[e.ID], k.victim = true, nil
	return true
}

// Killed 50 times between sending and mark, the notifier loses no message, and marks each that goes out again.
func TestNotifierKilled(t *testing.T) {
	k := &killer{killed: map[string]bool{}, received: map[string][]bool{}}
	server := httptest.NewServer(k)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "index.db")
	keys := writeOutboxes(t, file, 6, 15)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	send := func() string {
		command := exec.Command(self, file, server.URL)
		command.Args[0] = "drain" // as which TestMain runs it
		var output strings.Builder
		command.Stdout, command.Stderr = &output, &output
		k.mu.Lock()
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		k.victim = command.Process
		k.mu.Unlock()
		_ = command.Wait() // most of them are killed
		return output.String()
	}
	runs, said := 0, ""
	for end := time.Now().Add(2 * patience); time.Now().Before(end); runs++ {
		said = send()
		k.mu.Lock()
		deaths := len(k.killed)
		k.mu.Unlock()
		if deaths == kills && said == "nothing left\n" {
			break
		}
	}
	if len(k.killed) != kills {
		t.Fatalf("killed %d times in %d runs: %s", len(k.killed), runs, said)
	}
	total := 0
	for _, key := range keys {
		times := k.received[key]
		total += len(times)
		switch {
		case len(times) == 0:
			t.Errorf("%s was lost", key)
		case times[0]:
			t.Errorf("%s is marked as a duplicate the first time", key)
		}
		for _, marked := range times[min(1, len(times)):] {
			if !marked {
				t.Errorf("%s went out again without a mark", key)
			}
		}
		if len(times) > 1 && !k.killed[key] {
			t.Errorf("%s went out %d times, and nobody died of it", key, len(times))
		}
	}
	if total != len(keys)+kills || len(k.received) != len(keys) {
		t.Errorf("%d received of %d keys, want %d of %d", total, len(k.received), len(keys)+kills, len(keys))
	}
	t.Logf("%d runs, %d killed between sending and mark, %d messages, %d received", runs, len(k.killed), len(keys), total)
}

// drainOutbox is a process that sends what stands in the outboxes of a store once, by a signed webhook: drain FILE URL.
// It says when nothing is left.
func drainOutbox() int {
	done, err := func() (notify.Done, error) {
		store, err := sqlite.Open(os.Args[1])
		if err != nil {
			return notify.Done{}, err
		}
		defer store.Close()
		hook, err := notify.Open(notify.Config{Name: "hook", Kind: notify.Webhook, URL: os.Args[2], Secret: "sesame"}, nil)
		if err != nil {
			return notify.Done{}, err
		}
		notifier, err := notify.New(remedyLedger{store}, []notify.Channel{hook}, notify.Options{Lease: 5 * time.Second, Zone: calendar.Shanghai()})
		if err != nil {
			return notify.Done{}, err
		}
		messages, err := remedy.Messages(context.Background(), remedyLedger{store})
		if err != nil {
			return notify.Done{}, err
		}
		notices := make([]notify.Notice, len(messages))
		for i, m := range messages {
			notices[i] = notify.Notice{Message: m, Options: owner.Options{Channels: []string{"hook"}}}
		}
		return notifier.Drain(context.Background(), notices, time.Now())
	}()
	switch {
	case err != nil:
		fmt.Println(err)
		return 1
	case done == (notify.Done{}):
		fmt.Println("nothing left")
	}
	return 0
}

// writeOutboxes writes incidents with messages into a store and returns the messages' keys.
func writeOutboxes(t *testing.T, file string, incidents, messages int) []string {
	t.Helper()
	store, err := sqlite.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var keys []string
	for n := range incidents {
		i := remedy.Incident{ID: fmt.Sprintf("%012x", n), Root: remedy.Root{Family: "voltage", Labels: []string{"voltage.abnormal"}, Area: "江东电力"}, Signal: remedy.Growing, Work: remedy.Open}
		for m := range messages {
			key := fmt.Sprintf("%s/%04d", i.ID, m+1)
			keys = append(keys, key)
			i.Outbox = append(i.Outbox, remedy.Message{Key: key, Kind: remedy.KindGrew, At: time.Now(), View: remedy.View{Incident: i.ID, Root: i.Root}})
		}
		value, err := json.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.PutRecord(t.Context(), "incident/"+i.ID, value, 0); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}
