package deploy

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns" // the kind of discovery that prometheus.yaml uses
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func promql() parser.Parser { return parser.NewParser(parser.Options{}) }

// alerts reads the alerts as Prometheus does, templates of the annotations included.
func alerts(t *testing.T) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.Parse(read(t, "prometheus/alerts.yaml"), false, model.UTF8Validation, promql(), slog.New(slog.DiscardHandler))
	for _, err := range errs {
		t.Error(err)
	}
	if t.Failed() {
		t.FailNow()
	}
	var all []rulefmt.Rule
	for _, group := range groups.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

func TestAlerts(t *testing.T) {
	for _, alert := range alerts(t) {
		if severity := alert.Labels["severity"]; severity != "critical" && severity != "warning" {
			t.Errorf("%s: severity %q", alert.Alert, severity)
		}
		for _, key := range []string{"summary", "description"} {
			if alert.Annotations[key] == "" {
				t.Errorf("%s: no %s", alert.Alert, key)
			}
		}
		if want := "docs/operation.zh-CN.md#" + strings.ToLower(alert.Alert); alert.Annotations["runbook_url"] != want {
			t.Errorf("%s: runbook_url is %q, not %q", alert.Alert, alert.Annotations["runbook_url"], want)
		}
	}
}

// Each alert has a section of its name in the operator's guide, in both languages, and each such section an alert.
func TestRunbooks(t *testing.T) {
	var names []string
	for _, alert := range alerts(t) {
		names = append(names, alert.Alert)
	}
	slices.Sort(names)
	heading := regexp.MustCompile(`(?m)^#{2,4} (Suqiu\w+)\n\n[^#]`)
	for _, page := range []string{"../docs/operation.md", "../docs/operation.zh-CN.md"} {
		var sections []string
		for _, match := range heading.FindAllStringSubmatch(string(read(t, page)), -1) {
			sections = append(sections, match[1])
		}
		slices.Sort(sections)
		if !slices.Equal(sections, names) {
			t.Errorf("%s has sections for\n%q, alerts are\n%q", page, sections, names)
		}
	}
}

func TestPrometheusConfiguration(t *testing.T) {
	cfg, err := config.LoadFile("prometheus/prometheus.yaml", false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if job := cfg.ScrapeConfigs[0].JobName; job != "suqiu" || !strings.HasSuffix(cfg.RuleFiles[0], "alerts.yaml") {
		t.Errorf("job %s, rules %q", job, cfg.RuleFiles)
	}
}
