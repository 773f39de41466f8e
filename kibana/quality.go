package kibana

import "suqiu/kibana/saved"

// quality shows how well calls come in and rules decide (流水线与规则质量): for who keeps suqiu and its rules.
func (s *set) quality() {
	total := count("诉求件数")
	s.dashboard(dashboard{
		name: qualityName, title: "流水线与规则质量", description: "无法分类、勉强命中、地点不明的诉求；规则版本；各数据源是否仍有来电。无法解析的记录（死信）按原因和来源。",
		from: "now-30d/d", controls: [][2]string{{"source", "数据源"}, {"kind", "形式"}, {"label_tree", "诉求分类"}},
		rows: []row{
			{7, []cell{
				lens("lens-unclassified", 12),
				lens(s.lens(panel{
					name: "low-margin", title: "勉强命中", description: "最强的分类只比阈值高不到 0.5。", show: asMetric,
					columns: []column{total.where(lowMargin)},
				}), 12),
				lens(s.lens(panel{
					name: "placeless", title: "地点不明", show: asMetric, columns: []column{total.where(placeless)},
				}), 12),
				lens(s.lens(panel{
					name: "withdrawn", title: "上游已撤回", description: "保留为版本，不计入其他任何面板。", query: "tombstone : true", show: asMetric,
					columns: []column{total},
				}), 12),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "labelled-share", title: "分类率（每日）", description: "突然变低：来源格式变了，或出现了规则不认识的新问题。",
					show:    asChart("bar_percentage_stacked"),
					columns: []column{days(), either("labelled", "分类", [2]string{"已分类", labelled}, [2]string{"无法分类", unlabelled}), total},
				}), 24),
				lens(s.lens(panel{
					name: "margins", title: "超出阈值的分布", description: "最强分类的得分比阈值高多少。靠左的多，说明阈值或权重要重看。",
					query: and(labelled), show: asChart("bar"),
					columns: []column{steps("margin", "超出阈值", "margin", 0, 0.5, 1, 1.5, 2, 3, 5), total},
				}), 24),
			}},
			{12, []cell{
				lens(s.lens(panel{
					name: "revisions", title: "在用规则版本", description: "改了规则而旧版本仍占大头，应重新分类。", show: asTable,
					columns: []column{revisions(), total, latest()},
				}), 16),
				lens(s.lens(panel{
					name: "methods", title: "定位方式", description: "越靠编码、户号越准，越靠文中地名越不准。", show: asPie,
					columns: []column{top("method", "定位方式", "area_method", 10, "count"), total},
				}), 16),
				lens(s.lens(panel{
					name: "precisions", title: "时间精度", description: "只到日的诉求不计入逐时统计。", show: asPie,
					columns: []column{top("precision", "时间精度", "precision", 5, "count"), total},
				}), 16),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "sources", title: "数据源", description: "最近受理停在过去，就是来源断了。", show: asTable,
					columns: []column{top("source", "数据源", "source", 20, "count"), total, latest()},
				}), 20),
				lens(s.lens(panel{
					name: "source-days", title: "数据源 × 日", description: "空白是没有收到，不一定是没有诉求。", show: asHeatmap,
					columns: []column{days(), top("source", "数据源", "source", 20, "count"), total},
				}), 28),
			}},
			{12, []cell{
				lens("lens-letters", saved.GridColumns).to(lettersName),
			}},
			list("search-unclassified"),
			list("search-low-margin"),
			list("search-placeless"),
		},
	})
}
