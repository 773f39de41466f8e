package entity

import (
	"strings"

	"suqiu/hotline"
)

// orderCues stand beside the number of an order.
var orderCues = []string{"工单", "单号", "受理编号", "受理号", "流水号", "业务编号", "催办"}

// Bounds of an order number: 95598's have 10 to 16 digits, those of cities up to 22 signs.
const (
	minOrderDigits = 10
	maxOrderSigns  = 24
	cueReach       = 10 // characters before the number; behind it half as many
)

// orders finds order numbers (工单编号): a long number beside a word for it, or one with the hotline's own prefix.
func (f *finder) orders() {
	for i := 0; i < len(f.Runes); i++ {
		if !isDigit(f.Runes[i]) || isLatin(f.at(i-1)) {
			continue
		}
		end, digits := i, 0
		for isDigit(f.at(end)) || isLatin(f.at(end)) || f.at(end) == '-' && isDigit(f.at(end+1)) {
			if isDigit(f.at(end)) {
				digits++
			}
			end++
		}
		start := i
		prefixed := f.has(i-3, "热线-")
		if prefixed {
			start = i - 3
		}
		from, to := f.clause(i, true)
		known := prefixed || f.anyWithin(max(from, i-cueReach), i, orderCues) || f.anyWithin(end, min(to, end+cueReach/2), orderCues)
		if digits >= minOrderDigits && end-start <= maxOrderSigns && known && !f.number(start) {
			f.add(hotline.EntityOrder, start, end, strings.ReplaceAll(string(f.Runes[start:end]), " ", ""))
		}
		i = end
	}
}

// number reports whether words right before i say that another number follows.
func (t *Text) number(i int) bool {
	return t.anyWithin(i-4, i, []string{"户号", "电话", "手机", "表号", "电表"})
}
