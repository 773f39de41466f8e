package notify

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"pgregory.net/rapid"

	"suqiu/calendar"
	"suqiu/dicts"
)

func TestOpenFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		cfg  Config
		says string
	}{
		"NoName":          {Config{Kind: WeCom, URL: "https://x.example"}, "give it a name"},
		"NameWithSlash":   {Config{Name: "a/b", Kind: WeCom, URL: "https://x.example"}, "without a slash"},
		"KindUnknown":     {Config{Name: "a", Kind: "fax"}, "there are wecom, dingtalk"},
		"NoURL":           {Config{Name: "a", Kind: WeCom}, "url must be the address"},
		"URLWithoutHost":  {Config{Name: "a", Kind: Webhook, URL: "topsecret"}, "url must be the address"},
		"MailWithoutHost": {Config{Name: "a", Kind: Mail, From: "a@b.example"}, "needs host and from"},
		"MailTLSUnknown":  {Config{Name: "a", Kind: Mail, From: "a@b.example", Host: "h", TLS: "ssl3"}, "there are starttls, tls and none"},
		"SecretNoBase64":  {Config{Name: "a", Kind: Webhook, URL: "https://x.example", Secret: "whsec_topsecret!"}, "is not Base64"},
		"KafkaNoTopic":    {Config{Name: "a", Kind: Kafka}, "needs a topic"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(tc.cfg, wording(t))
			if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "topsecret") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// topic keeps what is written, as a log does.
type topic struct {
	keys    []string
	values  [][]byte
	headers []map[string]string
	fail    error
}

func (l *topic) Write(_ context.Context, key string, value []byte, headers map[string]string) error {
	if l.fail != nil {
		return l.fail
	}
	l.keys, l.values, l.headers = append(l.keys, key), append(l.values, value), append(l.headers, headers)
	return nil
}

func TestKafkaRecords(t *testing.T) {
	log := &topic{}
	channel := open1(t, Config{Name: "k", Kind: Kafka, Topic: log})
	if err := channel.Send(t.Context(), message(notice(7, nil))); err != nil {
		t.Fatal(err)
	}
	var e Event
	if err := json.Unmarshal(log.values[0], &e); err != nil || e.ID != "1a2b3c/0007" || e.Data.View.Callers != 17 || e.Data.LabelName != "停送电/故障停电" {
		t.Errorf("%s, %v", log.values[0], err)
	}
	if log.keys[0] != "1a2b3c" || !strings.HasPrefix(log.headers[0]["content-type"], "application/cloudevents+json") {
		t.Errorf("key %s, headers %v", log.keys[0], log.headers[0])
	}
	log.fail = errors.New("broken connection")
	var perhaps interface{ Unsure() bool }
	if err := channel.Send(t.Context(), message(notice(8, nil))); !errors.As(err, &perhaps) {
		t.Errorf("got %v", err)
	}
}

func TestWordingFaults(t *testing.T) {
	for name, text := range map[string]string{
		"Syntax":       "{{define \"full\"}}{{if}}{{end}}",
		"NoBrief":      "{{define \"full\"}}x{{end}}{{define \"community\"}}x{{end}}",
		"NoSuchField":  "{{define \"full\"}}{{.Colour}}{{end}}{{define \"brief\"}}x{{end}}{{define \"community\"}}x{{end}}",
		"NoSuchField2": "{{define \"full\"}}x{{end}}{{define \"brief\"}}{{.Colour}}{{end}}{{define \"community\"}}x{{end}}",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ReadWording(calendar.Shanghai(), dicts.Embedded(), fstest.MapFS{TemplateFile: {Data: []byte(text)}}); err == nil {
				t.Error("taken as it is")
			}
		})
	}
	if _, err := ReadWording(calendar.Shanghai(), fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), TemplateFile) {
		t.Errorf("got %v", err)
	}
}

// The user's templates take the place of the shipped ones, and their playbook that of single labels.
func TestOverlay(t *testing.T) {
	own := fstest.MapFS{
		TemplateFile: {Data: []byte(`{{define "full"}}自己的 {{.Title}}{{end}}{{define "brief"}}x{{end}}{{define "community"}}x{{end}}`)},
		PlaybookFile: {Data: []byte("voltage: [自己的要点]\n")},
	}
	w, err := ReadWording(calendar.Shanghai(), dicts.Embedded(), own)
	if err != nil {
		t.Fatal(err)
	}
	if _, body, err := w.Write(message(notice(1, nil))); err != nil || !strings.HasPrefix(body, "自己的 新问题") {
		t.Errorf("%s, %v", body, err)
	}
	book, err := ReadPlaybook(dicts.Embedded(), own)
	if err != nil {
		t.Fatal(err)
	}
	if got := book.Todo("voltage.abnormal"); !slices.Equal(got, []string{"自己的要点"}) {
		t.Errorf("got %v", got)
	}
	if got := book.Todo("outage.frequent"); !strings.Contains(strings.Join(got, ""), "停电记录") {
		t.Errorf("got %v", got)
	}
	if got := book.Todo("outage.restored"); len(got) == 0 || !slices.Equal(got, book["outage"]) {
		t.Errorf("an unknown label below outage gets %v", got)
	}
	if got := book.Todo("other.streetlight"); got != nil {
		t.Errorf("got %v", got)
	}
	if _, err := ReadPlaybook(fstest.MapFS{PlaybookFile: {Data: []byte("outage: {todo: [x]}\n")}}); err == nil {
		t.Error("a map is taken for a list")
	}
}

// Whatever the text and the limit, the result keeps the limit, is whole characters, and begins as the text does.
func TestCutProperty(t *testing.T) {
	pieces := []string{"电", "A", "é", "👨‍👩‍👧", "\n", "。", "🇨🇳", "ก็", "x"}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 60).Draw(t, "text"), "")
		limit := rapid.IntRange(4, 120).Draw(t, "limit")
		bytes := func(s string) int { return len(s) }
		for _, got := range []string{cut(text, limit, bytes), fit(text, "i", limit, bytes)} {
			if len(got) > limit || !utf8.ValidString(got) {
				t.Fatalf("%d bytes of %d: %q", len(got), limit, got)
			}
			if len(text) <= limit && got != text {
				t.Fatalf("%q was short enough, and became %q", text, got)
			}
		}
		kept, cutOff := strings.CutSuffix(cut(text, limit, bytes), ellipsis)
		if !strings.HasPrefix(text, kept) || cutOff && graphemes(kept)+graphemes(text[len(kept):]) != graphemes(text) {
			t.Fatalf("%q was cut inside a character: %q", text, kept)
		}
	})
}
