package decode

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"suqiu/hotline"
)

// FuzzDecode: whatever comes in, whatever the format, every record is one that can be stored, every item has
// records or an error, and the same input gives the same items.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		nativeLine("a"), "[" + nativeLine("a") + "]", nativeLine("a") + "\n{\n",
		`{"id":"a","hotline":"95598","received":1544917565,"turns":[{"role":"agent","text":"您好","begin_ms":1}],"life":{"due":"2026-07-02"}}`,
		`{"gdbh":"181216000001","slsj":"2018-12-16 07:46","slnr":"停电","yhbh":null}`,
		`{"f1":"工单编号:1812","f2":"受理时间:2018-12-16 07:46","f3":"受理内容:停电","f4":"供电单位:某所"}`,
		"1\t2\t3\t4\t5\t20181216074600\t停电\t\t\t\t\t\t\n",
		"工单编号,受理时间,诉求内容\n1,2026-07-03,\"停\n电\"\n",
		`{"受理编号":"N-1","诉求性质":"投诉","受理时间":"2026-07-03","诉求内容":"停电"}`,
		"受理编号;受理时间;诉求性质;诉求内容\nN-1;2026-02-03;投诉;停电",
		`{"appealContent":"市民来电催办：工单号20180102000001《关于停电的问题》 工单内容： 市民来电反映：停电。 2018-01-03供电局答复：已修。","hotlineNo":"1","syncTime":"2026-07-03"}`,
		"\xb9\xa4\xb5\xa5\xb1\xe0\xba\xc5,\xca\xdc\xc0\xed\xca\xb1\xbc\xe4,\xcb\xdf\xc7\xf3\xc4\xda\xc8\xdd\n1,2026-07-03,\xcd\xa3\xb5\xe7\n",
		"PK\x03\x04", "\xff\xfe1\x00",
	} {
		for i := range len(Formats()) + 1 {
			f.Add([]byte(s), i)
		}
	}
	book, err := os.ReadFile(filepath.Join("testdata", "12345-xlsx", "minimal.xlsx"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(book, 0)
	arrived := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, value []byte, pick int) {
		formats := append(Formats(), Auto)
		src := &Source{Format: formats[uint(pick)%uint(len(formats))], Hotline: hotline.Hotline95598}
		items := Decode(src, &Input{Value: value, Arrived: arrived, Key: []byte("k")})
		if len(items) == 0 {
			t.Fatal("no item")
		}
		for _, item := range items {
			if (item.Err == nil) == (len(item.Records) == 0) {
				t.Fatalf("%d records and error %v", len(item.Records), item.Err)
			}
			if item.Err != nil && item.Err.Reason == ReasonPanic {
				t.Fatal(item.Err)
			}
			for _, r := range item.Records {
				if err := r.Call.Check(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if again := Decode(src, &Input{Value: value, Arrived: arrived, Key: []byte("k")}); fmt.Sprint(again) != fmt.Sprint(items) {
			t.Fatal("the same input gives different items")
		}
	})
}
