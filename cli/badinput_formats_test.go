package cli

import (
	"fmt"
	"strings"
	"time"

	"suqiu/ingest/decode"
)

// badSource is one configured source with the bad inputs that are sent to it, and its good ones.
type badSource struct {
	name   string // also the end of its topic's name
	yaml   string // further settings
	header string // of a table: the first line of each input
	good   func(id string) []byte
	bad    []badInput
}

func (s *badSource) topic() string { return "bad." + s.name }

// badSources are all bad inputs, by the source that gets them.
func badSources() []badSource {
	return []badSource{
		{name: "auto", good: goodNative, bad: badAnything()},
		{name: "native", yaml: "format: native", good: goodNative, bad: badNative()},
		{name: "order", yaml: "format: 95598-json", good: goodOrder, bad: badOrders()},
		{name: "tsv", yaml: "format: 95598-tsv", good: goodRow, bad: badRows()},
		{name: "csv", yaml: `format: 12345-csv, hotline: "12345"`, header: csvHeader, good: goodCSV, bad: badCSV()},
		{name: "xlsx", yaml: `format: 12345-xlsx, hotline: "12345"`, good: goodWorkbook, bad: badWorkbooks()},
		{name: "speech", yaml: `kind: call, id: key, start: "header:start"`, good: goodSpeech, bad: badSpeech()},
	}
}

func goodNative(id string) []byte {
	return field(map[string]any{"id": id, "text": "小区停电", "note": nil})
}

func goodOrder(id string) []byte {
	return text(`{"gdbh":%q,"slsj":"2026-07-16 07:46","slnr":"客户报修一户无电，请现场查处。"}`, id)
}

func badOrders() []badInput {
	return []badInput{
		{name: "order-id-null", value: text(`{"gdbh":null,"slsj":"2026-07-16 07:46","slnr":"%s"}`, secret), reason: decode.ReasonID, place: "gdbh"},
		{name: "order-id-rounded", value: text(`{"gdbh":"2.02607E+13","slsj":"2026-07-16 07:46","slnr":"%s"}`, secret), reason: decode.ReasonID, place: "gdbh"},
		{name: "order-time-missing", value: text(`{"gdbh":"bad","slnr":"%s"}`, secret), reason: decode.ReasonTime, place: "slsj"},
		{name: "order-time-day-first", value: text(`{"gdbh":"bad","slsj":"16/07/2026","slnr":"%s"}`, secret), reason: decode.ReasonTime, place: "slsj"},
		{name: "order-time-2099", value: text(`{"gdbh":"bad","slsj":"2099-01-01 00:00:01","slnr":"%s"}`, secret), reason: decode.ReasonTime, place: "received"},
		{name: "order-text-null", value: []byte(`{"gdbh":"bad","slsj":"2026-07-16 07:46","slnr":null}`), reason: decode.ReasonField, place: "slnr"},
		{name: "order-cut-off", value: text(`{"gdbh":"bad","slsj":"2026-07-16 07:46","slnr":"%s`, secret), reason: decode.ReasonSyntax, place: "byte"},
		{name: "order-a-string", value: quoted(secret), reason: decode.ReasonFormat},
	}
}

const rowColumns = "2026071600000001\t010\t1\t3340101\t%s\t%s\t已派单\t13800000000\t100\t3300000001\t33101\t33401"

func row(id, received, content string) []byte {
	return []byte(id + "\t" + fmt.Sprintf(rowColumns, received, content))
}

func goodRow(id string) []byte {
	return row(id, "20260716074600", "客户报修一户无电，请尽快处理。")
}

