package cli

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Who types a wrong command line reads in Chinese what is wrong with it, and where that can be told, what may be meant.
func TestUsageErrors(t *testing.T) {
	for _, test := range []struct {
		name, line, want string
	}{
		{"unknown flag", "search --limt 3", "没有 --limt 这个选项；是否指 --limit；用法见 suqiu search --help"},
		{"unknown flag like none", "search --zzzz", "没有 --zzzz 这个选项；用法见 suqiu search --help"},
		{"short flag", "search -x", "没有 --x 这个选项；用法见 suqiu search --help"},
		{"flag without its value", "correct 95598:1 --by", "--by 后面要写值；用法见 suqiu correct --help"},
		{"no whole number", "search --limit many", "--limit many：写整数；用法见 suqiu search --help"},
		{"number too large", "search --limit 99999999999999999999", "--limit 99999999999999999999：写整数；用法见"},
		{"no number", "emerging --chance much", "--chance much：写数，如 0.95；用法见 suqiu emerging --help"},
		{"no length of time", "watch --every often", "--every often：写时长，如 30s、5m、2h；用法见 suqiu watch --help"},
		{"neither true nor false", "search --embedded=perhaps", "--embedded perhaps：只能写 true 或 false，或不写值；用法见"},
		{"unknown flag before a command", "--embed", "没有 --embed 这个选项；用法见 suqiu --help"},
		{"unknown command", "serch", `没有命令 "serch"；是否指 search；用法见 suqiu --help`},
		{"unknown command like none", "zzzzzz", `没有命令 "zzzzzz"；用法见 suqiu --help`},
		{"unknown command below", "incident hand", `incident 下没有命令 "hand"；可写 ack、assign、`},
		{"unknown command below one that does something", "incident visits load x", `visits 下没有命令 "load"；可写 import`},
		{"dashes forgotten", "index drop --embedded dry-run", `多余的参数 "dry-run"；是否指 --dry-run；用法见 suqiu index drop --help`},
		{"month without its flag", "index drop 2020-01", `多余的参数 "2020-01"；用法见`},
		{"value of a flag that takes none", "reclassify --dry-run true", `多余的参数 "true"`},
		{"one argument too many", "key new a b", `多余的参数 "b"，最多写 1 个（[ID]）`},
		{"flags missing", "coverage add --source 12345", "还要写 --from、--to；用法见 suqiu coverage add --help"},
		{"negative number", "search --embedded --offset -1", "--offset -1：不能是负数"},
		{"too far", "search --embedded --offset 20000", "--offset 和 --limit 合计最多"},
		{"unknown order", "search --embedded --sort loudest", "--sort loudest：可写 newest、oldest、relevance"},
		{"open quote", "search --embedded 「停电", "引号 「 没有合上；写成 「…」"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			args := append([]string{"suqiu"}, strings.Fields(test.line)...)
			env := Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Environ: []string{"SUQIU_DATA=" + t.TempDir()}, Now: time.Now}
			if code := Run(t.Context(), args, env); code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if !strings.HasPrefix(errs.String(), "suqiu: "+test.want) {
				t.Errorf("told %q, want %q", &errs, test.want)
			}
		})
	}
}

// A file that can't be opened is told in Chinese, by each command that takes one, with what to do.
func TestFileFaults(t *testing.T) {
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.csv")
	for _, line := range []string{
		"ingest --embedded", "classify", "evaluate", "produce --embedded suqiu.hotline.95598", "area stats", "area import grid", "owner import --embedded people",
		"incident visits import --embedded --by 张三", "rule stats", "rule stats --gold", "rule learn", "dict check", "dict discover",
		"rule test --propose " + filepath.Join(dir, "out.yaml") + " --corpus", "bench roles", "bench pinyin",
	} {
		t.Run(line, func(t *testing.T) {
			var out, errs bytes.Buffer
			args := slices.Concat([]string{"suqiu"}, strings.Fields(line), []string{missing})
			env := Env{Stdin: &bytes.Buffer{}, Stdout: &out, Stderr: &errs, Environ: []string{"SUQIU_DATA=" + filepath.Join(dir, "data")}, Now: time.Now}
			if code := Run(t.Context(), args, env); code != exitFailed {
				t.Errorf("exit code %d, want %d", code, exitFailed)
			}
			if want := missing + "：没有这个文件，核对文件名和路径"; !strings.Contains(errs.String(), want) {
				t.Errorf("told %q, want %q", &errs, want)
			}
		})
	}
}
