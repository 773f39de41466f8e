package deploy

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	batchv1 "k8s.io/api/batch/v1"

	"suqiu/ingest/embedded"
)

// filled is .env.example with every variable set.
func filled(t *testing.T) map[string]string {
	t.Helper()
	env, err := dotenv.Read(".env.example")
	if err != nil {
		t.Fatal(err)
	}
	if len(env) == 0 {
		t.Fatal(".env.example is empty")
	}
	for name, value := range env {
		if value != "" {
			t.Errorf(".env.example gives %s a value; a secret that everybody knows is none", name)
		}
		env[name] = "filled-in"
	}
	return env
}

func loadCompose(t *testing.T, env map[string]string) (*types.Project, error) {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir: folder, Environment: env,
		ConfigFiles: []types.ConfigFile{{Filename: filepath.Join(folder, "compose.yaml"), Content: read(t, "compose.yaml")}},
	}, loader.WithProfiles([]string{"monitoring", "jobs"}))
}

// The loader is that of docker compose: it checks the file against the specification and resolves variables, merges,
// dependencies, networks, volumes and secrets.
func TestCompose(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"kafka", "elasticsearch", "kibana", "suqiu", "watch", "audit", "drop", "topics", "indices", "dashboards", "accounts"} {
		if _, err := project.GetService(want); err != nil {
			t.Error(err)
		}
	}
	for name, service := range project.Services {
		t.Run(name, func(t *testing.T) {
			once := service.Restart == "on-failure" || slices.Contains(service.Profiles, "jobs")
			if checked := service.HealthCheck != nil && !service.HealthCheck.Disable; !once && !checked {
				t.Error("runs on and has no health check")
			}
			for dependency, how := range service.DependsOn {
				other := project.Services[dependency]
				checked := other.HealthCheck != nil && !other.HealthCheck.Disable
				if how.Condition == types.ServiceConditionHealthy && !checked {
					t.Errorf("waits for the health of %s, which has no check", dependency)
				}
				if how.Condition == types.ServiceConditionCompletedSuccessfully && other.Restart != "on-failure" {
					t.Errorf("waits for the end of %s, which runs on", dependency)
				}
			}
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("port %s is open to other machines", port.Published)
				}
			}
			for _, volume := range service.Volumes {
				base := filepath.Base(volume.Source)
				if _, err := os.Stat(volume.Source); volume.Type == types.VolumeTypeBind && base != "snapshots" && err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// Every suqiu in the file gets the arguments and variables that the real one knows, and the file it is given exists.
func TestComposeCommands(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for name, service := range project.Services {
		if service.Build == nil {
			continue
		}
		checked++
		t.Run(name, func(t *testing.T) {
			if err := checkCommand(t, service.Command); err != nil {
				t.Error(err)
			}
			env := map[string]string{}
			for name, value := range service.Environment {
				env[name] = *value
			}
			if err := checkConfig(t, mounted(t, service, env["SUQIU_CONFIG"]), env); err != nil {
				t.Error(err)
			}
			if dicts := setting(t, "compose/suqiu.yaml", "dicts"); mounted(t, service, dicts) == "" {
				t.Errorf("the folder %s is not mounted", dicts)
			}
			if service.HealthCheck != nil && !service.HealthCheck.Disable {
				if test := service.HealthCheck.Test; test[0] != "CMD" || checkCommand(t, test[2:]) != nil {
					t.Errorf("health check %q: %v", test, checkCommand(t, test[2:]))
				}
			}
			keys := ""
			if needsKeys(service.Command) {
				keys = "/run/secrets/pseudonym_keys"
			}
			handed := slices.ContainsFunc(service.Secrets, func(s types.ServiceSecretConfig) bool { return s.Source == filepath.Base(keys) })
			if got := env["SUQIU_MASK_KEY_FILE"]; got != keys || handed != (keys != "") || len(service.Secrets) > 1 {
				t.Errorf("looks for the keys in %q and is handed %v, needs %q", got, service.Secrets, keys)
			}
			if !service.ReadOnly || !slices.Contains(service.CapDrop, "ALL") {
				t.Error("may write its own files or has capabilities")
			}
		})
	}
	if checked != 7 {
		t.Errorf("%d services run suqiu", checked)
	}
	if file := project.Secrets["pseudonym_keys"].File; !strings.HasSuffix(file, "/secrets/pseudonym.keys") {
		t.Errorf("the keys are in %s", file)
	}
}

// Compose sets the topics up at every start: it must end well also where an operator has given them more partitions since.
func TestComposeTopics(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, partitions := range []int{2, 12} {
		broker, err := embedded.Start(t.TempDir(), embedded.Options{Topics: append(slices.Clone(topics), "suqiu.deadletter"), Partitions: partitions})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = broker.Close() })
		if out, code := suqiu(t, []string{"SUQIU_KAFKA_BROKERS=" + broker.Addr()}, project.Services["topics"].Command...); code != 0 {
			t.Errorf("with %d partitions it ends with %d: %s", partitions, code, out)
		}
	}
}

// checkService fails unless a service of compose.yaml is there, and its program knows the arguments after the name, if any.
func checkService(t *testing.T, project *types.Project, args []string) {
	t.Helper()
	service, err := project.GetService(args[0])
	switch {
	case err != nil:
		t.Error(err)
	case len(args) == 1: // as its command says
	case service.Build == nil:
		t.Errorf("%s is not suqiu", args[0])
	default:
		if err := checkCommand(t, args[1:]); err != nil {
			t.Error(err)
		}
	}
}

