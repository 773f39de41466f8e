package decode

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/hotline"
)

// recordings is a source of recogniser results whose ids and times stand beside them, as they do on a topic that a
// recording system fills.
func recordings(format Format) *Source {
	return &Source{Hotline: hotline.Hotline95598, Format: format, ID: "key", Start: "header:started"}
}

func recording(t testing.TB, file string) *Input {
	t.Helper()
	value, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return &Input{Value: value, Key: []byte("call-1"), Headers: map[string]string{"started": "20240701090000"},
		Arrived: time.Date(2024, 7, 2, 0, 0, 0, 0, time.UTC)}
}

// heard writes a record as the tests below do: id, time, and a line a turn.
func heard(r Record) []string {
	lines := []string{r.Call.ID + " " + r.Call.Received.UTC().Format("2006-01-02T15:04:05")}
	for _, turn := range r.Call.Turns {
		lines = append(lines, fmt.Sprintf("%d-%d %s %s", turn.BeginMS, turn.EndMS, turn.Role, turn.Text))
	}
	return lines
}

// The key and the header of recording tell the id and the time of calls whose format tells none.
const keyed = "call-1 2024-07-01T01:00:00"

func TestRecogniserResults(t *testing.T) {
	for _, c := range []struct {
		file   string
		format Format
		want   [][]string
	}{
		{"aliyun/tickets-minimal.json", AliyunSCA, [][]string{{"20191125-0001 2019-11-25T07:37:16",
			"0-2090 agent 您好请问有什么可以帮您", "2300-4100 customer 我家没电了"}}},
		{"aliyun/tickets-full.json", AliyunSCA, [][]string{
			{"20191125-0002 2019-11-25T07:37:15",
				"1500-4090 agent 您好，工号三零七一，请问有什么可以帮您？", "4300-7100 customer 你们怎么又停电，这个月第三次了。",
				"7300-8900 agent 请您提供一下详细地址。", "9100-10400 customer 安宁路六号。"},
			{"20191125-0003 2019-11-25T07:38:20",
				"0-4000 ivr 故障报修请按一，业务咨询请按二。", "4200-6000 agent 您好，很高兴为您服务。", "6200-8000 customer 我想问问电费怎么交。"}}},
		{"aliyun/dialoguelist-minimal.json", AliyunSCA, [][]string{{keyed,
			"0-900 agent 您好请讲", "1000-3000 customer 我们村的灯一闪一闪"}}},
		{"aliyun/dialoguelist-full.json", AliyunSCA, [][]string{{keyed,
			"0-2000 agent 您好，请问有什么可以帮您？", "2200-5000 customer 我这个电表是黑的，我拍了照片。",
			"6000-7000 customer 你看见没有", "7200-9000 agent 好的，已为您登记。"}}},
		{"aliyun/sentences-minimal.json", AliyunSCA, [][]string{{"44611dd0c307 2024-07-01T01:00:00",
			"640-1850 agent 工号三零七一为您服务", "1900-2480 customer 我要报修"}}},
		{"aliyun/sentences-full.json", AliyunSCA, [][]string{
			{"44611dd0c308 2024-07-01T01:00:00",
				"640-1850 agent 您好，请问有什么可以帮您？", "2000-4100 customer 你们凭什么停我家的电", "4160-6120 agent 请您提供一下户号"},
			{"44611dd0c309 2024-07-01T01:00:00",
				"0-900 agent 您好这里是12345市民热线请讲", "1000-2900 customer 我反映路灯不亮"}}},
		{"aliyun/sentences-detail.json", AliyunSCA, [][]string{{keyed,
			"1020-1770 agent 您好请讲", "1900-3600 customer 我们厂里少了一相电"}}},
		{"tencent/minimal.json", Tencent, [][]string{{keyed,
			"0-2000 agent 您好，请问有什么可以帮您？", "2100-3900 customer 我家跳闸了。"}}},
		{"tencent/full.json", Tencent, [][]string{{keyed,
			"0-2000 agent 您好，请问有什么可以帮您？", "2100-4900 customer 那个那个我家电费怎么这么高。",
			"5000-7000 agent 请您提供一下户号", "7100-8000 customer 我找一下"}}},
		{"huawei/minimal.json", HuaweiSIS, [][]string{{keyed,
			"4570-8000 agent 你好，客服中心一号，请问有什么可以帮您？", "9010-10870 customer 我在你们这里办的新表没人来装。"}}},
		{"huawei/full.json", HuaweiSIS, [][]string{{keyed,
			"0-3000 agent 您好，很高兴为您服务。", "3100-6000 customer 你们的抢修三个小时都没来人。", "6500-8000 customer 还让不让人过日子了。",
			"8100-12000 agent 非常抱歉，我马上帮您催办。", "12100-13000 customer 爸你先坐下。"}}},
		{"huawei/contact-centre.json", HuaweiSIS, [][]string{{keyed,
			"4570-8000 agent 您好，请问有什么可以帮您？", "9010-10870 customer 我上次报修的你们没给我解决。"}}},
		{"iflytek/v1-minimal.json", IFlytekV1, [][]string{{keyed,
			"0-4950 agent 您好，请问有什么可以帮您？", "5000-7000 customer 我这里电压低。"}}},
		{"iflytek/v1-full.json", IFlytekV1, [][]string{{keyed,
			"610-7580 agent 工号三零七一，请讲。", "7580-9400 customer 我家的空调带不动，", "9900-15400 customer 你们来量一下嘛。"}}},
		{"iflytek/v2-minimal.json", IFlytekV2, [][]string{{keyed,
			"0-2000 agent 您好，请问有什么可以帮您？", "2100-4000 customer 我要报修。"}}},
		{"iflytek/v2-full.json", IFlytekV2, [][]string{{keyed,
			"50-2000 agent 您好，这里是12398热线，请讲。", "2100-6000 customer 我举报物业加价。"}}},
		{"iflytek/v2-unsmoothed-only.json", IFlytekV2, [][]string{{keyed,
			"50-2000 agent 嗯您好，这里是12398热线，请讲。", "2100-6000 customer 我我那个举报物业加价。"}}},
		{"funasr/minimal.json", FunASR, [][]string{{keyed,
			"430-2130 agent 您好请问有什么可以帮您", "2300-4100 customer 我家电表不转了"}}},
		{"funasr/full.json", FunASR, [][]string{{keyed,
			"430-2130 agent 您好，请问有什么可以帮您？", "2300-3300 customer 我们这里停电了。", "3300-4100 customer 整个小区都黑了。",
			"4400-6000 agent 请您稍等，我帮您查询。"}}},
	} {
		t.Run(c.file, func(t *testing.T) {
			var records []Record
			for _, item := range Decode(recordings(c.format), recording(t, c.file)) {
				if item.Err != nil {
					t.Fatal(item.Err)
				}
				records = append(records, item.Records...)
			}
			if len(records) != len(c.want) {
				t.Fatalf("got %d calls, want %d", len(records), len(c.want))
			}
			for i, r := range records {
				if got := heard(r); !slices.Equal(got, c.want[i]) {
					t.Errorf("call %d:\ngot  %s\nwant %s", i, strings.Join(got, "\n     "), strings.Join(c.want[i], "\n     "))
				}
				if r.Call.Kind != hotline.KindCall || r.Call.Precision != hotline.PrecisionSecond {
					t.Errorf("call %d is a %s to the %s, want a call to the second", i, r.Call.Kind, r.Call.Precision)
				}
			}
		})
	}
}

