package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/calendar"
	"suqiu/classify"
	"suqiu/cli/config"
	"suqiu/dicts"
	"suqiu/hint"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/index/elastic"
	"suqiu/index/sqlite"
	"suqiu/ingest"
	"suqiu/ingest/area"
	"suqiu/ingest/mask"
)

// session is one run of a command: its configuration, and the parts that it opened, which close ends in reverse.
type session struct {
	env  Env
	cfg  *config.Loaded
	log  *slog.Logger
	zone *time.Location
	demo bool // what it writes may be emptied by the next demo

	waiting func(error) // told what is waited for before the work begins, and nil when it is there
	lasting bool        // runs until it is told to end, so that it also waits for the operator to mend the index

	keys    func() (*mask.Masker, error)
	told    *herald // set by the first drain of a watcher
	closers []func() error

	reading sync.Mutex // while the rules are read
	set     *classify.RuleSet
	checked bool                // set is ready to classify
	finds   *classify.Catalogue // what the rules find; read by itself where there is no set
}

// openSession reads the configuration. Nothing is connected to or loaded before it is asked for.
func openSession(c *cli.Context, env Env) (*session, error) {
	cfg, err := loadConfig(c, env)
	if err != nil {
		return nil, err
	}
	zone, err := calendar.Zone(cfg.Zone)
	if err != nil {
		return nil, err
	}
	s := &session{env: env, cfg: cfg, log: newLogger(&cfg.Config, env.Stderr), zone: zone, waiting: func(error) {}}
	s.keys = sync.OnceValues(s.loadKeys)
	return s, nil
}

// inSession makes the action of a command that works in a session, which ends with it.
func inSession(env Env, do func(s *session, c *cli.Context) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		s, err := openSession(c, env)
		if err != nil {
			return err
		}
		defer s.close()
		return do(s, c)
	}
}

func (s *session) onClose(do func() error) { s.closers = append(s.closers, do) }

// close releases what was opened. Its faults are logged: the command's work is done or has failed by itself.
func (s *session) close() {
	for _, closer := range slices.Backward(s.closers) {
		if err := closer(); err != nil {
			s.log.Warn("close", "err", err)
		}
	}
}

// store opens the index: Elasticsearch, or SQLite in embedded mode.
func (s *session) store() (index.Store, error) {
	if err := s.cfg.NeedStore(); err != nil {
		return nil, wrongSetting(err)
	}
	var store index.Store
	if s.cfg.Embedded {
		if err := os.MkdirAll(s.cfg.Data, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
		opened, err := sqlite.Open(filepath.Join(s.cfg.Data, "index.db"))
		if err != nil {
			return nil, err
		}
		store = opened
	} else {
		ca, err := readOptional(s.cfg.Elasticsearch.CAFile)
		if err != nil {
			return nil, wrongSetting(hint.With(fmt.Errorf("elasticsearch.ca_file: %w", err), hint.Of(hint.Certificate, "elasticsearch.ca_file")))
		}
		es := s.cfg.Elasticsearch
		settings := elastic.DefaultConfig()
		settings.Addresses, settings.Prefix, settings.Shards, settings.Replicas = es.Addresses, es.Prefix, es.Shards, es.Replicas
		settings.Username, settings.Password, settings.APIKey = es.Username, string(es.Password), string(es.APIKey)
		settings.CACert, settings.CertFingerprint = ca, es.Fingerprint
		opened, err := elastic.Open(settings)
		if err != nil {
			return nil, wrongSetting(err) // nothing was asked yet
		}
		store = opened
	}
	s.onClose(store.Close)
	return store, nil
}

// openPassword warns of a password that goes to Kafka readable for all on the way; nil: it does not.
func (s *session) openPassword() error {
	k := s.cfg.Kafka
	if s.cfg.Embedded || !strings.EqualFold(k.SASL, "plain") || k.TLS || k.CAFile != "" {
		return nil
	}
	return hint.With(errors.New("kafka.sasl plain without TLS sends the password readable over the network"), hint.Of(hint.PlainPassword))
}

// openStorePassword is openPassword for Elasticsearch.
func (s *session) openStorePassword() error {
	es := s.cfg.Elasticsearch
	if s.cfg.Embedded || es.Password == "" && es.APIKey == "" || !slices.ContainsFunc(es.Addresses, readable) {
		return nil
	}
	return hint.With(errors.New("http:// in elasticsearch.addresses sends the password or the API key readable over the network"), hint.Of(hint.HTTPPassword, "elasticsearch.addresses"))
}

// readable reports whether anybody on the way can read what is sent to an address. What stays on this machine has no way.
func readable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || !strings.EqualFold(u.Scheme, "http") {
		return false
	}
	return u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
}

func readOptional(path string) ([]byte, error) {
	if path == "" {
		return nil, nil
	}
	return os.ReadFile(path)
}

