package phrase

import (
	"slices"
	"strings"
)

// formWords are the words with which operators begin and end every order.
var formWords = strings.Fields("反映 来电 咨询 要求 市民 客户 诉求 工单 核实 处理 希望 请求 上述 情况")

// moreFormWords say who tells something, that he tells it, and what becomes of it. Alone they make a form (供电所答复);
// beside other words they may belong to a name.
var moreFormWords = strings.Fields(`
用户 居民 群众 网友 业主 村民 来电人 反映人 诉求人 投诉人 报修人 当事人 坐席 话务员 供电公司 供电局 供电所 电力公司 相关部门 有关部门 关部门 部门
来电反映 致电 来信 来访 留言 投诉 举报 报修 建议 求助 表扬 反馈 表示 说明 告知 答复 回复 回访 提出 认为 补充 登记 记录 受理 派单 转办 交办 办理 办结 协调 解决 核查 落实 跟进 尽快 及时
工单内容 工单编号 内容 编号 事项 问题 情况说明 称 说 报`)

// formGlue are characters that stand between and beside these words.
const formGlue = "故某并局所人该等均已现系为自对方再及与向由且曾被据经其后"

// formTails end the words for who tells something, where a sequence begins within one: 户反映.
const formTails = "户民众友"

// FormWords are the words with which operators begin and end every order: a phrase with one is no name of a topic.
func FormWords() []string { return slices.Clone(formWords) }

// ofForm reports whether a sequence is put together from nothing but the words of forms: 市民来电反映, 局核实处理, 故来电.
func ofForm(text string) bool {
	runes := []rune(text)
	covered := make([]int, len(runes)+1) // most characters of form words in what ends there; -1: it is no form
	for end := 1; end <= len(runes); end++ {
		covered[end] = -1
		if strings.ContainsRune(formGlue, runes[end-1]) || end == 1 && strings.ContainsRune(formTails, runes[0]) {
			covered[end] = covered[end-1]
		}
		for start := range end {
			if covered[start] < 0 {
				continue
			}
			if word := string(runes[start:end]); slices.Contains(formWords, word) || slices.Contains(moreFormWords, word) {
				covered[end] = max(covered[end], covered[start]+end-start)
			}
		}
	}
	return covered[len(runes)] >= leastForm
}

// leastForm is how many characters of form words make a form: 称 and 说 alone are in words of all kinds.
const leastForm = 2
