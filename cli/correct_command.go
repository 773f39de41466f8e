package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/classify/evaluate"
	"suqiu/hotline"
	"suqiu/index"
)

func correctCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:      "correct",
		Usage:     "人工更正标签、性质、责任 · say what a contact is about where the rules are wrong",
		ArgsUsage: "ID",
		Description: `A correction holds from now on, whatever the rules find later, and is shown with the name of who made it. It adds to
earlier corrections of the same contact; undo takes all of them back. What the rules found stays beside it.

Examples:
   suqiu correct 95598:260915000298 --add bill.high --remove outage.fault --by 张三 --why 反映电费，停电是旁述
   suqiu correct 95598:260915000298 --responsible customer --by 张三 --dry-run`,
		Flags: settingFlags(
			&cli.StringSliceFlag{Name: "add", Usage: "`LABEL` that it has, by code or Chinese name"},
			&cli.StringSliceFlag{Name: "remove", Usage: "`LABEL` that it has not, by code or Chinese name"},
			&cli.StringFlag{Name: "nature", Usage: "咨询 求助 投诉 举报 建议 表扬 报修"},
			&cli.StringFlag{Name: "responsible", Usage: "utility, customer, third_party or unknown"},
			&cli.StringFlag{Name: "by", Usage: "`WHO` says so"},
			&cli.StringFlag{Name: "why", Usage: "the reason; personal data in it is masked"},
			&cli.BoolFlag{Name: "dry-run", Usage: "only show the contact before and after"},
			formatFlag("text or json"),
		),
		Action:          inSession(env, (*session).correct),
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			{
				Name: "list", Usage: "列出更正 · list the corrections in force",
				Description: "Example:\n   suqiu correct list --by 张三",
				Flags: settingFlags(
					&cli.StringFlag{Name: "by", Usage: "only those that `WHO` made"},
					&cli.BoolFlag{Name: "all", Usage: "also those that others have replaced or taken back"},
					formatFlag("text, or json: one contact a line"),
				),
				Action: inSession(env, (*session).listCorrections),
			},
			{
				Name: "undo", Usage: "撤销更正 · let the rules decide again", ArgsUsage: "ID",
				Description: "Example:\n   suqiu correct undo 95598:260915000298 --by 张三",
				Flags: settingFlags(
					&cli.StringFlag{Name: "by", Usage: "`WHO` says so"},
					&cli.StringFlag{Name: "why", Usage: "the reason; personal data in it is masked"},
					&cli.BoolFlag{Name: "dry-run", Usage: "only show the contact before and after"},
					formatFlag("text or json"),
				),
				Action: inSession(env, (*session).correct),
			},
			{
				Name: "apply", Usage: "补完中断的更正 · end the work of corrections that were interrupted",
				Description: "Harmless where there is nothing to do.\n\nExample:\n   suqiu correct apply",
				Flags:       settingFlags(),
				Action:      inSession(env, (*session).applyCorrections),
			},
			{
				Name: "export", Usage: "导出为标注数据 · print the corrected contacts as gold records for suqiu evaluate",
				Description: `Who corrects a contact has read it: its labels as they now stand are gold, nature and responsible party where told.

Example:
   suqiu correct export > gold.jsonl && suqiu evaluate gold.jsonl`,
				Flags:  settingFlags(),
				Action: inSession(env, (*session).exportCorrections),
			},
		},
	}
}

// correct corrects one contact, or, as undo, takes its corrections back.
func (s *session) correct(c *cli.Context) error {
	if c.NArg() != 1 {
		return usagef("写一件诉求的编号，如 95598:260915000298；用法见 %s --help", c.Command.HelpName)
	}
	id := c.Args().First()
	change, err := s.readCorrection(c)
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	before, err := getDocument(c.Context, store, id)
	if err != nil {
		return err
	}
	told, err := index.CorrectionsOf(c.Context, store, id)
	if err != nil {
		return err
	}
	var now hotline.Correction
	if len(told.History) > 0 {
		now = told.Now()
	}
	if now.Empty() && change.Empty() {
		return fmt.Errorf("%s 没有可撤销的更正；suqiu correct list 列出有效的更正", id)
	}
	if err := refuseIdle(&before.Analysis, &change); err != nil {
		return err
	}
	after := before
	after.Analysis.Correct(change.After(now))
	if !c.Bool("dry-run") {
		if _, err := index.Correct(c.Context, store, id, change); err != nil {
			return err
		}
		if after, err = store.Get(c.Context, id); err != nil {
			return err
		}
		if err := store.Refresh(c.Context); err != nil {
			return err
		}
	}
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, correctionReport{ID: id, Before: before.Analysis, After: after.Analysis, Saved: !c.Bool("dry-run")})
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	p := newPaint(s.env.Stdout)
	showFound(s.env.Stdout, &index.Found{Document: before}, names, p)
	fmt.Fprintf(s.env.Stdout, "\n更正前：%s\n更正后：%s\n", findingsText(&before.Analysis, names), p.bold(findingsText(&after.Analysis, names)))
	if c.Bool("dry-run") {
		fmt.Fprintln(s.env.Stdout, "试运行，没有保存")
		return nil
	}
	fmt.Fprintf(s.env.Stdout, "已保存（第 %d 次更正）；撤销：suqiu correct undo %s --by …\n", after.Analysis.CorrectionRev, id)
	return nil
}

