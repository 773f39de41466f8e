package area

import (
	"math"
	"strings"
	"testing"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// said makes a record of one turn.
func said(role hotline.Role, text string) decode.Record {
	return decode.Record{Call: hotline.Call{Turns: []hotline.Turn{{Role: role, Text: text}}}}
}

func TestLocate(t *testing.T) {
	trees := load(t, "china", "jiangdong")
	const (
		company = "江东电力/临州供电公司"
		county  = company + "/云桥区供电公司"
		station = county + "/云桥供电所"
		west    = station + "/桥西1号公变"
		city    = "江东省/临州市"
	)
	customer := func(text string) decode.Record { return said(hotline.RoleCustomer, text) }
	with := func(r decode.Record, p decode.Place) decode.Record { r.Place = p; return r }
	for _, c := range []struct {
		name        string
		record      decode.Record
		defaultArea string
		want        hotline.Area
	}{
		{name: "Code", record: decode.Record{Place: decode.Place{OrgCode: "994010101"}},
			want: hotline.Area{Grid: station, Division: city + "/云桥区/云桥街道", Method: hotline.AreaByCode, Confidence: 1}},
		{name: "CodeRollsUp", record: decode.Record{Place: decode.Place{OrgCode: "994010177"}},
			want: hotline.Area{Grid: county, Division: city + "/云桥区", Method: hotline.AreaByCode, Confidence: 0.95}},
		{name: "CodeUnknown", record: decode.Record{Place: decode.Place{OrgCode: "88401"}},
			want: hotline.Area{Method: hotline.AreaUnknown}},
		{name: "AccountRange", record: decode.Record{Person: decode.Person{Account: "7700312345"}},
			want: hotline.Area{Grid: west, Division: city + "/云桥区/云桥街道/桥西社区", Method: hotline.AreaByAccount, Confidence: 0.9}},
		{name: "AccountBelowCode", record: decode.Record{Place: decode.Place{OrgCode: "9940101"}, Person: decode.Person{Account: "7700312345"}},
			want: hotline.Area{Grid: west, Division: city + "/云桥区/云桥街道/桥西社区", Method: hotline.AreaByAccount, Confidence: 0.95}},
		{name: "DivisionCode", record: decode.Record{Place: decode.Place{DivisionCode: "990102001002"}},
			want: hotline.Area{Grid: west, Division: city + "/云桥区/云桥街道/桥西社区", Method: hotline.AreaByDivision, Confidence: 0.95}},
		{name: "DivisionCodeRollsUp", record: decode.Record{Place: decode.Place{DivisionCode: "990102001099"}},
			want: hotline.Area{Grid: station, Division: city + "/云桥区/云桥街道", Method: hotline.AreaByDivision, Confidence: 0.95}},
		{name: "UnitByName", record: decode.Record{Place: decode.Place{Unit: "云桥区云桥供电所"}},
			want: hotline.Area{Grid: station, Division: city + "/云桥区/云桥街道", Method: hotline.AreaByUnit, Confidence: 0.8}},
		{name: "UnitOfCall", record: decode.Record{Call: hotline.Call{Unit: "临州市供电局"}},
			want: hotline.Area{Grid: company, Division: city, Method: hotline.AreaByUnit, Confidence: 0.8}},
		{name: "UnitBearsPlace", record: decode.Record{Place: decode.Place{Unit: "青禾区柳市桥镇政府"}},
			want: hotline.Area{Grid: company + "/青禾区供电公司/柳市桥供电所", Division: city + "/青禾区/柳市桥镇", Method: hotline.AreaByUnit, Confidence: 0.75}},
		{name: "CityUnitRefinedByText", record: with(customer("云桥区云桥街道桥西社区停电两小时了"), decode.Place{Unit: "临州市供电局"}),
			want: hotline.Area{Grid: west, Division: city + "/云桥区/云桥街道/桥西社区", Method: hotline.AreaByGazetteer, Confidence: 1 - 0.05*0.6}},
		{name: "TextAgrees", record: with(customer("我们青禾区老停电"), decode.Place{OrgCode: "9940102"}),
			want: hotline.Area{Grid: company + "/青禾区供电公司", Division: city + "/青禾区", Method: hotline.AreaByCode, Confidence: 1}},
		{name: "TextContradicts", record: with(customer("我在银沙县停电了"), decode.Place{Unit: "云桥供电所"}),
			want: hotline.Area{Grid: station, Division: city + "/云桥区/云桥街道", Method: hotline.AreaByUnit, Confidence: 0.8 * (1 - 0.85/2)}},
		{name: "TransformerInText", record: customer("【一户无电】临州市桥西1号公变下用户报修"),
			want: hotline.Area{Grid: west, Division: city + "/云桥区/云桥街道/桥西社区", Method: hotline.AreaByGazetteer, Confidence: 0.85}},
		{name: "Address", record: with(customer("家里没电了"), decode.Place{Address: "江东省临州市青禾区稻香路12号"}),
			want: hotline.Area{Grid: company + "/青禾区供电公司/青禾供电所", Division: city + "/青禾区/青禾街道", Method: hotline.AreaByGazetteer, Confidence: 0.95}},
		{name: "AddressBeforeText", record: with(customer("我从双屿县过来的"), decode.Place{Address: "青禾区"}),
			want: hotline.Area{Grid: company + "/青禾区供电公司", Division: city + "/青禾区", Method: hotline.AreaByGazetteer, Confidence: 0.85}},
		{name: "TextRefinesAddress", record: with(customer("柳市桥镇上湾村没电"), decode.Place{Address: "青禾区"}),
			want: hotline.Area{Grid: company + "/青禾区供电公司/柳市桥供电所/上湾1号公变", Division: city + "/青禾区/柳市桥镇/上湾村", Method: hotline.AreaByGazetteer, Confidence: 1 - 0.1*(1-0.85/2)}},
		{name: "Title", record: decode.Record{Call: hotline.Call{Title: "关于银沙县停电的问题"}},
			want: hotline.Area{Grid: "江东电力/望海供电公司/银沙县供电公司", Division: "江东省/望海市/银沙县", Method: hotline.AreaByGazetteer, Confidence: 0.85}},
		{name: "AgentOnlyWhenNothingElse", record: said(hotline.RoleAgent, "您是在云桥区吗"),
			want: hotline.Area{Grid: county, Division: city + "/云桥区", Method: hotline.AreaByGazetteer, Confidence: 0.85 * 0.7}},
		{name: "ElsewhereInChina", record: customer("我在江苏省南京市，这边停电了"),
			want: hotline.Area{Division: "江苏省/南京市", Method: hotline.AreaByGazetteer, Confidence: 0.85}},
		{name: "ElsewhereIsPassing", record: customer("我刚从南京市回来，家里没电"), defaultArea: company,
			want: hotline.Area{Grid: company, Division: city, Method: hotline.AreaByDefault, Confidence: 0.3}},
		{name: "Default", record: customer("没电了"), defaultArea: company,
			want: hotline.Area{Grid: company, Division: city, Method: hotline.AreaByDefault, Confidence: 0.3}},
		{name: "DefaultByDivision", record: customer("没电了"), defaultArea: city,
			want: hotline.Area{Grid: company, Division: city, Method: hotline.AreaByDefault, Confidence: 0.3}},
		{name: "DefaultInNoTree", record: customer("没电了"), defaultArea: "某省/某市",
			want: hotline.Area{Grid: "某省/某市", Method: hotline.AreaByDefault, Confidence: 0.3}},
		{name: "Nothing", record: customer("没电了"), want: hotline.Area{Method: hotline.AreaUnknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel() // the trees are shared: the race detector watches
			got := trees.Locate(&c.record, c.defaultArea)
			if math.Abs(got.Confidence-c.want.Confidence) > 1e-9 {
				t.Errorf("confidence %v, want %v", got.Confidence, c.want.Confidence)
			}
			got.Confidence = c.want.Confidence
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
}

// The caller's words go before those of agents, replies and quotes.
func TestLocateRoles(t *testing.T) {
	trees := load(t, "jiangdong")
	r := decode.Record{Call: hotline.Call{Turns: []hotline.Turn{
		{Role: hotline.RoleAgent, Text: "您是云桥区、青禾区还是石塘县的？"},
		{Role: hotline.RoleUnknown, Text: "松涧县的"},
		{Role: hotline.RoleQuote, Text: "原工单：银沙县停电"},
		{Role: hotline.RoleReply, Text: "银沙县供电公司回复：已处理"},
	}}}
	if got := trees.Locate(&r, "").Division; got != "江东省/临州市/松涧县" {
		t.Errorf("got %s", got)
	}
}

// How names in running text are read.
func TestGazetteer(t *testing.T) {
	trees := load(t, "china", "haikou")
	for _, c := range []struct{ name, text, want string }{
		{"FullPath", "海口市龙华区城西镇高坡村停电", "海南省/海口市/龙华区/城西镇"},
		{"ShortCounty", "龙华这边停电了", "海南省/海口市/龙华区"},
		{"ShortCountyInRoadName", "龙华路停电了", "海南省/海口市/龙华区"},
		{"ShortCityInRoadName", "吉林路、南京东路、上海街都没电", ""},
		{"ShortCityAsOrigin", "我是四川籍的", ""},
		{"ShortCityWorksThere", "我在东莞打工", ""},
		{"ShortProvince", "海南的电费怎么算", "海南省"},
		{"ProvinceBeforeCityOfSameName", "吉林的电费", "吉林省"},
		{"CommonWordIsNoCity", "日照时间长，来宾很多", ""},
		{"CommonWordWithClue", "山东日照的电费", "山东省/日照市"},
		{"StreetWrittenOut", "府城街道办事处门口", "海南省/海口市/琼山区/府城街道"},
		{"OldTown", "府城镇停电", "海南省/海口市/琼山区"},
		{"ShortStreetNeedsClue", "金贸停电", ""},
		{"ShortStreetWithCounty", "龙华区金贸停电", "海南省/海口市/龙华区/金贸街道"},
		{"ShortStreetInRoadName", "海甸五西路停电", "海南省/海口市/美兰区"},
		{"RoadThroughCounties", "椰海大道停电", "海南省/海口市"},
		{"RoadThroughCountiesWithClue", "琼山区椰海大道停电", "海南省/海口市/琼山区"},
		{"CountyWinsOverRoad", "琼山区滨涯路停电", "海南省/海口市/琼山区"},
		{"VillageInTwoCountiesNeedsClue", "光明村停电", ""},
		{"VillageInTwoCountiesWithClue", "旧州镇光明村停电", "海南省/海口市/琼山区/旧州镇"},
		{"VillageCommittee", "潭口村委会停电", "海南省/海口市/琼山区/龙塘镇"},
		{"TwoCounties", "龙华区和秀英区交界处", "海南省/海口市"},
		{"TwoProvinces", "从湖南省到湖北省", ""},
		{"MostMentionsWin", "美兰区海甸岛和平大道，就是从龙华路过来", "海南省/海口市/美兰区"},
		{"SpacedByRecogniser", "我 在 龙 华 区", "海南省/海口市/龙华区"},
		{"FullWidth", "长滨四路１６号，秀英区", "海南省/海口市/秀英区"},
		{"CountyUnderProvince", "文昌市停电", "海南省/文昌市"},
		{"Nothing", "请问电费怎么交", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := said(hotline.RoleCustomer, c.text)
			if got := trees.Locate(&r, "").Division; got != c.want {
				t.Errorf("%s: got %q, want %q", c.text, got, c.want)
			}
		})
	}
}

// Roads, estates and villages have the same names everywhere: they count only where the city is known, from the text or
// from the source, or where the tables hold those of one city only.
func TestCityClue(t *testing.T) {
	one, several := load(t, "china", "haikou"), load(t, "china", "haikou", "jiangdong")
	for _, c := range []struct {
		name              string
		trees             *Trees
		text, defaultArea string
		want              string
	}{
		{"OneCity", one, "国贸停电", "", "海南省/海口市/龙华区/金贸街道"},
		{"OneCityElsewhere", one, "国贸停电", "湖南省/长沙市", "湖南省/长沙市"},
		{"SeveralCities", several, "国贸停电", "", ""},
		{"SeveralCitiesNamed", several, "海口国贸停电", "", "海南省/海口市/龙华区/金贸街道"},
		{"SeveralCitiesCountyNamed", several, "龙华区国贸停电", "", "海南省/海口市/龙华区/金贸街道"},
		{"SeveralCitiesDefault", several, "国贸停电", "海南电网/海口供电局", "海南省/海口市/龙华区/金贸街道"},
		{"SeveralCitiesDefaultProvince", several, "国贸停电", "海南省", "海南省/海口市/龙华区/金贸街道"},
		{"SeveralCitiesElsewhere", several, "国贸停电", "江东省/临州市", "江东省/临州市"},
		{"CountyElsewhereIsBelieved", several, "文昌市停电", "海南电网/海口供电局", "海南省/文昌市"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := said(hotline.RoleCustomer, c.text)
			if got := c.trees.Locate(&r, c.defaultArea).Division; got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// However the text looks, the area is one of the tables', the confidence is a probability, and it is always the same.
func FuzzLocate(f *testing.F) {
	trees := load(f, "china", "haikou", "jiangdong")
	for _, s := range []string{"", "龙华区城西镇高坡村停电", "吉林路", "龙\n华区", "\xff海口", strings.Repeat("椰海大道", 300), "990102"} {
		f.Add(s, s, s, "海南电网/海口供电局")
	}
	f.Fuzz(func(t *testing.T, text, code, unit, fallback string) {
		r := said(hotline.RoleCustomer, text)
		r.Place = decode.Place{OrgCode: code, DivisionCode: code, Unit: unit, Address: unit}
		r.Person.Account = code
		a := trees.Locate(&r, fallback)
		if !(a.Confidence >= 0 && a.Confidence <= 1) {
			t.Errorf("confidence %v", a.Confidence)
		}
		if a.Division != "" && trees.divisions.byPath[a.Division] == nil {
			t.Errorf("no such division: %s", a.Division)
		}
		if a.Grid != "" && a.Grid != fallback && trees.grid.byPath[a.Grid] == nil {
			t.Errorf("no such grid place: %s", a.Grid)
		}
		if again := trees.Locate(&r, fallback); again != a {
			t.Errorf("first %v, then %v", a, again)
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	trees := load(b, "china", "haikou")
	r := said(hotline.RoleUnknown, "市民来电反映:其是龙华区中沙路创业新村小区的住户，小区从昨晚22点停电至今，已拨打供电局电话，告知正在抢修，"+
		"但是一直没有恢复，老人和小孩热得睡不着，其认为不合理，请龙华区政府核实处理。（请职能局按规定在30分钟内联系市民，响应处置。）")
	r.Call.Unit = "龙华区城西镇政府"
	b.ReportAllocs()
	for b.Loop() {
		trees.Locate(&r, "")
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b, "china", "haikou")
	}
}
