//go:build e2e && unix

package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a faultyStore does to a request. Where the store applies it, the client does not learn that.
const (
	faultUnavailable = "503"
	faultBusy        = "429"
	faultBusyItems   = "429 per item" // some actions of a bulk request are not handed on
	faultReset       = "reset"        // of the connection, before the store sees the request
	faultLost        = "applied, answer lost"
	faultCut         = "applied, answer cut short"
	faultHang        = "applied, no answer" // until the client gives up
	faultLate        = "delayed"
)

// randomFaults are those that strike at random, the last only bulk requests; hangs are asked for.
var randomFaults = [...]string{faultUnavailable, faultBusy, faultReset, faultLost, faultCut, faultBusyItems}

// faultyStore stands between suqiu and a real Elasticsearch and lets requests fail.
type faultyStore struct {
	target string
	client *http.Client

	mu     sync.Mutex
	rng    *rand.Rand
	share  float64 // of the requests that fail, 0 to 1
	always string  // fault of every request, or empty
	delay  time.Duration
	hangs  int // bulk requests that are to hang next
	counts map[string]int
}

// startFaultyStore starts the proxy, which lives as long as the test. It returns its URL too.
func startFaultyStore(t *testing.T, target string, seed uint64, share float64) (*faultyStore, string) {
	s := &faultyStore{
		target: target, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32, DisableCompression: true}},
		rng: rand.New(rand.NewPCG(seed, 1)), share: share, counts: map[string]int{},
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		s.client.CloseIdleConnections()
	})
	return s, server.URL
}

// hangNext lets the next bulk request hang.
func (s *faultyStore) hangNext() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangs++
}

// behave ends all faults.
func (s *faultyStore) behave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.share, s.hangs, s.always, s.delay = 0, 0, "", 0
}

// failAll lets a fault strike every request.
func (s *faultyStore) failAll(fault string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.always = fault
}

// slowDown lets every request wait before it is handed on.
func (s *faultyStore) slowDown(delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = delay
}

// faults tells how often each fault has struck.
func (s *faultyStore) faults() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// fault decides what happens to a request, and after which delay; empty: nothing.
func (s *faultyStore) fault(bulk bool) (fault string, delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.always != "":
		fault = s.always
	case bulk && s.hangs > 0:
		s.hangs--
		fault = faultHang
	case s.rng.Float64() >= s.share:
	case bulk:
		fault = randomFaults[s.rng.IntN(len(randomFaults))]
	default:
		fault = randomFaults[s.rng.IntN(len(randomFaults)-1)]
	}
	if fault != "" {
		s.counts[fault]++
	}
	if s.delay > 0 {
		s.counts[faultLate]++
	}
	return fault, s.delay
}

func (s *faultyStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	bulk := strings.HasSuffix(r.URL.Path, "/_bulk")
	fault, delay := s.fault(bulk)
	select {
	case <-time.After(delay):
	case <-r.Context().Done():
		return
	}
	switch fault {
	case faultUnavailable:
		http.Error(w, "the proxy has no node", http.StatusServiceUnavailable)
	case faultBusy:
		http.Error(w, `{"error":{"type":"circuit_breaking_exception","reason":"data too large"},"status":429}`, http.StatusTooManyRequests)
	case faultReset:
		reset(w)
	case faultBusyItems:
		s.busyItems(w, r, body)
	case faultHang:
		// It is applied whatever becomes of the client meanwhile.
		_, _ = s.forward(context.WithoutCancel(r.Context()), r, body) // nobody learns the outcome
		<-r.Context().Done()
	default:
		answer, err := s.forward(context.WithoutCancel(r.Context()), r, body)
		switch {
		case err != nil, fault == faultLost:
			reset(w)
		case fault == faultCut:
			answer.write(w, len(answer.body)/2)
		default:
			answer.write(w, len(answer.body))
		}
	}
}

// answer is what the store said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// write sends the answer, of its body only the first n bytes: then the connection breaks.
func (a *answer) write(w http.ResponseWriter, n int) {
	for _, name := range []string{"Content-Type", "X-Elastic-Product"} {
		w.Header().Set(name, a.header.Get(name))
	}
	w.WriteHeader(a.status)
	_, err := w.Write(a.body[:n])
	if err != nil || n < len(a.body) {
		panic(http.ErrAbortHandler)
	}
}

// forward hands a request on to the store.
func (s *faultyStore) forward(ctx context.Context, r *http.Request, body []byte) (*answer, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, s.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header = r.Header.Clone()
	request.Header.Del("Accept-Encoding") // answers are looked into here
	response, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	return &answer{response.StatusCode, response.Header, got}, err
}

// reset breaks the connection without an answer.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // makes the kernel send a reset; without it the connection still ends
	}
	_ = connection.Close()
}

// busyItem is how Elasticsearch answers for an action that its queue has no room for.
const busyItem = `{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"rejected execution"}}`

// busyItems hands on a bulk request without every third action, and answers for those that the store is busy.
func (s *faultyStore) busyItems(w http.ResponseWriter, r *http.Request, body []byte) {
	actions, err := bulkActions(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var rest []byte
	for i, a := range actions {
		if i%3 != 0 {
			rest = append(rest, a.lines...)
		}
	}
	got := &answer{status: http.StatusOK, header: http.Header{}}
	var items struct {
		Items []json.RawMessage `json:"items"`
	}
	if len(rest) > 0 {
		if got, err = s.forward(context.WithoutCancel(r.Context()), r, rest); err != nil {
			reset(w)
			return
		}
		if got.status != http.StatusOK {
			got.write(w, len(got.body))
			return
		}
		if err := json.Unmarshal(got.body, &items); err != nil {
			reset(w)
			return
		}
	}
	var merged struct {
		Items []json.RawMessage `json:"items"`
	}
	for i, a := range actions {
		if i%3 == 0 {
			merged.Items = append(merged.Items, json.RawMessage(`{"`+a.verb+`":`+busyItem+`}`))
		} else if len(items.Items) > 0 {
			merged.Items, items.Items = append(merged.Items, items.Items[0]), items.Items[1:]
		}
	}
	if got.body, err = json.Marshal(&merged); err != nil {
		reset(w)
		return
	}
	got.header.Set("Content-Type", "application/json")
	got.header.Set("X-Elastic-Product", "Elasticsearch")
	got.write(w, len(got.body))
}

// bulkAction is one action of a bulk request with the document that it may have.
type bulkAction struct {
	verb  string
	lines []byte
}

func bulkActions(body []byte) ([]bulkAction, error) {
	var actions []bulkAction
	for len(body) > 0 {
		head, rest, ok := bytes.Cut(body, []byte("\n"))
		var verbs map[string]json.RawMessage
		if err := json.Unmarshal(head, &verbs); err != nil || !ok || len(verbs) != 1 {
			return nil, errors.Join(errors.New("not a bulk request"), err)
		}
		a := bulkAction{lines: body[:len(head)+1]}
		for a.verb = range verbs {
		}
		if a.verb != "delete" {
			source, _, _ := bytes.Cut(rest, []byte("\n"))
			a.lines = body[:len(a.lines)+len(source)+1]
		}
		actions, body = append(actions, a), body[len(a.lines):]
	}
	return actions, nil
}
