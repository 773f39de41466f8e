package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// envPrefix begins every variable that suqiu reads; one with this prefix that it does not know is an error, because a
// misspelt variable is otherwise found only when its value is missed.
const envPrefix = "SUQIU_"

// EnvFile names the variable that says where the configuration file is.
const EnvFile = envPrefix + "CONFIG"

// env maps variables to the keys they set.
var env = map[string]string{
	envPrefix + "KAFKA_BROKERS":             "kafka.brokers",
	envPrefix + "KAFKA_USERNAME":            "kafka.username",
	envPrefix + "KAFKA_PASSWORD":            "kafka.password",
	envPrefix + "ELASTICSEARCH_ADDRESSES":   "elasticsearch.addresses",
	envPrefix + "ELASTICSEARCH_USERNAME":    "elasticsearch.username",
	envPrefix + "ELASTICSEARCH_PASSWORD":    "elasticsearch.password",
	envPrefix + "ELASTICSEARCH_API_KEY":     "elasticsearch.api_key",
	envPrefix + "KIBANA_URL":                "kibana.url",
	envPrefix + "KIBANA_SPACE":              "kibana.space",
	envPrefix + "KIBANA_USERNAME":           "kibana.username",
	envPrefix + "KIBANA_PASSWORD":           "kibana.password",
	envPrefix + "KIBANA_API_KEY":            "kibana.api_key",
	envPrefix + "KIBANA_CA_FILE":            "kibana.ca_file",
	envPrefix + "MASK_KEYS":                 "mask.keys",
	envPrefix + "DEADLETTER_RECIPIENT":      "deadletter.recipient",
	envPrefix + "LISTEN":                    "listen",
	envPrefix + "LOG_LEVEL":                 "log.level",
	envPrefix + "LOG_FORMAT":                "log.format",
	envPrefix + "DATA":                      "data",
	envPrefix + "DICTS":                     "dicts",
	envPrefix + "ELASTICSEARCH_CA_FILE":     "elasticsearch.ca_file",
	envPrefix + "KAFKA_CA_FILE":             "kafka.ca_file",
	envPrefix + "MASK_KEY_FILE":             "mask.key_file",
	envPrefix + "ELASTICSEARCH_FINGERPRINT": "elasticsearch.fingerprint",
}

// Loaded is a configuration with the origin of each of its values.
type Loaded struct {
	Config
	origins map[string]string
}

// Value is one effective setting.
type Value struct {
	Key, Value, Origin string
}

// Load reads the file (if path is not empty), then the environment (as from os.Environ), then the flags, a map from
// key to text. It reports the first fault with the place where it stands, and checks the whole.
func Load(path string, environ []string, flags map[string]string) (*Loaded, error) {
	l := &Loaded{Config: Default(), origins: map[string]string{}}
	if path != "" {
		if err := l.readFile(path); err != nil {
			return nil, err
		}
	}
	if err := l.readEnv(environ); err != nil {
		return nil, err
	}
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		if err := l.set(key, flags[key], "flag"); err != nil {
			return nil, err
		}
	}
	if err := l.validate(); err != nil {
		return nil, err
	}
	return l, nil
}

func (l *Loaded) readFile(path string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the configuration: %w", err)
	}
	file, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return fmt.Errorf("configuration %s: %s", path, yaml.FormatError(err, false, true))
	}
	// A list of sources replaces the default list as a whole.
	var probe struct{ Sources []any }
	if err := yaml.Unmarshal(raw, &probe); err == nil && probe.Sources != nil {
		l.Sources = nil
	}
	if err := yaml.NewDecoder(bytes.NewReader(raw), yaml.Strict()).Decode(&l.Config); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("configuration %s: %s", path, yaml.FormatError(err, false, true))
	}
	for _, doc := range file.Docs {
		l.markOrigins(path, "", doc.Body)
	}
	return nil
}

func (l *Loaded) markOrigins(path, prefix string, node ast.Node) {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return
	}
	for _, value := range mapping.Values {
		key := prefix + value.Key.GetToken().Value
		l.origins[key] = fmt.Sprintf("%s:%d", path, value.Key.GetToken().Position.Line)
		l.markOrigins(path, key+".", value.Value)
	}
}

func (l *Loaded) readEnv(environ []string) error {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || name == EnvFile {
			continue
		}
		key, known := env[name]
		if !known {
			return fmt.Errorf("environment: %s is not a setting of suqiu; known are %s", name, strings.Join(slices.Sorted(maps.Keys(env)), ", "))
		}
		if err := l.set(key, value, "environment "+name); err != nil {
			return err
		}
	}
	return nil
}

// set parses text into the field that key names.
func (l *Loaded) set(key, text, origin string) error {
	field, ok := lookup(reflect.ValueOf(&l.Config).Elem(), key)
	if !ok {
		return fmt.Errorf("%s: there is no setting %s", origin, key)
	}
	if err := parseInto(field, text); err != nil {
		return fmt.Errorf("%s: %s = %q: %w", origin, key, text, err)
	}
	l.origins[key] = origin
	return nil
}

func lookup(v reflect.Value, key string) (reflect.Value, bool) {
	head, rest, nested := strings.Cut(key, ".")
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("yaml") != head {
			continue
		}
		if nested {
			return lookup(v.Field(i), rest)
		}
		return v.Field(i), true
	}
	return reflect.Value{}, false
}

func parseInto(field reflect.Value, text string) error {
	if _, ok := field.Interface().(time.Duration); ok {
		d, err := time.ParseDuration(text)
		if err != nil {
			return errors.New("must be a length of time such as 30s or 5m")
		}
		field.SetInt(int64(d))
		return nil
	}
	switch field.Kind() {
	case reflect.String:
		field.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("must be true or false")
		}
		field.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("must be a whole number")
		}
		field.SetInt(int64(n))
	case reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return errors.New("must be a number")
		}
		field.SetFloat(f)
	case reflect.Slice:
		var list []string
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				list = append(list, part)
			}
		}
		field.Set(reflect.ValueOf(list))
	default:
		return errors.New("can only be set in the configuration file")
	}
	return nil
}

// Values lists every effective setting in the order of the file, secrets hidden, with where it came from.
func (l *Loaded) Values() []Value {
	return l.values(reflect.ValueOf(l.Config), "")
}

func (l *Loaded) values(v reflect.Value, prefix string) []Value {
	var all []Value
	for i := range v.NumField() {
		key := prefix + v.Type().Field(i).Tag.Get("yaml")
		field := v.Field(i)
		switch {
		case field.Kind() == reflect.Struct:
			all = append(all, l.values(field, key+".")...)
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.Struct:
			for n := range field.Len() {
				for _, entry := range l.values(field.Index(n), fmt.Sprintf("%s[%d].", key, n)) {
					if entry.Value != "" && entry.Value != "[]" {
						entry.Origin = l.origin(key)
						all = append(all, entry)
					}
				}
			}
		default:
			all = append(all, Value{Key: key, Value: fmt.Sprint(field.Interface()), Origin: l.origin(key)})
		}
	}
	return all
}

func (l *Loaded) origin(key string) string {
	if origin, ok := l.origins[key]; ok {
		return origin
	}
	return "default"
}
