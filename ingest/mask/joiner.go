package mask

import (
	"strings"
	"unicode/utf8"
)

// joint is what stands between two groups of digits, the tightest first.
type joint int

const (
	jointFirst  joint = iota // nothing: the first group
	jointTight               // a space, a dash, brackets
	jointDot                 // a dot
	jointComma               // a comma or another mark of punctuation
	jointFiller              // words of hesitation
	jointTurn                // the other speaker's turn or the next line
	jointBroken              // something that no number goes on after
)

// fillers are what speakers put between the parts of a number.
var fillers = [...]string{
	"嗯", "啊", "呃", "额", "哦", "噢", "诶", "哎", "唉", "哈", "欸", "那个", "这个", "那", "然后是", "然后", "接着是", "接着", "完了",
	"后面是", "后面", "后头是", "后头", "再是", "再", "就是", "就", "是", "还有", "对", "中间是", "中间", "前面", "吧", "呢", "杠", "减", "横",
	"你记一下", "记一下", "记好", "等一下", "稍等", "等等", "好", "的", "您说", "你说", "往下", "继续", "完后",
}

// maxFillers bounds the words between two groups.
const maxFillers = 8

// join reads what stands between two groups of digits at byte i. It returns where the next group can begin and how
// loosely it is bound to the one before. A line break counts as a turn only where turns were joined.
func (sc *scanner) join(i int) (next int, how joint) {
	how = jointTight
	for range maxFillers {
		r, n := utf8.DecodeRuneInString(sc.s[i:])
		if n == 0 {
			return i, jointBroken
		}
		if digitOf(r) >= 0 {
			return i, how
		}
		switch r {
		case ' ', '\t', '\u00a0', '　', '-', '－', '—', '–', '(', ')', '（', '）', '_':
		case '.', '·', '•', '/':
			how = max(how, jointDot)
		case ',', '，', '、', '。', '…', '~', '?', '？':
			how = max(how, jointComma)
		case '\n':
			if !sc.turns {
				return i, jointBroken
			}
			how = max(how, jointTurn)
		default:
			if r < utf8.RuneSelf {
				return i, jointBroken
			}
			n = fillerLength(sc.s[i:])
			if n == 0 {
				return i, jointBroken
			}
			how = max(how, jointFiller)
		}
		i += n
	}
	return i, jointBroken
}

func fillerLength(s string) int {
	longest := 0
	for _, f := range fillers {
		if len(f) > longest && strings.HasPrefix(s, f) {
			longest = len(f)
		}
	}
	return longest
}

// units follow quantities, dates and ordinals: a short group of digits before one is no part of a number.
func isUnit(r rune) bool {
	switch r {
	case '年', '月', '日', '度', '块', '元', '伏', '点', '天', '户', '家', '人', '分', '秒', '米', '岁', '十', '百', '千', '万', '亿', '毛',
		'角', '次', '个', '条', '台', '层', '楼', '栋', '幢', '单', '期', '届', '级', '档', '倍', '成', '半', '瓦', '安', '公', '平', '吨', '%', ':', '：',
		'回', '趟', '遍', '口', '老', '只', '位', '件', '种', '边', '起', '样', '直', '般', '些', '会', '下', '定', '共', '路', '组', '队', '社', '村',
		'周', '星', '礼', '代', '棵', '根', '张', '间', '小', '刻', '环', '线', '杆', '里', '亩', '名', '片', '段', '辆', '袋', '瓶', '桶', '箱', '座', '排', '套', '头', '份', '笔', '颗', '余', '多', '号', '室', '厅':
		return true
	}
	return false
}