func badRows() []badInput {
	good := string(row("bad", "20260716074600", secret))
	return []badInput{
		{name: "row-with-12-columns", value: []byte(good[:strings.LastIndex(good, "\t")]), reason: decode.ReasonSyntax, place: "line 1"},
		{name: "row-with-14-columns", value: []byte(good + "\t" + secret), reason: decode.ReasonSyntax, place: "line 1"},
		{name: "row-with-a-tab-in-the-text", value: row("bad", "20260716074600", "停电\t"+secret), reason: decode.ReasonSyntax, place: "line 1"},
		{name: "row-without-tabs", value: []byte(strings.ReplaceAll(good, "\t", " ")), reason: decode.ReasonSyntax, place: "line 1"},
		{name: "row-ids-empty", value: []byte("\t\t" + strings.SplitN(good, "\t", 3)[2]), reason: decode.ReasonID, place: "APP_NO"},
		{name: "row-time-does-not-exist", value: row("bad", "20260230074600", secret), reason: decode.ReasonTime, place: "HANDLE_TIME"},
		{name: "row-time-in-words", value: row("bad", secret, "停电"), reason: decode.ReasonTime, place: "HANDLE_TIME"},
		{name: "row-time-empty", value: row("bad", "", secret), reason: decode.ReasonTime, place: "HANDLE_TIME"},
		{name: "row-text-empty", value: row("bad", "20260716074600", " "), reason: decode.ReasonField, place: "ACCEPT_CONTENT"},
		{name: "row-bytes-broken", value: row("bad", "20260716074600", secret+"\xff\xff"), reason: decode.ReasonEncoding},
		{name: "row-json-instead", value: field(nil), reason: decode.ReasonSyntax, place: "line 1"},
	}
}

const csvHeader = "工单编号,受理时间,诉求内容"

func goodCSV(id string) []byte {
	return []byte(csvHeader + "\n" + id + ",2026-07-03 07:03,小区停电")
}

func badCSV() []badInput {
	table := func(row string) []byte { return []byte(csvHeader + "\n" + row) }
	return []badInput{
		{name: "csv-header-alone", value: []byte(csvHeader), reason: decode.ReasonEmpty},
		{name: "csv-column-too-many", value: table("bad,2026-07-03 07:03,停电," + secret), reason: decode.ReasonSyntax, place: "line 2"},
		{name: "csv-column-missing", value: table("bad," + secret), reason: decode.ReasonSyntax, place: "line 2"},
		{name: "csv-quote-never-closed", value: table(`bad,2026-07-03 07:03,"` + secret), reason: decode.ReasonSyntax, place: "line 2"},
		{name: "csv-id-rounded", value: table("2.02607E+13,2026-07-03 07:03," + secret), reason: decode.ReasonID, place: "工单编号"},
		{name: "csv-id-empty", value: table(",2026-07-03 07:03," + secret), reason: decode.ReasonID, place: "工单编号"},
		{name: "csv-year-of-two-digits", value: table("bad,26-07-03 07:03," + secret), reason: decode.ReasonTime, place: "受理时间"},
		{name: "csv-time-american", value: table("bad,7/3/2026 7:03," + secret), reason: decode.ReasonTime, place: "受理时间"},
		{name: "csv-text-empty", value: table("bad,2026-07-03 07:03, "), reason: decode.ReasonField, place: "诉求内容"},
		{name: "csv-header-unknown", value: []byte("序,日期,备注\n1,2026-07-03," + secret), reason: decode.ReasonFormat, place: "header"},
		{name: "csv-without-header", value: []byte("bad,2026-07-03 07:03," + secret), reason: decode.ReasonFormat, place: "header", alone: true},
		{name: "csv-bytes-broken", value: table("bad,2026-07-03 07:03,\xff\xff" + secret), reason: decode.ReasonEncoding, place: "line 2"},
		{name: "csv-json-instead", value: field(nil), reason: decode.ReasonFormat},
	}
}

func goodWorkbook(id string) []byte {
	return sheet([]string{"工单编号", "受理时间", "诉求内容"}, []string{id, "2026-07-03 07:03", "小区停电"})
}

func sheet(rows ...[]string) []byte {
	content, err := workbookOf(rows)
	if err != nil {
		panic(err) // these rows fit into a sheet
	}
	return content
}

