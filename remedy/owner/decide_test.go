package owner

import (
	"strings"
	"testing"

	"suqiu/hotline"
)

// A small company: 省/市/县/所/台区/网格.
const (
	province = "江东"
	city     = "江东/临州"
	county   = "江东/临州/云桥"
	station  = "江东/临州/云桥/云桥所"
	other    = "江东/临州/云桥/白鹭所"
	line     = "江东/临州/云桥/云桥所/桥东1号"
	east     = "江东/临州/云桥/云桥所/桥东1号/东片"
	west     = "江东/临州/云桥/云桥所/桥东1号/西片"
	line2    = "江东/临州/云桥/云桥所/桥东2号"
)

// company is staffed so that each case of the decision table meets one reason.
func company() map[Kind]string {
	return map[Kind]string{
		People: `E1,东网格,` + station + `,,,,,,,
E2,西网格,` + station + `,,,,,,,
E3,二号,` + station + `,,,,,,,2026-06-30
H1,云桥所长,` + station + `,,,,,,,
H2,白鹭所长,` + other + `,,,,,,,
C1,县营销,` + county + `,,,,,,,
C2,县监督,` + county + `,,,,,,,
Z1,市监督,` + city + `,,,,,,,
D1,白班,` + station + `,,,,,,,
D2,夜班,` + station + `,,,,,,,
K1,指挥,` + city + `,,,,,,,
A1,客户经理,` + county + `,,,,,,,
O1,县运检,` + county + `,,,,,,,
`,
		Posts: "供电所长," + station + `,H1,2024-01-01,
供电所长,` + other + `,H2,2024-01-01,
营销部主管,` + county + `,C1,2024-01-01,
监督主管,` + county + `,C2,2024-01-01,
监督主管,` + city + `,Z1,2024-01-01,
供电服务指挥中心值班,` + city + `,K1,2024-01-01,
客户经理,` + county + `,A1,2024-01-01,
运检部主管,` + county + `,O1,2024-01-01,
`,
		Cells: east + ",E1,2024-01-01,2026-05-31\n" + east + ",E2,2026-06-01,\n" + west + ",E2,2024-01-01,\n" + line2 + ",E3,2024-01-01,\n",
		Deputies: `H1,E1,2026-03-01,2026-03-07
C1,,2026-04-01,2026-04-03
C2,H1,2026-04-01,2026-04-03
E1,E2,2026-02-01,2026-02-02
E2,E1,2026-02-02,2026-02-03
`,
		Roster: "抢修值班," + station + ",D1,2026-01-01,2026-12-31,08:00,20:00\n抢修值班," + station + ",D2,2026-01-01,2026-12-31,20:00,08:00\n",
	}
}

