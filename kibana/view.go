package kibana

import (
	"suqiu/hotline"
	"suqiu/index/elastic"
	"suqiu/kibana/saved"
)

// The time that a data view's period is about.
const (
	timeField        = "received" // of contacts
	lettersTimeField = "at"       // of dead letters: when they were written
)

// fieldNames are the names of fields in Kibana, in the terms of the hotlines' orders.
var fieldNames = map[string]string{
	"id": "诉求编号", "received": "受理时间", "hotline": "热线", "source": "数据源", "kind": "形式", "channel": "诉求渠道", "text": "内容", "title": "标题",
	"labels": "诉求分类", "label_tree": "诉求分类（含上级）", "margin": "超出阈值", "nature": "诉求性质", "responsible": "责任方", "found": "查实责任", "urgency": "紧急信号",
	"portrait": "客户画像", "experience": "体验维度", "entities": "文中要素", "class": "来源分类",
	"areas": "地区（含上级）", "grid": "供电区域", "division": "行政区划", "area_method": "定位方式", "unit": "承办单位", "status": "工单状态",
	"grid_level.1": "省公司", "grid_level.2": "地市公司", "grid_level.3": "县公司", "grid_level.4": "供电所", "grid_level.5": "台区",
	"matter": "事项", "caller": "来电人（假名）", "person": "来电人数口径", "account": "户号（假名）", "precision": "时间精度",
	"ruleset_rev": "规则版本", "content_rev": "内容版本", "tombstone": "已撤回",
}

// named is a code that knows its Chinese name.
type named interface {
	~string
	Name() string
}

func entriesOf[T named](codes ...T) []saved.LookupEntry {
	entries := make([]saved.LookupEntry, len(codes))
	for i, code := range codes {
		entries[i] = saved.LookupEntry{Key: string(code), Value: code.Name()}
	}
	return entries
}

// valueNames are the names of values that are stored as codes.
var valueNames = map[string][]saved.LookupEntry{
	"kind":        entriesOf(hotline.KindCall, hotline.KindOrder, hotline.KindMessage),
	"responsible": entriesOf(hotline.ResponsibleUtility, hotline.ResponsibleCustomer, hotline.ResponsibleThirdParty, hotline.ResponsibleUnknown),
	"found":       entriesOf(hotline.ResponsibleUtility, hotline.ResponsibleCustomer, hotline.ResponsibleThirdParty, hotline.ResponsibleUnknown),
	"experience":  entriesOf(hotline.Experiences[:]...),
	"area_method": {
		{Key: string(hotline.AreaByCode), Value: "单位编码"}, {Key: string(hotline.AreaByAccount), Value: "户号"},
		{Key: string(hotline.AreaByDivision), Value: "行政区划代码"}, {Key: string(hotline.AreaByUnit), Value: "承办单位"},
		{Key: string(hotline.AreaByGazetteer), Value: "文中地名"}, {Key: string(hotline.AreaByDefault), Value: "来源默认"},
		{Key: string(hotline.AreaUnknown), Value: "未能定位"},
	},
	"precision": {
		{Key: string(hotline.PrecisionSecond), Value: "秒"}, {Key: string(hotline.PrecisionMinute), Value: "分"}, {Key: string(hotline.PrecisionDay), Value: "日"},
	},
}

// callsView is the data view of all months. Codes are shown by their names, and what is stored again for reading back
// is kept out of Discover.
func (s *set) callsView() {
	formats := map[string]saved.FieldFormat{}
	for field, names := range valueNames {
		formats[field] = lookup(names)
	}
	if len(s.Labels) > 0 {
		formats["labels"], formats["label_tree"] = lookup(entriesOfNames(s.Labels)), lookup(entriesOfNames(s.Labels))
	}
	if len(s.Marks) > 0 {
		formats["urgency"], formats["portrait"] = lookup(entriesOfNames(s.Marks)), lookup(entriesOfNames(s.Marks))
	}
	// Revisions are names, not amounts: 1234, not 1,234.
	formats["ruleset_rev"] = saved.FieldFormat{ID: "number", Params: saved.FormatParams{Pattern: "0"}}
	s.dataView(callsView, dataView{
		pattern: elastic.Pattern(s.Prefix), title: "全部来电", timeField: timeField, names: fieldNames, formats: formats,
		hidden: []saved.SourceFilter{{Value: "document*"}, {Value: "tokens"}},
	})
}

// dataView is an index pattern with what its fields are called and how their values are shown.
type dataView struct {
	pattern, title, timeField string
	names                     map[string]string
	formats                   map[string]saved.FieldFormat
	hidden                    []saved.SourceFilter
}

func (s *set) dataView(name string, v dataView) {
	attrs := map[string]saved.FieldAttr{}
	for field, name := range v.names {
		attrs[field] = saved.FieldAttr{CustomLabel: name}
	}
	s.add(saved.TypeDataView, name, saved.DataView{
		Title: v.pattern, Name: titled(v.title), TimeField: v.timeField,
		FieldAttrs:     saved.Text[map[string]saved.FieldAttr]{Value: attrs},
		FieldFormatMap: saved.Text[map[string]saved.FieldFormat]{Value: v.formats},
		Fields:         saved.Text[[]struct{}]{Value: []struct{}{}},
		RuntimeFields:  saved.Text[map[string]struct{}]{Value: map[string]struct{}{}},
		SourceFilters:  saved.Text[[]saved.SourceFilter]{Value: v.hidden},
	})
}

func entriesOfNames(names []Name) []saved.LookupEntry {
	entries := make([]saved.LookupEntry, len(names))
	for i, n := range names {
		entries[i] = saved.LookupEntry{Key: n.Code, Value: n.Name}
	}
	return entries
}

func lookup(names []saved.LookupEntry) saved.FieldFormat {
	return saved.FieldFormat{ID: "static_lookup", Params: saved.FormatParams{LookupEntries: names}}
}
