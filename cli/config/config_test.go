package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestLoadFile(t *testing.T) {
	l, err := Load("testdata/full.yaml", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Kafka.Session != 20*time.Second || l.Batch.Linger != 50*time.Millisecond || l.Batch.Records != 1000 {
		t.Errorf("got session %v, batch %+v", l.Kafka.Session, l.Batch)
	}
	if l.Batch.Bytes != Default().Batch.Bytes {
		t.Errorf("a key that the file leaves out lost its default: %d", l.Batch.Bytes)
	}
	if len(l.Sources) != 2 || l.Sources[1].Name != "12345" {
		t.Errorf("sources %+v", l.Sources)
	}
	for _, v := range l.Values() {
		if v.Key == "batch.linger" && v.Origin != "testdata/full.yaml:19" {
			t.Errorf("batch.linger comes from %s", v.Origin)
		}
		if v.Key == "batch.bytes" && v.Origin != "default" {
			t.Errorf("batch.bytes comes from %s", v.Origin)
		}
	}
}

// Each file has one fault, named in its name; the message must hold the place and what would be right.
func TestLoadFaults(t *testing.T) {
	cases := map[string][]string{
		"unknown_key":           {"borkers", "2:"},
		"broken_syntax":         {"broken_syntax.yaml"},
		"wrong_type":            {"wrong_type.yaml", "retention_days"},
		"unknown_zone":          {"zone", "unknown_zone.yaml:1", "Asia/Shanghai"},
		"unknown_hotline":       {"sources[0].hotline", "10086", "95598"},
		"same_source_twice":     {"sources[1].name", "collide"},
		"embedded_with_address": {"embedded", "leave out one"},
		"limit_above_one":       {"deadletter.limit", "at most 1"},
		"prefix_upper_case":     {"elasticsearch.prefix", "lower-case"},
	}
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := Load("testdata/"+name+".yaml", nil, nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("message lacks %q:\n%v", w, err)
				}
			}
		})
	}
	t.Run("missing_file", func(t *testing.T) {
		if _, err := Load("testdata/none.yaml", nil, nil); err == nil {
			t.Error("no error")
		}
	})
}

func TestPrecedence(t *testing.T) {
	environ := []string{"HOME=/root", "SUQIU_CONFIG=x", "SUQIU_LOG_LEVEL=error", "SUQIU_KAFKA_PASSWORD=geheim", "SUQIU_KAFKA_BROKERS=a:1, b:2"}
	l, err := Load("testdata/full.yaml", environ, map[string]string{"log.level": "debug", "batch.linger": "1s"})
	if err != nil {
		t.Fatal(err)
	}
	if l.Log.Level != "debug" || l.Batch.Linger != time.Second {
		t.Errorf("flags did not win: %+v %+v", l.Log, l.Batch)
	}
	if strings.Join(l.Kafka.Brokers, " ") != "a:1 b:2" {
		t.Errorf("the environment did not win over the file: %v", l.Kafka.Brokers)
	}
	for _, v := range l.Values() {
		if strings.Contains(v.Value, "geheim") {
			t.Errorf("%s prints the secret", v.Key)
		}
		if v.Key == "kafka.password" && v.Origin != "environment SUQIU_KAFKA_PASSWORD" {
			t.Errorf("kafka.password comes from %s", v.Origin)
		}
	}
}

func TestMisspeltVariable(t *testing.T) {
	_, err := Load("", []string{"SUQIU_KAFKA_BROKER=a:1"}, nil)
	if err == nil || !strings.Contains(err.Error(), "SUQIU_KAFKA_BROKERS") {
		t.Errorf("error %v does not name the known variables", err)
	}
}

// Without addresses nothing is started.
func TestNoAddress(t *testing.T) {
	l, err := Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.NeedKafka(); !errors.Is(err, ErrNoAddress) || !strings.Contains(err.Error(), "--embedded") {
		t.Errorf("kafka: %v", err)
	}
	if err := l.NeedStore(); !errors.Is(err, ErrNoAddress) || !strings.Contains(err.Error(), "--embedded") {
		t.Errorf("store: %v", err)
	}
	l.Embedded = true
	if l.NeedKafka() != nil || l.NeedStore() != nil {
		t.Error("embedded mode still wants addresses")
	}
}