// cluster says how to reach Kafka. In embedded mode it connects to the broker of the process that holds the data
// folder, or, when there is none, starts one that lives as long as the session.
func (s *session) cluster() (ingest.Cluster, error) {
	if err := s.cfg.NeedKafka(); err != nil {
		return ingest.Cluster{}, wrongSetting(err)
	}
	if s.cfg.Embedded {
		return s.embeddedCluster()
	}
	k := s.cfg.Kafka
	cluster := ingest.Cluster{
		Brokers: k.Brokers,
		SASL:    ingest.SASL{Mechanism: strings.ToUpper(k.SASL), User: k.Username, Password: string(k.Password)},
	}
	if k.TLS || k.CAFile != "" {
		cluster.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
		pem, err := readOptional(k.CAFile)
		if err != nil {
			return cluster, wrongSetting(hint.With(fmt.Errorf("kafka.ca_file: %w", err), hint.Of(hint.Certificate, "kafka.ca_file")))
		}
		if pem != nil {
			cluster.TLS.RootCAs = x509.NewCertPool()
			if !cluster.TLS.RootCAs.AppendCertsFromPEM(pem) {
				return cluster, wrongSetting(hint.With(fmt.Errorf("kafka.ca_file: %s holds no PEM certificate", k.CAFile), hint.Of(hint.Certificate, "kafka.ca_file")))
			}
		}
	}
	return cluster, nil
}

// rules reads the dictionaries for classifying: compiled, their examples run, the segmenter ready.
func (s *session) rules() (*classify.RuleSet, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.checked {
		return s.set, nil
	}
	var err error
	if s.set == nil {
		s.set, err = s.readRules(classify.Load)
	} else {
		err = s.set.Check()
	}
	if err != nil {
		return nil, err
	}
	s.checked = true
	return s.set, nil
}

// catalogue reads what the rules can find, for looking up names and codes: commands that only show what was found start at once.
func (s *session) catalogue() (*classify.Catalogue, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	switch {
	case s.set != nil:
		return s.set.Catalogue(), nil
	case s.finds != nil:
		return s.finds, nil
	}
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	s.finds, err = classify.LoadCatalogue(layers[0], layers[1:]...)
	return s.finds, err
}

// compiled reads the dictionaries for examining the set itself, which is quicker.
func (s *session) compiled() (*classify.RuleSet, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.set != nil {
		return s.set, nil
	}
	var err error
	s.set, err = s.readRules(classify.Compile)
	return s.set, err
}

func (s *session) readRules(read func(base fs.FS, overlays ...fs.FS) (*classify.RuleSet, error)) (*classify.RuleSet, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	rules, err := read(layers[0], layers[1:]...)
	if err != nil {
		return nil, err
	}
	return rules.InZone(s.zone), nil
}

// answers reads the approved answers (答复口径) of the labels.
func (s *session) answers(t *classify.Taxonomy) (*classify.ApprovedAnswers, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	return classify.LoadAnswers(t, layers[0], layers[1:]...)
}

// registered gives the rules their revision from the ledger.
func (s *session) registered(ctx context.Context, store index.Ledger) (*classify.RuleSet, error) {
	rules, err := s.rules()
	if err != nil {
		return nil, err
	}
	err = s.untilAvailable(ctx, func() error {
		rev, err := index.RegisterRuleset(ctx, store, rules.Hash(), rules.Source(), s.env.Now())
		if err == nil {
			rules = rules.WithRevision(rev)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return rules, nil
}

// setupWait is how long after it was refused the store is asked again, by who waits for that to be mended.
const setupWait = 30 * time.Second

// untilAvailable asks the store, again and again while it is unavailable, as the writing that follows does: a process that
// starts during an outage must not end by it. One that runs for good also waits while the store refuses, for a wrong
// password, a missing right or index: it pauses then as it does later, instead of being restarted over and over. Clocks
// that differ end it: by a wrong one it can't tell what is too old to keep.
func (s *session) untilAvailable(ctx context.Context, ask func() error) error {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		err := ask()
		var fault *hotline.Fault
		pause, why := wait, "the store is unavailable, trying again"
		switch {
		case !errors.As(err, &fault):
			s.waiting(nil)
			return err
		case fault.Kind == hotline.FaultSetup && s.lasting && !errors.Is(err, elastic.ErrClock):
			pause, why = setupWait, "the store refuses, paused; trying again every 30 s"
		case fault.Kind != hotline.FaultUnavailable:
			s.waiting(nil)
			return err
		}
		s.waiting(err)
		s.log.Warn(why, "err", err)
		if err := (ingest.SystemClock{}).Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func (s *session) areas() (*area.Trees, error) {
	var layers []area.Layer
	for _, set := range s.cfg.Areas {
		folder := path.Join("areas", set)
		if _, err := fs.Stat(dicts.Embedded(), folder); err != nil {
			return nil, usagef("areas：没有内置的地区 %q；可写 %s", set, strings.Join(builtinAreas(), "、"))
		}
		layers = append(layers, area.Layer{FS: dicts.Embedded(), Dir: folder})
	}
	overlay, err := s.overlay()
	if err != nil {
		return nil, err
	}
	if overlay != nil {
		layers = append(layers, area.Layer{FS: overlay, Dir: "areas"})
	}
	return area.Load(layers...)
}

// builtinAreas names the sets of areas that the binary ships.
func builtinAreas() []string {
	entries, err := fs.ReadDir(dicts.Embedded(), "areas")
	if err != nil {
		return nil // unreachable: the folder is compiled in
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}
