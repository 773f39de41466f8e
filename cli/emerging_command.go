package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v2"

	"suqiu/classify"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/trend/emerging"
)

func emergingCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "emerging",
		Usage: "新话题：近来突然多人说起、以前没有的事，附规则草案 · topics that are new among the contacts, each with a draft rule",
		Description: `Looks for phrases that several callers say in a period (by default the last seven days), on several days of it, and that hardly anybody
said in the time before. Phrases of the same callers are one topic. What a label, a source or a county tells more of as a whole is not
new; nor are names, places, dates and courtesies. Each topic is shown with its callers, label, areas, days, masked examples, and a draft
rule that loads, matches the examples, and matches fewer than 1 in 1,000 contacts of the time before, or with the reason why there
is none. --draft writes the drafts as a file of rules for your dictionary folder. Nothing else is changed.

Examples:
   suqiu emerging
   suqiu emerging --from 2026-11-16 --to 2026-11-23 --background 8w --area 江东电力/临州供电公司
   suqiu emerging --since 14d --draft my-dicts/rules/emerging.yaml
   suqiu rule try my-dicts/rules/emerging.yaml --once 蓝牙断路器配对失败`,
		Flags: settingFlags(append(filterFlags(),
			&cli.StringFlag{Name: "background", Value: "28d", Usage: "`SPAN` before the period, in which it was not told: 28d, 8w", Category: "detection"},
			&cli.IntFlag{Name: "min-callers", Value: 5, Usage: "distinct `CALLERS` who tell of it", Category: "detection"},
			&cli.IntFlag{Name: "min-days", Value: 3, Usage: "distinct `DAYS` on which it is told", Category: "detection"},
			&cli.Float64Flag{Name: "min-times", Value: 5, Usage: "`TIMES` as often as before", Category: "detection"},
			&cli.Float64Flag{Name: "chance", Value: 0.01, Usage: "`NUMBER` of phrases that chance alone may bring in; lower finds less and raises fewer false alarms", Category: "detection"},
			&cli.IntFlag{Name: "top", Value: 10, Usage: "`NUMBER` of topics, the surest", Category: "detection"},
			&cli.StringFlag{Name: "as", Value: "other.power", Usage: "`CODE` of the label of drafts for topics that have none"},
			&cli.StringFlag{Name: "draft", Usage: "write the draft rules to `FILE`, such as my-dicts/rules/emerging.yaml; it must not exist"},
			formatFlag("text or json"),
		)...),
		Action: inSession(env, (*session).emerging),
	}
}

// emergingWindow is the period that is looked at where none is told.
const emergingWindow = 7 * 24 * time.Hour

// emergingQuery is what is asked for.
type emergingQuery struct {
	window, background index.Filter
	options            emerging.Options
	as, draft          string
}

func (s *session) readEmerging(c *cli.Context) (emergingQuery, error) {
	q := emergingQuery{as: c.String("as"), draft: c.String("draft")}
	filter, err := readFilter(c, s.env.Now(), s.zone)
	if err == nil {
		err = s.checkFilter(&filter)
	}
	if err != nil {
		return q, err
	}
	if filter.To.IsZero() {
		filter.To = s.env.Now()
	}
	if filter.From.IsZero() {
		filter.From = filter.To.Add(-emergingWindow)
	}
	span, err := readSpan(c.String("background"))
	switch {
	case err != nil:
		return q, usagef("--background %s：%v", c.String("background"), err)
	case span <= 0:
		return q, usagef("--background %s：不能为零", c.String("background"))
	case !filter.From.Before(filter.To):
		return q, usagef("--from 应在 --to 之前")
	}
	for _, name := range []string{"min-callers", "min-days", "top"} {
		if c.Int(name) < 1 {
			return q, usagef("--%s 至少是 1", name)
		}
	}
	if n := c.Float64("min-times"); n <= 1 {
		return q, usagef("--min-times %g：应大于 1", n)
	}
	if n := c.Float64("chance"); n <= 0 || n >= 1 {
		return q, usagef("--chance %g：应在 0 和 1 之间", n)
	}
	if q.draft != "" && !strings.HasSuffix(q.draft, ".yaml") {
		return q, usagef("--draft %s：规则文件名以 .yaml 结尾，如 my-dicts/rules/emerging.yaml", q.draft)
	}
	q.window, q.background = filter, filter
	q.background.From, q.background.To = filter.From.Add(-span), filter.From
	q.options = emerging.Options{
		MinCallers: c.Int("min-callers"), MinDays: c.Int("min-days"), MinTimes: c.Float64("min-times"), Chance: c.Float64("chance"), Top: c.Int("top"),
	}
	return q, nil
}

