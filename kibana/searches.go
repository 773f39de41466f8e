package kibana

import "suqiu/kibana/saved"

// search is a saved search: which documents, in which order, which fields of them.
type search struct {
	name, title, description string
	where                    string // beside live
	columns                  []string
	sort                     [][2]string
}

// newestFirst is the order of most searches.
var newestFirst = [][2]string{{timeField, "desc"}}

// searches are the lists of contacts that dashboards end with and analysts start from.
func (s *set) searches() {
	for _, q := range []search{
		{
			name: "search-newest", title: "最新诉求", description: "按受理时间，最新的在前。",
			columns: []string{"urgency", "hotline", "labels", "nature", "grid", "text"}, sort: newestFirst,
		},
		{
			name: "search-urgent", title: "紧急诉求", description: "带有紧急信号的诉求：医疗设备、老幼病弱、人身与火灾危险、扬言升级等，最新的在前。",
			where: urgent, columns: []string{"urgency", "labels", "responsible", "grid", "text"}, sort: newestFirst,
		},
		{
			name: "search-unclassified", title: "无法分类", description: "没有任何规则命中的诉求：补规则从这里看起。",
			where: unlabelled, columns: []string{"hotline", "kind", "nature", "class", "text"}, sort: newestFirst,
		},
		{
			name: "search-low-margin", title: "勉强命中", description: "最强的分类只比阈值高不到 0.5：多一个或少一个弱词，结论就会不同。最勉强的在前。",
			where: lowMargin, columns: []string{"margin", "labels", "ruleset_rev", "text"}, sort: [][2]string{{"margin", "asc"}, {timeField, "desc"}},
		},
		{
			name: "search-callers", title: "来电人逐件", description: "同一来电人（假名）的诉求排在一起。配合筛选来电人或重复来电表使用。",
			where: known, columns: []string{"caller", "matter", "labels", "grid", "text"}, sort: [][2]string{{"caller", "asc"}, {timeField, "desc"}},
		},
		{
			name: "search-placeless", title: "地点不明", description: "两棵区域树都未能定位的诉求：补地名、户号或单位表从这里看起。",
			where: placeless, columns: []string{"hotline", "unit", "labels", "text"}, sort: newestFirst,
		},
	} {
		query := live
		if q.where != "" {
			query = and(q.where)
		}
		s.search(callsView, q, query)
	}
}

func (s *set) search(view string, q search, query string) {
	s.add(saved.TypeSearch, q.name, saved.Search{
		Title: titled(q.title), Description: q.description, Columns: q.columns, Sort: q.sort,
		Meta: saved.Meta{SearchSource: saved.Text[saved.Source]{Value: saved.NewSource(query, saved.SearchIndexRef)}},
	}, s.toView(view, saved.SearchIndexRef))
}
