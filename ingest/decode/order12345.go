package decode

import (
	"encoding/json"

	"suqiu/hotline"
)

// layout12345 names the fields of 12345 orders and messages: the headers of exports from several cities with their
// aliases, and the names of the platforms' exchange of hotline orders (hotlineNo, appealContent …).
var layout12345 = newLayout(CSV12345, hotline.Hotline12345, nil, []alias{
	{idSlot, []string{"工单编号", "12345工单编号", "工单号", "热线编号", "留言编号", "信件编号", "编号", "hotlineNo", "hotlineId"}},
	{mainSlot, []string{"关联主单", "主单编号", "主工单编号", "原工单编号"}},
	{forward12398, []string{"12398工单编号", "12398编号"}},
	{linkSlot, []string{"关联工单", "关联工单编号", "重复工单编号", "催办工单编号"}},
	{receivedSlot, []string{"受理时间", "受理日期", "来电时间", "诉求时间", "留言时间", "创建时间", "登记时间", "提交时间", "acceptTime",
		"appealTime", "createTime", "市交办时间", "区交办时间", "交办时间", "派单时间", "syncTime"}},
	{updatedSlot, []string{"更新时间", "修改时间", "最后更新时间", "updateTime"}},
	{titleSlot, []string{"工单标题", "留言主题", "诉求标题", "标题", "主题", "appealTitle"}},
	{textSlot, []string{"诉求内容", "受理内容", "工单内容", "市民诉求", "反映内容", "问题描述", "appealContent"}},
	{messageSlot, []string{"留言详情", "留言内容", "来信内容"}},
	{replySlot, []string{"处理情况", "工单回复内容", "回单内容", "办理结果", "处理结果", "答复意见", "答复内容", "回复内容", "办理情况", "handleResult"}},
	{channelSlot, []string{"诉求渠道", "受理渠道", "来源渠道", "诉求来源", "来源", "hotlineSource"}},
	{classSlot, []string{"诉求类型", "业务类型", "类型", "诉求归口", "一级分类", "二级分类", "三级分类", "四级分类", "appealTypeName"}},
	{unitSlot, []string{"承办单位", "责任单位", "主办单位", "区交办主办单位", "市交办主办单位", "名称", "acceptDeptName"}},
	{orgSlot, []string{"供电单位编码"}},
	{divisionSlot, []string{"行政区划代码", "区划代码", "areaCode"}},
	{addressSlot, []string{"areaName", "所属区域", "所属区县", "被反映街乡镇", "事件发生地", "事发地址", "诉求详细地址", "诉求地址", "详细地址"}},
	{phoneSlot, []string{"求助号码", "来电号码", "主叫号码", "联系电话", "联系方式", "手机号", "contactPhone"}},
	{accountSlot, []string{"户号", "用电户号", "用户编号"}},
	{nameSlot, []string{"求助人员", "诉求人", "来电人", "市民姓名", "姓名", "联系人", "留言用户", "contactName"}},
	{agentSlot, []string{"受理人员", "受理人", "话务员", "坐席工号", "话务员工号"}},
	{dueSlot, []string{"办结期限", "区交办办结期限", "市交办办结期限", "处理期限", "办理期限", "截止时间"}},
	{contactSlot, []string{"联系时间", "联系市民时间", "首次联系时间"}},
	{closedSlot, []string{"办结时间", "结案时间", "答复时间", "回复时间", "finishTime"}},
	{statusSlot, []string{"工单状态", "办理状态", "状态", "handleStatus"}},
	{satisfySlot, []string{"满意度", "是否满意", "满意情况", "满意度评价"}},
})

// isJSON12345 recognises the fields of layout12345. The exchange form is told by appealContent; Chinese names need
// an id and a text, since other systems use single ones of them too.
func isJSON12345(top map[string]json.RawMessage) bool {
	if _, ok := top["appealContent"]; ok {
		return true
	}
	var names []string
	for name := range top {
		if len(name) > 0 && name[0] >= 0x80 || name == "12345工单编号" {
			names = append(names, name)
		}
	}
	return layout12345.fits(names)
}

func decodeJSON12345(src *Source, in *Input) ([]Record, *Error) {
	return decodeFields(layout12345, src, in)
}
