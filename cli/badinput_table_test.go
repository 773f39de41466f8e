package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"suqiu/ingest/decode"
)

// secret stands in every bad input that has text; no message may repeat it.
const secret = "秘密住址13912345678"

// badInput is one input with one fault, which its name tells.
type badInput struct {
	name   string
	value  []byte
	reason decode.Reason
	place  string // what the dead letter's place must hold

	key       string // of the Kafka record, where the source takes the id from it; "-" is none
	noStart   bool   // leave out the header with the time
	clock     time.Time
	alone     bool // below a header it is good
	topicOnly bool // the fault is one of Kafka records; a file can't have it
}

// field makes a contact in native JSON that is good except for some fields; nil takes a field away.
func field(change map[string]any) []byte {
	contact := map[string]any{"id": "bad", "kind": "order", "received": "2026-07-02T20:47:11+08:00", "text": "停电 " + secret, "note": secret}
	maps.Copy(contact, change)
	maps.DeleteFunc(contact, func(_ string, v any) bool { return v == nil })
	value, err := json.Marshal(contact)
	if err != nil {
		panic(err) // the table's values can be written
	}
	return value
}

func with(name string, v any) []byte { return field(map[string]any{name: v}) }

// null is a JSON null, where nil takes the field away.
var null = json.RawMessage("null")

func text(format string, args ...any) []byte { return fmt.Appendf(nil, format, args...) }

