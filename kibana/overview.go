package kibana

// overview answers what people complain of, where and how much (服务总览): for who runs the service.
func (s *set) overview() {
	total := count("诉求件数")
	s.dashboard(dashboard{
		name: overviewName, title: "服务总览", description: "全部热线：多少、哪类、哪里、谁的责任。点地区或分类进入片区负责人看板。", from: "now-30d/d",
		controls: [][2]string{{"hotline", "热线"}, {"grid_level.2", "地市公司"}, {"label_tree", "诉求分类"}},
		rows: []row{
			{7, []cell{
				lens(s.lens(panel{
					name: "total", title: "诉求件数", description: "与上一个等长时段比较。", show: asMetric,
					columns: []column{total, total.before("before", "上一时段")},
				}), 12),
				lens(s.lens(panel{
					name: "matters", title: "事项数", description: "催办、转办与重复来电并入同一事项。", show: asMetric, columns: []column{matters()},
				}), 12),
				lens(s.lens(panel{
					name: "callers", title: "来电人数", description: "按假名计；没有来电人的诉求各计一人。", show: asMetric, columns: []column{callers()},
				}), 12),
				lens(s.lens(panel{
					name: "unclassified", title: "无法分类", show: asMetric, columns: []column{total.where(unlabelled)},
				}), 12),
			}},
			{14, []cell{
				lens(s.lens(panel{
					name: "trend", title: "每日诉求（按一级分类）", description: "一件诉求属于几类，就在几类中各计一次。",
					show: asChart("bar_stacked"), columns: []column{days(), families("count"), total},
				}), 32),
				lens(s.lens(panel{
					name: "families", title: "一级分类占比", show: asPie, columns: []column{families("count"), total},
				}), 16).toOwner(),
			}},
			{12, []cell{
				lens(s.lens(panel{
					name: "hotlines", title: "各热线占比", show: asPie, columns: []column{top("hotline", "热线", "hotline", 5, "count"), total},
				}), 16),
				lens(s.lens(panel{
					name: "natures", title: "诉求性质", show: asPie, columns: []column{top("nature", "诉求性质", "nature", 10, "count"), total},
				}), 16),
				lens(s.lens(panel{
					name: "responsible", title: "责任方", show: asPie, columns: []column{top("responsible", "责任方", "responsible", 5, "count"), total},
				}), 16),
			}},
			{16, []cell{
				lens(s.lens(panel{
					name: "cities", title: "各地市诉求", show: asChart("bar_horizontal"), columns: []column{top("city", "地市公司", "grid_level.2", 20, "count"), total},
				}), 16).toOwner(),
				lens(s.lens(panel{
					name: "heat", title: "县公司 × 一级分类", description: "哪个县公司的哪类诉求多。", show: asHeatmap,
					columns: []column{families("count"), top("county", "县公司", "grid_level.3", 20, "count"), total},
				}), 32).toOwner(),
			}},
			{16, []cell{
				lens(s.lens(panel{
					name: "labels", title: "诉求分类排行", show: asTable,
					columns: []column{top("label", "诉求分类", "labels", 20, "count"), total, matters(), callers()},
				}), 24).toOwner(),
				lens(s.lens(panel{
					name: "stations", title: "供电所排行", show: asTable,
					columns: []column{top("station", "供电所", "grid_level.4", 20, "count"), total, matters(), callers()},
				}), 24).toOwner(),
			}},
			list("search-urgent"),
			list("search-newest"),
		},
	})
}
