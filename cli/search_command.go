package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
)

func searchCommand(env Env) *cli.Command {
	flags := append(filterFlags(),
		&cli.IntFlag{Name: "limit", Value: 10, Usage: "documents to show"},
		&cli.IntFlag{Name: "offset", Usage: "documents to skip"},
		&cli.StringFlag{Name: "sort", Value: "newest", Usage: "newest, oldest or relevance"},
		&cli.StringSliceFlag{Name: "facet", Usage: "also count by label, area, source, hotline, kind, nature, responsible, found, urgency, portrait, experience or entity"},
		&cli.StringFlag{Name: "phone", Usage: "only contacts from this telephone `NUMBER`; only its pseudonym is looked up"},
		&cli.BoolFlag{Name: "answers", Usage: "also show what may be told to the callers (答复口径), and what it rests on"},
		formatFlag("text, or json: one document a line, then with --facet or --limit 0 an object with total and facets"),
	)
	return &cli.Command{
		Name:      "search",
		Usage:     "检索诉求 · search the stored contacts",
		ArgsUsage: "[WORD]...",
		Description: `All words must occur; "…" makes one phrase of several words; -word excludes. Chinese words match inside longer ones.

Examples:
   suqiu search --embedded 电压低 --area 江东电力/临州供电公司 --since 8w
   suqiu search --label outage --facet area --limit 0
   suqiu search --urgency any --since 24h
   suqiu search '跳闸 -空开' --hotline 95598 --format json

With --caller, --phone, --account or --matter and without words, a page of all that the caller, the account or the problem told comes first, by
month and label; a matter's contacts are shown from the oldest on. As JSON it is the last line, {"history":{…}}.

Long texts are shown as excerpts around the words; --format json has them whole. With --facet or --limit 0 its last line is
{"total":…,"facets":{"label":[{"value":…,"count":…}]}}.`,
		Flags: settingFlags(flags...),
		Action: inSession(env, func(s *session, c *cli.Context) error {
			query, err := s.readQuery(c)
			if err != nil {
				return err
			}
			store, err := s.store()
			if err != nil {
				return err
			}
			page := pageOf(&query)
			if page && query.Filter.Matter != "" && !c.IsSet("sort") {
				query.Sort = index.SortOldest
			}
			result, err := store.Search(c.Context, query)
			if errors.Is(err, index.ErrQuery) {
				return usagef("%s", strings.TrimPrefix(err.Error(), index.ErrQuery.Error()+": "))
			}
			if err != nil {
				return fmt.Errorf("search: %w", err)
			}
			if result.Total == 0 && len(query.Filter.Areas) > 0 {
				if err := s.hintAreas(c.Context, store, query.Filter.Areas); err != nil {
					return err
				}
			}
			var history index.History
			if page {
				if history, err = index.HistoryOf(c.Context, store, query.Filter, s.zone); err != nil {
					return fmt.Errorf("search: %w", err)
				}
			}
			if c.String("format") == "json" {
				if err := encodeResult(env.Stdout, &query, &result); err != nil || !page {
					return err
				}
				return jsonLines(env.Stdout).Encode(map[string]index.History{"history": history})
			}
			names, err := s.names()
			if err != nil {
				return err
			}
			if page && history.Contacts > 0 {
				if err := showHistory(env.Stdout, &history, names); err != nil {
					return err
				}
			}
			showResult(env.Stdout, &result, names, newPaint(env.Stdout))
			if !c.Bool("answers") {
				return nil
			}
			return s.showAnswers(env.Stdout, labelsOf(&result))
		}),
	}
}

// labelsOf lists the labels of what was found, each once, in the order of what was found.
func labelsOf(r *index.Result) []string {
	var labels []string
	for i := range r.Found {
		for _, code := range r.Found[i].Document.Analysis.Codes() {
			if !slices.Contains(labels, code) {
				labels = append(labels, code)
			}
		}
	}
	return labels
}

