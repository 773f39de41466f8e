package maskeval

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes up numbers, names and addresses, and writes them in one of many forms.
type generator struct{ *rand.Rand }

func (g *generator) pick(of ...string) string { return of[g.IntN(len(of))] }

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) digits(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + g.IntN(10))
	}
	return string(b)
}

func (g *generator) between(lo, hi int) int { return lo + g.IntN(hi-lo+1) }

// spoken writes digits as a recogniser does, one by 幺 or 一.
func (g *generator) spoken(d string) string {
	one := g.pick("幺", "幺", "一")
	words := [...]string{g.pick("零", "零", "〇"), one, "二", "三", "四", "五", "六", "七", "八", "九"}
	var b strings.Builder
	for _, c := range d {
		b.WriteString(words[c-'0'])
	}
	return b.String()
}

func wide(d string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, d)
}

// split cuts d into parts of the given sizes.
func split(d string, sizes ...int) []string {
	var parts []string
	for _, n := range sizes {
		n = min(n, len(d))
		parts, d = append(parts, d[:n]), d[n:]
	}
	if d != "" {
		parts = append(parts, d)
	}
	return parts
}

// say joins the spoken parts with what speakers put between them.
func (g *generator) say(parts []string) string {
	var b strings.Builder
	for i, p := range parts {
		if i > 0 {
			b.WriteString(g.pick("", " ", "，", " 嗯 ", " 然后是", "，后面是", " 那个 ", "、", "。", " 再是 ", "啊", " 呃 "))
		}
		b.WriteString(g.spoken(p))
	}
	return b.String()
}

func (g *generator) mobileDigits() string {
	return "1" + g.pick("3", "5", "7", "8", "9") + g.digits(9)
}

// mobile writes a mobile number.
func (g *generator) mobile() (s, form string) {
	d := g.mobileDigits()
	switch form = g.pick("plain", "plain", "3-4-4", "3 4 4", "+86", "0086", "86-", "0", "wide", "dots", "singles", "spoken", "said", "3-8", "mixed", "zeros", "334", "mixed signs", "slashes", "pairs", "commas", "wide dashes", "bracket", "radio", "misheard", "capitals", "spoken pairs", "corrected", "twice"); form {
	case "3-4-4":
		return strings.Join(split(d, 3, 4, 4), g.pick("-", "－", "—")), form
	case "3 4 4":
		return strings.Join(split(d, 3, 4, 4), g.pick(" ", "  ", "　")), form
	case "334":
		return strings.Join(split(d, 4, 3, 4), g.pick(" ", "-")), form
	case "3-8":
		return strings.Join(split(d, 3, 8), g.pick(" ", "-")), form
	case "+86":
		return "+86" + g.pick("", " ", "-") + d, form
	case "0086":
		return "0086" + g.pick("", "-") + d, form
	case "86-":
		return "86-" + d, form
	case "0":
		return "0" + d, form
	case "wide":
		return wide(d), form
	case "dots":
		return strings.Join(split(d, 3, 4, 4), "."), form
	case "singles":
		return strings.Join(strings.Split(d, ""), g.pick(" ", "-")), form
	case "spoken":
		return g.spoken(d), form
	case "said":
		return g.say(split(d, 3, 4, 4)), form
	case "mixed":
		return d[:3] + g.pick("", " ") + g.spoken(d[3:]), form
	case "zeros":
		return g.spoken(d[:3]) + "四个" + g.pick("零", "八", "六") + g.spoken(d[7:]), form
	case "mixed signs":
		return d[:3] + " " + d[3:7] + "-" + d[7:], form
	case "slashes":
		return strings.Join(split(d, 3, 4, 4), "/"), form
	case "pairs":
		return strings.Join(split(d, 3, 2, 2, 2, 2), " "), form
	case "commas":
		return strings.Join(split(d, 3, 4, 4), ","), form
	case "wide dashes":
		return wide(strings.Join(split(d, 3, 4, 4), "－")), form
	case "bracket":
		return "(+86)" + d, form
	case "radio":
		return strings.NewReplacer("零", "洞", "〇", "洞", "七", "拐", "九", "勾", "一", "幺").Replace(g.spoken(d)), form
	case "misheard":
		return g.pick("要", "妖", "腰") + g.spoken(d[1:]), form
	case "capitals":
		return strings.NewReplacer("零", "零", "幺", "壹", "一", "壹", "二", "贰", "三", "叁", "四", "肆", "五", "伍", "六", "陆", "七", "柒", "八", "捌", "九", "玖").Replace(g.spoken(d)), form
	case "spoken pairs":
		return g.say(split(d, 3, 2, 2, 2, 2)), form
	case "corrected":
		return g.spoken(d[:7]) + "不对" + g.spoken(d[:3]+g.digits(4)) + " " + g.spoken(d[7:]), form
	case "twice":
		return g.spoken(d) + g.spoken(d), form
	}
	return d, form
}

