package decode

import (
	"encoding/json"

	"suqiu/hotline"
)

// layout12398 names the fields of the orders of the energy regulator's hotline (12398能源监管热线). No export of it is
// public: the names are those of the regulator's guide and monthly bulletins (诉求性质, 业务类别, 被投诉对象, 渠道).
var layout12398 = newLayout(Order12398, hotline.Hotline12398, []string{"诉求性质", "被投诉对象", "被举报对象", "被投诉单位", "12398工单编号", "12398编号"}, []alias{
	{idSlot, []string{"12398工单编号", "12398编号", "工单编号", "受理编号", "诉求编号", "信件编号", "编号"}},
	{mainSlot, []string{"关联主单", "主单编号"}},
	{forward12345, []string{"12345工单编号"}},
	{linkSlot, []string{"关联工单", "关联诉求编号", "原诉求编号"}},
	{receivedSlot, []string{"受理时间", "受理日期", "诉求时间", "来电时间", "登记时间", "转办时间"}},
	{updatedSlot, []string{"更新时间", "最后更新时间"}},
	{titleSlot, []string{"诉求标题", "标题"}},
	{textSlot, []string{"诉求内容", "受理内容", "投诉内容", "举报内容", "反映内容", "内容"}},
	{replySlot, []string{"办理情况", "处理情况", "核查情况", "办理结果", "答复内容", "回访情况"}},
	{channelSlot, []string{"渠道", "诉求渠道", "受理渠道"}},
	{classSlot, []string{"诉求性质", "业务类别", "一级类别", "二级类别", "三级类别", "业务小类"}},
	{unitSlot, []string{"被投诉对象", "被举报对象", "被投诉单位", "承办单位", "转办单位"}},
	{orgSlot, []string{"供电单位编码"}},
	{divisionSlot, []string{"行政区划代码"}},
	{addressSlot, []string{"省份", "所在省份", "地市", "城市", "区县", "地址", "详细地址", "用电地址"}},
	{phoneSlot, []string{"联系电话", "来电号码", "主叫号码", "联系方式"}},
	{accountSlot, []string{"户号", "用电户号", "用户编号"}},
	{nameSlot, []string{"投诉人", "举报人", "诉求人", "姓名", "联系人"}},
	{agentSlot, []string{"受理人", "受理人员", "话务员"}},
	{dueSlot, []string{"办结期限", "办理期限", "答复期限"}},
	{contactSlot, []string{"联系时间"}},
	{closedSlot, []string{"办结时间", "办结日期"}},
	{statusSlot, []string{"办理状态", "工单状态", "状态"}},
	{satisfySlot, []string{"满意度", "回访满意度", "是否满意"}},
})

func isOrder12398(top map[string]json.RawMessage) bool {
	var names []string
	for name := range top {
		names = append(names, name)
	}
	return layout12398.fits(names)
}

func decodeOrder12398(src *Source, in *Input) ([]Record, *Error) {
	return decodeFields(layout12398, src, in)
}