// refuseIdle refuses to take away a label that is not there, and to give one again that the same person gave.
func refuseIdle(a *hotline.Analysis, change *hotline.Correction) error {
	for _, code := range change.Remove {
		if !slices.Contains(a.Codes(), code) {
			return usagef("--remove %s：这件诉求没有这个标签；它的标签：%s", code, or(strings.Join(a.Codes(), "、"), "无"))
		}
	}
	for _, l := range a.Labels {
		if l.By == change.By && slices.Contains(change.Add, l.Code) {
			return usagef("--add %s：%s 已经加过这个标签", l.Code, l.By)
		}
	}
	return nil
}

// correctionReport is what correct tells as JSON.
type correctionReport struct {
	ID     string           `json:"id"`
	Saved  bool             `json:"saved"`
	Before hotline.Analysis `json:"before"`
	After  hotline.Analysis `json:"after"`
}

// who is the name given by --by, empty where none is. What looks like a flag is none's name.
func who(c *cli.Context) (string, error) {
	by := strings.TrimSpace(c.String("by"))
	if strings.HasPrefix(by, "-") {
		return "", usagef("--by %s：这不是姓名；写成 --by 张三", by)
	}
	return by, nil
}

// readCorrection makes a correction of the flags.
func (s *session) readCorrection(c *cli.Context) (hotline.Correction, error) {
	by, err := who(c)
	if err != nil {
		return hotline.Correction{}, err
	}
	change := hotline.Correction{
		Rev: 1, Add: c.StringSlice("add"), Remove: c.StringSlice("remove"), Nature: hotline.Nature(c.String("nature")),
		Responsible: hotline.Responsible(c.String("responsible")), By: by, At: s.env.Now().In(s.zone).Truncate(time.Second),
	}
	if change.By == "" {
		return change, usagef("写明是谁更正的：--by 张三")
	}
	if c.Command.Name == "correct" && change.Empty() {
		return change, usagef("更正什么？写 --add、--remove、--nature 或 --responsible；用法见 suqiu correct --help")
	}
	if change.Nature != "" {
		if err := checkNatures(change.Nature); err != nil {
			return change, err
		}
	}
	if change.Responsible != "" {
		if err := checkParties("responsible", change.Responsible); err != nil {
			return change, err
		}
	}
	if change.Add, err = s.labelCodes("--add ", change.Add, false); err != nil {
		return change, err
	}
	if change.Remove, err = s.labelCodes("--remove ", change.Remove, false); err != nil {
		return change, err
	}
	for _, code := range change.Remove {
		if slices.Contains(change.Add, code) {
			return change, usagef("--add 和 --remove 都写了 %s；去掉一个", code)
		}
	}
	masker, err := s.lookingMasker()
	if err != nil {
		return change, err
	}
	change.Why = masker.Text(c.String("why"))
	return change, nil
}

// corrections opens the store and lists the contacts that were ever corrected.
func (s *session) corrections(ctx context.Context) (index.Store, []index.CorrectedCall, error) {
	store, err := s.store()
	if err != nil {
		return nil, nil, err
	}
	calls, err := index.Corrections(ctx, store)
	return store, calls, err
}

func (s *session) listCorrections(c *cli.Context) error {
	_, calls, err := s.corrections(c.Context)
	if err != nil {
		return err
	}
	names, err := s.names()
	if err != nil {
		return err
	}
	out := jsonLines(s.env.Stdout)
	total := 0
	for _, call := range calls {
		shown := call.History
		if !c.Bool("all") {
			shown = shown[len(shown)-1:]
		}
		shown = slices.DeleteFunc(slices.Clone(shown), func(one hotline.Correction) bool {
			return c.String("by") != "" && one.By != c.String("by") || one.Empty() && !c.Bool("all")
		})
		total += len(shown)
		switch {
		case len(shown) == 0:
		case c.String("format") == "json":
			if err := out.Encode(index.CorrectedCall{ID: call.ID, History: shown}); err != nil {
				return err
			}
		default:
			for i := range shown {
				fmt.Fprintf(s.env.Stdout, "%s  %s\n", call.ID, correctionText(&shown[i], names))
			}
		}
	}
	if c.String("format") != "json" {
		fmt.Fprintf(s.env.Stdout, "共 %d 条\n", total)
	}
	return nil
}

