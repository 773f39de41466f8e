package config

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"suqiu/calendar"
	"suqiu/index/elastic"
)

// validate checks the whole configuration and names every fault at once, each with the remedy.
func (l *Loaded) validate() error {
	var faults []error
	fault := func(key, format string, args ...any) {
		faults = append(faults, fmt.Errorf("%s (%s): %s", key, l.origin(key), fmt.Sprintf(format, args...)))
	}
	oneOf := func(key, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			fault(key, "is %q, must be one of %s", value, strings.Join(allowed, ", "))
		}
	}
	if _, err := calendar.Zone(l.Zone); err != nil {
		fault("zone", "%v", err)
	}
	if host, port, err := net.SplitHostPort(l.Listen); err != nil {
		fault("listen", "is %q, must be HOST:PORT, such as 127.0.0.1:9598, or :9598 for all of this machine's addresses", l.Listen)
	} else if _, err := net.LookupPort("tcp", port); err != nil || strings.ContainsAny(host, "/ ") {
		fault("listen", "is %q, must be HOST:PORT with a port of 0 to 65535", l.Listen)
	}
	oneOf("log.level", l.Log.Level, "debug", "info", "warn", "error")
	oneOf("log.format", l.Log.Format, "text", "json")
	oneOf("kafka.on_gap", l.Kafka.OnGap, "stop", "continue")
	oneOf("kafka.sasl", l.Kafka.SASL, "", "plain", "scram-sha-256", "scram-sha-512")
	if l.RetentionDays < 0 {
		fault("retention_days", "is %d, must not be negative", l.RetentionDays)
	}
	if l.Batch.Records < 1 || l.Batch.Records > 10_000 {
		fault("batch.records", "is %d, must be 1 to 10000", l.Batch.Records)
	}
	if l.Batch.Bytes < 1<<10 {
		fault("batch.bytes", "is %d, must be at least 1024", l.Batch.Bytes)
	}
	if l.DeadLetter.Limit <= 0 || l.DeadLetter.Limit > 1 {
		fault("deadletter.limit", "is %v, must be above 0 and at most 1", l.DeadLetter.Limit)
	}
	if l.Embedded && (len(l.Kafka.Brokers) > 0 || len(l.Elasticsearch.Addresses) > 0) {
		fault("embedded", "is set together with addresses; leave out one of them")
	}
	if l.Embedded && l.Data == "" {
		fault("data", "is empty; embedded mode needs a folder")
	}
	if !elastic.ValidPrefix(l.Elasticsearch.Prefix) {
		fault("elasticsearch.prefix", "is %q, must be lower-case letters, digits and dashes, a letter first, at most 64", l.Elasticsearch.Prefix)
	}
	l.validateSources(fault)
	l.validateNotify(fault)
	return errors.Join(faults...)
}

func (l *Loaded) validateSources(fault func(key, format string, args ...any)) {
	topics := map[string]bool{}
	names := map[string]bool{}
	for i, s := range l.Sources {
		at := fmt.Sprintf("sources[%d]", i)
		if !s.Hotline.Valid() {
			fault("sources", "%s.hotline is %q, must be 95598, 12398 or 12345", at, s.Hotline)
		}
		if s.Name == "" {
			l.Sources[i].Name = string(s.Hotline)
		}
		if name := l.Sources[i].Name; names[name] {
			fault("sources", "%s.name %q is there twice; call ids of two sources would collide", at, name)
		} else {
			names[name] = true
		}
		if s.Topic != "" && topics[s.Topic] {
			fault("sources", "%s.topic %q is there twice", at, s.Topic)
		}
		topics[s.Topic] = true
		if s.Lateness < 0 {
			fault("sources", "%s.lateness is %s, must not be negative", at, s.Lateness)
		}
		if _, err := calendar.Zone(s.Zone); err != nil {
			fault("sources", "%s.zone: %v", at, err)
		}
	}
}

func (l *Loaded) validateNotify(fault func(key, format string, args ...any)) {
	if l.Notify.Lease < time.Second || l.Notify.MaxAge < time.Hour {
		fault("notify", "lease must be at least 1s and max_age at least 1h")
	}
	names := map[string]bool{}
	for i, c := range l.Notify.Channels {
		at := fmt.Sprintf("channels[%d]", i)
		if names[c.Name] {
			fault("notify.channels", "%s.name %q is there twice", at, c.Name)
		}
		names[c.Name] = true
		if c.URL != "" && c.URLFile != "" || c.Secret != "" && c.SecretFile != "" {
			fault("notify.channels", "%s gives a secret and a file for it; leave out one of them", at)
		}
		if c.Kind == "kafka" && c.Topic == "" {
			l.Notify.Channels[i].Topic = "suqiu.incident"
		}
	}
}

// ErrNoAddress says that neither an address nor embedded mode is configured.
var ErrNoAddress = errors.New("没有配置地址")

// NeedKafka reports whether there is a log to connect to.
func (c *Config) NeedKafka() error {
	if c.Embedded || len(c.Kafka.Brokers) > 0 {
		return nil
	}
	return fmt.Errorf("Kafka %w：在配置文件中写 kafka.brokers，或设 SUQIU_KAFKA_BROKERS，或写 --set kafka.brokers=HOST:9092；只在本机运行就加 --embedded", ErrNoAddress)
}

// NeedStore reports whether there is an index to connect to.
func (c *Config) NeedStore() error {
	if c.Embedded || len(c.Elasticsearch.Addresses) > 0 {
		return nil
	}
	return fmt.Errorf("Elasticsearch %w：在配置文件中写 elasticsearch.addresses，或设 SUQIU_ELASTICSEARCH_ADDRESSES，或写 --set elasticsearch.addresses=https://HOST:9200；只在本机运行就加 --embedded", ErrNoAddress)
}
