//go:build unix

package engine

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/crypto/bcrypt"
)

// elasticsearchFolder is what the distribution unpacks to; the version stands in testdata/elasticsearch/pom.xml too.
const elasticsearchFolder = "elasticsearch-8.19.16"

// Elasticsearch is one running node.
type Elasticsearch struct {
	*Process
	url      string
	password string // of elastic; empty without security
	users    string // the file that it keeps its users in
}

// URL is the node's address.
func (e *Elasticsearch) URL() string { return e.url }

// AdminURL is the node's address with the name and password of elastic, where there is security.
func (e *Elasticsearch) AdminURL() string {
	if e.password == "" {
		return e.url
	}
	return strings.Replace(e.url, "://", "://elastic:"+e.password+"@", 1)
}

// Revoke takes the credentials of all users but elastic away, and returns how to give them back. The node notices
// either within its resource.reload.interval.high, 5 seconds by default.
func (e *Elasticsearch) Revoke() (restore func() error, err error) {
	text, err := os.ReadFile(e.users)
	if err != nil {
		return nil, fmt.Errorf("revoke credentials: %w", err)
	}
	if err := os.WriteFile(e.users, nil, 0o644); err != nil {
		return nil, fmt.Errorf("revoke credentials: %w", err)
	}
	return func() error { return os.WriteFile(e.users, text, 0o644) }, nil
}

// StartElasticsearch unpacks the server below dir, unless it is there already, starts one node and
// returns when it answers. It is the real server with few modules: no ILM, no scripts, no _reindex; indices are only made
// when asked for. A missing Java or Maven gives
// a *MissingError. When root runs the tests, all folders above dir must be open to other users.
func StartElasticsearch(ctx context.Context, dir string, o Options) (*Elasticsearch, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	home, err := javaHome()
	if err != nil {
		return nil, err
	}
	as, err := credential()
	if err != nil {
		return nil, err
	}
	server := filepath.Join(dir, elasticsearchFolder)
	if _, err := os.Stat(server); err != nil {
		if err := fetch(ctx, dir, "elasticsearch", "dependency:unpack-dependencies", "-DoutputDirectory="+dir); err != nil {
			return nil, err
		}
	}
	if err := os.WriteFile(filepath.Join(server, "config", "elasticsearch.yml"), []byte(elasticsearchYAML(o)), 0o644); err != nil {
		return nil, fmt.Errorf("configure Elasticsearch: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o755); err != nil {
		return nil, fmt.Errorf("configure Elasticsearch: %w", err)
	}
	if err := give(dir, as); err != nil {
		return nil, err
	}
	quick := " -XX:TieredStopAtLevel=1" // it answers after 8 s of processor time instead of 13
	if o.Measured {
		quick = ""
	}
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(server, "bin", name), args...)
		cmd.Dir = server
		cmd.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ES_JAVA_HOME=" + home, "ES_TMPDIR=" + filepath.Join(dir, "tmp"),
			"ES_JAVA_OPTS=-Xms" + o.Heap + " -Xmx" + o.Heap + quick,
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
		return cmd
	}
	if o.Password != "" {
		if err := secure(server, o, command); err != nil {
			return nil, err
		}
	}
	e := &Elasticsearch{url: fmt.Sprintf("http://127.0.0.1:%d", o.Port), password: o.Password, users: filepath.Join(server, "config", "users")}
	e.Process = &Process{
		name: "Elasticsearch", log: filepath.Join(dir, "elasticsearch.log"), timeout: o.Timeout,
		command: func() *exec.Cmd { return command("elasticsearch") },
		ready:   e.ready,
	}
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	return e, nil
}

func elasticsearchYAML(o Options) string {
	settings := map[string]string{
		"cluster.name":             "suqiu-e2e",
		"discovery.type":           "single-node",
		"http.host":                "127.0.0.1",
		"http.port":                fmt.Sprint(o.Port),
		"transport.host":           "127.0.0.1",
		"transport.port":           "0",
		"node.store.allow_mmap":    "false",
		"action.auto_create_index": "false",
		"xpack.security.enabled":   fmt.Sprint(o.Password != ""),
		// A developer's disk is often fuller than a server's may be: neither allocation nor merges wait for it.
		"cluster.routing.allocation.disk.threshold_enabled": "false",
		"indices.merge.disk.check_interval":                 "0s",
		// With every look at the disks the server lifts the blocks of full disks, also those that a test has set.
		"cluster.info.update.interval": "24h",
	}
	return join(settings, o.Settings, ": ")
}

// secure makes the keystore with the password of elastic by the server's own tool, and the files of roles and users, for which
// the tool would take a Java of its own for each user.
func secure(server string, o Options, command func(string, ...string) *exec.Cmd) error {
	run := func(input, name string, args ...string) error {
		cmd := command(name, args...)
		cmd.Stdin = strings.NewReader(input)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s %s: %w\n%s", name, args[0], err, out)
		}
		return nil
	}
	if err := os.WriteFile(filepath.Join(server, "config", "roles.yml"), []byte(o.Roles), 0o644); err != nil {
		return fmt.Errorf("write the roles of Elasticsearch: %w", err)
	}
	if _, err := os.Stat(filepath.Join(server, "config", "elasticsearch.keystore")); err == nil {
		return nil // made by an earlier start in this folder, with the users
	}
	if err := run("", "elasticsearch-keystore", "create"); err != nil {
		return err
	}
	if err := run(o.Password, "elasticsearch-keystore", "add", "-x", "bootstrap.password"); err != nil {
		return err
	}
	var users, roles strings.Builder
	for _, u := range o.Users {
		hash, err := bcrypt.GenerateFromPassword([]byte(u.Password), bcrypt.MinCost)
		if err != nil {
			return fmt.Errorf("make the user %s of Elasticsearch: %w", u.Name, err)
		}
		fmt.Fprintf(&users, "%s:%s\n", u.Name, hash)
		fmt.Fprintf(&roles, "%s:%s\n", u.Role, u.Name)
	}
	for name, text := range map[string]string{"users": users.String(), "users_roles": roles.String()} {
		if err := os.WriteFile(filepath.Join(server, "config", name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("write the users of Elasticsearch: %w", err)
		}
	}
	return nil
}

// ready asks for the health of the cluster; a red one is still recovering its indices.
func (e *Elasticsearch) ready(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/_cluster/health?wait_for_status=yellow&timeout=1s", nil)
	if err != nil {
		return err
	}
	if e.password != "" {
		request.SetBasicAuth("elastic", e.password)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("health is answered with %s", strings.ToLower(response.Status))
	}
	return nil
}
