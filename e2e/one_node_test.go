//go:build e2e && unix

package e2e

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"suqiu/e2e/engine"
)

// TestOneNode runs the real binary on one node of Kafka and one of Elasticsearch, as a small installation has them.
func TestOneNode(t *testing.T) {
	t.Parallel() // with processes of its own, for which it waits most of the time

	broker := startBroker(t)
	n := &oneNode{broker: broker, binary: program(t, t.TempDir(), "suqiu")}
	t.Run("EveryCommand", n.everyCommand)
	t.Run("Orders", n.orders)
	t.Run("Letters", n.letters)
}

type oneNode struct {
	broker *engine.Kafka
	binary string
}

// everyCommand runs a script that must have a use of every command that the command line lists.
func (n *oneNode) everyCommand(t *testing.T) {
	script, err := os.ReadFile("testdata/script/commands.txtar")
	if err != nil {
		t.Fatal(err)
	}
	commands := n.commands(t)
	for _, command := range commands {
		if !regexp.MustCompile(`(?m)^!? ?exec suqiu ` + command + `( |$)`).Match(script) {
			t.Errorf("the script does not use suqiu %s", command)
		}
	}
	t.Logf("%d commands", len(commands))
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(n.binary)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("KAFKA", n.broker.Address())
			env.Setenv("ELASTICSEARCH", cluster.URL())
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"caughtup": func(ts *testscript.TestScript, _ bool, _ []string) {
				until(t, "all to be committed", func() bool {
					return ts.Exec("suqiu", "status", "--over", "0s") == nil && strings.Contains(ts.ReadFile("stdout"), "积压 0 条")
				})
				request(t, http.MethodPost, "/script-calls-*/_refresh", "")
			},
			"letter": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Setenv(args[0], regexp.MustCompile(`"id":"([^"]+)"`).FindStringSubmatch(ts.ReadFile("stdout"))[1])
			},
		},
	})
}

// subcommands is the list in a command's help of those that it holds.
var subcommands = regexp.MustCompile(`(?s)\nCOMMANDS:\n(.*?)\n\n`)

// commands lists every command that holds no others, as the command line's own help tells.
func (n *oneNode) commands(t *testing.T, path ...string) []string {
	t.Helper()
	s := suqiu{binary: n.binary}
	out, err := s.run(t.Context(), append(slices.Clone(path), "--help")...)
	if err != nil {
		t.Fatal(err)
	}
	listed := subcommands.FindStringSubmatch(out)
	if listed == nil {
		return []string{strings.Join(path, " ")}
	}
	var all []string
	for line := range strings.Lines(listed[1]) {
		name := strings.Fields(line)[0]
		all = append(all, n.commands(t, append(slices.Clone(path), name)...)...)
	}
	return all
}

// orders sends files of orders through Kafka into Elasticsearch and has them audited: a few invented ones, and, where
// SUQIU_ORDERS names files or folders (separated by :), the real ones.
func (n *oneNode) orders(t *testing.T) {
	files := []string{"testdata/orders.csv"}
	for _, name := range filepath.SplitList(os.Getenv("SUQIU_ORDERS")) {
		more := []string{name}
		if info, err := os.Stat(name); err != nil {
			t.Fatalf("SUQIU_ORDERS: %v", err)
		} else if info.IsDir() {
			if more, err = filepath.Glob(filepath.Join(name, "*.csv*")); err != nil {
				t.Fatal(err)
			}
		}
		files = append(files, more...)
	}
	f := newFeed(t, t.TempDir(), 1)
	f.configure(fmt.Sprintf(`
kafka: {brokers: [%q], group: orders}
elasticsearch: {addresses: [%q], prefix: orders, replicas: 0}
deadletter: {topic: orders.deadletter, limit: 1}
sources: [{topic: orders, name: "12345", hotline: "12345", format: auto}]
`, n.broker.Address(), cluster.URL()))
	f.retry("kafka", "setup")
	f.retry("index", "setup")
	for _, name := range files {
		out, err := f.suqiu.run(t.Context(), "produce", "orders", name)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(strings.TrimSpace(out))
	}
	m := f.newMember(0)
	m.start()
	until(t, "all orders to be committed", func() bool {
		m.watch()
		out, err := f.suqiu.run(t.Context(), "status", "--over", "0s")
		return err == nil && strings.Contains(out, "积压 0 条")
	})
	m.stop()
	out, err := f.suqiu.run(t.Context(), "audit")
	if err != nil {
		t.Errorf("audit: %v", err)
	}
	t.Log(out)
	found, err := f.suqiu.run(t.Context(), "search", "--label", "outage", "--limit", "0")
	if err != nil || strings.Contains(found, "共 0 件") {
		t.Errorf("search for outages: got %q, %v, want some", found, err)
	}
	t.Log(strings.TrimSpace(found))
}
