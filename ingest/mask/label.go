package mask

import (
	"strings"
	"unicode/utf8"
)

// label is what the words before a number say that it is.
type label int

const (
	labelNone label = iota
	labelPhone
	labelAccount
	labelIdentity
	labelBank
	labelAgent
	labelTail // the last digits of some number
	labelPlate
	labelMessenger
	labelPassport // a travel document (护照, 通行证)
	labelOther    // an order, an invoice, a reading: no personal number
)

type labelWord struct {
	word string
	is   label
}

// labelWords are looked for before a number. Of two words the one that ends nearer to the number counts, and of two
// that end at the same place the longer.
var labelWords = [...]labelWord{
	{"电话", labelPhone}, {"手机", labelPhone}, {"号码", labelPhone}, {"手机号", labelPhone}, {"联系方式", labelPhone},
	{"座机", labelPhone}, {"固话", labelPhone}, {"主叫", labelPhone}, {"电话号", labelPhone}, {"Tel", labelPhone}, {"TEL", labelPhone},
	{"户号", labelAccount}, {"用户编号", labelAccount}, {"客户编号", labelAccount}, {"用电编号", labelAccount},
	{"用户号", labelAccount}, {"客户号", labelAccount}, {"缴费号", labelAccount}, {"缴费编号", labelAccount}, {"表号", labelAccount},
	{"电表编号", labelAccount}, {"电能表编号", labelAccount}, {"资产编号", labelAccount}, {"资产号", labelAccount}, {"编户", labelAccount},
	{"户号码", labelAccount}, {"电卡号", labelAccount}, {"表编号", labelAccount}, {"户名编号", labelAccount}, {"护号", labelAccount}, {"互号", labelAccount},
	{"身份证", labelIdentity}, {"身份证号", labelIdentity}, {"身份证号码", labelIdentity}, {"证件号", labelIdentity}, {"证件号码", labelIdentity}, {"身份号码", labelIdentity},
	{"银行卡", labelBank}, {"卡号", labelBank}, {"账号", labelBank}, {"帐号", labelBank}, {"账户", labelBank}, {"行卡", labelBank},
	{"借记卡", labelBank}, {"信用卡", labelBank}, {"存折", labelBank}, {"银行卡号", labelBank}, {"银行卡号码", labelBank}, {"卡号码", labelBank},
	{"工号", labelAgent}, {"话务员", labelAgent}, {"坐席", labelAgent}, {"座席", labelAgent}, {"客服代表", labelAgent}, {"员工编号", labelAgent},
	{"尾号", labelTail}, {"后四位", labelTail}, {"末四位", labelTail}, {"后六位", labelTail}, {"末六位", labelTail}, {"后4位", labelTail}, {"后6位", labelTail},
	{"尾数", labelTail},
	{"车牌", labelPlate}, {"车牌号", labelPlate}, {"车号", labelPlate}, {"车牌号码", labelPlate},
	{"QQ", labelMessenger}, {"qq", labelMessenger}, {"QQ号", labelMessenger}, {"qq号", labelMessenger}, {"微信号", labelMessenger}, {"微信", labelMessenger},
	{"vx", labelMessenger}, {"VX", labelMessenger}, {"V信", labelMessenger}, {"微信ID", labelMessenger}, {"微信id", labelMessenger}, {"微信账号", labelMessenger}, {"微信帐号", labelMessenger}, {"QQ账号", labelMessenger},
	{"护照", labelPassport}, {"护照号", labelPassport}, {"护照号码", labelPassport}, {"通行证", labelPassport}, {"通行证号", labelPassport}, {"通行证号码", labelPassport},
	{"回乡证", labelPassport}, {"台胞证", labelPassport}, {"居留证", labelPassport}, {"微信号码", labelMessenger}, {"QQ号码", labelMessenger}, {"qq号码", labelMessenger},
	{"工单", labelOther}, {"单号", labelOther}, {"编号", labelOther}, {"任务号", labelOther}, {"快递", labelOther}, {"文号", labelOther},
	{"案号", labelOther}, {"发票", labelOther}, {"批号", labelOther}, {"邮编", labelOther}, {"流水号", labelOther}, {"字第", labelOther},
	{"档案号", labelOther}, {"发票号码", labelOther}, {"单号码", labelOther}, {"代码", labelOther}, {"工单号码", labelOther}, {"税号", labelOther},
	{"示数", labelOther}, {"读数", labelOther}, {"止码", labelOther}, {"起码", labelOther}, {"表底", labelOther}, {"电量", labelOther},
	{"金额", labelOther}, {"电费", labelOther}, {"时间", labelOther}, {"日期", labelOther}, {"版本", labelOther}, {"时间戳", labelOther},
	{"停电信息", labelOther}, {"序列号", labelOther}, {"设备号", labelOther}, {"杆号", labelOther}, {"单子号", labelOther}, {"工单尾号", labelOther},
	{"单尾号", labelOther}, {"单后四位", labelOther}, {"单号尾号", labelOther}, {"单号后四位", labelOther}, {"编号尾号", labelOther}, {"编号后四位", labelOther}, {"单号末四位", labelOther},
}

// labelWindow is how far before a number its label may stand: 30 Chinese characters, enough for a question and the
// beginning of its answer.
const labelWindow = 90

// labelBefore returns what the words before byte at say, and what stands between them and it. It does not look past
// a token: what was masked has its label already.
func labelBefore(s string, at int) (is label, gap string) {
	from := max(0, at-labelWindow)
	window := s[from:at]
	if i := strings.LastIndexByte(window, '>'); i >= 0 {
		window = window[i+1:]
	}
	for end := len(window); end > 0; end-- {
		longest := 0
		for _, w := range labelsByEnd[window[end-1]] {
			if len(w.word) > longest && strings.HasSuffix(window[:end], w.word) {
				is, longest = w.is, len(w.word)
			}
		}
		if longest > 0 {
			return is, window[end:]
		}
	}
	return labelNone, window
}

// labelsByEnd has the words of labelWords by their last byte.
var labelsByEnd = func() (by [256][]labelWord) {
	for _, w := range labelWords {
		last := w.word[len(w.word)-1]
		by[last] = append(by[last], w)
	}
	return by
}()

// near reports whether gap, the text between a label and its number, has at most n characters.
func near(gap string, n int) bool {
	return len(gap) <= 4*n && utf8.RuneCountInString(gap) <= n
}
