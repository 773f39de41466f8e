package kibana

import (
	"suqiu/index/elastic"
	"suqiu/kibana/saved"
)

// letterNames are the names of a dead letter's fields in Kibana.
var letterNames = map[string]string{
	"id": "死信编号", "source": "数据源", "hotline": "热线", "reason": "原因", "place": "出错位置", "why": "说明", "remedy": "处理办法",
	"at": "写入时间", "arrived": "到达时间", "resolved": "重新入库时间", "bytes": "原文字节数",
	"topic": "主题", "partition": "分区", "offset": "位点", "until": "缺口止于位点", "file": "文件", "line": "行",
}

// Conditions of dead letters. A document without an id only says how far the copies reach.
const (
	anyLetter  = "id : *"
	unresolved = anyLetter + " and not resolved : *" // no replay has stored the input yet
	resolved   = anyLetter + " and resolved : *"
)

// lettersView is the data view of the copies of dead letters.
func (s *set) lettersView() {
	// Places are names, not amounts: 1234, not 1,234.
	plain := saved.FieldFormat{ID: "number", Params: saved.FormatParams{Pattern: "0"}}
	formats := map[string]saved.FieldFormat{"partition": plain, "offset": plain, "until": plain, "line": plain}
	reasons := make([]saved.LookupEntry, len(s.Reasons))
	for i, r := range s.Reasons {
		reasons[i] = saved.LookupEntry{Key: r.Code, Value: r.Name}
	}
	if len(reasons) > 0 {
		formats["reason"] = lookup(reasons)
	}
	s.dataView(lettersView, dataView{
		pattern: elastic.LettersIndex(s.Prefix), title: "死信", timeField: lettersTimeField, names: letterNames, formats: formats,
		hidden: []saved.SourceFilter{{Value: "epoch"}, {Value: "through"}},
	})
}

// letters shows what could not be read (死信): for who keeps suqiu and its sources.
func (s *set) letters() {
	total := count("死信件数")
	reason, source := top("reason", "原因", "reason", 20, "count"), top("source", "数据源", "source", 20, "count")
	s.search(lettersView, search{
		name: "search-letters", title: "死信", description: "尚未重新入库的死信，最新的在前。原文不在这里：用 suqiu deadletter show 查看，排除原因后用 suqiu deadletter replay 重新处理。",
		columns: []string{"reason", "source", "place", "why", "remedy", "id"}, sort: [][2]string{{lettersTimeField, "desc"}, {"reason", "asc"}},
	}, unresolved)
	s.lens(panel{
		name: "letters", title: "死信按原因和来源", description: "尚未重新入库的。点一行，列出它们。", view: lettersView, query: unresolved, show: asTable,
		columns: []column{reason, source, total, newest("最近写入", lettersTimeField)},
	})
	s.dashboard(dashboard{
		name: lettersName, title: "死信处理", description: "无法解析、已单独存放的记录：为什么、哪个来源、在哪里。处理：改好来源或配置，再 suqiu deadletter replay。",
		from: "now-30d/d", view: lettersView, controls: [][2]string{{"reason", "原因"}, {"source", "数据源"}, {"hotline", "热线"}},
		rows: []row{
			{7, []cell{
				lens(s.lens(panel{
					name: "letters-unresolved", title: "待处理死信", view: lettersView, query: unresolved, show: asMetric, columns: []column{total},
				}), 24),
				lens(s.lens(panel{
					name: "letters-resolved", title: "已重新入库", view: lettersView, query: resolved, show: asMetric, columns: []column{total},
				}), 24),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "letters-days", title: "每日死信（按原因）", description: "已重新入库的也计。突然增多，多半是来源格式变了。", view: lettersView, query: anyLetter,
					show: asChart("bar_stacked"), columns: []column{daysOf(lettersTimeField), reason, total},
				}), 24),
				lens("lens-letters", 24),
			}},
			list("search-letters"),
		},
	})
}
