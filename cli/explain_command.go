package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/hotline"
	"suqiu/index"
)

func explainCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "说明标签从何而来 · say which rule and which words gave a contact its labels, and what blocked others",
		ArgsUsage: "TEXT... | --id ID",
		Description: `Explains a text that is typed (or read from standard input with -), or, with --id, a stored contact by the rule set that
labelled it. A text whose lines begin with 客户：, 坐席：, 导航：, 回复：, 引用： or 标题： is read by turns; \n in an argument ends a line.
In the text, 【words】 gave it a label, 【≈words】 only sound like a keyword, 〔words〕 were kept from counting, for the reason that
stands below it; a terminal shows colours instead. Of a contact that a person corrected, what is in force since comes first, with who
said so, when and why, and then what the rules found.

Examples:
   suqiu explain 昨天晚上又停电了，这个月第五次了
   suqiu explain '坐席：请问是停电了吗\n客户：对，从早上就没电'
   suqiu explain --embedded --id 95598:260915000298
   suqiu explain --format json '我没有停电，就是问问电费'`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "id", Usage: "the document `ID` of a stored contact"},
			formatFlag("text or json"),
		),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			doc, rules, err := s.toExplain(c)
			if err != nil {
				return err
			}
			call, corrected := &doc.Call, doc.Analysis.Corrected
			explanation := rules.Explain(call)
			if c.String("id") == "" {
				explanation.Call = "" // what is typed is no document
			}
			if c.String("format") == "json" {
				return writeJSON(env.Stdout, explained{inForce(&doc.Analysis), corrected, explanation})
			}
			p := newPaint(env.Stdout)
			showCall(env.Stdout, call, &explanation, p)
			labels := make([]string, len(explanation.Given))
			for i, f := range explanation.Given {
				labels[i] = f.Code
			}
			if corrected != nil {
				names := labelNames{taxonomy: rules.Taxonomy()}
				fmt.Fprintf(env.Stdout, "更正后：%s\n%s\n\n", p.bold(findingsText(&doc.Analysis, names)), correctionText(&corrected.Correction, names))
				fmt.Fprintln(env.Stdout, "更正前，规则的判断：")
				labels = doc.Analysis.Codes()
			}
			fmt.Fprintln(env.Stdout, explanation)
			return s.showAnswers(env.Stdout, labels)
		}),
	}
}

// explained is what explain tells as JSON. What is in force, and the correction that made it so, are there where a
// person corrected the contact; the explanation is of what the rules found.
type explained struct {
	InForce   *hotline.Findings  `json:"in_force,omitempty"`
	Corrected *hotline.Corrected `json:"corrected,omitempty"`
	classify.Explanation
}

// inForce is what holds of a contact that a person corrected, nil where nobody did.
func inForce(a *hotline.Analysis) *hotline.Findings {
	if a.Corrected == nil {
		return nil
	}
	return &hotline.Findings{Labels: a.Labels, Margin: a.Margin, Nature: a.Nature, Responsible: a.Responsible}
}

// toExplain finds the contact and the rule set that speaks about it.
func (s *session) toExplain(c *cli.Context) (*hotline.Document, *classify.RuleSet, error) {
	if id := c.String("id"); id != "" {
		return s.stored(c, id)
	}
	text := brokenLines(strings.Join(c.Args().Slice(), " "))
	switch {
	case documentID.MatchString(text):
		return nil, nil, usagef("%s 像是入库诉求的编号；要说明它，写 suqiu explain --id %s", text, text)
	case bareID.MatchString(text):
		return nil, nil, usagef("%s 是编号，不是文字；入库的诉求还要写来源：suqiu explain --id 95598:%s", text, text)
	}
	if text == "-" {
		typed, err := io.ReadAll(io.LimitReader(s.env.Stdin, hotline.MaxTextBytes))
		if err != nil {
			return nil, nil, err
		}
		text = string(typed)
	}
	if strings.TrimSpace(text) == "" {
		return nil, nil, usagef("说明什么？写一段文字，或写 --id 和诉求编号；用法见 suqiu explain --help")
	}
	rules, err := s.rules()
	if err != nil {
		return nil, nil, err
	}
	doc, err := s.typed(c.Context, rules, text)
	return doc, rules, err
}

// What document ids look like where they are typed for a text, and ids without their source.
var (
	documentID = regexp.MustCompile(`^[0-9A-Za-z_.-]+:[0-9A-Za-z_.:/-]+$`)
	bareID     = regexp.MustCompile(`^[0-9A-Za-z_-]*[0-9]{6,}$`)
)

// brokenLines reads \n in what is typed on one line as the end of a line, so that turns can be told apart there.
func brokenLines(typed string) string { return strings.ReplaceAll(typed, `\n`, "\n") }

