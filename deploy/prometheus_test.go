package deploy

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery"
	"github.com/prometheus/prometheus/discovery/dns"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	corev1 "k8s.io/api/core/v1"
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

// scrapes is the one job of a file for scrape_config_files, as Prometheus reads it.
func scrapes(t *testing.T, file string) *config.ScrapeConfig {
	t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	main := filepath.Join(t.TempDir(), "prometheus.yaml")
	write(t, main, fmt.Appendf(nil, "scrape_config_files: [%q]\n", path))
	cfg, err := config.LoadFile(main, false, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := cfg.GetScrapeConfigs()
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%s: %d jobs, %v", file, len(jobs), err)
	}
	return jobs[0]
}

// Wherever suqiu runs, its processes are found, under the name by which the alerts know them.
func TestScrapes(t *testing.T) {
	asked := regexp.MustCompile(`\bjob=~?"(.*?)"`).FindAllSubmatch(read(t, "prometheus/alerts.yaml"), -1)
	if len(asked) == 0 {
		t.Error("no alert asks for a job")
	}
	for _, match := range asked {
		if string(match[1]) != "suqiu" {
			t.Errorf("an alert asks for the job %s", match[1])
		}
	}
	all := readManifests(t)
	service := get[corev1.Service](t, all, "Service suqiu")
	cluster := scrapes(t, "prometheus/scrape-kubernetes.yaml")
	found, ok := cluster.ServiceDiscoveryConfigs[0].(*dns.SDConfig)
	if !ok || cluster.JobName != "suqiu" {
		t.Fatalf("job %s by %T", cluster.JobName, cluster.ServiceDiscoveryConfigs[0])
	}
	name := service.Name + "." + get[kustomization](t, all, "Kustomization ").Namespace + ".svc.cluster.local"
	if !slices.Equal(found.Names, []string{name}) || found.Port != int(service.Spec.Ports[0].Port) || found.Type != "A" ||
		service.Spec.ClusterIP != corev1.ClusterIPNone || !service.Spec.PublishNotReadyAddresses {
		t.Errorf("looks for %+v, the Service is %+v", found, service.Spec)
	}
	for name, pod := range pods(t, all) {
		for key := range pod.Annotations {
			if strings.HasPrefix(key, "prometheus.io/") {
				t.Errorf("the pods of %s have %s: they would be read twice, once by a name that no alert knows", name, key)
			}
		}
	}
	units := scrapes(t, "prometheus/scrape-systemd.yaml")
	static, ok := units.ServiceDiscoveryConfigs[0].(discovery.StaticConfig)
	if !ok || units.JobName != "suqiu" {
		t.Fatalf("job %s by %T", units.JobName, units.ServiceDiscoveryConfigs[0])
	}
	listen := strings.TrimPrefix(options(t, "systemd/suqiu@.service")["Service.Environment"][1], "SUQIU_LISTEN=")
	var addresses []string
	for _, match := range regexp.MustCompile(`suqiu@(\d+)`).FindAllStringSubmatch(string(read(t, "systemd/suqiu@.service")), -1) {
		addresses = append(addresses, strings.ReplaceAll(listen, "%i", match[1]))
	}
	var targets []string
	for _, target := range static[0].Targets {
		targets = append(targets, string(target[model.AddressLabel]))
	}
	if !slices.Equal(targets, addresses) {
		t.Errorf("asks %q, the instances are %q", targets, addresses)
	}
}