func (s *session) emerging(c *cli.Context) error {
	q, err := s.readEmerging(c)
	if err != nil {
		return err
	}
	rules, err := s.examined()
	if err != nil {
		return err
	}
	as, err := s.labelCodes("--as ", []string{q.as}, false)
	if err != nil {
		return err
	}
	q.as = as[0]
	store, err := s.store()
	if err != nil {
		return err
	}
	if len(q.window.Areas) > 0 {
		if err := s.hintAreas(c.Context, store, q.window.Areas); err != nil {
			return err
		}
	}
	found, err := s.findTopics(c.Context, store, q)
	if err != nil {
		return err
	}
	report, err := s.draftTopics(c.Context, store, rules, q, found)
	if err != nil {
		return err
	}
	if q.draft != "" {
		if report.Draft, err = writeDraft(q.draft, report.Topics); err != nil {
			return err
		}
	}
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, report)
	}
	return s.showEmerging(report)
}

// findTopics reads the window, then the background, and judges.
func (s *session) findTopics(ctx context.Context, store index.Store, q emergingQuery) (emerging.Result, error) {
	var window []emerging.Contact
	if err := s.eachShown(ctx, store, q.window, "读取近期", func(doc *hotline.Document) { window = append(window, s.topicContact(doc)) }); err != nil {
		return emerging.Result{}, fmt.Errorf("read the contacts of the period: %w", err)
	}
	finder := emerging.NewFinder(window, q.options)
	background := 0
	err := s.eachShown(ctx, store, q.background, "对照此前", func(doc *hotline.Document) {
		background++
		contact := s.topicContact(doc)
		finder.Background(&contact)
	})
	switch {
	case err != nil:
		return emerging.Result{}, fmt.Errorf("read the contacts of the background: %w", err)
	case len(window) > 0 && background == 0:
		return emerging.Result{}, fmt.Errorf("%s 至 %s 没有入库的诉求，此后的一切都会显得是新的；读入更早的诉求，或把 --from 往后移",
			q.background.From.In(s.zone).Format(time.DateOnly), q.background.To.In(s.zone).Format(time.DateOnly))
	}
	return finder.Topics(), nil
}

// eachShown is index.Each with progress.
func (s *session) eachShown(ctx context.Context, store index.Store, filter index.Filter, what string, use func(doc *hotline.Document)) error {
	total, err := store.Search(ctx, index.Query{Filter: filter})
	if err != nil {
		return err
	}
	bar := newBar(s.env.Stderr, what, false)
	defer bar.done()
	done := int64(0)
	return index.Each(ctx, store, filter, func(doc *hotline.Document) {
		done++
		bar.set(done, total.Total)
		use(doc)
	})
}

// topicContact is a stored contact as new topics are looked for in it: the caller's words and the title, without the names,
// places, sums, times and units that it tells.
func (s *session) topicContact(doc *hotline.Document) emerging.Contact {
	call := &doc.Call
	names := knownNames(doc)
	c := emerging.Contact{
		ID: call.DocID(), Matter: call.Matter, Caller: cmp.Or(call.Caller, call.Account), Day: call.Received.In(s.zone),
		Parts: callerWords(call, names), Source: call.Source, Area: call.Area.Grid,
	}
	if call.Title != "" {
		c.Parts = append(c.Parts, without(names)(call.Title))
	}
	if len(doc.Analysis.Labels) > 0 {
		c.Label = doc.Analysis.Labels[0].Code
	}
	if c.Area == "" {
		c.Area = call.Area.Division
	}
	return c
}

// knownNames are what a contact names or is filed under, the longest first, so that each is taken out as a whole.
func knownNames(doc *hotline.Document) []string {
	var names []string
	add := func(name string) {
		if utf8.RuneCountInString(name) > 1 {
			names = append(names, name)
		}
	}
	for _, e := range doc.Analysis.Entities {
		add(e.Text)
	}
	for _, path := range []string{doc.Call.Area.Grid, doc.Call.Area.Division} {
		for name := range strings.SplitSeq(path, hotline.AreaSeparator) {
			add(name)
		}
	}
	add(doc.Call.Unit)
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return slices.Compact(names)
}

// fewSensitive is below how many callers nothing that was told under a sensitive label is shown.
const fewSensitive = 5

// examplesOf reads a topic's examples. Of fewer than five callers none is shown that has a sensitive label; hidden are
// all contacts of the topic for which that holds.
func examplesOf(ctx context.Context, store index.Store, taxonomy *classify.Taxonomy, t *emerging.Topic) (docs []hotline.Document, hidden map[string]bool, err error) {
	ids := t.Examples
	if t.Callers < fewSensitive {
		ids = t.Members
	}
	hidden = map[string]bool{}
	for _, id := range ids {
		doc, err := store.Get(ctx, id)
		if errors.Is(err, index.ErrNotFound) {
			continue // it has left the store meanwhile
		}
		if err != nil {
			return nil, nil, fmt.Errorf("read the example %s: %w", id, err)
		}
		sensitive := slices.ContainsFunc(doc.Analysis.Labels, func(l hotline.Label) bool {
			info, known := taxonomy.Label(l.Code)
			return known && info.Sensitive
		})
		switch {
		case t.Callers < fewSensitive && sensitive:
			hidden[id] = true
		case slices.Contains(t.Examples, id):
			docs = append(docs, doc)
		}
	}
	return docs, hidden, nil
}
