package decode

import (
	"strings"
	"testing"
)

func BenchmarkDecodeNative(b *testing.B) {
	value := []byte(`{"id":"C-1","hotline":"95598","received":"2026-07-02T20:47:11+08:00","turns":[` +
		strings.TrimSuffix(strings.Repeat(`{"role":"customer","begin_ms":16069,"end_ms":27609,"text":"不是一家啊这一趟楼全黑了我搁阳台往下瞅"},`, 20), ",") + `]}`)
	b.SetBytes(int64(len(value)))
	for b.Loop() {
		if items := Decode(&Source{}, &Input{Value: value}); items[0].Err != nil {
			b.Fatal(items[0].Err)
		}
	}
}

// BenchmarkDecodeCall decodes a call of the usual size.
func BenchmarkDecodeCall(b *testing.B) {
	value := []byte(`{"schema":1,"id":"000000012","kind":"call","hotline":"95598","received":"2026-07-15T09:00:00+08:00","updated":"2026-07-20T00:00:01Z","caller":"13800000000","turns":[` +
		`{"role":"agent","text":"您好，请问有什么可以帮您"},{"role":"customer","text":"家里从昨天晚上八点开始停电到现在还没有来电，请问什么时候能修好"},` +
		`{"role":"agent","text":"好的，马上为您登记，请保持电话畅通"}]}`)
	b.SetBytes(int64(len(value)))
	b.ReportAllocs()
	for b.Loop() {
		if items := Decode(&Source{}, &Input{Value: value}); items[0].Err != nil {
			b.Fatal(items[0].Err)
		}
	}
}

func BenchmarkDecode12345CSV(b *testing.B) {
	const rows = 1000
	text := "工单编号,受理时间,诉求内容,承办单位\n" + strings.Repeat("20260105000010,2026-01-05,市民来电反映:江口区白石花园停电，请供电局核实处理！"+
		" 2026-01-04 10:00:00江口区供电局答复：已派人抢修。（工单号20260103000001） 市民再次来电反映：今天又停电了，请供电局核实处理！,供电局\n", rows)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r, err := NewReader(&Source{}, &Input{}, strings.NewReader(text))
		if err != nil {
			b.Fatal(err)
		}
		for {
			if _, err := r.Next(); err != nil {
				break
			}
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