// landline writes a landline with area code, or without one where its words say that it is one.
func (g *generator) landline() (s, form string) {
	area := g.pick("0571", "0898", "010", "021", "025", "0755", "0431", "0312", "0851", "029")
	local := g.pick("2", "3", "5", "6", "8") + g.digits(g.between(6, 7))
	if len(area) == 3 {
		local = local[:1] + g.digits(7)
	}
	switch form = g.pick("dash", "dash", "brackets", "wide brackets", "space", "plain", "spoken", "said", "local", "4-4", "+86", "extension", "wide", "slash", "dot", "local 4-4", "area told"); form {
	case "brackets":
		return "(" + area + ")" + local, form
	case "wide brackets":
		return "（" + area + "）" + local, form
	case "space":
		return area + " " + local, form
	case "plain":
		return area + local, form
	case "spoken":
		return g.spoken(area + local), form
	case "said":
		return g.say([]string{area, local[:4], local[4:]}), form
	case "local":
		return local, form
	case "4-4":
		return area + "-" + local[:4] + g.pick("-", " ") + local[4:], form
	case "+86":
		return "+86-" + area[1:] + "-" + local, form
	case "wide":
		return wide(area) + "－" + wide(local), form
	case "slash":
		return area + "/" + local, form
	case "dot":
		return area + "." + local, form
	case "local 4-4":
		return local[:4] + g.pick("-", " ") + local[4:], form
	case "area told":
		return "区号" + area + "，电话" + local, form
	}
	return area + g.pick("-", "—", "－") + local, form
}

func (g *generator) day() string {
	return fmt.Sprintf("%d%02d%02d", g.between(1940, 2008), g.between(1, 12), g.between(1, 28))
}

// identity writes an identity card number.
func (g *generator) identity() (s, form string) {
	seventeen := g.pick("330102", "460106", "110101", "522301", "320583", "211224") + g.day() + g.digits(3)
	d := seventeen + checkDigit(seventeen)
	switch form = g.pick("plain", "plain", "6 8 4", "lower x", "wrong check", "spoken", "said", "wide", "15", "wide X", "dashes 3"); form {
	case "6 8 4":
		return strings.Join(split(d, 6, 8, 4), g.pick(" ", "-")), form
	case "lower x":
		return strings.ToLower(seventeen + "X"), form
	case "wrong check":
		return seventeen + g.digits(1), form
	case "spoken", "said":
		last := g.pick("叉", "X")
		if form == "said" {
			return g.say(split(seventeen, 6, 4, 4)) + last, form
		}
		return g.spoken(seventeen) + last, form
	case "wide":
		return wide(d), form
	case "15":
		return seventeen[:6] + seventeen[8:], form
	case "wide X":
		return seventeen + "Ｘ", form
	case "dashes 3":
		return strings.Join(split(seventeen+"X", 3, 3, 4, 4), " "), form
	}
	return d, form
}

// checkDigit is the last sign of an identity card number (GB 11643, ISO 7064 MOD 11-2).
func checkDigit(seventeen string) string {
	sum := 0
	for i, c := range seventeen {
		sum += int(c-'0') * ((1 << (17 - i)) % 11)
	}
	return string("10X98765432"[sum%11])
}

