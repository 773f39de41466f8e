// Package config is suqiu's configuration: one YAML file read strictly, the environment for secrets and addresses,
// flags over both. Every effective value knows where it came from. Without addresses and without Embedded nothing is
// ever started: a misspelt variable must not open an empty private broker.
package config

import (
	"slices"
	"time"

	"suqiu/hotline"
)

// Config is the whole configuration. The yaml tags are the names of docs and of `suqiu config`.
type Config struct {
	Zone          string        `yaml:"zone"`           // of months, days and hours
	Embedded      bool          `yaml:"embedded"`       // in-process broker and SQLite in Data
	Data          string        `yaml:"data"`           // folder of the embedded engines
	Dicts         string        `yaml:"dicts"`          // folder that overlays the built-in dictionaries
	Areas         []string      `yaml:"areas"`          // built-in sets of areas to know, before those of Dicts
	Listen        string        `yaml:"listen"`         // address of health and metrics
	RetentionDays int           `yaml:"retention_days"` // calls older than this are dead letters; 0: those before 2000 are
	Log           Log           `yaml:"log"`
	Kafka         Kafka         `yaml:"kafka"`
	Elasticsearch Elasticsearch `yaml:"elasticsearch"`
	Kibana        Kibana        `yaml:"kibana"`
	Mask          Mask          `yaml:"mask"`
	Batch         Batch         `yaml:"batch"`
	DeadLetter    DeadLetter    `yaml:"deadletter"`
	Notify        Notify        `yaml:"notify"`
	Sources       []Source      `yaml:"sources"`
}

// Notify says by which channels people are told of incidents.
type Notify struct {
	Channels []Channel     `yaml:"channels"`
	Lease    time.Duration `yaml:"lease"`   // how long one sending may take before it counts as left by a dead process
	MaxAge   time.Duration `yaml:"max_age"` // of a message that can't be sent, after which it is given up
}

// Channel is one way of telling. The routing policy calls it by its name. What is secret may stand in a file of its own.
type Channel struct {
	Name       string   `yaml:"name"`
	Kind       string   `yaml:"kind"` // wecom, dingtalk, feishu, mail, webhook, kafka
	URL        Secret   `yaml:"url"`  // of a robot it holds the key
	URLFile    string   `yaml:"url_file"`
	Secret     Secret   `yaml:"secret"`
	SecretFile string   `yaml:"secret_file"`
	Host       string   `yaml:"host"`
	Port       int      `yaml:"port"`
	TLS        string   `yaml:"tls"` // starttls, tls, none
	CAFile     string   `yaml:"ca_file"`
	Username   string   `yaml:"username"`
	From       string   `yaml:"from"`
	To         []string `yaml:"to"`
	Topic      string   `yaml:"topic"`
}

// Log says what is logged and how.
type Log struct {
	Level  string `yaml:"level"`  // debug, info, warn, error
	Format string `yaml:"format"` // text, json
}

// Kafka says where the log is and how to read it.
type Kafka struct {
	Brokers  []string      `yaml:"brokers"`
	Group    string        `yaml:"group"`
	Session  time.Duration `yaml:"session"` // how long the group waits for a silent member
	OnGap    string        `yaml:"on_gap"`  // stop or continue, when retention has passed the committed offset
	TLS      bool          `yaml:"tls"`
	CAFile   string        `yaml:"ca_file"`
	SASL     string        `yaml:"sasl"` // plain, scram-sha-256, scram-sha-512
	Username string        `yaml:"username"`
	Password Secret        `yaml:"password"`
}

// Elasticsearch says where the index is.
type Elasticsearch struct {
	Addresses   []string `yaml:"addresses"`
	Prefix      string   `yaml:"prefix"` // of all index names
	Username    string   `yaml:"username"`
	Password    Secret   `yaml:"password"`
	APIKey      Secret   `yaml:"api_key"`
	CAFile      string   `yaml:"ca_file"`
	Fingerprint string   `yaml:"fingerprint"` // SHA-256 of the certificate, hex
	Shards      int      `yaml:"shards"`      // of a month's index
	Replicas    int      `yaml:"replicas"`
}

