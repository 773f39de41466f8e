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
			if got := s.openPassword(); (got != "") != c.warned {
				t.Errorf("got %q, want a warning: %v", got, c.warned)
			}
		})
	}
}