// badAnything are bad inputs for a source that recognises the format.
func badAnything() []badInput {
	good := string(field(nil))
	noise := rand.NewChaCha8([32]byte{7})
	random := make([]byte, 4096)
	if _, err := noise.Read(random); err != nil {
		panic(err)
	}
	random[0] = 0xfb // or else it might begin like JSON
	utf16 := func(order unicode.Endianness, bom unicode.BOMPolicy) []byte {
		encoded, err := unicode.UTF16(order, bom).NewEncoder().String(good)
		if err != nil {
			panic(err)
		}
		return []byte(encoded)
	}
	chinese, err := simplifiedchinese.GB18030.NewEncoder().String(good)
	if err != nil {
		panic(err)
	}
	return []badInput{
		{name: "empty", reason: decode.ReasonEmpty},
		{name: "only-spaces", value: []byte("  \t \r\n  "), reason: decode.ReasonEmpty},
		{name: "only-a-byte-order-mark", value: []byte("\xef\xbb\xbf"), reason: decode.ReasonEmpty},
		{name: "empty-array", value: []byte("[]"), reason: decode.ReasonEmpty},
		{name: "zero-bytes", value: make([]byte, 1000), reason: decode.ReasonFormat},
		{name: "random-bytes", value: random, reason: decode.ReasonFormat},
		{name: "picture", value: append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff"), secret...), reason: decode.ReasonFormat},
		{name: "truncated-gzip", value: gzipped(good)[:40], reason: decode.ReasonEncoding},
		{name: "web-page", value: text("<html><body>%s</body></html>", secret), reason: decode.ReasonFormat},
		{name: "xml", value: text(`<?xml version="1.0"?><order><id>1</id><text>%s</text></order>`, secret), reason: decode.ReasonFormat},
		{name: "plain-text", value: text("我家停电了，%s", secret), reason: decode.ReasonFormat},
		{name: "log-line", value: text("2026-07-02 20:47:11 INFO received %s", secret), reason: decode.ReasonFormat},
		{name: "url-encoded", value: []byte("id=1&text=%E5%81%9C%E7%94%B5"), reason: decode.ReasonFormat},
		{name: "table-with-unknown-header", value: text("序,日期,备注\n1,2026-07-03,%s\n", secret), reason: decode.ReasonFormat},

		{name: "utf-16-little-endian", value: utf16(unicode.LittleEndian, unicode.UseBOM), reason: decode.ReasonEncoding},
		{name: "utf-16-big-endian", value: utf16(unicode.BigEndian, unicode.UseBOM), reason: decode.ReasonEncoding},
		{name: "utf-16-without-mark", value: utf16(unicode.LittleEndian, unicode.IgnoreBOM), reason: decode.ReasonSyntax},
		{name: "latin-1", value: []byte("{\"id\":\"bad\",\"text\":\"caf\xe9\"}"), reason: decode.ReasonEncoding},
		{name: "utf-8-cut-in-a-character", value: text("{\"id\":\"bad\",\"text\":\"%s停\xe7\x94\"}", secret), reason: decode.ReasonEncoding},
		{name: "gb18030-cut-in-a-character", value: append([]byte(chinese)[:len(chinese)-2], 0xb5, '"', '}'), reason: decode.ReasonEncoding},
		{name: "two-encodings-in-one-record", value: append([]byte(chinese)[:len(chinese)-2], "停\xff\"}"...), reason: decode.ReasonEncoding},

		{name: "json-cut-off-in-a-string", value: text(`{"id":"bad","text":"%s`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-cut-off-after-a-colon", value: text(`{"text":"%s","id":`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-cut-off-before-the-brace", value: []byte(good[:len(good)-1]), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-a-comma-too-many", value: text(`{"id":"bad","text":"%s",}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-without-a-comma", value: text(`{"id":"bad" "text":"%s"}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-in-single-quotes", value: text(`{'id':'bad','text':'%s'}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-bare-names", value: text(`{id:"bad",text:"%s"}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-a-comment", value: text(`{"id":"bad",/* %s */"text":"停电"}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-nan", value: text(`{"id":"bad","text":"%s","n":NaN}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-a-bad-escape", value: text(`{"id":"bad","text":"\x %s"}`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-a-raw-tab", value: text("{\"id\":\"bad\",\"text\":\"a\tb %s\"}", secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-twice-on-a-line", value: []byte(good + good), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-with-words-after-it", value: []byte(good + " " + secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "json-in-a-json-string", value: quoted(good), reason: decode.ReasonFormat},
		{name: "array-cut-off", value: []byte("[" + good[:len(good)-3]), reason: decode.ReasonSyntax, place: "element 1"},
		{name: "array-of-numbers", value: []byte("[139]"), reason: decode.ReasonFormat},
		{name: "array-in-an-array", value: []byte("[[" + good + "]]"), reason: decode.ReasonFormat},
		{name: "array-of-null", value: []byte("[null]"), reason: decode.ReasonFormat},
		{name: "json-number", value: []byte("139"), reason: decode.ReasonFormat},
		{name: "json-null", value: null, reason: decode.ReasonFormat},
		{name: "json-true", value: []byte("true"), reason: decode.ReasonFormat},
		{name: "empty-object", value: []byte("{}"), reason: decode.ReasonFormat},
		{name: "unknown-fields", value: text(`{"foo":"%s"}`, secret), reason: decode.ReasonFormat},

		{name: "nested-65-deep", value: text(`{"id":"bad","text":"%s","x":%s%s}`, secret, strings.Repeat("[", 64), strings.Repeat("]", 64)),
			reason: decode.ReasonSize, place: "byte"},
		{name: "nested-100000-deep", value: text(`{"id":"bad","text":"%s","x":%s%s}`, secret, strings.Repeat("[", 100_000), strings.Repeat("]", 100_000)),
			reason: decode.ReasonSize, place: "byte"},
		{name: "opened-a-million-times", value: bytes.Repeat([]byte("["), 1_000_000), reason: decode.ReasonSyntax, place: "element 1"},
		{name: "line-of-50-MB", value: bytes.Repeat([]byte("x"), 50_000_000), reason: decode.ReasonSize},
		{name: "json-of-17-MB", value: with("text", strings.Repeat("x", 17_000_000)), reason: decode.ReasonSize},
		{name: "10001-records-at-once", value: bytes.Repeat([]byte("{}\n"), 10_001), reason: decode.ReasonSize, topicOnly: true},
		{name: "record-time-1970", value: field(nil), reason: decode.ReasonTime, place: "arrived", clock: time.Unix(86_400, 0), topicOnly: true},
		{name: "regulator-without-id", value: text(`{"诉求性质":"投诉","受理时间":"2026-07-03","诉求内容":"%s"}`, secret), reason: decode.ReasonID, place: "12398工单编号"},
		{name: "regulator-without-text", value: []byte(`{"受理编号":"bad","诉求性质":"投诉","受理时间":"2026-07-03","诉求内容":""}`), reason: decode.ReasonField, place: "诉求内容"},
	}
}

func gzipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(s)); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func quoted(s string) []byte {
	value, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return value
}

// badNative are contacts in native JSON with one bad field.
func badNative() []badInput {
	turns := func(turn any) []byte { return field(map[string]any{"text": nil, "turns": turn}) }
	one := func(change map[string]any) []byte {
		turn := map[string]any{"role": "customer", "text": secret}
		maps.Copy(turn, change)
		return turns([]any{turn})
	}
	many := make([]any, 5001)
	for i := range many {
		many[i] = map[string]any{"role": "customer", "text": "停"}
	}
	fields := map[string]any{}
	for i := range 201 {
		fields[fmt.Sprintf("f%d", i)] = secret
	}
	bad := []badInput{
		{name: "id-missing", value: with("id", nil), reason: decode.ReasonID, place: "id"},
		{name: "id-null", value: with("id", null), reason: decode.ReasonID, place: "id"},
		{name: "id-empty", value: with("id", ""), reason: decode.ReasonID, place: "id"},
		{name: "id-of-spaces", value: with("id", " \u3000 "), reason: decode.ReasonID, place: "id"},
		{name: "id-of-257-bytes", value: with("id", strings.Repeat("x", 257)), reason: decode.ReasonID, place: "id"},
		{name: "id-object", value: with("id", map[string]any{"no": secret}), reason: decode.ReasonField, place: "id"},
		{name: "id-list", value: with("id", []any{secret}), reason: decode.ReasonField, place: "id"},
		{name: "id-true", value: with("id", true), reason: decode.ReasonField, place: "id"},

		{name: "text-missing", value: with("text", nil), reason: decode.ReasonField, place: "turns"},
		{name: "text-null", value: with("text", null), reason: decode.ReasonField, place: "turns"},
		{name: "text-of-spaces", value: with("text", "  \n "), reason: decode.ReasonField, place: "turns"},
		{name: "text-object", value: with("text", map[string]any{"zh": secret}), reason: decode.ReasonField, place: "text"},
		{name: "text-list", value: with("text", []any{secret}), reason: decode.ReasonField, place: "text"},
		{name: "text-above-1-MB", value: with("text", strings.Repeat("x", 1<<20+1)), reason: decode.ReasonField, place: "turns"},
		{name: "turns-empty", value: turns([]any{}), reason: decode.ReasonField, place: "turns"},
		{name: "turns-text", value: turns(secret), reason: decode.ReasonField, place: "turns"},
		{name: "turns-of-text", value: turns([]any{secret}), reason: decode.ReasonField, place: "turns[0]"},
		{name: "turns-of-null", value: turns([]any{nil}), reason: decode.ReasonField, place: "turns[0]"},
		{name: "turns-5001", value: turns(many), reason: decode.ReasonField, place: "turns"},
		{name: "turn-role-unknown", value: one(map[string]any{"role": secret}), reason: decode.ReasonField, place: "turns[0].role"},
		{name: "turn-role-list", value: one(map[string]any{"role": []any{secret}}), reason: decode.ReasonField, place: "turns[0].role"},
		{name: "turn-text-number-list", value: one(map[string]any{"text": []any{1}}), reason: decode.ReasonField, place: "turns[0].text"},
		{name: "turn-begin-negative", value: one(map[string]any{"begin_ms": -1}), reason: decode.ReasonField, place: "turns[0].begin_ms"},
		{name: "turn-begin-fraction", value: one(map[string]any{"begin_ms": 0.5}), reason: decode.ReasonField, place: "turns[0].begin_ms"},
		{name: "turn-begin-text", value: one(map[string]any{"begin_ms": secret}), reason: decode.ReasonField, place: "turns[0].begin_ms"},

		{name: "hotline-unknown", value: with("hotline", secret), reason: decode.ReasonHotline, place: "hotline"},
		{name: "hotline-10086", value: with("hotline", "10086"), reason: decode.ReasonHotline, place: "hotline"},
		{name: "hotline-object", value: with("hotline", map[string]any{"no": "95598"}), reason: decode.ReasonField, place: "hotline"},
		{name: "kind-unknown", value: with("kind", secret), reason: decode.ReasonField, place: "kind"},
		{name: "kind-list", value: with("kind", []any{"order"}), reason: decode.ReasonField, place: "kind"},
		{name: "precision-unknown", value: with("precision", secret), reason: decode.ReasonTime, place: "precision"},
		{name: "title-object", value: with("title", map[string]any{"zh": secret}), reason: decode.ReasonField, place: "title"},
		{name: "caller-list", value: with("caller", []any{"13800000000", "13800000001"}), reason: decode.ReasonField, place: "caller"},
		{name: "names-of-objects", value: with("names", []any{map[string]any{"name": secret}}), reason: decode.ReasonField, place: "names[0]"},
		{name: "links-object", value: with("links", map[string]any{"id": secret}), reason: decode.ReasonField, place: "links"},
		{name: "life-text", value: with("life", secret), reason: decode.ReasonField, place: "life"},
		{name: "life-due-unreadable", value: with("life", map[string]any{"due": secret}), reason: decode.ReasonTime, place: "life.due"},
		{name: "201-unknown-fields", value: field(fields), reason: decode.ReasonField, place: "extra"},
		{name: "unknown-field-above-1-MB", value: with("more", strings.Repeat("x", 1<<20+1)), reason: decode.ReasonSize, place: "extra"},
		{name: "updated-unreadable", value: with("updated", secret), reason: decode.ReasonTime, place: "updated"},
		{name: "array-where-an-object-is-expected", value: []byte("[" + string(quoted(secret)) + "]"), reason: decode.ReasonFormat},
	}
	for name, received := range map[string]any{
		"missing": nil, "null": null, "empty": "", "in-words": "昨天晚上 " + secret, "object": map[string]any{"at": secret}, "true": true,
		"1970": "1970-01-01 08:00:00", "epoch-0": 0, "epoch-negative": -1, "epoch-in-microseconds": 1_782_999_999_000_000,
		"1989": "1989-06-30", "1999": "1999-12-31 23:59", "2099": "2099-12-31", "0000": "0000-00-00 00:00:00", "9999": "9999-12-31",
		"february-30": "2026-02-30", "month-13": "2026-13-01", "hour-25": "2026-07-03 25:00", "day-first": "16/12/2026",
		"year-of-two-digits": "26-07-03", "zone-does-not-exist": "2026-07-03T08:00:00+99:00",
		"in-two-days": time.Now().Add(48 * time.Hour).Format(time.RFC3339),
	} {
		reason := decode.ReasonTime
		if name == "object" || name == "true" {
			reason = decode.ReasonField
		}
		bad = append(bad, badInput{name: "received-" + name, value: with("received", received), reason: reason, place: "received"})
	}
	return bad
}
