package kibana

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"suqiu/index/elastic"
	"suqiu/kibana/kibanatest"
	"suqiu/kibana/saved"
)

var update = flag.Bool("update", false, "write the golden file anew")

// some options with few labels, so that the golden file shows the objects and not the taxonomy.
var some = Options{Prefix: "suqiu", Labels: []Name{{"outage", "停送电"}, {"outage.fault", "停送电/故障停电"}}, Marks: []Name{{"medical", "医疗设备"}}, Reasons: []Name{{"time", "时间无法识别"}}}

func export(t *testing.T, o Options) []byte {
	t.Helper()
	ndjson, err := Export(o)
	if err != nil {
		t.Fatal(err)
	}
	return ndjson
}

func read(t *testing.T, ndjson []byte) []saved.Object {
	t.Helper()
	objects, err := saved.Read(bytes.NewReader(ndjson))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// TestExportGolden: the bytes that are imported change only when somebody means it; run with -update then.
func TestExportGolden(t *testing.T) {
	path := filepath.Join("testdata", "export.ndjson")
	got := export(t, some)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i, line := range gotLines {
		if i >= len(wantLines) || line != wantLines[i] {
			t.Fatalf("line %d differs from %s; got\n%s", i+1, path, line)
		}
	}
	t.Fatalf("%s has %d lines more", path, len(wantLines)-len(gotLines))
}

// TestExportSet: the set that analysts are promised is there, under ids of its prefix and with titles told apart.
func TestExportSet(t *testing.T) {
	objects := read(t, export(t, Options{Prefix: "test"}))
	count := map[string]int{}
	titles := map[string]string{}
	for _, o := range objects {
		count[o.Type]++
		if !strings.HasPrefix(o.ID, "test-") {
			t.Errorf("%s %s: the id does not begin with the prefix", o.Type, o.ID)
		}
		if o.Type == saved.TypeDataView {
			continue
		}
		title := o.Title()
		if !strings.HasPrefix(title, "诉求 · ") || titles[o.Type+title] != "" {
			t.Errorf("%s %s: title %q has no prefix or is that of %s", o.Type, o.ID, title, titles[o.Type+title])
		}
		titles[o.Type+title] = o.ID
	}
	if count[saved.TypeDataView] != 2 || count[saved.TypeDashboard] != 4 || count[saved.TypeSearch] != 7 || count[saved.TypeLens] < 20 {
		t.Errorf("got %v objects", count)
	}
	view, err := saved.Attributes[saved.DataView](&objects[0])
	if err != nil || view.Title != "test-calls-*" {
		t.Errorf("data view of %q, %v", view.Title, err)
	}
}

// TestEveryPanelLeavesOutWithdrawn: what was withdrawn upstream is asked for by one panel only, that which counts it.
func TestEveryPanelLeavesOutWithdrawn(t *testing.T) {
	objects := read(t, export(t, some))
	for i := range objects {
		o := &objects[i]
		var query string
		switch o.Type {
		case saved.TypeLens:
			lens, err := saved.Attributes[saved.Lens](o)
			if err != nil {
				t.Fatal(err)
			}
			query = lens.State.Query.Query
		case saved.TypeSearch:
			search, err := saved.Attributes[saved.Search](o)
			if err != nil {
				t.Fatal(err)
			}
			query = search.Meta.SearchSource.Value.Query.Query
		default:
			continue
		}
		want := "tombstone : false"
		switch {
		case o.ID == "suqiu-lens-withdrawn":
			want = "tombstone : true"
		case o.References[0].ID == "suqiu-letters":
			want = "id : *" // leaves out what only says how far the copies reach
		}
		if !strings.HasPrefix(query, want) {
			t.Errorf("%s: query %q does not begin with %q", o.ID, query, want)
		}
	}
}

// TestEveryPanelIsUsed: no saved search and no Lens panel is made that no dashboard shows.
func TestEveryPanelIsUsed(t *testing.T) {
	objects := read(t, export(t, some))
	shown := map[string]bool{}
	for _, o := range objects {
		if o.Type == saved.TypeDashboard {
			for _, r := range o.References {
				shown[r.ID] = true
			}
		}
	}
	for _, o := range objects {
		if (o.Type == saved.TypeLens || o.Type == saved.TypeSearch) && !shown[o.ID] {
			t.Errorf("%s is on no dashboard", o.ID)
		}
	}
}

// TestDrillDown: a panel that leads on leads to a dashboard with a saved search, where the documents can be read.
func TestDrillDown(t *testing.T) {
	objects := read(t, export(t, some))
	lists, drills := map[string]bool{}, 0
	for _, o := range objects {
		if o.Type == saved.TypeDashboard && slices.ContainsFunc(o.References, func(r saved.Reference) bool { return r.Type == saved.TypeSearch }) {
			lists[o.ID] = true
		}
	}
	for _, o := range objects {
		for _, r := range o.References {
			if r.Type == saved.TypeDashboard {
				drills++
				if !lists[r.ID] {
					t.Errorf("%s leads to %s, which has no saved search", o.ID, r.ID)
				}
			}
		}
	}
	if drills < 5 {
		t.Errorf("only %d panels lead on", drills)
	}
}

// TestLabelsAreShownByName: Kibana shows a code of the taxonomy by its name, with its classes too.
func TestLabelsAreShownByName(t *testing.T) {
	objects := read(t, export(t, some))
	view, err := saved.Attributes[saved.DataView](&objects[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"labels", "label_tree"} {
		format := view.FieldFormatMap.Value[field]
		if format.ID != "static_lookup" || !slices.Contains(format.Params.LookupEntries, saved.LookupEntry{Key: "outage.fault", Value: "停送电/故障停电"}) {
			t.Errorf("%s: got format %+v", field, format)
		}
	}
	for _, field := range []string{"urgency", "portrait"} {
		if format := view.FieldFormatMap.Value[field]; !slices.Contains(format.Params.LookupEntries, saved.LookupEntry{Key: "medical", Value: "医疗设备"}) {
			t.Errorf("%s: got format %+v", field, format)
		}
	}
}

// TestEveryPanelCanBeAsked: each panel can be written out as a request, and shows what two documents make it show.
func TestEveryPanelCanBeAsked(t *testing.T) {
	panels, err := kibanatest.Panels(export(t, some))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, time.March, 10, 12, 0, 0, 0, time.UTC)
	period := kibanatest.Period{From: at.Add(-time.Hour), To: at.Add(time.Hour), Zone: time.UTC}
	document := func(tombstone string) kibanatest.Record {
		values := map[string][]string{}
		for _, fields := range []map[string]string{elastic.Fields(), elastic.LetterFields()} {
			for field := range fields {
				values[field] = []string{"x"}
			}
		}
		values["entities"] = []string{"community:幸福里小区", "transformer:幸福里2号台区", "feeder:10千伏城东线"}
		values["margin"], values["ruleset_rev"], values["tombstone"] = []string{"0.25"}, []string{"3"}, []string{tombstone}
		return kibanatest.Record{Received: at, Values: values}
	}
	unresolved := document("false")
	delete(unresolved.Values, "resolved")
	documents := []kibanatest.Record{document("false"), document("true"), unresolved}
	for i := range panels {
		p := &panels[i]
		if _, err := p.Request(period); err != nil {
			t.Errorf("%s: %v", p.ID, err)
		}
		rows, err := p.Expected(documents, period)
		if err != nil || len(rows) == 0 {
			t.Errorf("%s: shows %d rows, %v", p.ID, len(rows), err)
		}
	}
}

// TestGuideNamesEverySearchAndDashboard: who reads the user guide finds what Kibana lists.
func TestGuideNamesEverySearchAndDashboard(t *testing.T) {
	objects := read(t, export(t, some))
	for _, name := range []string{"kibana.md", "kibana.zh-CN.md"} {
		guide, err := os.ReadFile(filepath.Join("..", "docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for i := range objects {
			o := &objects[i]
			if o.Type != saved.TypeSearch && o.Type != saved.TypeDashboard {
				continue
			}
			want := strings.TrimPrefix(o.Title(), "诉求 · ") + " `" + strings.TrimPrefix(o.ID, "suqiu-") + "`"
			if !bytes.Contains(guide, []byte(want)) {
				t.Errorf("docs/%s does not name %s", name, want)
			}
		}
	}
}

func TestExportNeedsPrefix(t *testing.T) {
	if _, err := Export(Options{}); err == nil {
		t.Error("no error")
	}
}

// TestCheckAgainstOtherMapping: when a mapping loses a field or changes its type, the objects that use it are named.
func TestCheckAgainstOtherMapping(t *testing.T) {
	ndjson := export(t, some)
	calls, letters := elastic.Pattern("suqiu"), elastic.LettersIndex("suqiu")
	for name, change := range map[string]struct {
		of   string
		do   func(map[string]string)
		want string
	}{
		"FieldGone":       {calls, func(f map[string]string) { delete(f, "matter") }, `lens suqiu-lens-matters: field "matter" is cut into values; the index has no such field`},
		"KeywordIsText":   {calls, func(f map[string]string) { f["hotline"] = "text" }, `lens suqiu-lens-hotlines: field "hotline" is cut into values, which its type text does not allow`},
		"DateIsKeyword":   {calls, func(f map[string]string) { f["received"] = "keyword" }, `index-pattern suqiu-calls: field "received" is used as time`},
		"NumberIsKeyword": {calls, func(f map[string]string) { f["margin"] = "keyword" }, `search suqiu-search-low-margin: field "margin" is compared`},
		"BooleanIsLong":   {calls, func(f map[string]string) { f["tombstone"] = "long" }, `field "tombstone" is asked for "false", which is no number`},

		"LettersFieldGone":     {letters, func(f map[string]string) { delete(f, "resolved") }, `search suqiu-search-letters: field "resolved" is asked for; the index has no such field`},
		"LettersKeywordIsText": {letters, func(f map[string]string) { f["reason"] = "text" }, `lens suqiu-lens-letters: field "reason" is cut into values, which its type text does not allow`},
		"LettersDateIsLong":    {letters, func(f map[string]string) { f["at"] = "long" }, `index-pattern suqiu-letters: field "at" is used as time`},
		"LettersControlGone":   {letters, func(f map[string]string) { delete(f, "hotline") }, `dashboard suqiu-dashboard-letters: field "hotline" is chosen in a control; the index has no such field`},
	} {
		t.Run(name, func(t *testing.T) {
			changed := func(pattern string) map[string]string {
				fields := Mapped(pattern)
				if pattern == change.of {
					change.do(fields)
				}
				return fields
			}
			if err := Check(ndjson, changed); err == nil || !strings.Contains(err.Error(), change.want) {
				t.Errorf("got %v, want %q in it", err, change.want)
			}
		})
	}
}

func BenchmarkExport(b *testing.B) {
	for b.Loop() {
		if _, err := Export(some); err != nil {
			b.Fatal(err)
		}
	}
}
