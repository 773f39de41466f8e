//go:build e2e && unix

package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"suqiu/e2e/engine"
)

// TestE2EAccounts runs the script of compose.yaml on a secured Elasticsearch, twice: then the account it has made can
// do what suqiu does, and no more.
func TestE2EAccounts(t *testing.T) {
	dir, err := os.MkdirTemp("", "suqiu-deploy-") //nolint:usetesting // t.TempDir keeps out the user that the server runs as
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	const elastic, own = "elastic-of-this-test", `quoted"back\slash`
	es, err := engine.StartElasticsearch(t.Context(), dir, engine.Options{Password: elastic})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(es.Stop)
	for range 2 {
		script := exec.CommandContext(t.Context(), "bash", "compose/accounts.sh")
		script.Env = append(os.Environ(), "ELASTICSEARCH_URL="+es.URL(), "ELASTIC_PASSWORD="+elastic, "KIBANA_PASSWORD=kibana-of-this-test", "SUQIU_PASSWORD="+own)
		if out, err := script.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	config := filepath.Join(t.TempDir(), "suqiu.yaml")
	write(t, config, []byte("elasticsearch: {addresses: [\""+es.URL()+"\"], replicas: 0}\n"))
	as := func(user, password string) []string {
		return []string{"SUQIU_CONFIG=" + config, "SUQIU_ELASTICSEARCH_USERNAME=" + user, "SUQIU_ELASTICSEARCH_PASSWORD=" + password}
	}
	if out, code := suqiu(t, as("suqiu", own), "index", "setup"); code == 0 || !strings.Contains(out, "403") {
		t.Errorf("suqiu's account may make templates: exit code %d: %s", code, out)
	}
	if out, code := suqiu(t, as("elastic", elastic), "index", "setup"); code != 0 {
		t.Errorf("index setup: %s", out)
	}
	if out, code := suqiu(t, as("suqiu", own), "search", "停电"); code != 0 || !strings.Contains(out, "共 0 件") {
		t.Errorf("search: exit code %d: %s", code, out)
	}
}
