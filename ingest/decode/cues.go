package decode

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// cue is a piece of wording and what it tells about who says it: above zero an agent (坐席), below a customer. One is
// weak, four leaves little doubt. Cues are matched in text without spaces and punctuation, as recognisers place
// both at random or leave them out. Each counts once a turn; of cues that lie within one another all count.
type cue struct {
	words  string
	weight float64
}

// anywhere are cues wherever they stand in a turn.
var anywhere = [...]cue{
	// The opening and closing script (服务用语).
	{"有什么可以帮", 4}, {"为您服务", 4}, {"很高兴为", 3}, {"工号", 2}, {"热线请", 3}, {"热线您", 3},
	{"热线工号", 3}, {"服务热线", 2}, {"监管热线", 2}, {"市民热线", 2}, {"这里是", 1.5}, {"请讲", 3}, {"请说", 2.5},
	{"您说", 1.5}, {"什么诉求", 3}, {"反映什么", 2}, {"保持电话畅通", 4}, {"电话畅通", 3}, {"您的来电", 3},
	{"祝您", 3}, {"本次服务", 3}, {"稍后", 1.5}, {"其他可以帮", 4}, {"生活愉快", 3}, {"不客气", 2}, {"请按", 3}, {"欢迎致电", 3}, {"欢迎拨打", 3},
	{"是停电报修还是", 4}, {"还是咨询", 2},
	// Politeness agents are trained to, customers seldom use.
	{"请问", 2.5}, {"请您", 2.5}, {"建议您", 3}, {"您", 1}, {"您的", 1}, {"您家", 1}, {"您是", 1}, {"您这", 1},
	{"先生", 1}, {"女士", 2}, {"您先", 1.5}, {"您别", 1.5}, {"您不要", 1.5}, {"抱歉", 1.5}, {"非常抱歉", 2},
	{"谅解", 3}, {"理解您", 3}, {"请稍", 2}, {"稍等", 1.5}, {"请提供", 2.5}, {"提供一下", 2}, {"方便", 0.7},
	{"请放心", 2}, {"注意安全", 2}, {"耐心等", 2},
	// What an agent does and promises.
	{"帮您", 2.5}, {"给您", 2}, {"为您", 2}, {"跟您", 1.5}, {"向您", 1.5}, {"联系您", 2}, {"回复您", 2},
	{"答复您", 2}, {"登记", 1.5}, {"已记录", 3}, {"已经记录", 3}, {"记录了", 1}, {"已登记", 2}, {"已经登记", 2},
	{"备注", 1.5}, {"派单", 1}, {"工单", 0.7}, {"工作日", 1}, {"工作人员", 1}, {"抢修人员", 1}, {"核实", 1.5},
	{"部门", 0.7}, {"转给", 0.7}, {"督办", 2}, {"催办", 2}, {"加急", 1.5}, {"查到了", 2.5}, {"查询到", 2},
	{"系统显示", 3}, {"系统里", 1}, {"这边看到", 2.5}, {"我这边", 1}, {"看到了", 0.7}, {"诉求", 2}, {"您反映", 2},
	{"户号是多少", 1.5}, {"详细地址", 2}, {"具体地址", 2}, {"具体位置", 1.5}, {"携带", 2}, {"营业厅", 0.3},
	{"办理", 0.7}, {"审核", 1}, {"尽快", 0.5}, {"予以", 2}, {"有没有", 1.2}, {"是否", 1.5}, {"属于", 0.7},
	{"负责", 0.7}, {"目前", 1}, {"我们会", 1.5}, {"会有", 1}, {"会安排", 1.5}, {"将会", 1.5}, {"我记录", 2},
	{"我公司", 2.5}, {"我们这边", 1}, {"我们先", 1}, {"我帮", 2}, {"我查", 1.5}, {"服务做出评价", 4},
	{"感谢来电", 3}, {"已转", 2}, {"转人工", 1}, {"属地", 1.5}, {"处置", 1}, {"客服", 0.7}, {"下发", 1.2},
	{"预计", 1.5}, {"到达现场", 1},
	// The written language of rules and procedures.
	{"需要", 0.8}, {"可以", 0.5}, {"可能", 0.3}, {"建议", 0.8}, {"变更", 0.7}, {"根据", 1}, {"按照", 1},
	{"核对", 0.8}, {"核查", 1}, {"执行", 1}, {"为准", 2}, {"结清", 0.6}, {"一般", 0.6}, {"用户", 0.8}, {"受理", 1},
	{"线上", 0.4}, {"均可", 1.5}, {"即可", 1.5}, {"异议", 1}, {"查询", 0.6}, {"有无", 1.5}, {"还是", 0.6},
	{"哪个", 0.5}, {"多长时间", 1}, {"出具", 0.7}, {"可向", 1.5}, {"的话", 0.4}, {"拨打", 0.7}, {"老人家", 1},
	{"阿姨", 0.7}, {"爷爷", 1}, {"小朋友", 1},
	// The customer speaks of themselves and theirs.
	{"我", -0.8}, {"我家", -1.5}, {"我们家", -1.5}, {"我屋", -2}, {"我们小区", -1.5}, {"我们这", -1},
	{"我们村", -1.5}, {"俺", -2.5}, {"咱家", -2}, {"我想", -1.5}, {"我要", -1.5}, {"我问", -1}, {"我就", -1},
	{"我跟你", -2}, {"我姓", -2.5}, {"我叫", -2}, {"我是", -0.7}, {"我妈", -1}, {"我爸", -1}, {"我老", -1},
	{"我儿", -1}, {"老公", -1}, {"老婆", -1}, {"老伴", -1}, {"孩子", -0.5}, {"家里有", -0.5},
	// The customer speaks to the hotline and of it.
	{"你们", -2.5}, {"你", -1}, {"侬", -1.5}, {"投诉你", -2}, {"谢谢你", -1.5}, {"谢谢啊", -1.5}, {"麻烦你", -1.5},
	{"凭什么", -2}, {"快点", -1.5}, {"赶紧", -0.7}, {"给我", -1.5}, {"帮我", -1.5}, {"跟我", -1}, {"叫我", -1},
	{"让我", -1}, {"问我", -1}, {"找我", -1}, {"姑娘", -1.5}, {"妹子", -1}, {"师傅", -0.5}, {"同志", -1.5},
	// Everyday and regional words that no script has.
	{"啥", -1.5}, {"咋", -1.5}, {"晓得", -1.2}, {"么子", -1.5}, {"冇", -1.5}, {"嘛", -1}, {"咯", -1}, {"噻", -1},
	{"撒", -0.7}, {"呗", -1}, {"伐", -0.7}, {"嘞", -1}, {"哩", -1}, {"啊", -0.7}, {"噢", -0.7}, {"哎", -1},
	{"呀", -0.5}, {"喔", -0.7}, {"啰", -0.7}, {"就是", -0.5}, {"那个", -0.7}, {"他们", -0.7}, {"人家", -1},
	{"隔壁", -0.5}, {"昨天", -0.7}, {"上个月", -0.5}, {"晚上", -0.3}, {"块钱", -0.7}, {"没得", -0.7}, {"搞", -0.7},
	{"弄", -0.7}, {"讲", -0.3}, {"怎么", -0.4}, {"幺三八", -1.2}, {"算了", -1}, {"反正", -1}, {"唔", -1.2},
	{"佢", -1.2}, {"嘅", -1.2}, {"啲", -1.2}, {"咁", -1}, {"喇", -0.7}, {"咩", -0.7}, {"哋", -1}, {"阿拉", -1.5},
	{"辰光", -1}, {"勿", -0.5}, {"恼火", -1}, {"屋头", -1}, {"咧", -1}, {"撒子", -1}, {"急死", -1}, {"烦死", -1},
	{"寻思", -1.5}, {"我以为", -1}, {"打了", -0.7}, {"打过", -0.5}, {"我不", -0.7}, {"劳您", -3}, {"不欠", -1},
	{"到底", -1}, {"挂了", -1},
}

