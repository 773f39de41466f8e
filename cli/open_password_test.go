package cli

import (
	"testing"

	"suqiu/cli/config"
)

// TestOpenPassword: only a password that is sent as it is, over a connection that anyone on the way can read, is warned of.
func TestOpenPassword(t *testing.T) {
	for _, c := range []struct {
		name     string
		embedded bool
		kafka    config.Kafka
		warned   bool
	}{
		{"NoSASL", false, config.Kafka{}, false},
		{"Plain", false, config.Kafka{SASL: "plain"}, true},
		{"PlainInCapitals", false, config.Kafka{SASL: "PLAIN"}, true},
		{"PlainWithTLS", false, config.Kafka{SASL: "plain", TLS: true}, false},
		{"PlainWithOwnAuthority", false, config.Kafka{SASL: "plain", CAFile: "ca.pem"}, false},
		{"SCRAM", false, config.Kafka{SASL: "scram-sha-512"}, false},
		{"Embedded", true, config.Kafka{SASL: "plain"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &session{cfg: &config.Loaded{Config: config.Config{Embedded: c.embedded, Kafka: c.kafka}}}
			if got := s.openPassword(); (got != nil) != c.warned {
				t.Errorf("got %v, want a warning: %v", got, c.warned)
			}
		})
	}
}

// TestOpenStorePassword: a password or key that goes to Elasticsearch over http is warned of, unless it stays on this machine.
func TestOpenStorePassword(t *testing.T) {
	for _, c := range []struct {
		name     string
		embedded bool
		es       config.Elasticsearch
		warned   bool
	}{
		{"NoPassword", false, config.Elasticsearch{Addresses: []string{"http://es:9200"}}, false},
		{"Password", false, config.Elasticsearch{Addresses: []string{"http://es:9200"}, Password: "p"}, true},
		{"APIKeyToOneOfTwo", false, config.Elasticsearch{Addresses: []string{"https://a:9200", "HTTP://b:9200"}, APIKey: "k"}, true},
		{"OverTLS", false, config.Elasticsearch{Addresses: []string{"https://es:9200"}, Password: "p"}, false},
		{"ThisMachine", false, config.Elasticsearch{Addresses: []string{"http://localhost:9200", "http://127.0.0.1:9200", "http://[::1]:9200"}, Password: "p"}, false},
		{"Embedded", true, config.Elasticsearch{Addresses: []string{"http://es:9200"}, Password: "p"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &session{cfg: &config.Loaded{Config: config.Config{Embedded: c.embedded, Elasticsearch: c.es}}}
			warning := s.openStorePassword()
			if (warning != nil) != c.warned {
				t.Errorf("got %v, want a warning: %v", warning, c.warned)
			}
		})
	}
}
