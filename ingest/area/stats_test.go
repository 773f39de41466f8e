package area

import (
	"testing"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

func TestStats(t *testing.T) {
	trees := load(t, "jiangdong")
	s := trees.Stats()
	for _, r := range []decode.Record{
		{Place: decode.Place{OrgCode: "9940101"}},
		{Person: decode.Person{Account: "7700312345"}},
		said(hotline.RoleCustomer, "青禾区柳市桥镇停电"),
		said(hotline.RoleCustomer, "停电"),
	} {
		s.Add(trees.Locate(&r, ""))
	}
	s.Add(hotline.Area{Grid: "某省/某市", Method: hotline.AreaByDefault}) // in no tree: counted by depth
	want := "" +
		"定位方式        村及以下      街道      区县        市        省        无      合计      占比\n" +
		"供电单位编码           0         0         1         0         0         0         1     20.0%\n" +
		"户号                   1         0         0         0         0         0         1     20.0%\n" +
		"行政区划代码           0         0         0         0         0         0         0      0.0%\n" +
		"承办单位               0         0         0         0         0         0         0      0.0%\n" +
		"地名                   0         1         0         0         0         0         1     20.0%\n" +
		"来源默认               0         0         0         1         0         0         1     20.0%\n" +
		"未定位                 0         0         0         0         0         1         1     20.0%\n" +
		"合计                   1         1         1         1         0         1         5    100.0%\n"
	if got := s.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if s.Total() != 5 || s.Count(hotline.AreaByGazetteer) != 1 || s.Count(hotline.AreaUnknown) != 1 {
		t.Errorf("total %d, by gazetteer %d", s.Total(), s.Count(hotline.AreaByGazetteer))
	}
}

func TestStatsEmpty(t *testing.T) {
	if got := load(t, "china").Stats(); got.Total() != 0 || len(got.String()) == 0 {
		t.Errorf("got %d", got.Total())
	}
}
