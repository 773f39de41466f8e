package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/hotline"
)

func dictCheckCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "找出使分词变差的词 · find entries of the lexicon that cut a reference text worse", ArgsUsage: "[FILE]...",
		Description: `Takes away each entry of the lexicon, one at a time, and compares how sentences are cut with how their words are given: one
sentence a line, words parted by blanks, # begins a comment. Without a file, the reference text that ships (reference.txt of the
dictionaries). An entry does harm when it cuts more of these words in two than are cut without it. Exit code 3 if one does. At the
end, how many entries occur in the text at all: it vouches for no others; --all lists them.

Examples:
   suqiu dict check
   suqiu dict check my-sentences.txt --all --format json`,
		Flags: settingFlags(
			&cli.BoolFlag{Name: "all", Usage: "also entries that do good, or neither"},
			formatFlag("text or json"),
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			sentences, err := s.reference(c.Args().Slice())
			if err != nil {
				return err
			}
			rules, err := s.examined()
			if err != nil {
				return err
			}
			effects, err := rules.Segmenter().Effects(sentences)
			if err != nil {
				return err
			}
			coverage, err := rules.Segmenter().Coverage(sentences)
			if err != nil {
				return err
			}
			harmful := 0
			for _, e := range effects {
				if e.Worse > e.Better {
					harmful++
				}
			}
			if !c.Bool("all") {
				effects = slices.DeleteFunc(effects, func(e classify.WordEffect) bool { return e.Worse <= e.Better })
			}
			if c.String("format") == "json" {
				err = writeJSON(env.Stdout, struct {
					Sentences int `json:"sentences"`
					Harmful   int `json:"harmful"`
					classify.LexiconCoverage
					Effects []classify.WordEffect `json:"effects"`
				}{len(sentences), harmful, coverage, append([]classify.WordEffect{}, effects...)})
			} else {
				showEffects(env.Stdout, effects, len(sentences), harmful)
				showCoverage(env.Stdout, coverage, c.Bool("all"))
			}
			if err == nil && harmful > 0 {
				err = cli.Exit(fmt.Sprintf("词库有 %d 个词使参考文本的分词变差；去掉它们，或降低词频", harmful), exitCheck)
			}
			return err
		}),
	}
}

// reference reads the sentences of files, or of the reference text of the dictionaries.
func (s *session) reference(names []string) ([]string, error) {
	if len(names) == 0 {
		layers, err := s.layers()
		if err != nil {
			return nil, err
		}
		for _, layer := range slices.Backward(layers) {
			text, err := fs.ReadFile(layer, "reference.txt")
			if errors.Is(err, fs.ErrNotExist) {
				continue // the one below
			}
			if err != nil {
				return nil, err
			}
			return readSentences(bytes.NewReader(text), "reference.txt")
		}
		return nil, errors.New("词典中没有 reference.txt；写一个文件名")
	}
	var all []string
	for _, name := range names {
		file, label, err := s.openInput(name)
		if err != nil {
			return nil, err
		}
		some, err := readSentences(file, label)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func readSentences(r io.Reader, name string) ([]string, error) {
	var all []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, hotline.MaxTextBytes)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s：没有句子；每行写一句，词之间用空格隔开", name)
	}
	return all, nil
}

func showEffects(w io.Writer, effects []classify.WordEffect, sentences, harmful int) {
	for _, e := range effects {
		fmt.Fprintf(w, "%s  切错 %d 处，切对 %d 处（%d 句）\n  有此词：%s\n  无此词：%s\n  应切为：%s\n", e.Word, e.Worse, e.Better, e.Changed, e.With, e.Without, e.Want)
	}
	fmt.Fprintf(w, "参考文本 %d 句；使分词变差的词 %d 个\n", sentences, harmful)
}

// mostUnseen bounds how many entries that do not occur are named without --all.
const mostUnseen = 20

func showCoverage(w io.Writer, c classify.LexiconCoverage, all bool) {
	fmt.Fprintf(w, "参考文本的词被切断 %d 处，没有词库时 %d 处\n", c.Cuts, c.Plain)
	fmt.Fprintf(w, "词库 %d 词，参考文本中出现 %d 个\n", c.Words, c.Words-len(c.Unseen))
	unseen, more := c.Unseen, ""
	if len(unseen) > mostUnseen && !all {
		unseen, more = unseen[:mostUnseen], " …（--all 列出全部）"
	}
	if len(unseen) > 0 {
		fmt.Fprintf(w, "未出现，参考文本不能为其作证，请补写句子：%s%s\n", strings.Join(unseen, " "), more)
	}
}