func badWorkbooks() []badInput {
	header := []string{"工单编号", "受理时间", "诉求内容"}
	good := sheet(header, []string{"bad", "2026-07-03 07:03", secret})
	return []badInput{
		{name: "workbook-cut-off", value: good[:len(good)/2], reason: decode.ReasonSyntax},
		{name: "workbook-zip-of-nothing", value: append([]byte("PK\x03\x04"), make([]byte, 100)...), reason: decode.ReasonSyntax},
		{name: "workbook-is-csv", value: []byte(csvHeader + "\nbad,2026-07-03 07:03," + secret), reason: decode.ReasonFormat},
		{name: "workbook-header-unknown", value: sheet([]string{"序", "备注"}, []string{"1", secret}), reason: decode.ReasonFormat, place: "header"},
		{name: "workbook-empty", value: sheet(), reason: decode.ReasonFormat, place: "header"},
		{name: "workbook-header-alone", value: sheet(header), reason: decode.ReasonEmpty},
		{name: "workbook-id-empty", value: sheet(header, []string{"", "2026-07-03 07:03", secret}), reason: decode.ReasonID, place: "row 2"},
		{name: "workbook-time-in-words", value: sheet(header, []string{"bad", secret, "停电"}), reason: decode.ReasonTime, place: "row 2"},
		{name: "workbook-text-empty", value: sheet(header, []string{"bad", "2026-07-03 07:03", ""}), reason: decode.ReasonField, place: "row 2"},
		{name: "workbook-cell-too-many", value: sheet(header, []string{"bad", "2026-07-03 07:03", "停电", secret}), reason: decode.ReasonSyntax, place: "row 2"},
	}
}

func goodSpeech(string) []byte {
	return []byte(`{"result":[{"sentence_info":[{"text":"我家停电了","start":430,"end":2130,"spk":0}]}]}`)
}

// badSpeech are results of recognisers; they tell neither id nor time, so each gets its name as the key.
func badSpeech() []badInput {
	sentence := func(fields string) []byte { return text(`{"result":[{"sentence_info":[{%s,"spk":0}]}]}`, fields) }
	bad := []badInput{
		{name: "speech-without-a-key", value: goodSpeech(""), reason: decode.ReasonID, place: "key", key: "-", topicOnly: true},
		{name: "speech-without-a-start", value: goodSpeech(""), reason: decode.ReasonTime, place: "header:start", noStart: true, topicOnly: true},
		{name: "speech-silent", value: []byte(`{"result":[{"sentence_info":[{"text":" ","start":1,"end":2,"spk":0}]}]}`), reason: decode.ReasonEmpty},
		{name: "funasr-start-negative", value: sentence(`"text":"` + secret + `","start":-1,"end":2`), reason: decode.ReasonField, place: "start"},
		{name: "funasr-text-a-number-list", value: sentence(`"text":[1],"start":1,"end":2`), reason: decode.ReasonField, place: "sentence_info[0]"},
		{name: "funasr-sentences-a-text", value: text(`{"result":[{"sentence_info":%q}]}`, secret), reason: decode.ReasonField, place: "sentence_info"},
		{name: "tencent-task-failed", value: text(`{"Response":{"Data":{"TaskId":1,"Status":3,"StatusStr":"failed","ErrorMsg":%q,"ResultDetail":null}}}`, secret), reason: decode.ReasonField},
		{name: "huawei-not-finished", value: text(`{"status":"WAITING","segments":[{"start_time":0,"end_time":1,"result":{"text":%q}}]}`, secret), reason: decode.ReasonField},
		{name: "iflytek-data-cut-off", value: text(`{"ok":0,"err_no":0,"failed":null,"data":"[{\"bg\":\"0\",\"onebest\":\"%s"}`, secret), reason: decode.ReasonSyntax, place: "data"},
		{name: "iflytek-v2-result-cut-off", value: text(`{"code":"000000","content":{"orderInfo":{"status":4},"orderResult":"{\"lattice\":[{\"json_1best\":\"%s"}}`, secret),
			reason: decode.ReasonSyntax, place: "orderResult"},
		{name: "aliyun-words-missing", value: []byte(`{"tickets":[{"tid":"bad","dialogue":[{"role":"客户","begin":1,"end":2,"beginTime":"2026-07-16 15:37:16"}]}]}`), reason: decode.ReasonField, place: "words"},
	}
	for i := range bad {
		if bad[i].key == "" {
			bad[i].key = bad[i].name
		}
	}
	return bad
}

// started is the time of the good recordings.
var started = time.Date(2026, 7, 16, 7, 46, 0, 0, time.UTC).Format(time.RFC3339)
