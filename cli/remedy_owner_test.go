package cli

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/calendar"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy"
)

// staffed is a session on an empty store with the invented people of the demo's province.
func staffed(t *testing.T) (*session, index.Store) {
	t.Helper()
	s := testSession(t)
	s.cfg.Areas = []string{"china", "jiangdong"}
	store, err := s.store()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.sampleOwners(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	return s, store
}

// With the people of the demo, every label has an owner in every place of the province down to the cells, at any hour,
// whoever is responsible and by whatever hotlines it was told, sensitive labels above the station included; only what
// has no superior has none.
func TestSampleOwnersCoverTheProvince(t *testing.T) {
	t.Parallel() // it computes for long, in one goroutine
	s, store := staffed(t)
	d, err := s.directory(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	trees, err := s.areas()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := s.compiled()
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	duties := []hotline.Responsible{"", hotline.ResponsibleUtility, hotline.ResponsibleCustomer, hotline.ResponsibleThirdParty, hotline.ResponsibleUnknown}
	tellers := [][]hotline.Hotline{nil, hotline.Hotlines[:]}
	for k := range hotline.Hotlines {
		tellers = append(tellers, hotline.Hotlines[k:k+1])
	}
	for _, p := range trees.Places(hotline.MaxAreaDepth) {
		if !strings.HasPrefix(p.Path, "江东电力") {
			continue
		}
		for _, l := range rules.Taxonomy().Labels {
			for n := range 2 * len(duties) * len(tellers) {
				at := time.Date(2026, 2, 17, []int{3, 14}[n%2], 0, 0, 0, calendar.Shanghai())
				q := remedy.Question{Labels: []string{l.Code}, Sensitive: l.Sensitive, Area: p.Path, At: at, Responsible: duties[n/2%len(duties)], Hotlines: tellers[n/2/len(duties)]}
				if n < 2 {
					q.Responsible = l.Responsible // as it is asked by those who watch
				}
				a, err := d.Route(q)
				if err != nil {
					t.Fatal(err)
				}
				asked++
				owned := a.Owner.ID != ""
				// The province itself has no superior; nobody manages accounts for a whole city or more, so its service
				// head does.
				if want := !l.Sensitive || p.Path != "江东电力"; owned != want {
					t.Errorf("%s of %q in %s, told by %v at %d h: owner %q (%s)", l.Code, q.Responsible, p.Path, q.Hotlines, at.Hour(), a.Owner.Name, a.Unowned)
				}
				if owned && (a.Unowned != "" || a.Owner.Role == "") {
					t.Errorf("%s in %s: %+v", l.Code, p.Path, a)
				}
				if l.Sensitive && owned && hotline.Covers(p.Path, a.Owner.Unit) {
					t.Errorf("%s in %s goes to %s of %s", l.Code, p.Path, a.Owner.Name, a.Owner.Unit)
				}
			}
		}
	}
	if asked < 10_000 {
		t.Errorf("only %d questions were asked", asked)
	}
}

// What is imported while a watcher runs is followed after half a minute, and what can't be used leaves the owners
// before in force.
func TestOwnersFollowImports(t *testing.T) {
	s, store := staffed(t)
	now := time.Date(2026, 7, 1, 10, 0, 0, 0, calendar.Shanghai())
	s.env.Now = func() time.Time { return now }
	router, err := s.router(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		a, err := router.Route(remedy.Question{Labels: []string{"service.delay"}, Area: "江东电力/临州供电公司/云桥区供电公司/云桥供电所", At: now})
		if err != nil {
			t.Fatal(err)
		}
		return a.Owner.ID
	}
	first := ask()
	put := func(value string) {
		record, err := store.GetRecord(t.Context(), "owner/deputies")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.PutRecord(t.Context(), "owner/deputies", []byte(value), record.Rev); err != nil {
			t.Fatal(err)
		}
	}
	put(fmt.Sprintf(`{"kind":"deputies","rows":[[%q,"J0001","2026-06-30","2026-07-02"]]}`, first))
	if got := ask(); got != first {
		t.Errorf("%s at once", got)
	}
	now = now.Add(ownersAge)
	if got := ask(); got != "J0001" {
		t.Errorf("%s after the import, want the deputy J0001", got)
	}
	put(`{"kind":"deputies","rows":[["J9999","J0001","2026-06-30","2026-07-02"]]}`)
	now = now.Add(ownersAge)
	if got := ask(); got != "J0001" {
		t.Errorf("%s after an import that can't be used, want J0001 still", got)
	}
}

// A notice brings addresses, names, the approved answer and the options of its route; the newest message that asks
// waits as long as nobody has acknowledged.
func TestNotices(t *testing.T) {
	s, store := staffed(t)
	h, err := s.herald(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	root := remedy.Root{Family: "outage", Labels: []string{"outage.fault"}, Area: "江东电力/临州供电公司/云桥区供电公司/云桥供电所"}
	incident := remedy.Incident{ID: "0123456789ab", Root: root, Work: remedy.Open}
	for n, kind := range []remedy.Kind{remedy.KindOpened, remedy.KindGrew, remedy.KindReopened, remedy.KindWarned} {
		incident.Outbox = append(incident.Outbox, remedy.Message{
			Key: fmt.Sprintf("0123456789ab/%04d", n), Kind: kind, At: time.Date(2026, 7, 1, 10, 0, 0, 0, calendar.Shanghai()),
			To: []remedy.Person{{ID: "J0047"}, {ID: "J8888", Name: "外来人"}}, View: remedy.View{Incident: "0123456789ab", Root: root},
		})
	}
	for work, want := range map[remedy.Work][]bool{remedy.Open: {false, false, true, false}, remedy.Acknowledged: {false, false, false, false}} {
		incident.Work = work
		notices, err := h.notices([]remedy.Incident{incident})
		if err != nil {
			t.Fatal(err)
		}
		var waiting []bool
		for i := range notices {
			waiting = append(waiting, notices[i].Waiting)
		}
		if !slices.Equal(waiting, want) {
			t.Errorf("%s: waiting %v, want %v", work, waiting, want)
		}
		n := notices[0]
		if n.LabelName != "停送电/故障停电" || !n.Outage || n.Answer == "" || len(n.Todo) == 0 || n.Options.Repeat != 2*time.Hour || !slices.Equal(n.Options.Channels, []string{"team"}) {
			t.Errorf("%+v", n)
		}
		if len(n.People) != 2 || n.People[0].Phone != "13800000047" || n.People[1].Name != "外来人" {
			t.Errorf("people %+v", n.People)
		}
	}
}
