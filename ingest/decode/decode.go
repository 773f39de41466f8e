// Package decode turns what the hotlines send, in whatever format, into Records. One file a format; a format is
// recognised by its content or named by the source. Decoders are pure functions: same input, same records, and an
// input that can't be read gives an *Error that names the place and the remedy, never a panic or a partial record.
package decode

import (
	"fmt"
	"time"

	"suqiu/hotline"
)

// Format names one form of input; its string is what a source's configuration says.
type Format string

// The formats. Auto recognises by content.
const (
	Auto       Format = "auto"
	Native     Format = "native"      // suqiu's own JSON, docs/data-formats.md
	Order95598 Format = "95598-json"  // work orders as JSON (gdbh, slnr, …)
	Table95598 Format = "95598-tsv"   // the 13-column order table (APP_NO … CITY_ORG_NO)
	CSV12345   Format = "12345-csv"   // export with Chinese headers, UTF-8 or GB18030
	JSON12345  Format = "12345-json"  // the same fields as JSON, and the platform's hotlineNo/appealContent form
	XLSX12345  Format = "12345-xlsx"  // the same as a workbook
	Order12398 Format = "12398"       // the regulator's orders, CSV or JSON
	AliyunSCA  Format = "aliyun-sca"  // tickets[].dialogue[], dialogueList[] or sentences[]
	Tencent    Format = "tencent-asr" // SentenceDetail
	HuaweiSIS  Format = "huawei-sis"  // segments[].result
	IFlytekV1  Format = "iflytek-v1"  // lfasr: data is JSON in a string
	IFlytekV2  Format = "iflytek-v2"  // lfasr v2: lattice in orderResult
	FunASR     Format = "funasr"      // result[].sentence_info[]
)

// Source is what the configuration says of one topic or file.
type Source struct {
	Name        string          // part of every document id; by default the hotline's number
	Hotline     hotline.Hotline // the hotline, where the format does not tell it
	Format      Format
	Kind        hotline.Kind   // where the format does not tell it
	Zone        *time.Location // of times without a zone
	DefaultArea string         // grid path used when nothing else tells the place
	ID          From           // where the id stands, when the format has none of its own
	Start       From           // where the time of the contact stands, likewise
	Received    time.Time      // time of the contact when nothing tells it (an explicit --as-of); zero: a dead letter
	Columns     []string       // header of tables that come without one
}

// From says where an id or a start time of a record stands: "field:a.b" (a path in the JSON), "key" (the Kafka
// key), "header:NAME" (a Kafka header) or "filename" (up to the first dot), optionally followed by "|" and a Go
// regular expression whose first group is the value: `filename|_(\d{14})_`. Empty: only the format's own place.
type From string

// Input is one Kafka record's payload, or one whole file's name beside its bytes.
type Input struct {
	Value   []byte
	Key     []byte
	Headers map[string]string
	File    string
	Arrived time.Time // the Kafka record's time, or the time the file was read; bounds plausible update times
}

// Record is one contact as decoded: a Call still without area and pseudonyms, and, apart from it, all that
// identifies a person or a place. A Record never leaves ingest.
type Record struct {
	Call   hotline.Call
	Person Person
	Place  Place
}

// Person is the raw personal data of a record.
type Person struct {
	Phone   string   // 主叫号码, as the source writes it; dummies such as 保密 included
	Account string   // 户号
	Names   []string // names of the people concerned, to be masked wherever they occur in the text
	Agent   string   // 坐席工号或姓名, likewise
}

// Place is what a record tells of where the matter is.
type Place struct {
	OrgCode      string // 供电单位编码
	DivisionCode string // 行政区划代码
	Unit         string // 承办单位 or 供电单位, by name
	Address      string // free text; masked before it is kept anywhere
}

// Item is what one line, row or payload gave: its records, or why it can't be read.
type Item struct {
	Line    int64  // 1-based line or row where it begins; 0 when the payload is one thing
	Raw     []byte // the undecoded bytes, for a sealed dead letter
	Records []Record
	Err     *Error
}

// Reason is the kind of a decoding error; it is a label of metrics, so the set is small and fixed.
type Reason string

// The reasons.
const (
	ReasonEmpty    Reason = "empty"    // nothing there
	ReasonEncoding Reason = "encoding" // neither UTF-8 nor GB18030
	ReasonSyntax   Reason = "syntax"   // broken JSON, CSV, workbook
	ReasonFormat   Reason = "format"   // no known format, or not the configured one
	ReasonField    Reason = "field"    // a field is missing or of the wrong type
	ReasonID       Reason = "id"       // no id where the source says it stands
	ReasonTime     Reason = "time"     // no readable or plausible time
	ReasonHotline  Reason = "hotline"  // an unknown hotline
	ReasonSize     Reason = "size"     // larger or deeper than the bounds
	ReasonSchema   Reason = "schema"   // a newer schema: pauses the source
	ReasonPanic    Reason = "panic"    // a fault in our own code, recovered
	ReasonStore    Reason = "refused"  // the store refuses this document alone
	ReasonGap      Reason = "gap"      // retention removed the records before they were committed
)

// Reasons lists all reasons.
var Reasons = [...]Reason{
	ReasonEmpty, ReasonEncoding, ReasonSyntax, ReasonFormat, ReasonField, ReasonID, ReasonTime, ReasonHotline, ReasonSize, ReasonSchema,
	ReasonPanic, ReasonStore, ReasonGap,
}

// Name is what a reason is called in Chinese; one of another build names itself.
func (r Reason) Name() string {
	switch r {
	case ReasonEmpty:
		return "内容为空"
	case ReasonEncoding:
		return "编码无法识别"
	case ReasonSyntax:
		return "语法错误"
	case ReasonFormat:
		return "格式不符"
	case ReasonField:
		return "字段缺失或类型不符"
	case ReasonID:
		return "没有编号"
	case ReasonTime:
		return "时间无法识别或不合理"
	case ReasonHotline:
		return "未知热线"
	case ReasonSize:
		return "超出大小限制"
	case ReasonSchema:
		return "较新的数据版本"
	case ReasonPanic:
		return "程序故障"
	case ReasonStore:
		return "索引拒收"
	case ReasonGap:
		return "未读即被保留期删除"
	}
	return string(r)
}

// Error says why an input can't be read, and where. It never holds text of the input beyond field names.
type Error struct {
	Reason  Reason
	Format  Format
	Hotline hotline.Hotline // which the record or the form of its table tells; empty: neither was got so far
	Place   string          // line, column, row or field: "line 3, column 受理时间"
	Why     string
	Hint    string
}

func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s", e.Reason, e.Why)
	if e.Format != "" {
		s = string(e.Format) + ": " + s
	}
	if e.Place != "" {
		s += " at " + e.Place
	}
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Bounds of one input.
const (
	MaxPayloadBytes = 16 << 20
	MaxDepth        = 64     // of JSON
	MaxRecords      = 10_000 // in one payload
)