// anywhereByFirst holds the places in anywhere of the cues that begin with a character: few do with any one.
var anywhereByFirst = byFirst(anywhere[:])

func byFirst(cues []cue) map[rune][]int {
	places := map[rune][]int{}
	for n, c := range cues {
		first, _ := utf8.DecodeRuneInString(c.words)
		places[first] = append(places[first], n)
	}
	return places
}

// atStart and atEnd are cues at the edges of a turn.
var (
	atStart = [...]cue{
		{"您好", 2}, {"好的", 1.5}, {"好的好的", -1}, {"请", 1}, {"嗯嗯", 0.5}, {"那您", 1.5}, {"先生", 1}, {"女士", 1},
		{"是的", 0.5}, {"你好", -1.5}, {"喂", -1.5}, {"对", -1.2}, {"没有", -1}, {"有", -0.7}, {"行", -1.5}, {"中", -1},
		{"要得", -2}, {"不是", -1}, {"哦", -0.7}, {"唉", -1.5}, {"那我", -1}, {"是", -0.3}, {"就", -0.7}, {"谢谢", -0.7},
		{"反映", -0.5}, {"您好我", -2}, {"您好咨询", -1}, {"好的谢谢", -3}, {"好的麻烦", -3}, {"好谢谢", -1.5},
		{"有没有", 1.2}, {"有可能", 0.7}, {"有无", 0.7}, {"是不是", 0.8}, {"是什么", 0.8}, {"什么", 0.5},
	}
	atEnd = [...]cue{
		{"吗", 1}, {"呢", 1}, {"对吗", 1.5}, {"是吗", 1}, {"是吧", 0.7}, {"对吧", 0.3}, {"什么", 0.7}, {"哪里", 0.7},
		{"您的诉求是", 1}, {"多少", 0.5}, {"地址", 1}, {"户号", 1}, {"名称", 1}, {"多久了", 0.5}, {"谢谢", -0.3},
		{"了嘛", -0.7}, {"哦", -0.7}, {"吧", -0.3},
	}
)

// Bounds of the evidence of one turn, and the length from which on a turn is a story, which customers tell.
const (
	mostEvidence = 6.0
	longTurn     = 30   // characters
	longTurnCost = 0.03 // a character beyond longTurn
	mostLongCost = 2.5
)

// agentEvidence weighs the wording of one turn: above zero an agent is likelier to say it, below zero a customer.
func agentEvidence(text string) float64 {
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
	var said [len(anywhere)]bool
	for at, first := range text {
		for _, n := range anywhereByFirst[first] {
			said[n] = said[n] || strings.HasPrefix(text[at:], anywhere[n].words)
		}
	}
	var sum float64
	for n, c := range anywhere {
		if said[n] {
			sum += c.weight
		}
	}
	for _, c := range atStart {
		if strings.HasPrefix(text, c.words) {
			sum += c.weight
		}
	}
	for _, c := range atEnd {
		if strings.HasSuffix(text, c.words) {
			sum += c.weight
		}
	}
	if beyond := utf8.RuneCountInString(text) - longTurn; beyond > 0 {
		sum -= min(longTurnCost*float64(beyond), mostLongCost)
	}
	return max(-mostEvidence, min(mostEvidence, sum))
}
