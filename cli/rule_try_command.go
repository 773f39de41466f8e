package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
)

// tryPoll is how often the file that is being edited is looked at.
const tryPoll = 300 * time.Millisecond

func ruleTryCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "try", Usage: "边改边看 · explain a text anew each time a rule file is saved",
		ArgsUsage: "FILE.yaml [TEXT]...",
		Description: `Lays a file of rules over the others and explains the text by them; saved anew, the file is read again and the explanation shown
again, faults with their places instead while there are some. Without TEXT each line of standard input is a text. In a text, \n parts
the turns of 客户：, 坐席：, 导航：, 回复：, 引用： and the title after 标题：. Ends with Ctrl-C.

Examples:
   suqiu rule try my-dicts/rules/noise.yaml 楼下变电箱嗡嗡响，晚上睡不着
   suqiu rule try noise.yaml --once 楼下变电箱嗡嗡响`,
		Flags: settingFlags(
			&cli.BoolFlag{Name: "once", Usage: "explain once and end; exit code 3 when the file has faults"},
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			if c.NArg() == 0 {
				return usagef("要试哪个规则文件？用法见 suqiu rule try --help")
			}
			rules, err := s.examined()
			if err != nil {
				return err
			}
			if err := rules.Ready(); err != nil {
				return err
			}
			t := &trying{session: s, base: rules, path: c.Args().First(), paint: newPaint(env.Stdout)}
			text := strings.Join(c.Args().Tail(), " ")
			if text == "" {
				fmt.Fprintln(env.Stderr, "请输入要试的话，一行一句：")
			}
			if !c.Bool("once") {
				return t.watch(c.Context, text)
			}
			if text != "" {
				return t.show(c.Context, text)
			}
			in, shown := bufio.NewScanner(env.Stdin), false
			for in.Scan() {
				if strings.TrimSpace(in.Text()) == "" {
					continue
				}
				if err := t.show(c.Context, in.Text()); err != nil {
					return err
				}
				shown = true
			}
			if err := in.Err(); err != nil || shown {
				return err
			}
			return noText()
		}),
	}
}

// noText is the fault of trying rules on nothing.
func noText() error {
	return usagef("要试什么话？写在命令里，或从标准输入逐行给出；用法见 suqiu rule try --help")
}

// trying is a file of rules being edited over a base that stays.
type trying struct {
	*session
	base  *classify.RuleSet
	path  string
	paint paint
	saved fileState // when it was read last
}

// fileState tells one saving of a file from the next.
type fileState struct {
	at   time.Time
	size int64
}

func (t *trying) state() fileState {
	info, err := os.Stat(t.path)
	if err != nil {
		return fileState{} // an editor may replace the file by another: it comes back
	}
	return fileState{info.ModTime(), info.Size()}
}

// watch explains the text now and whenever the file is saved, and each line of standard input where there is no text.
func (t *trying) watch(ctx context.Context, text string) error {
	var lines <-chan string
	if text == "" {
		lines = t.lines(ctx)
	}
	tick := time.NewTicker(tryPoll)
	defer tick.Stop()
	for again := text != ""; ; again = true {
		if again && text != "" {
			t.saved = t.state()
			err := t.show(ctx, text)
			var coded cli.ExitCoder
			if err != nil && !errors.As(err, &coded) { // faults in the file are there to be mended
				return err
			}
		}
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				return nil
			case line, open := <-lines:
				if !open && text == "" {
					return noText()
				}
				if !open {
					return nil
				}
				text, waiting = line, strings.TrimSpace(line) == ""
			case <-tick.C:
				now := t.state()
				waiting = text == "" || now == t.saved || now == fileState{}
			}
		}
	}
}

// lines hands over the lines of standard input until it or ctx ends. Its goroutine ends with the process where it waits
// for a line that never comes.
func (t *trying) lines(ctx context.Context) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(t.env.Stdin); in.Scan(); {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// show reads the file and explains the text by it.
func (t *trying) show(ctx context.Context, text string) error {
	if t.paint.on {
		fmt.Fprint(t.env.Stdout, "\x1b[2J\x1b[H") // a clear screen
	}
	data, err := readFile(t.path)
	if err != nil {
		return err
	}
	rules, err := t.base.WithFile(t.path, data)
	var faults *classify.LoadError
	if errors.As(err, &faults) {
		return reportProblems(t.env, faults.Problems)
	}
	if err != nil {
		return err
	}
	doc, err := t.typed(ctx, rules, brokenLines(text))
	if err != nil {
		return err
	}
	explanation := rules.Explain(&doc.Call)
	explanation.Call = ""
	showCall(t.env.Stdout, &doc.Call, &explanation, t.paint)
	fmt.Fprintln(t.env.Stdout, explanation)
	verdict := rules.Test()
	failed := verdict.Failed
	for _, p := range failed {
		fmt.Fprintln(t.env.Stdout, t.paint.bad(p.String()))
	}
	for _, p := range verdict.Learnt {
		fmt.Fprintf(t.env.Stdout, "已能识别，可移入 match：%s\n", p)
	}
	if len(failed) > 0 {
		return cli.Exit(fmt.Sprintf("有 %d 个示例不成立", len(failed)), exitCheck)
	}
	return nil
}