// Kibana says where suqiu kibana install imports to.
type Kibana struct {
	URL      string `yaml:"url"`
	Space    string `yaml:"space"` // id; empty for the default space
	Username string `yaml:"username"`
	Password Secret `yaml:"password"`
	APIKey   Secret `yaml:"api_key"`
	CAFile   string `yaml:"ca_file"`
}

// Mask holds what pseudonyms are made with.
type Mask struct {
	KeyFile    string   `yaml:"key_file"` // lines id:base64, the first one active
	Keys       Secret   `yaml:"keys"`     // the same, separated by commas
	OwnNumbers []string `yaml:"own_numbers"`
}

// Batch bounds one write.
type Batch struct {
	Records int           `yaml:"records"`
	Bytes   int           `yaml:"bytes"`
	Linger  time.Duration `yaml:"linger"`
}

// DeadLetter says where unreadable records go.
type DeadLetter struct {
	Topic     string  `yaml:"topic"`
	Recipient string  `yaml:"recipient"` // age public key; without it no payload is kept
	Limit     float64 `yaml:"limit"`     // share of the last 1,000 records of a source above which it pauses, 0 … 1
}

// Source is one topic, or one kind of file.
type Source struct {
	Topic       string          `yaml:"topic"`
	Name        string          `yaml:"name"` // part of every document id; by default the hotline
	Hotline     hotline.Hotline `yaml:"hotline"`
	Format      string          `yaml:"format"`
	Kind        hotline.Kind    `yaml:"kind"`
	Zone        string          `yaml:"zone"`
	DefaultArea string          `yaml:"default_area"`
	ID          string          `yaml:"id"`
	Start       string          `yaml:"start"`
	Columns     []string        `yaml:"columns"`
	Lateness    time.Duration   `yaml:"lateness"` // after a contact by when its record has arrived; 0: an hour
}

// Topics names the topics of the sources, in their order; a source of files has none.
func (c *Config) Topics() []string {
	var topics []string
	for _, s := range c.Sources {
		if s.Topic != "" {
			topics = append(topics, s.Topic)
		}
	}
	return topics
}

// IncidentTopics names the topics into which incidents are told, each once.
func (c *Config) IncidentTopics() []string {
	var topics []string
	for _, channel := range c.Notify.Channels {
		if channel.Kind == "kafka" && !slices.Contains(topics, channel.Topic) {
			topics = append(topics, channel.Topic)
		}
	}
	return topics
}

// Secret is a value that is never printed.
type Secret string

// String hides the value.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(set)"
}

// Topics of the three hotlines, by default.
const topicPrefix = "suqiu.hotline."

// Default is the configuration without file, environment and flags. It has no addresses.
func Default() Config {
	c := Config{
		Zone:   "Asia/Shanghai",
		Data:   "data",
		Areas:  []string{"china"},
		Listen: "127.0.0.1:9598",
		Log:    Log{Level: "info", Format: "text"},
		Kafka:  Kafka{Group: "suqiu", Session: 30 * time.Second, OnGap: "stop"},
		Elasticsearch: Elasticsearch{
			Prefix: "suqiu",
			Shards: 1, Replicas: 1,
		},
		Batch:      Batch{Records: 500, Bytes: 4 << 20, Linger: 200 * time.Millisecond},
		DeadLetter: DeadLetter{Topic: "suqiu.deadletter", Limit: 0.05},
		Notify:     Notify{Lease: 2 * time.Minute, MaxAge: 72 * time.Hour},
	}
	for _, h := range hotline.Hotlines {
		c.Sources = append(c.Sources, Source{Topic: topicPrefix + string(h), Name: string(h), Hotline: h, Format: "auto"})
	}
	return c
}
