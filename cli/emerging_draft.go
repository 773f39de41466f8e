package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"suqiu/classify"
	"suqiu/classify/draft"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/trend/emerging"
)

// emergingReport is what the command tells.
type emergingReport struct {
	From       time.Time       `json:"from"`
	To         time.Time       `json:"to"`
	Since      time.Time       `json:"background_from"`
	Window     emerging.Amount `json:"window"`
	Background emerging.Amount `json:"background"`
	Left       []string        `json:"left"`
	Tried      int             `json:"tried"`
	More       int             `json:"more"`
	Topics     []emergingTopic `json:"topics"`
	Draft      string          `json:"draft,omitempty"` // the file that was written
}

// emergingTopic is a topic with its examples and its draft.
type emergingTopic struct {
	emerging.Topic
	Examples []emergingExample `json:"examples"`
	Draft    emergingDraft     `json:"draft"`

	hidden map[string]bool // contacts that are not shown
}

// emergingExample is a masked contact of a topic.
type emergingExample struct {
	ID       string    `json:"id"`
	Received time.Time `json:"received"`
	Text     string    `json:"text"`
}

// emergingDraft is a draft rule and what it does.
type emergingDraft struct {
	draft.Verdict
	ID      string `json:"id"`
	Label   string `json:"label"`
	Rule    string `json:"rule,omitempty"` // YAML; empty where it is refused
	Matched int    `json:"matched"`        // contacts of the topic on which it fires
	Given   int    `json:"given"`          // of these, to which the whole set with the drafts gives the label

	from draft.Rule
}

// draftTopics writes a draft rule for each topic and tries all of them: on the topics, and on the whole background.
func (s *session) draftTopics(ctx context.Context, store index.Store, rules *classify.RuleSet, q emergingQuery, found emerging.Result) (*emergingReport, error) {
	report := &emergingReport{
		From: q.window.From.In(s.zone), To: q.window.To.In(s.zone), Since: q.background.From.In(s.zone),
		Window: found.Window, Background: found.Background, Left: found.Left, Tried: found.Tried, More: found.More,
		Topics: []emergingTopic{},
	}
	if len(found.Topics) == 0 {
		return report, nil
	}
	if err := rules.Ready(); err != nil {
		return nil, err
	}
	var drafts []draft.Rule
	for i := range found.Topics {
		t := emergingTopic{Topic: found.Topics[i], Examples: []emergingExample{}}
		docs, hidden, err := examplesOf(ctx, store, rules.Taxonomy(), &t.Topic)
		if err != nil {
			return nil, err
		}
		t.hidden = hidden
		t.Draft.from = draft.Rule{
			ID: fmt.Sprintf("emerging.%s.%d", report.To.Format("20060102"), i+1), Label: q.as, Words: t.Cover,
			Note: fmt.Sprintf("新话题：%s。%s 至 %s，%d 位来电人；此前 %d 天没有或罕见。草案，请核对后改名、改标签。", t.Name,
				report.From.Format(time.DateOnly), report.To.Format(time.DateOnly), t.Callers, int(report.From.Sub(report.Since).Hours()/24)),
		}
		if _, known := rules.Taxonomy().Label(t.Main()); known && 2*t.Labels[0].Callers >= t.Callers {
			t.Draft.from.Label = t.Main()
		}
		for k := range docs {
			t.addExample(&docs[k], s.zone)
		}
		report.Topics = append(report.Topics, t)
		drafts = append(drafts, t.Draft.from)
	}
	if err := s.tryDrafts(ctx, store, rules, q, report, drafts); err != nil {
		return nil, err
	}
	for i := range report.Topics {
		t := &report.Topics[i]
		t.Members = slices.DeleteFunc(t.Members, func(id string) bool { return t.hidden[id] })
	}
	return report, nil
}

// mostDraftExamples bounds the examples of a draft rule and those that are shown.
const mostDraftExamples = 3

// addExample adds a contact to the examples, and what it says of the topic to those of the draft.
func (t *emergingTopic) addExample(doc *hotline.Document, zone *time.Location) {
	if len(t.Examples) == mostDraftExamples {
		return
	}
	text := sentencesWith(&doc.Call, t.Cover)
	if text != "" {
		t.Draft.from.Examples = append(t.Draft.from.Examples, "客户："+text)
	} else {
		var all []string
		for _, p := range t.Phrases {
			all = append(all, p.Text)
		}
		text = sentencesWith(&doc.Call, all)
	}
	t.Examples = append(t.Examples, emergingExample{ID: doc.Call.DocID(), Received: doc.Call.Received.In(zone), Text: text})
}

// mostExampleLength bounds an example, in characters.
const mostExampleLength = 200

