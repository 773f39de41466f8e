package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/classify/evaluate"
	"suqiu/hotline"
)

// proposeExamples writes to a file what would make good examples of the rules, out of the contacts of the corpus.
func (s *session) proposeExamples(c *cli.Context, rules *classify.RuleSet) error {
	path := c.String("propose")
	if exists(path) {
		return usagef("--propose %s：文件已经有了；换一个新的文件名，以免覆盖其中的修改", path)
	}
	var passages []classify.Passage
	for _, name := range c.StringSlice("corpus") {
		more, err := s.passages(c, name, rules.Taxonomy())
		if err != nil {
			return err
		}
		passages = append(passages, more...)
	}
	bar := newProgress(s.env.Stderr, "示例草稿")
	proposals, err := rules.Propose(c.Context, passages, c.String("rule"), func(done, all int) { bar.set(int64(done), int64(all)) })
	bar.done()
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, proposedYAML(proposals), 0o644); err != nil {
		return fmt.Errorf("write the proposed examples: %w", err)
	}
	noticed := 0
	for _, p := range proposals {
		noticed += len(p.Notices)
	}
	fmt.Fprintf(s.env.Stdout, "示例草稿：%d 条，可发现 %d 处改动，已写入 %s；逐条改好后放入字典文件夹的 examples/\n", len(proposals), noticed, path)
	return nil
}

// passages cuts the contacts of a file into passages. Gold tells what is right of them.
func (s *session) passages(c *cli.Context, name string, t *classify.Taxonomy) ([]classify.Passage, error) {
	judged := map[string]*classify.Judgement{}
	data, err := readFile(name)
	if err != nil {
		return nil, err
	}
	records, err := evaluate.Read(bytes.NewReader(data), t)
	var wrong *evaluate.ValueError
	if errors.As(err, &wrong) {
		return nil, fmt.Errorf("%s：%w", name, err)
	}
	for _, r := range records { // none where it is no gold
		judged[r.ID] = &classify.Judgement{Labels: r.Labels, Also: r.Also, Nature: r.Nature, Responsible: r.Responsible}
	}
	var passages []classify.Passage
	unread, err := s.corpus(c, []string{name}, func(call *hotline.Call) {
		for _, passage := range classify.Passages(call) {
			passage.Judged = judged[call.ID]
			passages = append(passages, passage)
		}
	})
	s.tellUnread(unread)
	return passages, err
}

// proposedYAML writes proposals as a file of examples, each with what it notices.
func proposedYAML(proposals []classify.Proposal) []byte {
	var b bytes.Buffer
	b.WriteString("# 示例草稿：每条说明它能发现的改动。逐条改成自己的话，不对的删去。\nexamples:\n")
	rule, kind := "", ""
	for _, p := range proposals {
		if p.Rule != rule {
			rule, kind = p.Rule, ""
			fmt.Fprintf(&b, "  %s:\n", rule)
		}
		if next := map[bool]string{true: "match", false: "no_match"}[p.Match]; next != kind {
			kind = next
			fmt.Fprintf(&b, "    %s:\n", kind)
		}
		for _, n := range p.Notices {
			fmt.Fprintf(&b, "      # %s\n", n.Place.What)
		}
		fmt.Fprintf(&b, "      - %s\n", yamlQuoted(p.Text))
	}
	return b.Bytes()
}

// yamlQuoted writes a text as a YAML scalar in double quotes, whose escapes are those of JSON.
func yamlQuoted(text string) string {
	var b strings.Builder
	if err := jsonLines(&b).Encode(text); err != nil {
		panic(errors.Join(errors.New("write a text as JSON"), err)) // no text fails
	}
	return strings.TrimSuffix(b.String(), "\n")
}