// Each format is recognised by its content and taken for no other.
func TestRecogniserResultsRecognised(t *testing.T) {
	for file, calls := range map[string]int{
		"aliyun/tickets-minimal.json": 1, "aliyun/tickets-full.json": 2, "aliyun/dialoguelist-minimal.json": 1,
		"aliyun/dialoguelist-full.json": 1, "aliyun/sentences-minimal.json": 1, "aliyun/sentences-full.json": 2,
		"aliyun/sentences-detail.json": 1, "huawei/contact-centre.json": 1,
		"tencent/minimal.json": 1, "tencent/full.json": 1, "huawei/minimal.json": 1, "huawei/full.json": 1,
		"iflytek/v1-minimal.json": 1, "iflytek/v1-full.json": 1, "iflytek/v2-minimal.json": 1, "iflytek/v2-full.json": 1,
		"iflytek/v2-unsmoothed-only.json": 1, "funasr/minimal.json": 1, "funasr/full.json": 1,
	} {
		t.Run(file, func(t *testing.T) {
			records := 0
			for _, item := range Decode(recordings(Auto), recording(t, file)) {
				if item.Err != nil {
					t.Fatal(item.Err)
				}
				records += len(item.Records)
			}
			if records != calls {
				t.Errorf("got %d calls, want %d", records, calls)
			}
		})
	}
	for file, want := range map[string]Format{
		"aliyun/fault-words-missing.json": AliyunSCA, "tencent/fault-detail-null.json": Tencent, "huawei/fault-text-missing.json": HuaweiSIS,
		"iflytek/v1-fault-onebest-missing.json": IFlytekV1, "iflytek/v2-fault-st-missing.json": IFlytekV2, "funasr/fault-start-negative.json": FunASR,
	} {
		t.Run(file, func(t *testing.T) {
			items := Decode(recordings(Auto), recording(t, file))
			if len(items) != 1 || items[0].Err == nil || items[0].Err.Format != want {
				t.Errorf("got %+v, want one error of format %s", items, want)
			}
		})
	}
}

