package deploy

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"gopkg.in/yaml.v3"
)

// loadDashboard reads the dashboard strictly by Grafana's own schema, the options of each panel included.
func loadDashboard(t *testing.T) *dashboard.Dashboard {
	t.Helper()
	plugins.RegisterDefaultPlugins()
	raw := read(t, "grafana/suqiu.json")
	var strict, d dashboard.Dashboard
	var faults cog.BuildErrors // even none of them come as an error
	if err := strict.UnmarshalJSONStrict(raw); err != nil && (!errors.As(err, &faults) || len(faults) > 0) {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &d); err != nil { // reading strictly only checks: it leaves the panels out
		t.Fatal(err)
	}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return &d
}

// charts are the panels without the rows.
func charts(d *dashboard.Dashboard) []dashboard.Panel {
	var all []dashboard.Panel
	for _, p := range d.Panels {
		if p.Panel != nil && p.Panel.Type != "row" {
			all = append(all, *p.Panel)
		}
	}
	return all
}

// grafanaVariables are what Grafana puts in before it asks Prometheus.
var grafanaVariables = strings.NewReplacer("$__rate_interval", "1m", "$__range", "6h", "$job", ".+")

// expressions are the queries of the dashboard, the annotations' included, as Prometheus gets them.
func expressions(t *testing.T, d *dashboard.Dashboard) []string {
	t.Helper()
	var all []string
	for _, panel := range charts(d) {
		for _, target := range panel.Targets {
			query, ok := target.(*prometheus.Dataquery)
			if !ok {
				t.Fatalf("panel %s has a query of type %T", *panel.Title, target)
			}
			all = append(all, grafanaVariables.Replace(query.Expr))
		}
	}
	return all
}

func TestDashboard(t *testing.T) {
	d := loadDashboard(t)
	all := charts(d)
	if len(all) < 15 {
		t.Fatalf("%d panels", len(all))
	}
	ids := map[uint32]bool{}
	for i, panel := range all {
		title := *panel.Title
		if !strings.ContainsFunc(title, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%q has no Chinese title", title)
		}
		if !slices.Contains([]string{"stat", "timeseries"}, panel.Type) || len(panel.Targets) == 0 {
			t.Errorf("%s: type %s, %d queries", title, panel.Type, len(panel.Targets))
		}
		if ids[*panel.Id] {
			t.Errorf("%s: its id is taken", title)
		}
		ids[*panel.Id] = true
		a := panel.GridPos
		if a.X+a.W > 24 {
			t.Errorf("%s stands out of the dashboard", title)
		}
		for _, other := range all[:i] {
			if b := other.GridPos; a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H {
				t.Errorf("%s covers %s", title, *other.Title)
			}
		}
	}
	for _, expr := range expressions(t, d) {
		if _, err := promql().ParseExpr(expr); err != nil || strings.Contains(expr, "$") {
			t.Errorf("%s: %v", expr, err)
		}
	}
	for _, unknown := range regexp.MustCompile(`\$\{?(\w+)`).FindAllStringSubmatch(string(read(t, "grafana/suqiu.json")), -1) {
		if name := unknown[1]; !strings.HasPrefix(name, "__") && !slices.ContainsFunc(d.Templating.List, func(v dashboard.VariableModel) bool { return v.Name == name }) {
			t.Errorf("there is no variable %s", name)
		}
	}
}

// What is provisioned is where compose.yaml puts it.
func TestProvisioning(t *testing.T) {
	var providers struct {
		Providers []struct {
			Options struct{ Path string }
		}
	}
	if err := yaml.Unmarshal(read(t, "grafana/provisioning/dashboards/suqiu.yaml"), &providers); err != nil {
		t.Fatal(err)
	}
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	mounted(t, project.Services["grafana"], providers.Providers[0].Options.Path+"/suqiu.json")
	var sources struct {
		Datasources []struct{ Type, URL string }
	}
	if err := yaml.Unmarshal(read(t, "grafana/provisioning/datasources/prometheus.yaml"), &sources); err != nil {
		t.Fatal(err)
	}
	if s := sources.Datasources[0]; s.Type != "prometheus" || s.URL != "http://prometheus:9090" {
		t.Errorf("the data source is %+v", s)
	}
}
