package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// A flag takes a value in all commands that have it or in none, so that permute can read it before it knows the command.
func TestFlagsTakeValuesAlike(t *testing.T) {
	takes := map[string]bool{}
	for _, flag := range flagsBelow(newApp(Env{}).Commands) {
		for _, name := range flag.Names() {
			value := flag.(cli.DocGenerationFlag).TakesValue()
			if other, seen := takes[name]; seen && other != value {
				t.Errorf("--%s takes a value in one command and none in another", name)
			}
			takes[name] = value
		}
	}
	if len(takes) < 50 {
		t.Errorf("only %d flags", len(takes))
	}
}

func TestPermute(t *testing.T) {
	commands := []*cli.Command{
		{Name: "search", Flags: []cli.Flag{&cli.StringFlag{Name: "since"}, &cli.BoolFlag{Name: "embedded"}, &cli.StringSliceFlag{Name: "label"}}},
		{Name: "correct", Flags: []cli.Flag{&cli.StringFlag{Name: "by"}, &cli.StringFlag{Name: "add"}}, Subcommands: []*cli.Command{{Name: "list", Flags: []cli.Flag{&cli.StringFlag{Name: "by"}}}}},
		{Name: "rule", Subcommands: []*cli.Command{{Name: "check", Flags: []cli.Flag{&cli.StringFlag{Name: "dicts"}}}}},
	}
	cases := map[string]struct{ in, want string }{
		"FlagsBehind":        {"suqiu search 停电 --since 7d --embedded", "suqiu search --since 7d --embedded -- 停电"},
		"FlagsBefore":        {"suqiu search --since 7d 停电", "suqiu search --since 7d -- 停电"},
		"Between":            {"suqiu search 停电 --embedded 跳闸", "suqiu search --embedded -- 停电 跳闸"},
		"Equals":             {"suqiu search 停电 --since=7d 跳闸", "suqiu search --since=7d -- 停电 跳闸"},
		"ExcludedWord":       {"suqiu search 停电 -空开", "suqiu search -- 停电 -空开"},
		"StandardInput":      {"suqiu search - --embedded", "suqiu search --embedded -- -"},
		"AfterDoubleDash":    {"suqiu search --embedded -- --since", "suqiu search --embedded -- --since"},
		"SubCommand":         {"suqiu rule check x --dicts d", "suqiu rule check --dicts d -- x"},
		"UnknownFlag":        {"suqiu search x --nope", "suqiu search --nope -- x"},
		"UnknownCommand":     {"suqiu nope x --y", "suqiu nope x --y"},
		"NoArguments":        {"suqiu", "suqiu"},
		"ValueMissing":       {"suqiu search 停电 --since", "suqiu search --since"},
		"ValueDoubleDash":    {"suqiu search --embedded --since -- 停电", "suqiu search --embedded --since"},
		"ValueNextFlag":      {"suqiu search 停电 --since --label=a", "suqiu search --since"},
		"ValueLikeFlag":      {"suqiu search 停电 --since --7d", "suqiu search --since --7d -- 停电"},
		"NegativeNumber":     {"suqiu search -5", "suqiu search -- -5"},
		"BeforeCommand":      {"suqiu --embedded search 停电", "suqiu search --embedded -- 停电"},
		"BeforeSubCommand":   {"suqiu rule --dicts d check x", "suqiu rule check --dicts d -- x"},
		"BeforeBoth":         {"suqiu --dicts=d rule --nope check", "suqiu rule check --dicts=d --nope"},
		"ValueLikeCommand":   {"suqiu rule --dicts check check", "suqiu rule check --dicts check"},
		"BeforeNoCommand":    {"suqiu --embedded", "suqiu --embedded"},
		"BeforeUnknown":      {"suqiu rule --dicts d chek", "suqiu rule --dicts d chek"},
		"OwnFlagsAndActions": {"suqiu correct --by 张三 x", "suqiu correct --by 张三 -- x"},
		"OwnFlagsBeforeSub":  {"suqiu correct --by 张三 list", "suqiu correct list --by 张三"},
		"FlagThatSubLacks":   {"suqiu correct --add x list", "suqiu correct list --add -- x"},
		"RepeatedValues":     {"suqiu search --label a 停电 --label b", "suqiu search --label a --label b -- 停电"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := permute(commands, strings.Fields(tc.in)); !slices.Equal(got, strings.Fields(tc.want)) {
				t.Errorf("got  %q\nwant %q", got, strings.Fields(tc.want))
			}
		})
	}
}