// What the operator's guide starts in compose and in Kubernetes is there.
func TestGuideStarts(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	run := regexp.MustCompile("docker compose run --rm (?:--no-deps )?([a-z][a-z -]*)")
	job := regexp.MustCompile(`--from=cronjob/([\w-]+)`)
	all := readManifests(t)
	for _, page := range []string{"../docs/operation.md", "../docs/operation.zh-CN.md"} {
		text := string(read(t, page))
		runs, jobs := run.FindAllStringSubmatch(text, -1), job.FindAllStringSubmatch(text, -1)
		if len(runs) < 4 || len(jobs) < 1 {
			t.Errorf("%s starts %d services and %d jobs", page, len(runs), len(jobs))
		}
		for _, match := range runs {
			checkService(t, project, strings.Fields(match[1]))
		}
		for _, match := range jobs {
			get[batchv1.CronJob](t, all, "CronJob "+match[1])
		}
	}
}

// mounted is the file of this folder that a container sees at path.
func mounted(t *testing.T, service types.ServiceConfig, path string) string {
	t.Helper()
	for _, volume := range service.Volumes {
		if volume.Target == path {
			return volume.Source
		}
	}
	t.Errorf("nothing is mounted at %s", path)
	return ""
}

// No password stands in the file, and one that is not set stops everything.
func TestComposeSecrets(t *testing.T) {
	secret := regexp.MustCompile(`(?m)^\s+\w*(PASSWORD|KEY): (.*)$`)
	found := secret.FindAllStringSubmatch(string(read(t, "compose.yaml")), -1)
	if len(found) < 8 {
		t.Fatalf("found only %d secrets", len(found))
	}
	for _, match := range found {
		if !strings.HasPrefix(match[2], "${") {
			t.Errorf("a secret stands in the file: %s", match[0])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(filled(t))) {
		env := filled(t)
		env[name] = "" // as a copied .env.example has it
		if _, err := loadCompose(t, env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with an empty %s: %v", name, err)
		}
		delete(env, name)
		if _, err := loadCompose(t, env); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// What is deployed is what the end-to-end tests run against.
func TestComposeVersions(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`<version>(\d+\.\d+\.\d+)</version>`)
	tested := func(engine string) string {
		return version.FindStringSubmatch(string(read(t, "../e2e/engine/testdata/"+engine+"/pom.xml")))[1]
	}
	for service, engine := range map[string]string{"kafka": "kafka", "elasticsearch": "elasticsearch", "accounts": "elasticsearch", "kibana": "elasticsearch"} {
		if image, want := project.Services[service].Image, tested(engine); !strings.HasSuffix(image, ":"+want) {
			t.Errorf("%s is %s, tested is %s", service, image, want)
		}
	}
}

func TestAccountsScript(t *testing.T) {
	if out, err := exec.CommandContext(t.Context(), "bash", "-n", "compose/accounts.sh").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// The health check of Kafka is a JVM of its own, beside a broker whose heap it must not have.
func TestComposeKafkaHealth(t *testing.T) {
	project, err := loadCompose(t, filled(t))
	if err != nil {
		t.Fatal(err)
	}
	check := project.Services["kafka"].HealthCheck
	if test := check.Test; len(test) != 2 || test[0] != "CMD-SHELL" || !strings.HasPrefix(test[1], "KAFKA_HEAP_OPTS=-Xmx64m ") {
		t.Errorf("it runs %q", test)
	}
	if every := time.Duration(*check.Interval); every < 30*time.Second {
		t.Errorf("it starts a JVM every %s", every)
	}
}

// guideRoles are the roles of Elasticsearch in a page of the operator's guide, by name.
func guideRoles(t *testing.T, page string) map[string]any {
	t.Helper()
	roles := map[string]any{}
	for _, match := range regexp.MustCompile(`(?m)^PUT _security/role/(\S+) +(\{.*\})$`).FindAllSubmatch(read(t, page), -1) {
		roles[string(match[1])] = parseRole(t, match[2])
	}
	return roles
}

func parseRole(t *testing.T, text []byte) any {
	t.Helper()
	var role any
	if err := json.Unmarshal(text, &role); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return role
}

// The roles in the operator's guide are JSON, the same in both languages, and that of the consumers is what accounts.sh makes.
func TestGuideRoles(t *testing.T) {
	made := regexp.MustCompile(`(?s)call PUT /_security/role/suqiu <<'JSON'\n(.*?)\nJSON`).FindSubmatch(read(t, "compose/accounts.sh"))
	if made == nil {
		t.Fatal("accounts.sh makes no role")
	}
	var first map[string]any
	for _, page := range []string{"../docs/operation.md", "../docs/operation.zh-CN.md"} {
		roles := guideRoles(t, page)
		if len(roles) != 4 || !reflect.DeepEqual(roles["suqiu"], parseRole(t, made[1])) {
			t.Errorf("%s: %d roles, that of the consumers is %v, accounts.sh makes %s", page, len(roles), roles["suqiu"], made[1])
		}
		if first != nil && !reflect.DeepEqual(roles, first) {
			t.Errorf("%s has other roles: %v", page, roles)
		}
		first = roles
	}
}