// pageOf reports whether a query asks for all that one caller, account or matter told.
func pageOf(q *index.Query) bool {
	return q.Words == "" && (q.Filter.Caller != "" || q.Filter.Account != "" || q.Filter.Matter != "")
}

// showHistory prints what was told over time, a line a month.
func showHistory(w io.Writer, h *index.History, names labelNames) error {
	fmt.Fprintf(w, "%s 至 %s：诉求 %d 件，事项 %d 个，来电人 %d 位\n", h.First.Format(time.DateOnly), h.Last.Format(time.DateOnly), h.Contacts, h.Matters, h.Callers)
	rows := [][]string{{"  月份", "件数", "标签"}}
	for _, m := range h.Months {
		var labels []string
		for _, l := range m.Labels {
			labels = append(labels, fmt.Sprintf("%s×%d", names.name(l.Value), l.Count))
		}
		rows = append(rows, []string{"  " + m.Month, strconv.Itoa(m.Contacts), strings.Join(labels, "  ")})
	}
	return writeTable(w, rows)
}

// encodeResult writes one document a line, and after them the counts where such were asked for.
func encodeResult(w io.Writer, query *index.Query, result *index.Result) error {
	out := jsonLines(w)
	for i := range result.Found {
		if err := out.Encode(&result.Found[i].Document); err != nil {
			return err
		}
	}
	if len(query.Facets) == 0 && query.Size > 0 {
		return nil
	}
	return out.Encode(struct {
		Total  int64                          `json:"total"`
		Facets map[index.Field][]index.Bucket `json:"facets,omitempty"`
	}{result.Total, result.Facets})
}

// hintAreas says which stored areas somebody may have meant who asked for areas without any contact.
func (s *session) hintAreas(ctx context.Context, store index.Searcher, areas []string) error {
	const known = 1000
	all, err := store.Search(ctx, index.Query{Facets: []index.Field{index.FacetArea}, FacetSize: known})
	if err != nil {
		return fmt.Errorf("search for areas: %w", err)
	}
	var paths []string
	for _, b := range all.Facets[index.FacetArea] {
		paths = append(paths, b.Value)
	}
	for _, area := range areas {
		if slices.Contains(paths, area) {
			continue
		}
		hint := "suqiu search --facet area --limit 0 列出有诉求的地区"
		if near := nearest(area, paths); len(near) > 0 {
			hint = "是否指 " + strings.Join(near, "、")
		}
		fmt.Fprintf(s.env.Stderr, "--area %s：没有这个地区的诉求；%s\n", area, hint)
	}
	return nil
}

func (s *session) readQuery(c *cli.Context) (index.Query, error) {
	filter, err := readFilter(c, s.env.Now(), s.zone)
	if err != nil {
		return index.Query{}, err
	}
	if err := s.checkFilter(&filter); err != nil {
		return index.Query{}, err
	}
	if phone := c.String("phone"); phone != "" {
		masker, err := s.masker()
		if err != nil {
			return index.Query{}, err
		}
		if filter.Caller = masker.Caller(phone); filter.Caller == "" {
			return index.Query{}, usagef("--phone：这不是来电人的电话号码")
		}
	}
	query := index.Query{
		Words: strings.Join(c.Args().Slice(), " "), Filter: filter, Sort: index.Sort(c.String("sort")),
		Offset: c.Int("offset"), Size: c.Int("limit"), Highlight: true,
	}
	for _, name := range []string{"offset", "limit"} {
		if n := c.Int(name); n < 0 {
			return index.Query{}, usagef("--%s %d：不能是负数", name, n)
		}
	}
	if query.Offset > index.MaxWindow-query.Size {
		return index.Query{}, usagef("--offset 和 --limit 合计最多 %d；缩小检索的范围，如写 --since、--area、--label", index.MaxWindow)
	}
	if query.Sort != "" {
		if err := allowed("sort", []index.Sort{query.Sort}, index.SortNewest, index.SortOldest, index.SortRelevance); err != nil {
			return index.Query{}, err
		}
	}
	for _, name := range c.StringSlice("facet") {
		if !slices.Contains(index.Facets[:], index.Field(name)) {
			return index.Query{}, usagef("--facet %s：可写 %s", name, listed(index.Facets[:]))
		}
		query.Facets = append(query.Facets, index.Field(name))
	}
	return query, nil
}

