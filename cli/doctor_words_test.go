package cli

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAdvice: texts of the log are told in Chinese, with the settings and files that they name.
func TestAdvice(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"ask broker kafka:9092: dial tcp: lookup kafka: no such host (check the host names in kafka.brokers, and this machine's DNS)", "检查 kafka.brokers 里的主机名和本机的 DNS"},
		{"ask https://es:9200: remote error (the server speaks no TLS at this port: check port and TLS in elasticsearch.addresses and elasticsearch.ca_file)",
			"核对 elasticsearch.addresses 与 elasticsearch.ca_file 的端口"},
		{"check month suqiu-calls-2026.11: its mapping has version 3, this build writes version 4 (run suqiu index migrate)", "映射（mapping）不符：运行 suqiu index migrate"},
		{"check calls template suqiu-calls: somebody changed it by hand: settings (put it back with suqiu index setup --overwrite, or move the change into the @custom template)", "用 suqiu index setup --overwrite 恢复"},
		{"check the set-up of suqiu: mapping version 0 is installed, this build needs 4 (run suqiu index setup)", "运行 suqiu index setup"},
		{"offsets.retention.minutes is 10080 (7 days), while topics keep records for 30 days: a group forgets (set it on the brokers to 86400 or more)", "把 offsets.retention.minutes 设为 86400 或更大"},
		{"write to suqiu-calls-2026.11: it stands for 2 indices, must be one (remove the alias suqiu-calls-2026.11 from all indices but the one that is written to)", "别名 suqiu-calls-2026.11 只留在"},
		{"ask the coordinator of group suqiu for its offsets: context deadline exceeded (see whether every broker runs, answers others, and is reachable from here)", "接受了请求而没有应答"},
		{"partition calls/1: its leader does not answer (see whether the broker that leads it runs and is reachable from here, and try again)", "首领节点（leader）没有应答"},
		{"search: status 403: security_exception: denied (the user needs monitor on the cluster and read, write, create_index, view_index_metadata and maintenance on the indices of the prefix)",
			"read、write、create_index、view_index_metadata、maintenance"},
		{"fetch calls/0 from offset 7: [29] Topic Authorization Failed: denied (give the user the right Read on topic suqiu.hotline.95598)", "缺权限：给该用户主题 suqiu.hotline.95598 的 Read 权限"},
		{"read as group suqiu: [30] Group Authorization Failed: denied (give the user the right Read on group suqiu)", "缺权限：给该用户消费组 suqiu 的 Read 权限"},
		{"read offsets.retention.minutes of the brokers: [31] Cluster Authorization Failed: denied (give the user the right DescribeConfigs on the cluster); it is not checked",
			"缺权限：给该用户集群（--cluster）的 DescribeConfigs 权限；看不到这些设置，没有检查"},
		{"ask for the user's rights: it lacks create_index, write (the user needs monitor on the cluster and read, write)", "该用户缺少权限 create_index, write"},
		{"status 403: security_exception: action [indices:admin/refresh] is unauthorized for user [a], this action is granted by the index privileges [maintenance,manage,all]",
			"此操作要对索引有权限 maintenance,manage,all 之一"},
		{"something that nobody has seen", ""},
	} {
		got := adviceOn(c.text)
		if !strings.Contains(got, c.want) || (c.want == "") != (got == "") || strings.Contains(got, "$") {
			t.Errorf("%s: got %q, want %q in it", c.text, got, c.want)
		}
	}
}

// TestAdvicesFollowTheLog: every advice waits for words that are still told somewhere.
func TestAdvicesFollowTheLog(t *testing.T) {
	var told strings.Builder
	told.WriteString("is granted by the cluster privileges [monitor], is granted by the index privileges [read]") // in Elasticsearch's own words
	module := os.DirFS("..")
	err := fs.WalkDir(module, ".", func(name string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "cli/doctor_words.go" {
			return err
		}
		text, err := fs.ReadFile(module, name)
		told.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	unquoted := strings.NewReplacer(`\.`, ".", `\(`, "(", `\)`, ")", `\?`, "?", `\b`, "")
	special := regexp.MustCompile(`\((?:[^()\\]|\\.)*\)|\.\*|\|`) // a group, any words, or a choice
	for _, a := range advices() {
		const holes = "\x00"
		pieces := strings.Split(special.ReplaceAllString(strings.ReplaceAll(strings.ReplaceAll(a.english.String(), `\(`, "\x01"), `\)`, "\x02"), holes), holes)
		longest := ""
		for _, piece := range pieces {
			piece = unquoted.Replace(strings.NewReplacer("\x01", "(", "\x02", ")").Replace(piece))
			if len(piece) > len(longest) {
				longest = piece
			}
		}
		if !strings.Contains(told.String(), strings.Trim(longest, " ()")) {
			t.Errorf("%s: nothing tells %q any more", a.english, longest)
		}
	}
}