func TestDecide(t *testing.T) {
	d := directoryOf(t, shippedPolicy(t), company())
	for name, tc := range map[string]struct {
		labels    string
		area      string
		hotline   hotline.Hotline
		party     hotline.Responsible
		sensitive bool
		at        string
		owner     string // "" for nobody
		says      string // in the path
	}{
		"CellManager":           {labels: "bill.high", area: east, at: "2026-05-11 10:00", owner: "E1", says: "片区经理"},
		"LastDayIncluded":       {labels: "bill.high", area: east, at: "2026-05-31 23:59", owner: "E1"},
		"HandedOver":            {labels: "bill.high", area: east, at: "2026-06-01 00:00", owner: "E2"},
		"BothCellsOnePerson":    {labels: "voltage.abnormal", area: line, at: "2026-07-01 10:00", owner: "E2", says: "各网格同属一人"},
		"CellsOfSeveral":        {labels: "voltage.abnormal", area: line, at: "2026-05-11 10:00", owner: "H1", says: "不是同一人"},
		"NobodyBelowAUnit":      {labels: "voltage.abnormal", area: station, at: "2026-07-01 10:00", owner: "H1"},
		"CountyLevel":           {labels: "bill.high", area: county, at: "2026-07-01 10:00", owner: "C1", says: "营销部主管"},
		"PersonLeft":            {labels: "bill.high", area: line2, at: "2026-07-01 10:00", owner: "H1", says: "不在有效期内"},
		"Deputy":                {labels: "service.delay", area: station, at: "2026-03-07 20:00", owner: "E1", says: "由 E1 代理"},
		"BackAgain":             {labels: "service.delay", area: station, at: "2026-03-08 00:00", owner: "H1"},
		"AwayWithoutDeputy":     {labels: "bill.high", area: county, at: "2026-04-02 10:00", says: "不在岗，无代理"},
		"DeputiesInACircle":     {labels: "bill.high", area: east, at: "2026-02-02 10:00", owner: "H1", says: "代理循环"},
		"DayShift":              {labels: "outage.fault", area: line, at: "2026-07-01 08:00", owner: "D1", says: "抢修值班"},
		"NightShift":            {labels: "outage.fault", area: line, at: "2026-07-01 20:00", owner: "D2"},
		"NightShiftAfterTwelve": {labels: "outage.fault", area: line, at: "2026-07-02 07:59", owner: "D2"},
		"LastNightOfTheRoster":  {labels: "outage.fault", area: line, at: "2027-01-01 07:59", owner: "D2"},
		"RosterEnded":           {labels: "outage.fault", area: line, at: "2027-01-01 08:00", owner: "H1"},
		"NoShiftThere":          {labels: "outage.fault", area: other, at: "2026-07-01 08:00", owner: "H2"},
		"UpToTheCity":           {labels: "outage.fault", area: county, at: "2026-07-01 08:00", owner: "K1", says: "供电服务指挥中心值班"},
		"Regulator":             {labels: "outage.fault", area: line, hotline: hotline.Hotline12398, at: "2026-07-01 08:00", owner: "C1", says: "监管热线"},
		"RegulatorAndOthers":    {labels: "outage.fault", area: line, hotline: "12398 12345", at: "2026-07-01 08:00", owner: "D1", says: "停电与抢修"},
		"OtherParty":            {labels: "bill.markup", area: east, party: hotline.ResponsibleThirdParty, at: "2026-07-01 08:00", owner: "E2", says: "第三方"},
		"Connect":               {labels: "connect.charger", area: station, at: "2026-07-01 08:00", owner: "A1"},
		"SecondLabel":           {labels: "other.power,grid.hazard", area: station, at: "2026-07-01 08:00", owner: "H1", says: "设施与施工"},
		"UnknownPlace":          {labels: "bill.high", area: "", at: "2026-07-01 08:00", says: "全部地区"},
		"ElsewhereAltogether":   {labels: "bill.high", area: "河西/甲市", at: "2026-07-01 08:00"},
		"NameBeginsAlike":       {labels: "bill.high", area: county + "新区", at: "2026-07-01 08:00"},
		"SensitiveGoesUp":       {labels: "service.attitude", area: line, sensitive: true, at: "2026-07-01 08:00", owner: "C2", says: "被反映单位 " + station},
		"SensitiveCounty":       {labels: "service.attitude", area: county, sensitive: true, at: "2026-07-01 08:00", owner: "Z1"},
		"SensitiveDeputyOfUnit": {labels: "service.attitude", area: line, sensitive: true, at: "2026-04-02 08:00", owner: "Z1", says: "回避"},
		"SensitiveRoot":         {labels: "service.attitude", area: province, sensitive: true, at: "2026-07-01 08:00"},
	} {
		t.Run(name, func(t *testing.T) {
			q := Question{Labels: strings.Split(tc.labels, ","), Sensitive: tc.sensitive, Area: tc.area, Responsible: tc.party, At: at(t, tc.at)}
			for h := range strings.FieldsSeq(string(tc.hotline)) {
				q.Hotlines = append(q.Hotlines, hotline.Hotline(h))
			}
			got := d.Decide(q)
			path := strings.Join(got.Path, "\n")
			if got.Owner.ID != tc.owner || got.Owned() == (got.Unowned != "") {
				t.Errorf("owner %q (%s), want %q; path:\n%s", got.Owner.ID, got.Unowned, tc.owner, path)
			}
			if !strings.Contains(path, tc.says) {
				t.Errorf("the path does not say %q:\n%s", tc.says, path)
			}
		})
	}
}

// Each level of a chain is decided by who is there when it is due, nobody is told twice, and due times never go back.
func TestChain(t *testing.T) {
	d := directoryOf(t, shippedPolicy(t), company())
	type level struct{ due, owner string }
	for name, tc := range map[string]struct {
		label     string
		area      string
		sensitive bool
		opened    string
		want      []level
	}{
		"FaultInTheEvening": {"outage.fault", line, false, "2026-07-01 19:50", []level{{"2026-07-01 20:20", "H1"}, {"2026-07-01 21:50", "K1"}, {"2026-07-01 23:50", "O1"}}},
		"HeadOwnsAlready":   {"outage.fault", other, false, "2026-07-01 10:00", []level{{"2026-07-01 10:30", "K1"}, {"2026-07-01 12:00", ""}, {"2026-07-01 14:00", "O1"}}},
		"OfficeHours":       {"bill.high", east, false, "2026-07-03 16:00", []level{{"2026-07-06 11:00", "H1"}, {"2026-07-06 16:00", "C1"}, {"2026-07-08 16:00", "C2"}}},
		"Sensitive":         {"service.attitude", line, true, "2026-07-03 16:00", []level{{"2026-07-06 16:00", "Z1"}, {"2026-07-07 16:00", ""}}},
	} {
		t.Run(name, func(t *testing.T) {
			chain := d.Escalate(Question{Labels: []string{tc.label}, Area: tc.area, Sensitive: tc.sensitive}, at(t, tc.opened))
			if len(chain) != len(tc.want) {
				t.Fatalf("%d levels, want %d", len(chain), len(tc.want))
			}
			for i, want := range tc.want {
				got := chain[i]
				if got.Level != i+1 || !got.Due.Equal(at(t, want.due)) || got.Owner.ID != want.owner {
					t.Errorf("level %d: %s to %q, want %s to %q (%s)", got.Level, got.Due.Format("2006-01-02 15:04"), got.Owner.ID, want.due, want.owner, got.Why)
				}
			}
		})
	}
}

func BenchmarkDecide(b *testing.B) {
	d := directoryOf(b, shippedPolicy(b), company())
	q := Question{Labels: []string{"voltage.abnormal"}, Area: line, At: at(b, "2026-05-11 10:00")}
	for b.Loop() {
		if got := d.Decide(q); !got.Owned() {
			b.Fatal(got.Unowned)
		}
	}
}
