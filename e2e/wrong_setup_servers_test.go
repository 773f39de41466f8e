//go:build e2e && unix

package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"suqiu/cli"
	"suqiu/e2e/engine"
	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/mask"
)

// Users of PLAIN who may do something: reader reads topics in no group, mute writes no dead letters.
const (
	kafkaReader   = "reader"
	kafkaMute     = "mute"
	kafkaOneGroup = "onegroup" // may read as the group of the contacts, not as that of the dead letters
)

// wrongSetups is a Kafka and an Elasticsearch, with security, of which each case spoils something.
type wrongSetups struct {
	kafkaCluster
	dir       string
	elastic   *engine.Elasticsearch
	roles     map[string]string // of Elasticsearch, each with a user of its name
	listeners map[string]string // address of each listener of the broker
	fronts    map[string]string // URL of each server in front of Elasticsearch
	sum       string            // of the good front's certificate
}

const setupsDead = "setups.deadletter"

func startWrongSetups(t *testing.T) *wrongSetups {
	dir := engine.TempDir(t)
	w := &wrongSetups{dir: dir, roles: securedRoles(t), listeners: map[string]string{}, fronts: map[string]string{}}
	for name, change := range map[string]func(*x509.Certificate){
		"good": func(*x509.Certificate) {}, "other": func(*x509.Certificate) {},
		"expired": func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour)
		},
		"away": func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)} },
	} {
		ca := certificate(t, filepath.Join(dir, name+".pem"), change)
		w.write(t, name+".ca", string(ca), 0o600)
		if name == "good" {
			block, _ := pem.Decode(ca)
			sum := sha256.Sum256(block.Bytes)
			w.sum = hex.EncodeToString(sum[:])
		}
	}
	w.write(t, "keys", mask.NewKey("k1"), 0o600)
	if err := os.MkdirAll(w.path("dicts/holidays"), 0o755); err != nil {
		t.Fatal(err)
	}
	for year := time.Now().Year(); year <= time.Now().Year()+1; year++ {
		w.write(t, fmt.Sprintf("dicts/holidays/%d.csv", year), fmt.Sprintf("自,至,安排,节日\n%d-01-01,,放假,元旦\n", year), 0o644)
	}
	w.write(t, "open.keys", mask.NewKey("k1"), 0o644)
	var starting errgroup.Group
	starting.Go(func() error { return w.startKafka(t.Context()) })
	starting.Go(func() error { return w.startElastic(t.Context()) })
	err := starting.Wait()
	t.Cleanup(func() {
		if w.nodes[0] != nil {
			w.nodes[0].Stop()
		}
		if w.elastic != nil {
			w.elastic.Stop()
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	w.addUsers(t, kafkaUser)
	w.grant(t)
	for _, topic := range []string{setupsDead, "setups.calls", "setups.gap"} {
		w.addTopic(t, topic)
	}
	deleteRecords(t, w.plain, "setups.gap", 0, 10)
	for _, name := range []string{"good", "expired", "away"} {
		w.front(t, name, true, nil)
	}
	w.front(t, "proxy", false, func(answer http.ResponseWriter, r *http.Request) bool {
		fmt.Fprint(answer, "please log in")
		return false
	})
	w.front(t, "nothing", false, func(answer http.ResponseWriter, r *http.Request) bool {
		http.NotFound(answer, r)
		return false
	})
	w.front(t, "key", false, func(answer http.ResponseWriter, r *http.Request) bool {
		if !strings.EqualFold(r.Header.Get("Authorization"), "ApiKey aWQ6Z29vZA==") {
			http.Error(answer, `{"error":{"type":"security_exception","reason":"unable to authenticate with provided credentials"}}`, http.StatusUnauthorized)
			return false
		}
		r.SetBasicAuth("elastic", kafkaPass)
		return true
	})
	return w
}

func (w *wrongSetups) path(name string) string { return filepath.Join(w.dir, name) }

func (w *wrongSetups) write(t *testing.T, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(w.path(name), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func (w *wrongSetups) startKafka(ctx context.Context) error {
	home := w.path("kafka")
	if err := os.Mkdir(home, 0o755); err != nil {
		return err
	}
	var listeners, protocols []string
	settings := map[string]string{
		"listener.name.secured.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256",
		"sasl.enabled.mechanisms":                       "PLAIN,SCRAM-SHA-256",
		"ssl.keystore.type":                             "PEM",
		"authorizer.class.name":                         "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
		"super.users":                                   "User:ANONYMOUS;User:" + kafkaUser,
		"log.cleaner.dedupe.buffer.size":                "8000000",
	}
	for name, protocol := range map[string]string{"PLAINTEXT": "PLAINTEXT", "SECURED": "SASL_SSL", "EXPIRED": "SSL", "AWAY": "SSL"} {
		port, err := engine.FreePort()
		if err != nil {
			return err
		}
		w.listeners[name] = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		listeners, protocols = append(listeners, name+"://"+w.listeners[name]), append(protocols, name+":"+protocol)
	}
	for listener, store := range map[string]string{"secured": "good", "expired": "expired", "away": "away"} {
		settings["listener.name."+listener+".ssl.keystore.type"] = "PEM"
		settings["listener.name."+listener+".ssl.keystore.location"] = w.path(store + ".pem")
	}
	var login strings.Builder
	login.WriteString("org.apache.kafka.common.security.plain.PlainLoginModule required")
	for _, user := range []string{kafkaUser, kafkaGuest, kafkaReader, kafkaMute, kafkaOneGroup} {
		fmt.Fprintf(&login, ` user_%s="%s"`, user, kafkaPass)
	}
	settings["listener.name.secured.plain.sasl.jaas.config"] = login.String() + ";"
	settings["listener.name.secured.scram-sha-256.sasl.jaas.config"] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
	address := w.listeners["PLAINTEXT"]
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	var number int
	if _, err := fmt.Sscan(port, &number); err != nil {
		return err
	}
	controller, err := engine.FreePort()
	if err != nil {
		return err
	}
	own := net.JoinHostPort("127.0.0.1", strconv.Itoa(controller))
	settings["controller.quorum.voters"] = "1@" + own
	settings["listeners"] = strings.Join(append(listeners, "CONTROLLER://"+own), ",")
	settings["advertised.listeners"] = strings.Join(listeners, ",")
	settings["listener.security.protocol.map"] = strings.Join(append(protocols, "CONTROLLER:PLAINTEXT"), ",")
	w.nodes[0], err = engine.StartKafka(ctx, home, engine.Options{Port: number, Heap: "256m", Settings: settings})
	w.plain = []string{address}
	return err
}

func (w *wrongSetups) startElastic(ctx context.Context) error {
	home := w.path("elasticsearch")
	if err := os.Mkdir(home, 0o755); err != nil {
		return err
	}
	var err error
	var users []engine.User
	for name := range w.roles {
		users = append(users, engine.User{Name: name, Password: kafkaPass, Role: name})
	}
	w.elastic, err = engine.StartElasticsearch(ctx, home, engine.Options{Password: kafkaPass, Roles: rolesFile(w.roles), Users: users})
	return err
}

// grant gives the users of PLAIN their rights.
func (w *wrongSetups) grant(t *testing.T) {
	t.Helper()
	w.allow(t,
		right(kafkaReader, kafka.ResourceTypeTopic, "*", kafka.ACLOperationTypeAll),
		right(kafkaMute, kafka.ResourceTypeTopic, "*", kafka.ACLOperationTypeRead),
		right(kafkaMute, kafka.ResourceTypeGroup, "*", kafka.ACLOperationTypeRead),
		right(kafkaOneGroup, kafka.ResourceTypeTopic, "*", kafka.ACLOperationTypeAll),
	)
}

func right(user string, kind kafka.ResourceType, name string, operation kafka.ACLOperationType) kafka.ACLEntry {
	return kafka.ACLEntry{
		ResourceType: kind, ResourceName: name, ResourcePatternType: kafka.PatternTypeLiteral, Principal: "User:" + user, Host: "*",
		Operation: operation, PermissionType: kafka.ACLPermissionTypeAllow,
	}
}

func (w *wrongSetups) allow(t *testing.T, entries ...kafka.ACLEntry) {
	t.Helper()
	answer, err := w.client().CreateACLs(t.Context(), &kafka.CreateACLsRequest{ACLs: entries})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range answer.Errors {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// addTopic makes a topic of one partition with 20 contacts; that of dead letters stays empty.
func (w *wrongSetups) addTopic(t *testing.T, topic string) {
	t.Helper()
	plan, err := ingest.PlanTopics(t.Context(), w.open(), []ingest.Topic{{Name: topic, Partitions: 1, Replicas: 1, Compact: topic == setupsDead}})
	if err != nil {
		t.Fatal(err)
	}
	if err := ingest.ApplyTopics(t.Context(), w.open(), plan); err != nil {
		t.Fatal(err)
	}
	if topic == setupsDead {
		return
	}
	producer, err := ingest.NewProducer(w.open(), topic)
	if err != nil {
		t.Fatal(err)
	}
	defer producer.Close()
	source := &decode.Source{Name: "calls", Hotline: hotline.Hotline95598, Format: decode.Native, Zone: time.UTC}
	if _, err := producer.Produce(t.Context(), source, "contacts.jsonl", strings.NewReader(contacts("c", 20, receivedJuly))); err != nil {
		t.Fatal(err)
	}
}

// open is the cluster by its plain listener, where everybody may do everything.
func (w *wrongSetups) open() ingest.Cluster { return ingest.Cluster{Brokers: w.plain} }

// front puts a server before Elasticsearch, with or without TLS. admit answers what is not to be passed on.
func (w *wrongSetups) front(t *testing.T, name string, secured bool, admit func(http.ResponseWriter, *http.Request) bool) {
	t.Helper()
	target, err := url.Parse(w.elastic.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if admit == nil || admit(answer, r) {
			proxy.ServeHTTP(answer, r)
		}
	}))
	server.Config.ErrorLog = nil
	if secured {
		pair, err := tls.LoadX509KeyPair(w.path(name+".pem"), w.path(name+".pem"))
		if err != nil {
			t.Fatal(err)
		}
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	w.fronts[name] = server.URL
}

// store is the index of a prefix, as the administrator has it.
func (w *wrongSetups) store(t *testing.T, prefix string) *elastic.Store {
	return newElastic(t, prefix, func(c *elastic.Config) {
		c.Addresses, c.Username, c.Password = []string{w.elastic.URL()}, "elastic", kafkaPass
	})
}

// ask sends the administrator's request to Elasticsearch.
func (w *wrongSetups) ask(t *testing.T, method, path, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.elastic.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("elastic", kafkaPass)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s: %s", method, path, response.Status, text)
	}
}

// command is a run of suqiu in this process.
type command struct {
	mu      sync.Mutex
	printed bytes.Buffer
	code    int
	done    chan struct{}
}

// Write implements io.Writer.
func (c *command) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.printed.Write(p)
}

func (c *command) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.printed.String()
}

func (c *command) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// start runs suqiu with the clock set ahead.
func start(ctx context.Context, ahead time.Duration, args ...string) *command {
	c := &command{done: make(chan struct{})}
	env := cli.Env{Stdin: strings.NewReader(""), Stdout: c, Stderr: c, Now: func() time.Time { return time.Now().Add(ahead) }, Environ: environment()}
	go func() {
		defer close(c.done)
		c.code = cli.Run(ctx, append([]string{"suqiu"}, args...), env)
	}()
	return c
}
