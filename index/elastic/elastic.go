// Package elastic keeps documents and the ledger in Elasticsearch 8: one index a month of the calls' received time,
// behind one alias, and one index for the ledger. It uses basic modules only, never a script, and writes nothing before
// Setup has installed a mapping that fits this build. Nothing is retried here: a Fault tells the caller what to do.
package elastic

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/elastic/go-elasticsearch/v8"

	"suqiu/calendar"
	"suqiu/hint"
	"suqiu/index"
)

// Config says where the cluster is and how to use it. Zero fields of DefaultConfig's are filled by it.
type Config struct {
	Addresses       []string // URLs of one or more nodes of one cluster
	Username        string
	Password        string
	APIKey          string        // base64 of id:key; instead of a user
	CACert          []byte        // PEM; trusted instead of the system's authorities
	CertFingerprint string        // SHA-256 in hex of the server's certificate or its authority, instead of CACert
	Prefix          string        // of all names in the cluster; by default suqiu
	Shards          int           // primaries a month; by default 1
	Replicas        int           // copies beside the primary; by default 1, 0 for a single node
	RefreshInterval time.Duration // until new documents are searchable without Refresh; by default 5 s
	Timeout         time.Duration // of one request; by default 1 minute
}

// DefaultConfig has no address and is otherwise right for a small cluster.
func DefaultConfig() Config {
	return Config{Prefix: "suqiu", Shards: 1, Replicas: 1, RefreshInterval: 5 * time.Second, Timeout: time.Minute}
}

var prefixPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)

// ValidPrefix reports whether names in the cluster can begin so: lower-case letters, digits and dashes, a letter first,
// at most 64.
func ValidPrefix(prefix string) bool { return prefixPattern.MatchString(prefix) }

// Validate names all settings that can't work, each with what to do.
func (c *Config) Validate() error {
	var errs []error
	for _, rule := range []struct {
		broken bool
		say    string
		do     hint.Hint
	}{
		{len(c.Addresses) == 0, "there is no address", hint.Of(hint.ElasticAddress)},
		{c.APIKey != "" && c.Username != "", "there are an API key and a user name", hint.Of(hint.OneOf, "elasticsearch.api_key", "elasticsearch.username")},
		{(c.Username == "") != (c.Password == ""), "there is a user name without a password, or a password without one", hint.Of(hint.Together, "elasticsearch.username", "elasticsearch.password")},
		{len(c.CACert) > 0 && c.CertFingerprint != "", "there are an authority and a fingerprint", hint.Of(hint.OneOf, "elasticsearch.ca_file", "elasticsearch.fingerprint")},
		{!ValidPrefix(c.Prefix), fmt.Sprintf("the prefix is %q", c.Prefix), hint.Of(hint.Prefix, "elasticsearch.prefix")},
		{c.Shards < 1 || c.Shards > 64, fmt.Sprintf("%d shards", c.Shards), hint.Of(hint.Between, "elasticsearch.shards", "1–64")},
		{c.Replicas < 0 || c.Replicas > 8, fmt.Sprintf("%d replicas", c.Replicas), hint.Of(hint.Between, "elasticsearch.replicas", "0–8")},
		{c.RefreshInterval < time.Second, fmt.Sprintf("the refresh interval is %s", c.RefreshInterval), hint.Of(hint.Between, "refresh_interval", "≥ 1s")},
		{c.Timeout < time.Second, fmt.Sprintf("the time-out is %s", c.Timeout), hint.Of(hint.Between, "timeout", "≥ 1s")},
	} {
		if rule.broken {
			errs = append(errs, hint.With(fmt.Errorf("elasticsearch configuration: %s", rule.say), rule.do))
		}
	}
	for _, address := range c.Addresses {
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			errs = append(errs, hint.With(fmt.Errorf("elasticsearch configuration: the address is %q", address), hint.Of(hint.URL, addresses)))
		}
	}
	if c.CertFingerprint != "" {
		if sum, err := hex.DecodeString(c.CertFingerprint); err != nil || len(sum) != 32 {
			errs = append(errs, hint.With(errors.New("elasticsearch configuration: the fingerprint is no SHA-256"), hint.Of(hint.FingerprintForm, "elasticsearch.fingerprint")))
		}
	}
	return errors.Join(errs...)
}

// Store is an index.Store in Elasticsearch. Its methods may be called from any goroutine.
type Store struct {
	config    Config
	client    *elasticsearch.Client
	transport *http.Transport
	zone      *time.Location // whose months the indices are
	pace      *pace          // of bulk requests

	mu      sync.Mutex
	months  map[string]string    // the index behind each month whose mapping was found to fit
	written map[string]time.Time // when months were last written to, see activeMonths
	setUp   bool                 // the ledger was found, so Setup has run
}

var _ index.Store = (*Store)(nil)

// Open makes a store of a checked configuration. It does not speak to the cluster: that is down at times, and the
// calls that need it say so.
func Open(config Config) (*Store, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 16
	client, err := elasticsearch.NewClient(elasticsearch.Config{
		Addresses: config.Addresses, Username: config.Username, Password: config.Password, APIKey: config.APIKey,
		CACert: config.CACert, CertificateFingerprint: strings.ToLower(config.CertFingerprint),
		Transport:    transport,
		DisableRetry: true, // the caller retries, with back-off and for ever
		Interceptors: []elastictransport.InterceptorFunc{compress(), checkProduct},
	})
	if err != nil {
		return nil, fmt.Errorf("open Elasticsearch at %s: %w", strings.Join(config.Addresses, ", "), err)
	}
	return &Store{config: config, client: client, transport: transport, zone: calendar.Shanghai(), pace: newPace(), months: map[string]string{}, written: map[string]time.Time{}}, nil
}

// Close drops the connections.
func (s *Store) Close() error {
	err := s.client.Close(context.Background())
	s.transport.CloseIdleConnections()
	return err
}

// Names in the cluster. A month is an index named prefix-calls-2026.11 until it is migrated, and then an alias of that
// name of an index prefix-calls.g2-2026.11, g for generation. The point keeps an index in the making out of allMonths,
// which finds indices by the names of their aliases too.
func (s *Store) allMonths() string   { return Pattern(s.config.Prefix) }
func (s *Store) alias() string       { return s.config.Prefix + "-calls" }
func (s *Store) ledgerIndex() string { return s.config.Prefix + "-ledger" }

// monthLayout is how the name of a month ends.
const monthLayout = "2006.01"

// monthIndex is the name under which calls received in a month are written.
func (s *Store) monthIndex(received time.Time) string {
	return s.alias() + "-" + received.In(s.zone).Format(monthLayout)
}

// monthOf is the month that an index holds.
func (s *Store) monthOf(index string) string {
	return s.alias() + "-" + index[max(0, len(index)-len(monthLayout)):]
}

// generation is the name of the nth index of a month.
func (s *Store) generation(month string, n int) string {
	if n == 1 {
		return month
	}
	return fmt.Sprintf("%s.g%d-%s", s.alias(), n, month[len(month)-len(monthLayout):])
}

// generationOf is the number of a month's index.
func (s *Store) generationOf(index string) int {
	n := 1
	_, _ = fmt.Sscanf(index, s.alias()+".g%d-", &n) // else the first
	return n
}
