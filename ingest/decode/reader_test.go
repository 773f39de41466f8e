package decode

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"suqiu/calendar"
	"suqiu/hotline"
)

// readAll reads a file to its end and tells each item in one line: the line, then the ids or the reason.
func readAll(t *testing.T, src *Source, r io.Reader) []string {
	t.Helper()
	reader, err := NewReader(src, &Input{File: "orders"}, r)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for {
		item, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		told := []string{fmt.Sprint(item.Line)}
		if item.Err != nil {
			told = append(told, string(item.Err.Reason))
		}
		for _, r := range item.Records {
			told = append(told, r.Call.ID)
			if r.Call.Origin != (hotline.Origin{File: "orders", Line: item.Line}) {
				t.Errorf("record %s says it was read at %+v", r.Call.ID, r.Call.Origin)
			}
		}
		all = append(all, strings.Join(told, " "))
	}
}

func nativeLine(id string) string {
	return `{"id":"` + id + `","hotline":"95598","received":"2026-07-02 20:47","text":"停电"}`
}

// gbk gives a text as the older systems send it.
func gbk(text string) string {
	encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		return err.Error()
	}
	return encoded
}

func TestReader(t *testing.T) {
	const header = "工单编号,受理时间,诉求内容\n"
	tests := []struct {
		name string
		src  Source
		in   string
		want []string
	}{
		{"JSON lines, one broken, one blank", Source{}, nativeLine("a") + "\n{\n\n" + nativeLine("b"), []string{"1 a", "2 syntax", "4 b"}},
		{"JSON lines, the first broken", Source{}, `{"id":` + "\n" + nativeLine("b") + "\n", []string{"1 syntax", "2 b"}},
		{"JSON lines after a line of text", Source{}, "log started\n" + nativeLine("b") + "\n", []string{"1 syntax", "2 b"}},
		{"JSON lines, the first a number", Source{Format: Native}, "7\n" + nativeLine("b") + "\n", []string{"1 format", "2 b"}},
		{"JSON lines with byte order mark and CRLF", Source{}, "\ufeff" + nativeLine("a") + "\r\n" + nativeLine("b") + "\r\n", []string{"1 a", "2 b"}},
		{"one object over several lines", Source{}, strings.ReplaceAll(nativeLine("a"), ",", ",\n"), []string{"0 a"}},
		{"array", Source{}, "[" + nativeLine("a") + ",\n" + nativeLine("b") + "]\n", []string{"1 a", "2 b"}},
		{"array with a fault inside", Source{}, "[" + nativeLine("a") + `,{"id":"x"},` + nativeLine("b") + "]\n", []string{"1 a", "2 format", "3 b"}},
		{"array in GB18030", Source{}, gbk("[" + nativeLine("a") + "," + nativeLine("b") + "]"), []string{"1 a", "2 b"}},
		{"array with broken bytes", Source{}, "[" + nativeLine("a\xff") + "," + nativeLine("b") + "]", []string{"1 encoding", "2 b"}},
		{"array in GB18030 with broken bytes", Source{}, gbk("[") + gbk(nativeLine("a")) + "," + nativeLine("\xff\xff") + "]", []string{"1 a", "2 encoding"}},
		{"JSON lines in GB18030", Source{}, gbk(nativeLine("a") + "\n" + nativeLine("b")), []string{"1 a", "2 b"}},
		{"one object over several lines in GB18030", Source{}, gbk(strings.ReplaceAll(nativeLine("a"), ",", ",\n")), []string{"0 a"}},
		{"array followed by text", Source{}, "[" + nativeLine("a") + "] x", []string{"1 a", "1 syntax"}},
		{"empty array", Source{}, "[]", nil},
		{"formats mixed", Source{}, nativeLine("a") + "\n" + `{"gdbh":"181216000001","slsj":"2018-12-16 07:46","slnr":"停电"}` + "\n", []string{"1 a", "2 181216000001"}},
		{"CSV with quoted line breaks", Source{}, header + "1,2026-07-03,\"停\n\n电\"\n2,2026-07-03,停电\n", []string{"2 1", "5 2"}},
		{"CSV with a repeated header and blank rows", Source{}, header + "1,2026-07-03,停电\n\n,,\n" + header + "2,2026-07-03,停电", []string{"2 1", "6 2"}},
		{"CSV with a quote inside a field", Source{}, header + "1,2026-07-03,说\"停电\"了\n2,2026-07-03,\"说\"停电\"了\"\n", []string{"2 1", "3 2"}},
		{"CSV, a stray quote closed by a later one", Source{}, header + "1,2026-07-03,\"停电\n2,2026-07-03,停电\n3,2026-07-03,说\"\n4,2026-07-03,停电\n", []string{"2 1", "5 4"}},
		{"CSV, a stray quote in a field too early", Source{}, header + "1,\"2026-07-03,停电\n2,2026-07-03,停电\n3,2026-07-03,停电\n", []string{"2 syntax", "3 2", "4 3"}},
		{"CSV with semicolons", Source{}, "工单编号;受理时间;诉求内容\n1;2026-07-03;停电,跳闸\n", []string{"2 1"}},
		{"CSV with tabs", Source{}, "工单编号\t受理时间\t诉求内容\n1\t2026-07-03\t停电\n", []string{"2 1"}},
		{"CSV with empty columns at the end", Source{}, header + "1,2026-07-03,停电,,\n", []string{"2 1"}},
		{"rows with configured columns", Source{Columns: []string{"工单编号", "受理时间", "诉求内容"}}, "1,2026-07-03,停电\n2,2026-07-03,停电\n", []string{"1 1", "2 2"}},
		{"header only", Source{}, header, nil},
		{"time from --as-of", Source{Received: time.Date(2026, 7, 3, 0, 0, 0, 0, calendar.Shanghai())}, "工单编号,诉求内容\n1,停电\n", []string{"2 1"}},
		{"id from the configured column", Source{ID: "field:流水"}, "流水,受理时间,诉求内容\n77,2026-07-03,停电\n", []string{"2 77"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.in), iotest.OneByteReader(strings.NewReader(tt.in))} {
				got := readAll(t, &tt.src, r)
				if fmt.Sprint(got) != fmt.Sprint(tt.want) {
					t.Errorf("got %q, want %q", got, tt.want)
				}
			}
		})
	}
}

