//go:build unix

package e2e

import (
	"bytes"
	"maps"
	"slices"
)

// probe is a record with a telephone number, N, where none belongs.
type probe struct{ name, record string }

var probedFields = []probe{
	{"title", `{"id":"p-title","received":"2025-03-01","title":"停电 N","text":"家里没电了"}`},
	{"channel", `{"id":"p-channel","received":"2025-03-01","channel":"来电N","text":"家里没电了"}`},
	{"unit", `{"id":"p-unit","received":"2025-03-01","unit":"临州供电公司 N","text":"家里没电了"}`},
	{"class", `{"id":"p-class","received":"2025-03-01","class":["报修","N"],"text":"家里没电了"}`},
	{"region", `{"id":"p-region","received":"2025-03-01","region":"临州市 N","text":"家里没电了"}`},
	{"address", `{"id":"p-address","received":"2025-03-01","address":"临州市5号楼 电话N","text":"家里没电了"}`},
	{"reply", `{"id":"p-reply","received":"2025-03-01","text":"家里没电了","reply":["已联系N"]}`},
	{"agent", `{"id":"p-agent","received":"2025-03-01","text":"家里没电了","agent":"N"}`},
	{"org code", `{"id":"p-org","received":"2025-03-01","text":"家里没电了","org_code":"N"}`},
	{"division code", `{"id":"p-division","received":"2025-03-01","text":"家里没电了","division_code":"N"}`},
	{"status", `{"id":"p-status","received":"2025-03-01","text":"家里没电了","life":{"status":"已回电N","satisfaction":"满意N"}}`},
	{"unknown field", `{"id":"p-field","received":"2025-03-01","text":"家里没电了","备注":"请回N","嵌套":{"里面":["N"]}}`},
	{"unknown field's name", `{"id":"p-name","received":"2025-03-01","text":"家里没电了","N":"是"}`},
	{"extra", `{"id":"p-extra","received":"2025-03-01","text":"家里没电了","extra":{"手机":"N"}}`},
	{"source", `{"id":"p-source","received":"2025-03-01","text":"家里没电了","source":"N"}`},
	{"id that is the caller", `{"id":"N","received":"2025-03-01","text":"家里没电了","caller":"N"}`},
	{"matter that is the caller", `{"id":"p-matter","received":"2025-03-01","text":"家里没电了","caller":"N","matter":"N"}`},
}

var brokenRecords = []probe{
	{"cut short", `{"id":"b-cut","received":"2025-03-01","text":"我的电话是N`},
	{"no JSON", `来电N说家里没电了`},
	{"no id", `{"received":"2025-03-01","text":"我的电话是N"}`},
	{"no text", `{"id":"b-text","received":"2025-03-01","caller":"N"}`},
	{"time", `{"id":"b-time","received":"N号下午","text":"家里没电了"}`},
	{"time to come", `{"id":"b-future","received":"2999-01-01","text":"我的电话是N"}`},
	{"updated", `{"id":"b-updated","received":"2025-03-01","updated":"N!","text":"家里没电了"}`},
	{"hotline", `{"id":"b-hotline","received":"2025-03-01","hotline":"N","text":"家里没电了"}`},
	{"kind", `{"id":"b-kind","received":"2025-03-01","kind":"N","text":"家里没电了"}`},
	{"precision", `{"id":"b-precision","received":"2025-03-01","precision":"N","text":"家里没电了"}`},
	{"role", `{"id":"b-role","received":"2025-03-01","turns":[{"role":"N","text":"家里没电了"}]}`},
	{"text that is an object", `{"id":"b-object","received":"2025-03-01","text":{"N":"N"}}`},
	{"turns that are none", `{"id":"b-turns","received":"2025-03-01","turns":"N"}`},
	{"table", `姓名;电话N;内容`},
}

// needles finds many strings at once.
type needles struct {
	n      int
	byHead map[[headBytes]byte][]string
}

// headBytes is by how many first bytes strings are looked up; none is shorter.
const headBytes = 9

func newNeedles(all []string) *needles {
	slices.Sort(all)
	all = slices.Compact(all)
	f := &needles{n: len(all), byHead: map[[headBytes]byte][]string{}}
	for _, s := range all {
		head := [headBytes]byte([]byte(s))
		f.byHead[head] = append(f.byHead[head], s)
	}
	return f
}

// in returns which of the strings data holds. A number that is part of a longer one is another number.
func (f *needles) in(data []byte) []string {
	found := map[string]bool{}
	figure := func(i int) bool { return i >= 0 && i < len(data) && data[i] >= '0' && data[i] <= '9' }
	inside := func(i int) bool { return figure(i-1) && figure(i) }
	for i := 0; i+headBytes <= len(data); i++ {
		for _, s := range f.byHead[[headBytes]byte(data[i:])] {
			end := i + len(s)
			if bytes.HasPrefix(data[i:], []byte(s)) && !inside(i) && !inside(end) {
				found[s] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
