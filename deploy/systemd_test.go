package deploy

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/coreos/go-systemd/v22/unit"
)

// options are the options of a unit file, by section.name, in their order.
func options(t *testing.T, path string) map[string][]string {
	t.Helper()
	list, err := unit.DeserializeOptions(bytes.NewReader(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for _, o := range list {
		all[o.Section+"."+o.Name] = append(all[o.Section+"."+o.Name], o.Value)
	}
	return all
}

// units are the files of the units, in their order.
func units(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, ending := range []string{"service", "timer"} {
		found, err := filepath.Glob("systemd/*." + ending)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	slices.Sort(files)
	return files
}

// Every unit that runs suqiu runs it with arguments and variables that the real one knows.
func TestSystemd(t *testing.T) {
	files := slices.DeleteFunc(units(t), func(file string) bool { return filepath.Ext(file) != ".service" })
	if len(files) != 4 {
		t.Fatalf("%d units", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			unit := options(t, file)
			env, err := dotenv.Read("systemd/suqiu.env.example")
			if err != nil {
				t.Fatal(err)
			}
			specifiers := strings.NewReplacer("%i", "9598", "%d", "/run/credentials/suqiu")
			for _, entry := range unit["Service.Environment"] {
				name, value, _ := strings.Cut(specifiers.Replace(entry), "=")
				env[name] = value
			}
			if got := env["SUQIU_CONFIG"]; got != "/etc/suqiu/suqiu.yaml" {
				t.Errorf("SUQIU_CONFIG is %q", got)
			}
			if err := checkConfig(t, "systemd/suqiu.yaml.example", env); err != nil {
				t.Error(err)
			}
			if before := unit["Service.ExecStartPre"]; len(before) > 0 {
				t.Errorf("%q runs before it: RestartPreventExitStatus does not hold for that, so that a wrong configuration would be tried for ever", before)
			}
			for _, line := range unit["Service.ExecStart"] {
				args, ours := strings.CutPrefix(line, "/usr/local/bin/suqiu ")
				if !ours {
					t.Errorf("runs %q", line)
				} else if err := checkCommand(t, strings.Fields(args)); err != nil {
					t.Error(err)
				}
				checkCredential(t, unit, env["SUQIU_MASK_KEY_FILE"], needsKeys(strings.Fields(args)))
			}
			for option, want := range map[string]string{"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
				"DynamicUser": "yes", "CapabilityBoundingSet": ""} {
				if got := unit["Service."+option]; len(got) != 1 || got[0] != want {
					t.Errorf("%s is %q, not %q", option, got, want)
				}
			}
			if got := unit["Service.EnvironmentFile"]; len(got) == 0 || got[0] != "/etc/suqiu/suqiu.env" {
				t.Errorf("its variables are in %q", got)
			}
			for _, path := range unit["Service.EnvironmentFile"] {
				example := "systemd/" + filepath.Base(path) + ".example"
				more, err := dotenv.Read(example)
				if err != nil {
					t.Fatal(err)
				}
				if err := checkConfig(t, "systemd/suqiu.yaml.example", more); err != nil {
					t.Errorf("%s: %v", example, err)
				}
			}
		})
	}
}

// checkCredential fails unless a unit is handed the keys of pseudonyms where its command needs them, as the file that
// its variable names, and only there.
func checkCredential(t *testing.T, unit map[string][]string, file string, needed bool) {
	t.Helper()
	var credentials []string
	want := ""
	if needed {
		credentials = []string{"pseudonym.keys:/etc/suqiu/pseudonym.keys"}
		want = "/run/credentials/suqiu/pseudonym.keys" // the folder that %d stands for in TestSystemd
	}
	if got := unit["Service.LoadCredential"]; !slices.Equal(got, credentials) || file != want {
		t.Errorf("it is handed %q and looks for the keys in %q; needed %v", got, file, needed)
	}
}

// Consumer and watcher come back whatever ends them, except when they were asked wrongly, and SIGHUP reads the rules again.
func TestSystemdConsumer(t *testing.T) {
	lasting := map[string]string{"Service.Restart": "always", "Service.RestartPreventExitStatus": "2", "Unit.StartLimitIntervalSec": "0"}
	consumer := map[string]string{"Service.ExecReload": "/bin/kill -HUP $MAINPID"}
	maps.Copy(consumer, lasting)
	for file, wanted := range map[string]map[string]string{"suqiu@.service": consumer, "suqiu-watch.service": lasting} {
		unit := options(t, "systemd/"+file)
		for option, want := range wanted {
			if got := unit[option]; len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, not %q", file, option, got, want)
			}
		}
	}
	for _, wrong := range []string{
		"SUQIU_KAFKA_BROKER=a:1", "SUQIU_ELASTICSEARCH_ADDRESSES=127.0.0.1:9200", "SUQIU_ELASTICSEARCH_CA_FILE=none.pem",
		"SUQIU_MASK_KEY_FILE=none.keys", "SUQIU_DICTS=none", "SUQIU_DEADLETTER_RECIPIENT=foo", "SUQIU_LISTEN=9598",
	} {
		env := []string{"SUQIU_KAFKA_BROKERS=127.0.0.1:1", "SUQIU_ELASTICSEARCH_ADDRESSES=http://127.0.0.1:1",
			"SUQIU_MASK_KEYS=2026:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=", "SUQIU_LISTEN=127.0.0.1:0", wrong}
		if out, code := suqiu(t, env, "serve"); code != 2 {
			t.Errorf("%s: it ends with %d: %s", wrong, code, out)
		}
	}
}

func TestSystemdTimer(t *testing.T) {
	for _, name := range []string{"audit", "drop"} {
		timer := options(t, "systemd/suqiu-"+name+".timer")
		if got := slices.Sorted(maps.Keys(timer)); !slices.Contains(got, "Timer.OnCalendar") || !slices.Contains(got, "Install.WantedBy") {
			t.Errorf("the timer of %s has %q", name, got)
		}
		if service := options(t, "systemd/suqiu-"+name+".service"); !slices.Equal(service["Service.Type"], []string{"oneshot"}) {
			t.Errorf("what the timer of %s starts is %q", name, service["Service.Type"])
		}
	}
}
