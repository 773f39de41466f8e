package calendar

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadCauses(t *testing.T) {
	causes, err := LoadCauses(Shanghai(), os.DirFS("../dicts"), fstest.MapFS{"causes/own.csv": {Data: []byte(`类别,自,至,地区,标签,说明
天气,2026-07-01,2026-07-03,江东省/临江市,outage|voltage,高温红色预警
计划停电,2026-06-20 08:30,2026-06-20 17:00,江东省/临江市/北区,,10千伏城东线检修
电价调整,2026-12-01,,,bill,新电价
`)}})
	if err != nil || len(causes) != 3 || causes[0].Kind != Outage {
		t.Fatalf("got %+v, %v", causes, err)
	}
	heat := causes[1]
	if !heat.To.Equal(at(t, "2026-07-04 00:00")) {
		t.Errorf("the last day is not within: it ends %s", heat.To)
	}
	from, to := at(t, "2026-07-03 00:00"), at(t, "2026-07-04 00:00")
	for name, c := range map[string]struct {
		label, area string
		want        bool
	}{
		"Within":       {"outage.fault", "江东省/临江市/北区", true},
		"Whole":        {"voltage", "江东省/临江市", true},
		"Around":       {"outage", "江东省", true},
		"OtherLabel":   {"bill.high", "江东省/临江市", false},
		"LabelByName":  {"outages", "江东省/临江市", false},
		"OtherArea":    {"outage", "江东省/海山市", false},
		"AreaByPrefix": {"outage", "江东省/临江市辖区", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := heat.Concerns(c.label, c.area, from, to); got != c.want {
				t.Errorf("got %t", got)
			}
		})
	}
	if heat.Concerns("outage", "江东省", to, to.AddDate(0, 0, 1)) {
		t.Error("it concerns the day after its end")
	}
}

func TestLoadCausesRefuses(t *testing.T) {
	for name, c := range map[string]struct{ row, says string }{
		"ErrKind":     {"地震,2026-07-01,,,,x", "天气"},
		"ErrTime":     {"天气,7月1日,,,,x", "no time"},
		"ErrReversed": {"天气,2026-07-02,2026-07-01,,,x", "before it begins"},
		"ErrNoEnd":    {"计划停电,2026-07-02 08:00,,,,x", "write when it ends"},
		"ErrNote":     {"天气,2026-07-02,,,,", "说明"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadCauses(Shanghai(), fstest.MapFS{"causes/own.csv": {Data: []byte("类别,自,至,地区,标签,说明\n" + c.row + "\n")}})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %q", err, c.says)
			}
		})
	}
}

func FuzzLoadCauses(f *testing.F) {
	f.Add("类别,自,至,地区,标签,说明\n天气,2026-07-01,2026-07-03,江东省,outage|voltage,高温\n")
	f.Add("kind,from,to,note\noutage,2026-06-20 08:30,2026-06-20 17:00,x\n")
	f.Fuzz(func(t *testing.T, data string) {
		causes, err := LoadCauses(Shanghai(), fstest.MapFS{"causes/own.csv": {Data: []byte(data)}})
		if err != nil {
			return
		}
		for _, c := range causes {
			if !c.From.Before(c.To) {
				t.Errorf("%+v ends before it begins", c)
			}
		}
	})
}