// bank writes a bank card number with its check digit.
func (g *generator) bank() (s, form string) {
	d := g.pick("622202", "621700", "622848", "621661") + g.digits(g.pick2(12, 9))
	sum := 0
	for i := range d {
		n := int(d[len(d)-1-i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	d += string(rune('0' + (10-sum%10)%10))
	switch form = g.pick("plain", "fours", "spoken", "said", "wide"); form {
	case "fours":
		return strings.Join(split(d, 4, 4, 4, 4), g.pick(" ", "-")), form
	case "spoken":
		return g.spoken(d), form
	case "said":
		return g.say(split(d, 4, 4, 4, 4)), form
	case "wide":
		return wide(d), form
	}
	return d, form
}

func (g *generator) pick2(a, b int) int {
	if g.chance(50) {
		return a
	}
	return b
}

// account writes an account number of 13 or 10 digits.
func (g *generator) account() (s, form string) {
	d := g.pick("33", "32", "41", "52", "21") + g.digits(g.pick2(11, 8))
	switch form = g.pick("plain", "plain", "spaced", "spoken", "said", "wide", "dashed", "brackets", "two two", "with filler"); form {
	case "spaced":
		return strings.Join(split(d, 4, 4), " "), form
	case "dashed":
		return strings.Join(split(d, 3, 3, 4), "-"), form
	case "spoken":
		return g.spoken(d), form
	case "said":
		return g.say(split(d, 4, 4)), form
	case "wide":
		return wide(d), form
	case "brackets":
		return "【" + d + "】", form
	case "two two":
		return strings.Join(split(d, 2, 4, 4), " "), form
	case "with filler":
		return "您记一下" + d, form
	}
	return d, form
}

// plate writes a number plate.
func (g *generator) plate() (s, form string) {
	province, letter := g.pick("浙", "琼", "京", "沪", "苏", "辽", "贵", "粤"), g.pick("A", "B", "C", "D", "E")
	d := g.digits(5)
	switch form = g.pick("plain", "dot", "space", "energy", "lower", "truck", "spoken", "letters", "energy dot", "dash", "singles"); form {
	case "dot":
		return province + letter + "·" + d, form
	case "space":
		return province + letter + " " + d, form
	case "energy":
		return province + letter + g.pick("D", "F") + d, form
	case "lower":
		return province + strings.ToLower(letter) + d, form
	case "truck":
		return province + letter + d[:4] + g.pick("挂", "学"), form
	case "spoken":
		return province + letter + g.spoken(d), form
	case "letters":
		return province + letter + g.pick("K", "P", "X") + d[:2] + g.pick("Q", "H") + d[3:4], form
	case "energy dot":
		return province + letter + "·D" + d, form
	case "dash":
		return province + letter + "-" + d, form
	case "singles":
		return province + letter + " " + strings.Join(strings.Split(d, ""), " "), form
	}
	return province + letter + d, form
}

// email writes an address.
func (g *generator) email() (s, form string) {
	user := g.pick("zhangsan", "li_si", "w.wu", "zhao-liu") + g.digits(3)
	switch form = g.pick("plain", "qq", "upper", "long", "wide at", "spoken", "at in words", "circle"); form {
	case "qq":
		return g.pick("1", "2", "3") + g.digits(8) + "@qq.com", form
	case "upper":
		return strings.ToUpper(user) + "@163.COM", form
	case "long":
		return user + "@mail.example.com.cn", form
	case "wide at":
		return user + "＠126.com", form
	case "spoken":
		return user + g.pick("艾特", " 艾特 ") + g.pick("qq点com", "163点com", "126 点 com"), form
	case "at in words":
		return user + g.pick(" at ", "(at)", "（at）") + "qq.com", form
	case "circle":
		return user + g.pick("圈a", "圈A") + "163点com", form
	}
	return user + "@example.com", form
}

// handle writes the name that somebody has with a messenger.
func (g *generator) handle() string {
	return g.pick("zhangwei", "wxid_", "li_na-", "Lucky", "a") + g.digits(g.between(4, 8))
}

// passport writes a passport's number (护照号码): a letter and eight digits, or two letters and seven.
func (g *generator) passport() string {
	if g.chance(50) {
		return g.pick("E", "G", "D") + g.digits(8)
	}
	return g.pick("EA", "EB", "PE") + g.digits(7)
}

// door writes what stands below a building, with the building before it.
func (g *generator) door() (before, s, form string) {
	unit, floor, flat := g.between(1, 5), g.between(1, 29), g.between(1, 4)
	room := fmt.Sprintf("%d0%d", floor, flat)
	spoken := g.spoken(room)
	numeral := [...]string{"零", "一", "二", "三", "四", "五"}[unit]
	building := fmt.Sprintf("%d", g.between(1, 40))
	switch form = g.pick("unit room", "bare", "block", "hyphens", "spoken", "spoken bare", "tower", "house", "list", "side", "unit bare", "hyphen", "comma", "floor and room", "room 房间", "door 号", "hash", "hash hyphen", "letter", "shop", "block hyphen", "direction", "three parts", "floor alone"); form {
	case "bare":
		return "阳光小区" + building + "号楼", room, form
	case "block":
		return "翠湖花园" + building + g.pick("幢", "栋"), fmt.Sprintf("%d单元%s", unit, room), form
	case "hyphens":
		return "和平家园" + building, fmt.Sprintf("-%d-%s", unit, room), form
	case "hyphen":
		return "新华小区" + building, "-" + room, form
	case "spoken":
		return "纺织家属院五号楼", numeral + "单元" + spoken, form
	case "spoken bare":
		return "柳巷新村九幢", spoken + g.pick("室", ""), form
	case "tower":
		return "国贸大厦" + g.pick("A", "B", "C") + "座", room + g.pick("室", "房", ""), form
	case "house":
		return "建设路12弄6号", room + "室", form
	case "list":
		return "创意园8号楼", room + "、" + fmt.Sprintf("%d0%d", floor, flat+1) + "室", form
	case "side":
		return "钢城小区" + building + "号楼", fmt.Sprintf("%d单元%d楼", unit, floor) + g.pick("东户", "西户", "中户"), form
	case "unit bare":
		return "东湖苑" + building + "栋", fmt.Sprintf("%d单元 %s", unit, room), form
	case "comma":
		return "滨江花园" + building + "号楼，", fmt.Sprintf("%d单元，%s室", unit, room), form
	case "floor and room":
		return "城南小区" + building + "号楼", fmt.Sprintf("%d单元%d楼%s", unit, floor, room), form
	case "room 房间":
		return "人才公寓" + building + "栋", room + "房间", form
	case "door 号":
		return "锦绣花园" + building + "幢", fmt.Sprintf("%d单元%s号", unit, room), form
	case "hash":
		return "学府苑" + building + "#楼", fmt.Sprintf("%d单元%s", unit, room), form
	case "hash hyphen":
		return "学府苑" + building + "#", fmt.Sprintf("%d-%s", unit, room), form
	case "letter":
		return "世纪城" + building + "栋", room + g.pick("A", "B") + g.pick("室", ""), form
	case "shop":
		return "步行街" + building + "号楼", room + g.pick("铺", "商铺"), form
	case "block hyphen":
		return "万和府" + building + "幢", fmt.Sprintf("-%s", room), form
	case "direction":
		return "机床厂家属院三号楼", numeral + "单元" + g.pick("三楼", "四楼", "二楼") + g.pick("东", "西", "右手", "左手边"), form
	case "three parts":
		return "住" + building, fmt.Sprintf("-%d-%s", unit, room), form
	case "floor alone":
		return "就在", fmt.Sprintf("%d楼%s", floor, room), form
	}
	return "电力村小区" + building + "号楼", fmt.Sprintf("%d单元%s室", unit, room), form
}
