package owner

import (
	"slices"
	"strings"
	"testing"

	"suqiu/remedy"
)

func TestHoldings(t *testing.T) {
	d := directoryOf(t, shippedPolicy(t), company())
	var got []string
	for _, h := range d.Holdings(at(t, "2026-03-02 21:00")) {
		if h.Area == station || h.Area == county {
			got = append(got, h.Role+" "+h.Person.ID+"/"+h.For.ID)
		}
	}
	want := []string{"account_manager A1/A1", "operation_head O1/O1", "repair_duty D2/D2", "service_head C1/C1", "station_head E1/H1", "supervisor C2/C2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// A review tells what will be without an owner soon, and nothing while all is well.
func TestReview(t *testing.T) {
	policy := shippedPolicy(t)
	tables := company()
	review := func(when string, days int) string {
		return strings.Join(directoryOf(t, policy, tables).Review(at(t, when), days), "\n")
	}
	if got := review("2026-03-09 10:00", 30); got != "" {
		t.Errorf("says\n%s", got)
	}
	for when, want := range map[string]string{
		"2026-06-20 10:00": "二号 的人员记录到 2026-06-30 为止，任职却更长",
		"2026-12-20 10:00": "值班 抢修值班，" + station + "：2027-01-01 08:00 起无人值班",
		"2026-04-02 10:00": "岗位 营销部主管（service_head）现在没有人在岗",
	} {
		if got := review(when, 30); !strings.Contains(got, want) {
			t.Errorf("%s says\n%s\nwant %s", when, got, want)
		}
	}
	tables[Posts] = strings.Replace(tables[Posts], "H2,2024-01-01,", "H2,2024-01-01,2026-03-20", 1)
	if got := review("2026-03-09 10:00", 30); got != "岗位 供电所长，"+other+"：白鹭所长 到 2026-03-20 为止，没有接任" {
		t.Errorf("says\n%s", got)
	}
}

// Somebody is found by number or name while their row holds, with the roles that they hold then.
func TestFind(t *testing.T) {
	d := directoryOf(t, shippedPolicy(t), map[Kind]string{
		People: "10001,张三,江东电力,,,,,,2024-01-01,\n10002,张三,江东电力,,,,,,2024-01-01,\n10003,李四,江东电力,,,,,,2024-01-01,2026-01-31\n",
		Posts:  "supervisor,江东电力,10001,2024-01-01,\nstation_head,江东电力,10001,2024-01-01,\n",
	})
	for _, c := range []struct{ who, when, want string }{
		{"10001", "2026-03-02 10:00", "10001 张三 供电所长、监督主管"},
		{"张三", "2026-03-02 10:00", "10001 张三 供电所长、监督主管; 10002 张三 "},
		{"李四", "2026-01-31 10:00", "10003 李四 "},
		{"10003", "2026-02-01 10:00", ""},
		{"99999", "2026-03-02 10:00", ""},
		{"", "2026-03-02 10:00", ""},
	} {
		var got []string
		for _, p := range d.Find(c.who, at(t, c.when)) {
			got = append(got, p.ID+" "+p.Name+" "+p.Role)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s at %s: got %q, want %q", c.who, c.when, got, c.want)
		}
	}
}

// An owner holds an incident as long as they are in the table of people and at the post by which they were found; who has it
// by duty or as a deputy keeps it.
func TestHolds(t *testing.T) {
	tables := company()
	d := directoryOf(t, shippedPolicy(t), tables)
	found := func(label, area, when string) remedy.Assignment {
		a, err := d.Route(remedy.Question{Labels: []string{label}, Area: area, At: at(t, when)})
		if err != nil || !a.Owned() {
			t.Fatalf("%s in %s: %+v, %v", label, area, a, err)
		}
		return a
	}
	post := found("voltage.abnormal", east, "2026-05-20 10:00")
	for name, c := range map[string]struct {
		owner remedy.Assignment
		when  string
		want  bool
	}{
		"AtThePost":       {post, "2026-05-31 10:00", true},
		"PostEnded":       {post, "2026-06-01 10:00", false},
		"Deputy":          {found("voltage.abnormal", other, "2026-05-20 10:00"), "2026-12-01 10:00", true},
		"DutyAfterShift":  {found("outage.fault", station, "2026-05-20 10:00"), "2026-05-20 21:00", true},
		"ByHand":          {remedy.Assignment{Owner: remedy.Person{ID: "E3"}}, "2026-06-30 10:00", true},
		"ByHandAndGone":   {remedy.Assignment{Owner: remedy.Person{ID: "E3"}}, "2026-07-01 10:00", false},
		"NoSuchPerson":    {remedy.Assignment{Owner: remedy.Person{ID: "99999"}}, "2026-06-30 10:00", false},
		"PostWithoutRows": {remedy.Assignment{Owner: remedy.Person{ID: "E2"}, Post: remedy.Post{Role: "station_head", Area: east}}, "2026-06-30 10:00", false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := d.Holds(c.owner, at(t, c.when)); err != nil || got != c.want {
				t.Errorf("%+v: %v, %v", c.owner, got, err)
			}
		})
	}
}