func TestRecogniserFaults(t *testing.T) {
	for _, c := range []struct {
		file   string
		format Format
		reason Reason
		place  string
	}{
		{"aliyun/fault-dialogue-missing.json", AliyunSCA, ReasonField, "tickets[0].dialogue"},
		{"aliyun/fault-words-missing.json", AliyunSCA, ReasonField, "tickets[0].dialogue[0].words"},
		{"aliyun/fault-begin-time-unreadable.json", AliyunSCA, ReasonTime, "tickets[0].dialogue[0].beginTime"},
		{"aliyun/fault-begin-negative.json", AliyunSCA, ReasonField, "tickets[0].dialogue[0].begin"},
		{"aliyun/fault-tid-missing.json", AliyunSCA, ReasonID, "tickets[0] key"},
		{"tencent/fault-task-failed.json", Tencent, ReasonField, "Response.Data.ErrorMsg"},
		{"tencent/fault-detail-null.json", Tencent, ReasonField, "Response.Data.ResultDetail"},
		{"tencent/fault-start-not-number.json", Tencent, ReasonField, "Response.Data.ResultDetail[0].StartMs"},
		{"tencent/fault-sentence-object.json", Tencent, ReasonField, "Response.Data.ResultDetail[0].FinalSentence"},
		{"tencent/fault-all-silent.json", Tencent, ReasonEmpty, ""},
		{"huawei/fault-not-finished.json", HuaweiSIS, ReasonField, "status"},
		{"huawei/fault-text-missing.json", HuaweiSIS, ReasonField, "segments[0].result.text"},
		{"huawei/fault-segments-object.json", HuaweiSIS, ReasonField, "segments"},
		{"huawei/fault-role-object.json", HuaweiSIS, ReasonField, "segments[0].result.analysis_info.role"},
		{"huawei/fault-time-beyond-a-day.json", HuaweiSIS, ReasonField, "segments[0].start_time"},
		{"iflytek/v1-fault-failed.json", IFlytekV1, ReasonField, "failed"},
		{"iflytek/v1-fault-data-truncated.json", IFlytekV1, ReasonSyntax, "data"},
		{"iflytek/v1-fault-onebest-missing.json", IFlytekV1, ReasonField, "data[1].onebest"},
		{"iflytek/v1-fault-bg-not-number.json", IFlytekV1, ReasonField, "data[0].bg"},
		{"iflytek/v1-fault-data-empty.json", IFlytekV1, ReasonEmpty, ""},
		{"iflytek/v2-fault-order-not-finished.json", IFlytekV2, ReasonField, "content.orderResult"},
		{"iflytek/v2-fault-order-result-truncated.json", IFlytekV2, ReasonSyntax, "content.orderResult"},
		{"iflytek/v2-fault-json-1best-truncated.json", IFlytekV2, ReasonSyntax, "content.orderResult.lattice[0].json_1best"},
		{"iflytek/v2-fault-st-missing.json", IFlytekV2, ReasonField, "content.orderResult.lattice[0].json_1best.st"},
		{"iflytek/v2-fault-rt-object.json", IFlytekV2, ReasonField, "content.orderResult.lattice[0].json_1best.st.rt"},
		{"funasr/fault-text-missing.json", FunASR, ReasonField, "result[0].sentence_info[0].sentence"},
		{"funasr/fault-sentence-info-text.json", FunASR, ReasonField, "result[0].sentence_info"},
		{"funasr/fault-start-negative.json", FunASR, ReasonField, "result[0].sentence_info[0].start"},
		{"funasr/fault-speaker-true.json", FunASR, ReasonField, "result[0].sentence_info[0].spk"},
		{"funasr/fault-two-results.json", FunASR, ReasonField, "result"},
		{"funasr/fault-only-tags.json", FunASR, ReasonEmpty, ""},
	} {
		t.Run(c.file, func(t *testing.T) {
			in := recording(t, c.file)
			if c.reason == ReasonID {
				in.Key = nil
			}
			records, err := decodeJSON(recordings(c.format), in)
			if err == nil {
				t.Fatalf("decoded %d records, want an error", len(records))
			}
			place, _, _ := strings.Cut(err.Place, " byte ")
			if err.Reason != c.reason || place != c.place || err.Format != c.format {
				t.Errorf("got %s at %q of %s (%v), want %s at %q of %s", err.Reason, place, err.Format, err, c.reason, c.place, c.format)
			}
			for _, spoken := range []string{"您好", "我家没电", "Failed to download"} {
				if strings.Contains(err.Error(), spoken) {
					t.Errorf("the error repeats the input: %v", err)
				}
			}
		})
	}
}

