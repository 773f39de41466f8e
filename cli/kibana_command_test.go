package cli

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"suqiu/kibana/saved"
)

// runCommand runs a command line with an environment of its own.
func runCommand(t *testing.T, environ []string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Run(t.Context(), append([]string{"suqiu"}, args...), Env{
		Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Environ: environ, Now: time.Now,
	})
	return code, out.String(), errs.String()
}

// kibanaStandIn answers an import as Kibana does: each object is created, kept or overwritten; those of the type
// refused fail. Whoever does not come with the key is turned away.
func kibanaStandIn(t *testing.T, refused string) *httptest.Server {
	t.Helper()
	there := map[string]bool{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "ApiKey aWQ6a2V5" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"statusCode":401,"error":"Unauthorized","message":"unable to authenticate"}`)
			return
		}
		file, _, err := r.FormFile("file")
		if err != nil || r.URL.Path != "/s/power/api/saved_objects/_import" {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		objects, err := saved.Read(file)
		if err != nil {
			t.Error(err)
		}
		var done, failed []map[string]any
		for _, o := range objects {
			result := map[string]any{"type": o.Type, "id": o.ID}
			overwrite := r.URL.Query().Get("overwrite") == "true"
			switch {
			case o.Type == refused:
				result["error"] = map[string]any{"type": "unsupported_type"}
				failed = append(failed, result)
			case there[o.ID] && !overwrite:
				result["error"] = map[string]any{"type": "conflict"}
				failed = append(failed, result)
			default:
				result["overwrite"] = there[o.ID]
				done = append(done, result)
				there[o.ID] = true
			}
		}
		if err := json.NewEncoder(w).Encode(map[string]any{"success": len(failed) == 0, "successResults": done, "errors": failed}); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// kibanaEnviron is the environment of an operator who has set all of it there.
func kibanaEnviron(t *testing.T, server *httptest.Server) []string {
	t.Helper()
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"SUQIU_KIBANA_URL=" + server.URL, "SUQIU_KIBANA_SPACE=power", "SUQIU_KIBANA_API_KEY=aWQ6a2V5", "SUQIU_KIBANA_CA_FILE=" + ca}
}

func TestKibanaExport(t *testing.T) {
	code, out, errs := runCommand(t, nil, "kibana", "export", "--set", "elasticsearch.prefix=trial")
	if code != 0 || errs != "" {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	objects, err := saved.Read(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	view, err := saved.Attributes[saved.DataView](&objects[0])
	if err != nil {
		t.Fatal(err)
	}
	if view.Title != "trial-calls-*" {
		t.Errorf("data view of %s, want that of the configured prefix", view.Title)
	}
	named := map[string]string{}
	for _, entry := range view.FieldFormatMap.Value["label_tree"].Params.LookupEntries {
		named[entry.Key] = entry.Value
	}
	if named["outage"] != "停送电" || named["outage.fault"] != "停送电/故障停电" {
		t.Errorf("labels are shown as %v, want the names of the taxonomy", named)
	}
}

func TestKibanaInstall(t *testing.T) {
	server := kibanaStandIn(t, "")
	environ := kibanaEnviron(t, server)
	for _, step := range []struct {
		name string
		args []string
		want []string
	}{
		{"DryRun", []string{"--dry-run"}, []string{"将导入  仪表板  诉求 · 服务总览  suqiu-dashboard-overview", "/s/power/api/saved_objects/_import ：将导入"}},
		{"First", nil, []string{"已建立  数据视图", "已建立  搜索  诉求 · 最新诉求"}},
		{"Again", nil, []string{"已存在，未改  仪表板  诉求 · 片区负责人", "加 --overwrite"}},
		{"Overwrite", []string{"--overwrite"}, []string{"已覆盖  面板  诉求 · 事项数"}},
		{"JSON", []string{"--overwrite", "--format", "json"}, []string{`{"type":"index-pattern","id":"suqiu-calls","title":"suqiu-calls-*","outcome":"overwritten"}`}},
	} {
		t.Run(step.name, func(t *testing.T) {
			code, out, errs := runCommand(t, environ, append([]string{"kibana", "install"}, step.args...)...)
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, errs)
			}
			for _, want := range step.want {
				if !strings.Contains(out, want) {
					t.Errorf("got %s\nwant %s in it", out, want)
				}
			}
		})
	}
}

func TestKibanaInstallFaults(t *testing.T) {
	environ := kibanaEnviron(t, kibanaStandIn(t, saved.TypeLens))
	for name, c := range map[string]struct {
		environ []string
		args    []string
		code    int
		out     string // in what is printed
		errs    string // in what is complained
	}{
		"NoAddress":    {nil, nil, exitUsage, "", "give --url"},
		"BadAddress":   {nil, []string{"--url", "kibana:5601"}, exitUsage, "", "must be a URL"},
		"BadSpace":     {environ, []string{"--space", "电力"}, exitUsage, "", "must be a space's id"},
		"WrongKey":     {append([]string{"SUQIU_KIBANA_API_KEY=x"}, environ[0], environ[1], environ[3]), nil, exitFailed, "", "status 401: unable to authenticate (check"},
		"OtherSpace":   {environ, []string{"--space", "other"}, exitFailed, "", "there is a space with the id other"},
		"OneTypeFails": {environ, nil, exitFailed, "失败  面板  诉求 · 事项数  suqiu-lens-matters：this Kibana has no objects of type lens", "Kibana objects failed"},
		"NoCAFile":     {append([]string{"SUQIU_KIBANA_CA_FILE=/nowhere"}, environ[:3]...), nil, exitFailed, "", "kibana.ca_file"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := runCommand(t, c.environ, append([]string{"kibana", "install"}, c.args...)...)
			if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
				t.Errorf("exit code %d, want %d; printed %s; complained %s", code, c.code, out, errs)
			}
		})
	}
}
