package deploy

import (
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns" // the kind of discovery that prometheus.yaml uses
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
)

func promql() parser.Parser { return parser.NewParser(parser.Options{}) }

// alerts are those over suqiu's own metrics.
func alerts(t *testing.T) []rulefmt.Rule { return readAlerts(t, "prometheus/alerts.yaml") }

// allAlerts are those over what Kubernetes tells of the jobs, too.
func allAlerts(t *testing.T) []rulefmt.Rule {
	return append(alerts(t), readAlerts(t, "prometheus/kubernetes.yaml")...)
}

// readAlerts reads alerts as Prometheus does, templates of the annotations included.
func readAlerts(t *testing.T, file string) []rulefmt.Rule {
	t.Helper()
	groups, errs := rulefmt.Parse(read(t, file), false, model.UTF8Validation, promql(), slog.New(slog.DiscardHandler))
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
	for _, alert := range allAlerts(t) {
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
	for _, alert := range allAlerts(t) {
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

// What kube-state-metrics tells of a job that failed, of one that never ran, and of a watcher without pods makes the alerts
// of Kubernetes true, and what it tells when all is well does not.
func TestKubernetesAlerts(t *testing.T) {
	const now = 10 * 86400
	well := `
  kube_job_failed{job_name="other-1", condition="true"} 1
  kube_cronjob_info{cronjob="suqiu-audit"} 1
  kube_cronjob_status_last_successful_time{cronjob="suqiu-audit"} ` + strconv.Itoa(now-86400) + `
  kube_deployment_status_replicas_available{deployment="suqiu-watch"} 2`
	for _, tt := range []struct{ name, replace, by, fires string }{
		{"Well", "", "", ""},
		{"AuditFailed", `job_name="other-1"`, `job_name="suqiu-audit-29000000"`, "SuqiuJobFailed"},
		{"AuditOld", strconv.Itoa(now - 86400), strconv.Itoa(now - 3*86400), "SuqiuAuditOverdue"},
		{"AuditNotThere", `kube_cronjob_info{cronjob="suqiu-audit"}`, `kube_cronjob_info{cronjob="other"}`, "SuqiuAuditOverdue"},
		{"NoWatcher", `"suqiu-watch"} 2`, `"suqiu-watch"} 0`, "SuqiuWatchPods"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			series := well
			if tt.replace != "" {
				if series = strings.Replace(well, tt.replace, tt.by, 1); series == well {
					t.Fatal("nothing was replaced")
				}
			}
			if got := firesAt(t, now, series, readAlerts(t, "prometheus/kubernetes.yaml")); got != tt.fires {
				t.Errorf("fires %q, want %q", got, tt.fires)
			}
		})
	}
}

// firesAt names the alerts whose expressions are true at a time, in seconds, of series that have each the one value.
func firesAt(t *testing.T, now int64, series string, alerts []rulefmt.Rule) string {
	t.Helper()
	db := promqltest.LoadedStorage(t, fmt.Sprintf("load %ds%s", now, strings.ReplaceAll(series, "} ", "} _ ")))
	defer db.Close()
	engine := promqltest.NewTestEngine(t, false, 0, promqltest.DefaultMaxSamplesPerQuery)
	var fires []string
	for _, alert := range alerts {
		query, err := engine.NewInstantQuery(t.Context(), db, nil, alert.Expr, time.Unix(now, 0))
		if err != nil {
			t.Fatal(err)
		}
		result, err := query.Exec(t.Context()).Vector()
		if err != nil {
			t.Fatal(err)
		}
		if len(result) > 0 {
			fires = append(fires, alert.Alert)
		}
	}
	return strings.Join(fires, " ")
}

// A process that is in no group is told as such only where it has begun; before, the index is what it waits for.
func TestStartAlerts(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		member, waiting, paused int
		fires                   string
	}{
		{"Well", 1, 0, 0, ""},
		{"NotInGroup", 0, 0, 0, "SuqiuNotInGroup"},
		{"IndexAway", 0, 1, 0, "SuqiuWaiting"},
		{"IndexRefuses", 0, 0, 1, "SuqiuPaused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			series := fmt.Sprintf(`
  up{job="suqiu", instance="a"} 1
  up{job="suqiu", instance="b"} 1
  suqiu_ingest_member{job="suqiu", instance="a"} %d
  suqiu_start_waiting{job="suqiu", instance="a"} %d
  suqiu_start_paused{job="suqiu", instance="a"} %d
  suqiu_ingest_member{job="suqiu", instance="b"} 1
  suqiu_start_waiting{job="suqiu", instance="b"} 0
  suqiu_start_paused{job="suqiu", instance="b"} 0`, tt.member, tt.waiting, tt.paused)
			if got := firesAt(t, 86400, series, alerts(t)); got != tt.fires {
				t.Errorf("fires %q, want %q", got, tt.fires)
			}
		})
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
