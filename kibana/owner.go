package kibana

import "suqiu/hotline"

// owner shows who answers for an area what happens there (片区负责人): choose the area in the row of controls.
func (s *set) owner() {
	total := count("诉求件数")
	s.dashboard(dashboard{
		name: ownerName, title: "片区负责人", description: "先在上方选自己的地市、县、供电所或台区；下方即该片区的诉求、重复来电与逐件清单。", from: "now-14d/d",
		controls: areaControls(),
		rows: []row{
			{7, []cell{
				lens("lens-total", 12), lens("lens-matters", 12), lens("lens-callers", 12),
				lens(s.lens(panel{
					name: "latest", title: "最近一件受理于", show: asMetric, columns: []column{latest()},
				}), 12),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "area-trend", title: "每日诉求（按前 8 类）", show: asChart("bar_stacked"),
					columns: []column{days(), top("label", "诉求分类", "labels", 8, "count"), total},
				}), 28),
				lens(s.lens(panel{
					name: "area-labels", title: "片区诉求分类", show: asTable,
					columns: []column{top("label", "诉求分类", "labels", 15, "count"), total, matters(), latest()},
				}), 20),
			}},
			{16, []cell{
				lens(s.lens(panel{
					name: "transformers", title: "台区排行", show: asTable,
					columns: []column{top("transformer", "台区", "grid_level.5", 15, "count"), total, matters(), callers()},
				}), 16),
				lens(s.lens(panel{
					name: "repeat-callers", title: "重复来电", description: "来电最多的人（假名）；点一行，下方清单即为此人的诉求。",
					query: and(known), show: asTable,
					columns: []column{top("caller", "来电人（假名）", "caller", 15, "count"), total, matters(), latest()},
				}), 16),
				lens(s.lens(panel{
					name: "repeat-matters", title: "反复提起的事项", description: "来电最多的同一件事。", show: asTable,
					columns: []column{top("matter", "事项", "matter", 15, "count"), total, callers(), latest()},
				}), 16),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "named-communities", title: "文中的小区村居", description: "诉求文中提到的小区、社区、村；与归属台区无关。", show: asTable,
					columns: []column{mentioned(hotline.EntityCommunity, "count"), total, matters()},
				}), 16),
				lens(s.lens(panel{
					name: "named-transformers", title: "文中的台区", description: "诉求与处理情况中提到的台区、公变、配变。", show: asTable,
					columns: []column{mentioned(hotline.EntityTransformer, "count"), total, matters()},
				}), 16),
				lens(s.lens(panel{
					name: "named-feeders", title: "文中的线路", description: "诉求与处理情况中提到的线路。", show: asTable,
					columns: []column{mentioned(hotline.EntityFeeder, "count"), total, matters()},
				}), 16),
			}},
			list("search-urgent"),
			list("search-newest"),
			list("search-callers"),
		},
	})
}