// showResult prints a result for an analyst: what, where, which label, and the text with the words marked.
func showResult(w io.Writer, r *index.Result, names labelNames, p paint) {
	fmt.Fprintf(w, "共 %d 件\n", r.Total)
	for i := range r.Found {
		fmt.Fprintln(w)
		showFound(w, &r.Found[i], names, p)
	}
	for _, field := range slices.Sorted(maps.Keys(r.Facets)) {
		fmt.Fprintf(w, "\n%s\n", facetTitles[field])
		for _, bucket := range r.Facets[field] {
			fmt.Fprintf(w, "  %7d  %s\n", bucket.Count, facetName(field, bucket.Value, names))
		}
	}
}

// facetName is the Chinese name of a facet's value.
func facetName(field index.Field, value string, names labelNames) string {
	switch field {
	case index.FacetLabel:
		return names.name(value)
	case index.FacetKind:
		return hotline.Kind(value).Name()
	case index.FacetResponsible, index.FacetFound:
		return hotline.Responsible(value).Name()
	case index.FacetUrgency, index.FacetPortrait:
		return names.mark(value)
	case index.FacetExperience:
		return hotline.Experience(value).Name()
	case index.FacetEntity:
		kind, content, _ := strings.Cut(value, ":")
		return hotline.EntityKind(kind).Name() + "：" + content
	}
	return value
}

var facetTitles = map[index.Field]string{
	index.FacetLabel: "按标签", index.FacetArea: "按地区", index.FacetSource: "按来源", index.FacetHotline: "按热线",
	index.FacetKind: "按形式", index.FacetNature: "按诉求性质", index.FacetResponsible: "按责任",
	index.FacetFound: "按查实责任", index.FacetUrgency: "按紧急信号", index.FacetPortrait: "按客户画像", index.FacetExperience: "按体验维度", index.FacetEntity: "按文中要素",
}

func showFound(w io.Writer, f *index.Found, names labelNames, p paint) {
	call := &f.Document.Call
	fmt.Fprintf(w, "%s  %s  %s  %s\n", p.bold(call.DocID()), call.Received.Format("2006-01-02 15:04"), f.Document.Analysis.Nature, areaText(call.Area))
	var labels []string
	for _, l := range f.Document.Analysis.Labels {
		labels = append(labels, labelText(l, names))
	}
	if len(labels) > 0 {
		fmt.Fprintf(w, "  %s\n", p.label(strings.Join(labels, "  ")))
	}
	if corrected := f.Document.Analysis.Corrected; corrected != nil {
		fmt.Fprintf(w, "  %s\n", p.faint(correctionText(&corrected.Correction, names)))
	}
	writeMarkNames(w, &f.Document.Analysis, names, p)
	for turn, t := range call.Turns {
		spans := spansOf(f.Highlights, turn)
		if t.Role == hotline.RoleReply && len(spans) == 0 {
			continue
		}
		fmt.Fprintf(w, "  %s%s\n", p.faint(rolePrefix(t.Role, len(call.Turns))), excerpt(t.Text, spans, p))
	}
}

func areaText(a hotline.Area) string {
	switch {
	case a.Grid != "":
		return a.Grid
	case a.Division != "":
		return a.Division
	}
	return "地点不详"
}

func rolePrefix(r hotline.Role, turns int) string {
	if turns == 1 {
		return ""
	}
	return r.Name() + "："
}

func spansOf(all []index.Highlight, turn int) [][2]int {
	var spans [][2]int
	for _, h := range all {
		if h.Turn == turn {
			spans = append(spans, [2]int{h.Start, h.End})
		}
	}
	return spans
}