func (s *session) applyCorrections(c *cli.Context) error {
	store, calls, err := s.corrections(c.Context)
	if err != nil {
		return err
	}
	var gone int
	for _, call := range calls {
		err := index.ApplyCorrection(c.Context, store, call.ID)
		if errors.Is(err, index.ErrNotFound) {
			gone++ // its month was dropped; if it comes back, its correction will be there
			continue
		}
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(s.env.Stdout, "%d 件的更正都已生效，另有 %d 件已不在库中\n", len(calls)-gone, gone)
	return store.Refresh(c.Context)
}

// goldRecord is a gold record in suqiu's native JSON, so that evaluate takes it the whole way of a contact.
type goldRecord struct {
	evaluate.Record
	Hotline  hotline.Hotline `json:"hotline"`
	Channel  string          `json:"channel,omitempty"`
	Received time.Time       `json:"received"`
}

func (s *session) exportCorrections(c *cli.Context) error {
	store, calls, err := s.corrections(c.Context)
	if err != nil {
		return err
	}
	out := jsonLines(s.env.Stdout)
	for _, call := range calls {
		told := call.Now()
		if told.Empty() {
			continue
		}
		doc, err := store.Get(c.Context, call.ID)
		if errors.Is(err, index.ErrNotFound) {
			fmt.Fprintf(s.env.Stderr, "%s：已不在库中，没有导出\n", call.ID)
			continue
		}
		if err != nil {
			return err
		}
		if err := out.Encode(goldOf(&doc, &told)); err != nil {
			return err
		}
	}
	return nil
}

func goldOf(doc *hotline.Document, told *hotline.Correction) goldRecord {
	call := &doc.Call
	gold := goldRecord{
		Record: evaluate.Record{
			ID: call.DocID(), Source: call.Hotline, Kind: call.Kind, Title: call.Title, Turns: call.Turns,
			Labels: doc.Analysis.Codes(), Also: []string{}, Nature: []hotline.Nature{}, Responsible: []hotline.Responsible{},
		},
		Hotline: call.Hotline, Channel: call.Channel, Received: call.Received,
	}
	if told.Nature != "" {
		gold.Nature = append(gold.Nature, told.Nature)
	}
	if told.Responsible != "" {
		gold.Responsible = append(gold.Responsible, told.Responsible)
	}
	return gold
}

// labelText is a label for an analyst; one that a person gave or confirmed tells who.
func labelText(l hotline.Label, names labelNames) string {
	if l.By != "" {
		return fmt.Sprintf("%s（%s，%s更正）", names.name(l.Code), l.Code, l.By)
	}
	return fmt.Sprintf("%s（%s）", names.name(l.Code), l.Code)
}

// correctionText tells a correction in one line.
func correctionText(c *hotline.Correction, names labelNames) string {
	var parts []string
	for _, code := range c.Add {
		parts = append(parts, fmt.Sprintf("+%s（%s）", names.name(code), code))
	}
	for _, code := range c.Remove {
		parts = append(parts, fmt.Sprintf("−%s（%s）", names.name(code), code))
	}
	if c.Nature != "" {
		parts = append(parts, "性质 "+string(c.Nature))
	}
	if c.Responsible != "" {
		parts = append(parts, "责任 "+c.Responsible.Name())
	}
	if len(parts) == 0 {
		parts = append(parts, "撤销，按规则")
	}
	var text strings.Builder
	fmt.Fprintf(&text, "人工更正：%s  %s  %s", c.By, c.At.Format("2006-01-02 15:04"), strings.Join(parts, " "))
	if c.Why != "" {
		text.WriteString("  理由：" + c.Why)
	}
	for _, k := range c.Kept {
		fmt.Fprintf(&text, "；其中 %s（%s）由 %s 更正", names.name(k.Label), k.Label, k.By)
		if k.Why != "" {
			text.WriteString("，理由：" + k.Why)
		}
	}
	return text.String()
}

// findingsText tells in one line what a contact is about.
func findingsText(a *hotline.Analysis, names labelNames) string {
	labels := []string{"无标签"}
	for i, l := range a.Labels {
		if i == 0 {
			labels = nil
		}
		labels = append(labels, labelText(l, names))
	}
	return fmt.Sprintf("%s；性质 %s；责任 %s", strings.Join(labels, "、"), a.Nature, a.Responsible.Name())
}