// typed makes a masked document of what is typed: of turns where speakers are named as in the examples of rules.
func (s *session) typed(ctx context.Context, rules *classify.RuleSet, text string) (*hotline.Document, error) {
	pipeline, err := s.lookingPipeline(rules)
	if err != nil {
		return nil, err
	}
	contact := map[string]any{"id": "typed", "text": text}
	if title, turns, spoken := classify.ReadSpoken(text); spoken {
		contact = map[string]any{"id": "typed", "title": title, "turns": turns}
	}
	value, err := json.Marshal(contact)
	if err != nil {
		return nil, err
	}
	var found analysed
	err = s.analyse(ctx, pipeline, s.typedSource(), "typed text", strings.NewReader(string(value)), func(a analysed) error {
		found = a
		return nil
	})
	if err == nil && found.dead != nil {
		err = errors.New(deadText(found))
	}
	if err != nil {
		return nil, err
	}
	return found.doc, nil
}

// getDocument reads a stored contact.
func getDocument(ctx context.Context, store index.Searcher, id string) (hotline.Document, error) {
	doc, err := store.Get(ctx, id)
	if errors.Is(err, index.ErrNotFound) {
		return doc, fmt.Errorf("没有编号为 %s 的诉求；编号形如 95598:1812160001", id)
	}
	return doc, err
}

// stored reads a contact and the archived rule set of its labels.
func (s *session) stored(c *cli.Context, id string) (*hotline.Document, *classify.RuleSet, error) {
	store, err := s.store()
	if err != nil {
		return nil, nil, err
	}
	doc, err := getDocument(c.Context, store, id)
	if err != nil {
		return nil, nil, err
	}
	rules, err := s.compiled()
	if err != nil {
		return nil, nil, err
	}
	if rules.Hash() == doc.Analysis.RulesetHash {
		return &doc, rules.WithRevision(doc.Analysis.RulesetRev), nil
	}
	source, err := index.RulesetSource(c.Context, store, doc.Analysis.RulesetHash)
	if err != nil {
		return nil, nil, err
	}
	archived, err := classify.FromSource(source)
	if err != nil {
		return nil, nil, fmt.Errorf("rule set %d, which labelled %s: %w", doc.Analysis.RulesetRev, id, err)
	}
	return &doc, archived.InZone(s.zone).WithRevision(doc.Analysis.RulesetRev), nil
}

// evidence is how a byte of the text took part in the labels; the greater shows where several did.
type evidence byte

const (
	evidenceNone    evidence = iota
	evidenceBlocked          // a word that a cue, a phrase or a border kept from counting
	evidenceFuzzy            // a word that only sounds like a keyword
	evidenceWord
)

// showCall prints the contact with the words marked that gave it its labels, and those that were kept from it.
func showCall(w io.Writer, call *hotline.Call, e *classify.Explanation, p paint) {
	turns := map[int][]evidence{classify.TitleTurn: make([]evidence, len(call.Title))}
	for i, turn := range call.Turns {
		turns[i] = make([]evidence, len(turn.Text))
	}
	note := func(hit hotline.Hit, as evidence) {
		if hit.Fuzzy && as == evidenceWord {
			as = evidenceFuzzy
		}
		for i := hit.Start; i < hit.End; i++ {
			turns[hit.Turn][i] = max(turns[hit.Turn][i], as)
		}
	}
	for _, finding := range e.Given {
		for _, rule := range finding.Fired {
			for _, hit := range rule.Hits {
				note(hit, evidenceWord)
			}
		}
	}
	for _, finding := range e.NotGiven {
		for _, rule := range finding.Missed {
			for _, block := range rule.Blocks {
				if block.Hit != nil {
					note(*block.Hit, evidenceBlocked)
				}
			}
		}
	}
	if call.Title != "" {
		fmt.Fprintln(w, p.bold(markEvidence(call.Title, turns[classify.TitleTurn], p)))
	}
	for i, turn := range call.Turns {
		fmt.Fprintf(w, "%s%s\n", p.faint(rolePrefix(turn.Role, len(call.Turns))), markEvidence(turn.Text, turns[i], p))
	}
	fmt.Fprintln(w)
}

// markEvidence marks the stretches of a text by the evidence of their bytes.
func markEvidence(text string, of []evidence, p paint) string {
	var b strings.Builder
	for start := 0; start < len(text); {
		end := start
		for end < len(text) && of[end] == of[start] {
			end++
		}
		show := map[evidence]func(string) string{evidenceBlocked: p.blocked, evidenceFuzzy: p.fuzzy, evidenceWord: p.mark}[of[start]]
		if part := text[start:end]; show != nil {
			b.WriteString(show(part))
		} else {
			b.WriteString(part)
		}
		start = end
	}
	return b.String()
}