// A table or object is recognised by the fields that only one family of orders has.
func TestRecognisesFamily(t *testing.T) {
	tests := []struct {
		header string
		want   hotline.Hotline
	}{
		{"12345工单编号,受理时间,受理内容,承办单位", hotline.Hotline12345},
		{"编号,受理时间,市民诉求,户号", hotline.Hotline12345},
		{"留言编号,留言时间,留言主题,留言详情,答复意见,答复时间", hotline.Hotline12345},
		{"工单编号,受理时间,受理内容,供电单位", hotline.Hotline95598},
		{"工单编号,受理时间,受理内容,供电单位,12345工单编号", hotline.Hotline95598},
		{"gdbh,slsj,slnr", hotline.Hotline95598},
		{strings.Join(tableHeader95598, ","), hotline.Hotline95598},
		{"工单编号,受理时间,诉求性质,诉求内容", hotline.Hotline12398},
		{"受理编号,受理时间,诉求内容,被投诉对象", hotline.Hotline12398},
		{" *工单编号 ,受理时间：,诉求 内容", hotline.Hotline12345},
		{"序号,时间,备注", ""},
		{"工单编号,受理时间", ""},
	}
	for _, tt := range tests {
		t.Run(tt.header, func(t *testing.T) {
			var got hotline.Hotline
			if l, ok := layoutFor(Auto, strings.Split(tt.header, ",")); ok {
				got = l.hotline
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReaderUnpacksGzip(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, nativeLine("a")+"\n"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := readAll(t, &Source{}, bytes.NewReader(packed.Bytes())); len(got) != 1 || got[0] != "1 a" {
		t.Errorf("got %q", got)
	}
	reader, err := NewReader(&Source{}, &Input{File: "orders"}, bytes.NewReader(packed.Bytes()[:packed.Len()-10]))
	for err == nil {
		_, err = reader.Next()
	}
	if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("a truncated gzip reads as if it were whole")
	}
}

// A broken disk is no fault of the data: it is returned, not made a dead letter.
func TestReaderReturnsReadErrors(t *testing.T) {
	broken := errors.New("broken disk")
	for _, begin := range []string{nativeLine("a") + "\n", "[" + nativeLine("a"), "工单编号,受理时间,诉求内容\n1,2026-07-03,停电\n"} {
		begin += strings.Repeat(" ", HeadBytes)
		reader, err := NewReader(&Source{}, &Input{File: "orders"}, io.MultiReader(strings.NewReader(begin), iotest.ErrReader(broken)))
		for range 4 {
			if err != nil {
				break
			}
			_, err = reader.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("%.10s: got %v", begin, err)
		}
	}
}

// endless gives n bytes of x without holding them.
func endless(n int64) io.Reader { return io.LimitReader(filler{}, n) }

type filler struct{}

func (filler) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A line of 50 MB is a dead letter, the line after it is read, and memory stays bounded.
func TestReaderSurvivesHugeLines(t *testing.T) {
	const huge = 50 << 20
	tests := []struct {
		name, before, after string
		want                []string
	}{
		{"JSON lines", nativeLine("a") + "\n" + `{"text":"`, "\"}\n" + nativeLine("b") + "\n", []string{"1 a", "2 size", "3 b"}},
		{"first of JSON lines", `{"text":"`, "\"}\n" + nativeLine("b") + "\n", []string{"1 size", "2 b"}},
		{"CSV", "工单编号,受理时间,诉求内容\n1,2026-07-03,", "\n2,2026-07-03,停电\n", []string{"2 size", "3 2"}},
		{"array element", "[" + nativeLine("a") + `,{"text":"`, "\"}," + nativeLine("b") + "]", []string{"1 a", "2 size"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got := readAll(t, &Source{}, io.MultiReader(strings.NewReader(tt.before), endless(huge), strings.NewReader(tt.after)))
			runtime.ReadMemStats(&after)
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if grown := int64(after.Sys) - int64(before.Sys); grown > 16*MaxPayloadBytes {
				t.Errorf("memory grew by %d MB", grown>>20)
			}
		})
	}
}

func TestDecodeBounds(t *testing.T) {
	deep := func(n int) string {
		return `{"id":"a","hotline":"95598","received":"2026-07-02","text":"停电","x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + "}"
	}
	many := strings.Repeat(nativeLine("a")+"\n", MaxRecords)
	tests := []struct {
		name, in string
		want     Reason
	}{
		{"as deep as allowed", deep(MaxDepth - 1), ""},
		{"one level deeper", deep(MaxDepth), ReasonSize},
		{"a million levels", deep(1_000_000), ReasonSize},
		{"a million levels of array", strings.Repeat("[", 1_000_000), ReasonSyntax},
		{"as many records as allowed", many, ""},
		{"one record more", many + nativeLine("a"), ReasonSize},
		{"larger than a payload may be", `{"text":"` + strings.Repeat("x", MaxPayloadBytes) + `"}`, ReasonSize},
		{"nothing", "", ReasonEmpty},
		{"only space", " \r\n\t", ReasonEmpty},
		{"only a header", "工单编号,受理时间,诉求内容\n", ReasonEmpty},
		{"words", "停电了", ReasonFormat},
		{"JSON null", "null", ReasonFormat},
		{"bytes", "\x00\x01\x02\xff\xfe", ReasonEncoding},
		{"more unknown fields than are kept", `{"id":"a","hotline":"95598","received":"2026-07-02","text":"停电",` + strings.TrimSuffix(numbered(hotline.MaxExtra+1), ",") + "}", ReasonField},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			items := Decode(&Source{}, &Input{Value: []byte(tt.in)})
			last := items[len(items)-1]
			switch {
			case tt.want == "" && last.Err != nil:
				t.Errorf("got %v", last.Err)
			case tt.want != "" && (last.Err == nil || last.Err.Reason != tt.want || len(items) != 1):
				t.Errorf("got %d items, the last %v, want one of reason %s", len(items), last.Err, tt.want)
			}
		})
	}
}

// numbered gives n JSON fields.
func numbered(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"f%d":1,`, i)
	}
	return b.String()
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name string
		src  Source
		want string // part of the error
	}{
		{"OK, nothing set", Source{}, ""},
		{"OK, everything set", Source{Name: "95598-hz", Hotline: "95598", Format: AliyunSCA, Kind: "call", ID: `filename|^(\w+)`, Start: "header:start"}, ""},
		{"OK, columns", Source{Format: CSV12345, Columns: []string{"编号", "内容"}}, ""},
		{"name with colon", Source{Name: "a:b"}, "colon"},
		{"hotline unknown", Source{Hotline: "10086"}, "hotline"},
		{"kind unknown", Source{Kind: "mail"}, "kind"},
		{"format unknown", Source{Format: "csv"}, "format"},
		{"columns of JSON", Source{Format: Native, Columns: []string{"id"}}, "columns"},
		{"columns that say nothing", Source{Columns: []string{"a", "b"}}, "columns"},
		{"id nowhere", Source{ID: "cookie:x"}, "id"},
		{"start with a broken expression", Source{Start: "key|("}, "start"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.src.Validate()
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want something about %s", err, tt.want)
			}
		})
	}
}

func TestContentRev(t *testing.T) {
	arrived := time.Date(2026, 7, 3, 8, 0, 0, 0, time.UTC)
	asOf := time.Date(2026, 7, 4, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		name, updated string
		arrived, asOf time.Time
		want          time.Time
	}{
		{"upstream", "2026-07-02T10:00:00Z", arrived, asOf, time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC)},
		{"upstream, less than a day ahead", "2026-07-04T07:00:00Z", arrived, asOf, time.Date(2026, 7, 4, 7, 0, 0, 0, time.UTC)},
		{"upstream too far ahead", "2026-07-04T09:00:00Z", arrived, asOf, arrived},
		{"upstream before 2000", "1999-07-04T09:00:00Z", arrived, asOf, arrived},
		{"none", "", arrived, asOf, arrived},
		{"none, from a file", "", time.Time{}, asOf, asOf},
		{"nothing at all", "", time.Time{}, time.Time{}, time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := &Input{Arrived: tt.arrived, Value: []byte(`{"id":"a","hotline":"95598","received":"2026-07-01T00:00:00Z","text":"停电","updated":"` + tt.updated + `"}`)}
			items := Decode(&Source{Received: tt.asOf}, in)
			if items[0].Err != nil {
				t.Fatal(items[0].Err)
			}
			if got := items[0].Records[0].Call.ContentRev; got != tt.want.UnixMilli() {
				t.Errorf("got %s, want %s", time.UnixMilli(got).UTC(), tt.want)
			}
		})
	}
}