// sentencesWith are the sentences of the first turn of the caller, or of the title, in which one of the words stands, up to
// some length.
func sentencesWith(call *hotline.Call, words []string) string {
	holds := func(text string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	texts := []string{call.Title}
	for _, t := range call.Turns {
		if t.Role.Caller() {
			texts = append(texts, t.Text)
		}
	}
	for _, text := range texts {
		var kept []string
		length := 0
		for sentence := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("。！？!?\n\r", r) }) {
			sentence = strings.TrimSpace(sentence)
			if n := utf8.RuneCountInString(sentence); holds(sentence) && (length == 0 || length+n <= mostExampleLength) {
				length += n
				kept = append(kept, around(sentence, words))
			}
		}
		if len(kept) > 0 {
			return strings.Join(kept, "。")
		}
	}
	return ""
}

// around cuts a sentence that is too long to what stands around the first of the words in it.
func around(sentence string, words []string) string {
	if utf8.RuneCountInString(sentence) <= mostExampleLength {
		return sentence
	}
	at, end := len(sentence), 0
	for _, w := range words {
		if i := strings.Index(sentence, w); i >= 0 && i < at {
			at, end = i, i+len(w)
		}
	}
	return sentence[backward(sentence, at, mostExampleLength/2):forward(sentence, end, mostExampleLength/2)]
}

// tryDrafts lays the drafts over the rules, runs them over the topics' contacts and the background, and keeps what
// became of each.
func (s *session) tryDrafts(ctx context.Context, store index.Store, rules *classify.RuleSet, q emergingQuery, report *emergingReport, drafts []draft.Rule) error {
	trial, err := draft.NewTrial(rules, drafts)
	if err != nil {
		return err
	}
	of := map[string][]int{} // contacts → topics
	for i, t := range report.Topics {
		for _, id := range t.Members {
			of[id] = append(of[id], i)
		}
	}
	if err := s.eachShown(ctx, store, q.window, "试草案：近期", func(doc *hotline.Document) {
		topics := of[doc.Call.DocID()]
		if len(topics) == 0 {
			return
		}
		fired := trial.Fires(&doc.Call)
		for _, i := range topics {
			if slices.Contains(fired, i) {
				report.Topics[i].Draft.Matched++
				if trial.Gives(&doc.Call, i) {
					report.Topics[i].Draft.Given++
				}
			}
		}
	}); err != nil {
		return fmt.Errorf("try the drafts on the contacts of the topics: %w", err)
	}
	if err := s.tryBackground(ctx, store, q.background, trial); err != nil {
		return fmt.Errorf("try the drafts on the background: %w", err)
	}
	for i, verdict := range trial.Verdicts() {
		d := &report.Topics[i].Draft
		d.Verdict, d.ID, d.Label = verdict, d.from.ID, d.from.Label
		if verdict.Refused == "" {
			rule, err := draft.YAML(d.from)
			if err != nil {
				return err
			}
			d.Rule = string(rule)
		}
	}
	return nil
}

// draftBatch is how many contacts are analysed at once by all processors.
const draftBatch = 512

// tryBackground counts on which contacts of the background the drafts fire, with all processors.
func (s *session) tryBackground(ctx context.Context, store index.Store, filter index.Filter, trial *draft.Trial) error {
	forks := make([]*draft.Trial, runtime.GOMAXPROCS(0))
	for i := range forks {
		forks[i] = trial.Fork()
	}
	var batch []hotline.Call
	run := func() {
		var all sync.WaitGroup
		for i, fork := range forks {
			all.Go(func() {
				for k := i; k < len(batch); k += len(forks) {
					fork.Add(&batch[k])
				}
			})
		}
		all.Wait()
		batch = batch[:0]
	}
	err := s.eachShown(ctx, store, filter, "试草案：此前", func(doc *hotline.Document) {
		if batch = append(batch, doc.Call); len(batch) == draftBatch {
			run()
		}
	})
	run()
	for _, fork := range forks {
		trial.Join(fork)
	}
	return err
}

// writeDraft writes the drafts that may be handed out as a file of rules, and returns its name; empty where there are none.
func writeDraft(name string, topics []emergingTopic) (string, error) {
	var rules []draft.Rule
	for _, t := range topics {
		if t.Draft.Refused == "" {
			rules = append(rules, t.Draft.from)
		}
	}
	if len(rules) == 0 {
		return "", nil
	}
	data, err := draft.YAML(rules...)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return "", fmt.Errorf("make the folder of the drafts: %w", err)
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return "", usagef("--draft %s：文件已经有了，可能有您改过的内容；换一个文件名", name)
	}
	if err != nil {
		return "", fmt.Errorf("write the drafts: %w", err)
	}
	_, err = file.Write(append([]byte("# suqiu emerging 写的规则草案。核对后改编号、标签和词语，补上不该命中的例子；suqiu rule try 可边改边看。\n"), data...))
	if err = errors.Join(err, file.Close()); err != nil {
		return "", fmt.Errorf("write the drafts: %w", err)
	}
	return name, nil
}