// An array of sentences is one call where the format is configured, and never a call a sentence.
func TestRecogniserBareSentences(t *testing.T) {
	for format, value := range map[Format]string{
		Tencent:   `[{"FinalSentence": "您好请讲", "StartMs": 0, "EndMs": 900, "SpeakerId": 0}, {"FinalSentence": "我家没电", "StartMs": 1000, "EndMs": 2000, "SpeakerId": 1}]`,
		IFlytekV1: `[{"onebest": "您好请讲", "bg": "0", "ed": "900", "speaker": "1"}, {"onebest": "我家没电", "bg": "1000", "ed": "2000", "speaker": "2"}]`,
	} {
		t.Run(string(format), func(t *testing.T) {
			in := recording(t, "tencent/minimal.json")
			in.Value = []byte(value)
			want := []string{keyed, "0-900 agent 您好请讲", "1000-2000 customer 我家没电"}
			items := Decode(recordings(format), in)
			if len(items) != 1 || len(items[0].Records) != 1 || !slices.Equal(heard(items[0].Records[0]), want) {
				t.Errorf("got %+v, want %v", items, want)
			}
			for _, item := range Decode(recordings(Auto), in) {
				if item.Err == nil || item.Err.Reason != ReasonFormat {
					t.Errorf("recognised by content: got %+v, want an error of reason format", item)
				}
			}
		})
	}
}