// silence is read between the parts of a pipe.
type silence []any // string or error

func (s *silence) Read(p []byte) (int, error) {
	if len(*s) == 0 {
		return 0, io.EOF
	}
	part := (*s)[0]
	*s = (*s)[1:]
	if err, ok := part.(error); ok {
		return 0, err
	}
	return copy(p, part.(string)), nil
}

// A pipe that falls silent within its head is read as far as it goes, and goes on afterwards.
func TestReaderOfSilentPipe(t *testing.T) {
	header := "工单编号,受理时间,诉求内容\n"
	for name, parts := range map[string]silence{
		"Lines":         {nativeLine("a") + "\n", os.ErrDeadlineExceeded, nativeLine("b") + "\n"},
		"WithinLine":    {nativeLine("a")[:20], os.ErrDeadlineExceeded, nativeLine("a")[20:] + "\n" + nativeLine("b") + "\n"},
		"Table":         {header, os.ErrDeadlineExceeded, "a,2026-07-03,停电\n", "b,2026-07-03,停电\n"},
		"WithinHeader":  {header[:8], os.ErrDeadlineExceeded, header[8:] + "a,2026-07-03,停电\nb,2026-07-03,停电\n"},
		"WithinElement": {"[" + nativeLine("a")[:20], os.ErrDeadlineExceeded, nativeLine("a")[20:] + "," + nativeLine("b") + "]"},
	} {
		t.Run(name, func(t *testing.T) {
			reader, err := NewReader(&Source{Hotline: hotline.Hotline12345}, &Input{File: "pipe"}, &parts)
			if err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"a", "b"} {
				item, err := reader.Next()
				if err != nil || item.Err != nil || len(item.Records) != 1 || item.Records[0].Call.ID != id {
					t.Errorf("item %+v, error %v, want record %s", item, err, id)
				}
			}
			if _, err := reader.Next(); !errors.Is(err, io.EOF) {
				t.Errorf("error %v, want the end", err)
			}
		})
	}
}

