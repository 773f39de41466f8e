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

// Every unit that runs suqiu runs it with arguments and variables that the real one knows.
func TestSystemd(t *testing.T) {
	files, err := filepath.Glob("systemd/*.service")
	if err != nil || len(files) != 2 {
		t.Fatalf("%d units, %v", len(files), err)
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
			for _, line := range slices.Concat(unit["Service.ExecStartPre"], unit["Service.ExecStart"]) {
				args, ours := strings.CutPrefix(line, "/usr/local/bin/suqiu ")
				if !ours {
					t.Errorf("runs %q", line)
				} else if err := checkCommand(t, strings.Fields(args)); err != nil {
					t.Error(err)
				}
			}
			for option, want := range map[string]string{"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
				"DynamicUser": "yes", "CapabilityBoundingSet": "", "EnvironmentFile": "/etc/suqiu/suqiu.env"} {
				if got := unit["Service."+option]; len(got) != 1 || got[0] != want {
					t.Errorf("%s is %q, not %q", option, got, want)
				}
			}
		})
	}
}

// The consumer comes back whatever ends it, except when it was asked wrongly, and SIGHUP reads the rules again.
func TestSystemdConsumer(t *testing.T) {
	unit := options(t, "systemd/suqiu@.service")
	for option, want := range map[string]string{
		"Service.Restart": "always", "Service.ExecReload": "/bin/kill -HUP $MAINPID", "Service.RestartPreventExitStatus": "2",
		"Unit.StartLimitIntervalSec": "0", "Service.LoadCredential": "pseudonym.keys:/etc/suqiu/pseudonym.keys",
	} {
		if got := unit[option]; len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, not %q", option, got, want)
		}
	}
	if out, code := suqiu(t, []string{"SUQIU_KAFKA_BROKER=a:1"}, "serve"); code != 2 {
		t.Errorf("asked wrongly it ends with %d: %s", code, out)
	}
}

func TestSystemdTimer(t *testing.T) {
	timer := options(t, "systemd/suqiu-audit.timer")
	if got := slices.Sorted(maps.Keys(timer)); !slices.Contains(got, "Timer.OnCalendar") || !slices.Contains(got, "Install.WantedBy") {
		t.Errorf("the timer has %q", got)
	}
}