// Without an id a call is refused, whatever the format; it is never numbered.
func TestRecogniserResultsNeedID(t *testing.T) {
	for file, format := range map[string]Format{
		"aliyun/dialoguelist-minimal.json": AliyunSCA, "tencent/full.json": Tencent, "huawei/full.json": HuaweiSIS,
		"iflytek/v1-full.json": IFlytekV1, "iflytek/v2-full.json": IFlytekV2, "funasr/full.json": FunASR,
	} {
		t.Run(file, func(t *testing.T) {
			in := recording(t, file)
			in.Key = nil
			if err := Decode(recordings(format), in)[0].Err; err == nil || err.Reason != ReasonID {
				t.Errorf("without a key: got %v, want an error of reason id", err)
			}
			in = recording(t, file)
			in.Headers = nil
			err := Decode(recordings(format), in)[0].Err
			if file == "aliyun/dialoguelist-minimal.json" {
				if err != nil {
					t.Errorf("without a header, with gmtService: %v", err)
				}
			} else if err == nil || err.Reason != ReasonTime {
				t.Errorf("without a header: got %v, want an error of reason time", err)
			}
		})
	}
}

// Who spoke is kept apart from the call, to be masked and pseudonymised.
func TestRecogniserResultsPersons(t *testing.T) {
	records, err := decodeJSON(recordings(AliyunSCA), recording(t, "aliyun/tickets-full.json"))
	if err != nil {
		t.Fatal(err)
	}
	if p := records[0].Person; p.Phone != "13800000000" || p.Agent != "工号3071" || len(p.Names) != 0 {
		t.Errorf("first call: got %+v", p)
	}
	if p := records[1].Person; p.Phone != "" || p.Agent != "工号3072" || !slices.Equal(p.Names, []string{"李四"}) {
		t.Errorf("second call: got %+v", p)
	}
	records, err = decodeJSON(recordings(AliyunSCA), recording(t, "aliyun/dialoguelist-full.json"))
	if err != nil {
		t.Fatal(err)
	}
	if p := records[0].Person; p.Agent != "王五" || !slices.Equal(p.Names, []string{"张三"}) {
		t.Errorf("dialogue list: got %+v", p)
	}
	if extra := records[0].Call.Extra; extra["attachments"] != "1" || extra["callType"] != "呼入" {
		t.Errorf("dialogue list: got extra %v", extra)
	}
}

// FuzzRecognisers feeds any JSON to each recogniser's decoder: it gives calls that pass their check, or one error.
func FuzzRecognisers(f *testing.F) {
	formats := []Format{AliyunSCA, Tencent, HuaweiSIS, IFlytekV1, IFlytekV2, FunASR}
	for i, folder := range []string{"aliyun", "tencent", "huawei", "iflytek", "iflytek", "funasr"} {
		files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
		if err != nil || len(files) == 0 {
			f.Fatalf("no fixtures of %s: %v", folder, err)
		}
		for _, file := range files {
			value, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(uint8(i), value)
		}
	}
	f.Fuzz(func(t *testing.T, format uint8, value []byte) {
		src := recordings(formats[int(format)%len(formats)])
		in := &Input{Value: value, Key: []byte("call-1"), Headers: map[string]string{"started": "20240701090000"}}
		records, err := decodeJSON(src, in)
		if (err == nil) == (len(records) == 0) {
			t.Fatalf("%d records and error %v", len(records), err)
		}
		if err != nil && err.Reason == ReasonPanic {
			t.Fatal(err)
		}
		for _, r := range records {
			if err := r.Call.Check(); err != nil {
				t.Error(err)
			}
		}
	})
}

func BenchmarkDecodeIFlytekV2(b *testing.B) {
	in := recording(b, "iflytek/v2-full.json")
	src := recordings(IFlytekV2)
	b.SetBytes(int64(len(in.Value)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeJSON(src, in); err != nil {
			b.Fatal(err)
		}
	}
}
