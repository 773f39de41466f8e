package cli

import (
	"bytes"
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is set wrongly, or wrong in a file that a setting names, ends serve and consume with the exit code of wrong
// usage, whether or not the servers answer: their supervisor does not start them again then.
func TestWrongSettingsEnd(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	missing := filepath.Join(folder, "missing")
	file("broken/rules/mine.yaml", "rules:\n  - id: mine.noise\n    when: nothing\n")
	base := map[string]string{
		"kafka.brokers":           "127.0.0.1:1",
		"elasticsearch.addresses": "http://127.0.0.1:1",
		"mask.key_file":           file("good", "2026:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=\n"),
		"listen":                  "127.0.0.1:0",
		"areas":                   "jiangdong",
	}
	for _, tt := range []struct {
		name, setting, value, want string
	}{
		{"address without scheme", "elasticsearch.addresses", "127.0.0.1:9200", "write each of elasticsearch.addresses as a URL such as https://es1:9200"},
		{"no address", "elasticsearch.addresses", "", "elasticsearch.addresses"},
		{"user without password", "elasticsearch.username", "suqiu", "give elasticsearch.username and elasticsearch.password, or neither"},
		{"missing authority of Elasticsearch", "elasticsearch.ca_file", missing, "elasticsearch.ca_file: "},
		{"authority of Elasticsearch is no certificate", "elasticsearch.ca_file", file("no.pem", "none"), "unable to add CA certificate"},
		{"fingerprint with colons", "elasticsearch.fingerprint", "AA:BB", "write elasticsearch.fingerprint as the 64 hex digits"},
		{"missing authority of Kafka", "kafka.ca_file", missing, "kafka.ca_file: "},
		{"authority of Kafka is no certificate", "kafka.ca_file", file("no.pem", "none"), "holds no PEM certificate"},
		{"missing dictionaries", "dicts", missing, "open the dictionary folder: "},
		{"broken rules", "dicts", filepath.Join(folder, "broken"), "rules/mine.yaml:3:"},
		{"unknown areas", "areas", "atlantis", "atlantis"},
		{"listen without port", "listen", "127.0.0.1", "must be HOST:PORT"},
		{"port too large", "listen", "127.0.0.1:70000", "a port of 0 to 65535"},
		{"no public key", "deadletter.recipient", "foo", "deadletter.recipient: "},
		{"missing key", "mask.key_file", missing, "mask.key_file: "},
		{"no key at all", "mask.key_file", "", "suqiu key new"},
		{"weak key", "mask.key_file", file("weak", "2026:dG9vIHNob3J0\n"), "2026"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := maps.Clone(base)
			set[tt.setting] = tt.value
			var flags []string
			for key, value := range set {
				if value != "" {
					flags = append(flags, "--set", key+"="+value)
				}
			}
			for _, command := range []string{"serve", "consume"} {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // else it would wait for the servers for ever
				defer cancel()
				var out, errs bytes.Buffer
				code := Run(ctx, slices.Concat([]string{"suqiu", command}, flags), Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Now: time.Now})
				if code != exitUsage || !strings.Contains(errs.String(), tt.want) {
					t.Errorf("%s ends with %d and %q; want %d and %q", command, code, &errs, exitUsage, tt.want)
				}
			}
		})
	}
}
