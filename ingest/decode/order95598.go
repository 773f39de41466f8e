package decode

import (
	"encoding/json"
	"regexp"

	"suqiu/hotline"
)

// layout95598 names the fields of a 95598 work order: the pinyin initials of the provincial systems' JSON, and the
// Chinese labels of their exports and apps.
var layout95598 = newLayout(Order95598, hotline.Hotline95598,
	[]string{"gdbh", "slnr", "gddw", "95598工单编号", "供电单位", "供电所名称"},
	[]alias{
		{idSlot, []string{"gdbh", "工单编号", "工单号", "95598工单编号"}},
		{mainSlot, []string{"zgdbh", "glzd", "关联主单", "主单编号", "主工单编号"}},
		{forward12345, []string{"12345gdbh", "12345工单编号", "12345工单号", "12345编号"}},
		{forward12398, []string{"12398gdbh", "12398工单编号", "12398工单号", "12398编号"}},
		{linkSlot, []string{"glgdbh", "关联工单编号", "关联工单", "被催办工单编号"}},
		{receivedSlot, []string{"slsj", "受理时间", "接单登记时间", "来电时间", "登记时间"}},
		{updatedSlot, []string{"gxsj", "更新时间", "最后更新时间"}},
		{textSlot, []string{"slnr", "受理内容", "工单内容", "诉求内容"}},
		{replySlot, []string{"cljg", "处理结果", "处理情况", "处理意见", "hfnr", "回复内容", "回访内容"}},
		{channelSlot, []string{"slqd", "受理渠道", "来电渠道"}},
		{classSlot, []string{"ywlx", "业务类型", "yjfl", "一级分类", "ejfl", "二级分类", "sjfl", "三级分类", "ywzl", "业务子类"}},
		{unitSlot, []string{"gddw", "供电单位", "供电所名称", "供电所", "承办单位"}},
		{orgSlot, []string{"gddwbm", "gddwbh", "供电单位编码", "供电单位编号"}},
		{divisionSlot, []string{"xzqh", "行政区划代码"}},
		{addressSlot, []string{"gzdz", "故障地址", "用电地址", "地址", "详细地址"}},
		{phoneSlot, []string{"lxdh", "联系电话", "来电号码", "主叫号码"}},
		{accountSlot, []string{"yhbh", "户号", "用户编号", "客户编号"}},
		{nameSlot, []string{"khmc", "yhmc", "lxr", "客户名称", "用户名称", "联系人"}},
		{agentSlot, []string{"slr", "受理人", "受理人员", "坐席工号", "座席工号"}},
		{dueSlot, []string{"clqx", "处理期限", "要求办结时间", "办结期限"}},
		{contactSlot, []string{"lxsj", "联系客户时间", "联系时间"}},
		{closedSlot, []string{"gdsj", "归档时间", "办结时间", "恢复送电时间"}},
		{statusSlot, []string{"gdzt", "工单状态"}},
		{satisfySlot, []string{"myd", "满意度"}},
	})

// isOrder95598 recognises a work order by its field names, or, from apps that write every value as "标签:值", by
// the labels.
func isOrder95598(top map[string]json.RawMessage) bool {
	names := make([]string, 0, len(top))
	for name := range top {
		names = append(names, name)
	}
	if layout95598.fits(names) {
		return true
	}
	labels := make([]string, 0, len(top))
	for _, raw := range top {
		if raw[0] == '"' {
			text := parser{string(raw)}
			if m := labelled.FindStringSubmatch(text.text()); m != nil {
				labels = append(labels, m[1])
			}
		}
	}
	return layout95598.fits(labels)
}

func decodeOrder95598(src *Source, in *Input) ([]Record, *Error) {
	fields, err := jsonFields(in.Value)
	if err != nil {
		return nil, err
	}
	r, err := layout95598.record(src, in, unlabel(fields), src.parseTime)
	return []Record{r}, err
}

// labelled is a value that repeats its label: "工单编号:2020…".
var labelled = regexp.MustCompile(`(?s)^(12345\p{Han}{2,8}|12398\p{Han}{2,8}|\p{Han}[\p{Han}0-9A-Za-z]{1,11})[:：](.*)$`)

// unlabel turns the values of a record that repeat their labels into values named by these labels, if most do so:
// a single value with a colon is text.
func unlabel(fields []field) []field {
	var plain []field
	told, known := 0, 0
	for _, f := range fields {
		if nothing(f.value) {
			continue
		}
		told++
		if m := labelled.FindStringSubmatch(f.value); m != nil {
			plain = append(plain, field{m[1], m[2]})
			if _, ok := layout95598.index[canonical(m[1])]; ok {
				known++
			}
			continue
		}
		plain = append(plain, f)
	}
	if known < 2 || known*4 < told {
		return fields
	}
	return plain
}

var tag = regexp.MustCompile(`【([^【】]{1,20})】`)

// tags lists what operators put into 【…】 before the text: 一户无电, 缺相. They may be labels or noise, so they stay in
// the text too.
func tags(text string) []string {
	var all []string
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

// tableHeader95598 is the header of the 13-column order table, which is exported without one. ID is the number of
// the order that was made of the acceptance APP_NO; the acceptance is the contact.
var tableHeader95598 = []string{"APP_NO", "ID", "BUSI_TYPE_CODE", "URBAN_RURAL_FLAG", "ORG_NO", "HANDLE_TIME", "ACCEPT_CONTENT",
	"HANDLE_OPINION", "CALLING_NO", "ELEC_TYPE", "CUST_NO", "PROV_ORG_NO", "CITY_ORG_NO"}

var layoutTable95598 = newLayout(Table95598, hotline.Hotline95598, []string{"APP_NO", "ACCEPT_CONTENT"}, []alias{
	{idSlot, []string{"APP_NO", "ID"}},
	{receivedSlot, []string{"HANDLE_TIME"}},
	{textSlot, []string{"ACCEPT_CONTENT"}},
	{replySlot, []string{"HANDLE_OPINION"}},
	{classSlot, []string{"BUSI_TYPE_CODE"}},
	{orgSlot, []string{"ORG_NO", "CITY_ORG_NO", "PROV_ORG_NO"}},
	{phoneSlot, []string{"CALLING_NO"}},
	{accountSlot, []string{"CUST_NO"}},
})
