package emerging

import (
	"strings"

	"suqiu/phrase"
)

// dullParts stand in no phrase that is the name of a topic: politeness, greetings of a season, dates, forms of address.
var dullParts = strings.Fields(`
您好 你好 谢谢 感谢 麻烦 辛苦 劳驾 再见 拜拜 请问 不好意思 打扰 对不起 抱歉 祝您 祝你 祝贵 快乐 顺利 新年好 过年好 恭喜
星期 礼拜 周一 周二 周三 周四 周五 周六 周日 周末 上午 下午 中午 晚上 早上 凌晨 今天 明天 昨天 前天 后天 今晚 昨晚 月份 年月 上旬 中旬 下旬
元旦 春节 除夕 元宵 清明 劳动节 五一 端午 中秋 国庆 十一假 双十一 双十二 长假 节假日 假期
先生 女士 小姐 师傅 经理 主任 所长 站长 书记 老师 阿姨 大爷 同志`)

// dull reports whether a phrase can't be a topic whatever its counts: dates, names with a form of address, politeness, and
// the words with which operators begin and end every order.
func dull(text string) bool {
	for _, part := range append(phrase.FormWords(), dullParts...) {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