// What can't be read still tells its hotline where its form or its fields do.
func TestErrorTellsHotline(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want hotline.Hotline
	}{
		"ColumnMissing":  {"工单编号,受理时间,诉求内容\n1,2026-07-03\n", hotline.Hotline12345},
		"TimeOfRow":      {"工单编号,受理时间,诉求内容\n1,昨天,停电\n", hotline.Hotline12345},
		"QuoteNotClosed": {"工单编号,受理时间,诉求内容\n1,\"2026-07-03,停电\n", hotline.Hotline12345},
		"RoundedID":      {"工单编号,受理时间,诉求内容\n2.01805E+13,2026-07-03,停电\n", hotline.Hotline12345},
		"Exchange":       {`{"hotlineNo":"1","acceptTime":"昨天","appealContent":"停电"}`, hotline.Hotline12345},
		"Native":         {`{"hotline":"12398","text":"停电","received":"昨天"}`, hotline.Hotline12398},
		"NativeWithout":  {`{"schema":1,"text":"停电","received":"昨天"}`, hotline.Hotline95598}, // the source's
		"NativeUnknown":  {`{"hotline":"10086","text":"停电","received":"2026-07-03"}`, ""},
		"BrokenJSON":     {`{"hotline":"12345"`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			items := Decode(&Source{Name: "95598", Hotline: hotline.Hotline95598}, &Input{Value: []byte(tt.in)})
			if len(items) != 1 || items[0].Err == nil || items[0].Err.Hotline != tt.want {
				t.Errorf("items %+v, error %+v, want one of hotline %q", items, items[0].Err, tt.want)
			}
		})
	}
}
