//go:build unix

package deploy

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestAccounts runs the script of compose.yaml against a stand-in for Elasticsearch that checks every request: the
// servers of these tests are put together from single modules and can't keep accounts of their own.
func TestAccounts(t *testing.T) {
	const elastic, own = "elastic-of-this-test", `quoted"back\slash`
	var calls []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		data, err := io.ReadAll(r.Body)
		var body struct {
			Password string
			Roles    []string
			Cluster  []string
		}
		if err != nil || json.Unmarshal(data, &body) != nil || user != "elastic" || password != elastic || r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "not as it should be: "+string(data), http.StatusBadRequest)
			return
		}
		calls = append(calls, r.Method+" "+r.URL.Path+" "+body.Password+strings.Join(body.Roles, ",")+strings.Join(body.Cluster, ","))
	}))
	t.Cleanup(server.Close)
	run := func(elasticPassword string) (string, error) {
		script := exec.CommandContext(t.Context(), "bash", "compose/accounts.sh")
		script.Env = append(os.Environ(), "ELASTICSEARCH_URL="+server.URL, "ELASTIC_PASSWORD="+elasticPassword, "KIBANA_PASSWORD=kibana-of-this-test", "SUQIU_PASSWORD="+own)
		out, err := script.CombinedOutput()
		return string(out), err
	}
	if out, err := run(elastic); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := []string{
		"POST /_security/user/kibana_system/_password kibana-of-this-test",
		"PUT /_security/role/suqiu monitor",
		"PUT /_security/user/suqiu " + own + "suqiu",
	}
	if !slices.Equal(calls, want) {
		t.Errorf("the script asks for %q, want %q", calls, want)
	}
	if out, err := run("wrong"); err == nil || !strings.Contains(out, "POST /_security/user/kibana_system/_password: not as it should be") {
		t.Errorf("a refusal ends it with %v: %s", err, out)
	}
}
