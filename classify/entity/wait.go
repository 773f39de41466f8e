package entity

import (
	"strconv"

	"suqiu/classify/quantity"
	"suqiu/hotline"
)

// connection are words for what is applied for: 报装, 增容, 过户, 并网.
var connection = []string{
	"报装", "装表", "新装", "增容", "扩容", "过户", "立户", "开户", "更名", "并网", "接电", "申请用电", "用电申请", "申请通电", "通电申请", "申请电表", "装电表", "安装电表",
	"申请充电桩", "充电桩申请", "一户一表", "光伏申请", "申请光伏", "三相电", "动力电", "临时用电", "电表还没装", "电表没装", "没装电表", "还没通电",
}

var (
	// waited stand right before a span that was waited for.
	waited = []string{"等了", "等", "拖了", "拖", "过了", "已经", "已", "都", "快", "整整", "足足"}
	// unsettled follow a span that is not over.
	unsettled = []string{"了", "还没", "还未", "没", "未", "无", "至今", "仍", "也没", "不"}
	// bounded follow a span that is a term or lies in the past.
	bounded = []string{"前", "后", "内", "之", "以内", "以后", "以前", "电费", "一次", "左右能", "才能", "就能"}
	// other stand before a span of something else.
	other = []string{"用了", "用", "停了", "停电", "每", "承诺", "限", "需要", "需", "要", "说", "在", "不到", "第"}
)

const (
	waitReach     = 40 // characters back to the word for what is applied for, and a quarter of them on
	day           = 24 // hours
	leastWaitDays = 1
)

// waits finds how long a connection has been waited for (报装等待), in whole days.
func (f *finder) waits() {
	if !f.Caller {
		return
	}
	for i := 0; i < len(f.Runes); {
		end := f.wait(i)
		if end == 0 {
			end = f.numberEnd(i)
		}
		i = max(end, i+1)
	}
}

// wait adds the span that begins at i and gives its end, 0 for none.
func (f *finder) wait(i int) int {
	if !isNumeral(f.at(i)) && f.at(i) != '半' || f.at(i-1) == '第' {
		return 0
	}
	hours, end, ok := quantity.Read(f.Runes, i, quantity.Duration)
	if !ok {
		return 0
	}
	days := int(hours / day)
	if days < leastWaitDays || f.oneOf(end, bounded) > 0 || f.precedes(i, other) {
		return end
	}
	start, stop := f.clause(i, true)
	if !f.anyWithin(max(start, i-waitReach), min(stop, end+waitReach/4), connection) {
		return end
	}
	if f.precedes(i, waited) || f.oneOf(end, unsettled) > 0 || f.anyWithin(end, min(stop, end+6), []string{"还没", "还未", "没人", "没动", "没结果", "没办", "没装", "没批", "未"}) {
		f.add(hotline.EntityWait, i, end, strconv.Itoa(days))
	}
	return end
}

// precedes reports whether one of the words ends right before i.
func (t *Text) precedes(i int, words []string) bool {
	for _, w := range words {
		if t.has(i-len([]rune(w)), w) {
			return true
		}
	}
	return false
}
