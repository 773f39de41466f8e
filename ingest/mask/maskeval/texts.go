package maskeval

import (
	"fmt"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// The kinds of personal data, as the report names them.
const (
	kindMobile   = "手机"
	kindLandline = "座机"
	kindIdentity = "身份证"
	kindBank     = "银行卡"
	kindAccount  = "户号"
	kindPlate    = "车牌"
	kindEmail    = "邮箱"
	kindName     = "姓名"
	kindDoor     = "门牌"
	kindSplit    = "分段口述"
	kindRepeated = "本单号码复述"
	kindHandle   = "微信QQ"
	kindPassport = "护照"
)

// The kinds of decoys.
const (
	decoyOrder    = "工单编号"
	decoyOutage   = "停电编号"
	decoyHotline  = "热线号码"
	decoyQuantity = "数量金额"
	decoyTime     = "日期时间"
	decoyPlace    = "楼栋线路"
)

func (g *generator) sample(i int) Sample {
	s := Sample{}
	c := &s.Record.Call
	c.Schema, c.Source = hotline.Schema, "95598"
	c.Hotline = hotline.Hotlines[g.IntN(len(hotline.Hotlines))]
	c.ID = fmt.Sprintf("m%06d", i)
	c.Matter = hotline.DocID(c.Source, c.ID)
	c.Received = time.Date(2026, 11, 1, 0, 0, 0, 0, time.FixedZone("CST", 8*3600)).Add(time.Duration(i) * time.Minute)
	c.Precision = hotline.PrecisionSecond
	c.ContentRev = c.Received.UnixMilli()
	if i%3 == 2 {
		c.Kind = hotline.KindCall
		g.dialogue(&s)
		return s
	}
	c.Kind = hotline.KindOrder
	if c.Hotline == hotline.Hotline12345 && g.chance(50) {
		c.Kind = hotline.KindMessage
	}
	g.written(&s)
	return s
}

// written fills the text of an order or a message with three to six sentences.
func (g *generator) written(s *Sample) {
	var b strings.Builder
	b.WriteString(g.pick("市民来电反映：", "客户报修一户无电，", "【停电未通知】", "投诉人称", "您好，", ""))
	for range g.between(3, 6) {
		if g.chance(40) {
			b.WriteString(g.decoy(s))
		} else {
			b.WriteString(g.planted(s))
		}
		b.WriteString(g.pick("。", "，", "；", "。\n", " "))
	}
	b.WriteString(g.pick("请尽快核实处理。", "请供电公司核实处理（请职能局按规定在30分钟内联系市民，响应处置）", "谢谢！", "要求尽快恢复供电"))
	s.Record.Call.Turns = []hotline.Turn{{Role: hotline.RoleUnknown, Text: b.String()}}
}

func (s *Sample) plant(kind, form string, pieces ...string) {
	s.Planted = append(s.Planted, Item{kind, form, pieces})
}

func (s *Sample) decoy(kind, raw string) string {
	s.Decoys = append(s.Decoys, Item{kind, raw, []string{raw}})
	return raw
}

// planted writes a sentence with one piece of personal data.
func (g *generator) planted(s *Sample) string {
	switch g.IntN(11) {
	case 0:
		n, form := g.mobile()
		s.plant(kindMobile, form, n)
		return g.pick("联系电话：", "手机号", "请打我电话", "我的号码是", "回电", "联系方式为", "Tel:", "微信同号", "请联系") + n + g.pick("", "(微信同号)", "请回电", "联系我")
	case 1:
		n, form := g.landline()
		s.plant(kindLandline, form, n)
		return g.pick("座机", "家里电话是", "固话：", "联系电话") + n + g.pick("", "转801", "（白天）")
	case 2:
		n, form := g.identity()
		s.plant(kindIdentity, form, n)
		return g.pick("身份证", "身份证号：", "本人身份证号码为", "证件号码") + n
	case 3:
		n, form := g.bank()
		s.plant(kindBank, form, n)
		return g.pick("退费请退到银行卡", "卡号：", "账号是", "工行卡号", "打到我建行卡上 ") + n
	case 4:
		n, form := g.account()
		s.plant(kindAccount, form, n)
		return g.pick("户号", "户号：", "用户编号", "客户编号为", "用电户号是", "缴费号") + n
	case 5:
		n, form := g.plate()
		s.plant(kindPlate, form, n)
		return g.pick("一辆车", "车牌号", "抢修车", "有机动车（") + n + g.pick("挡住了配电箱", "）堵门", "停在箱变旁")
	case 6:
		n, form := g.email()
		s.plant(kindEmail, form, n)
		return g.pick("邮箱", "电子发票发到", "E-mail:", "请发到 ") + n
	case 7, 8:
		return g.named(s)
	case 9:
		if g.chance(50) {
			n := g.passport()
			label := g.pick("护照号", "护照号码：", "护照", "本人持护照，号码", "港澳通行证")
			s.plant(kindPassport, label, n)
			return label + n
		}
		n := g.handle()
		label := g.pick("微信号", "微信：", "微信", "加我微信 ", "QQ号", "微信号是", "微信ID:")
		s.plant(kindHandle, label, n)
		return label + n + g.pick("", "（常用）", "联系我")
	}
	before, door, form := g.door()
	s.plant(kindDoor, form, lastRune(before)+door)
	return g.pick("家住", "地址：", "地址在城东区", "我是") + before + door + g.pick("，", "没电", "的住户", "停电")
}

// named writes a sentence with a name.
func (g *generator) named(s *Sample) string {
	name := g.person()
	before := g.pick("我叫", "姓名：", "联系人：", "户主", "名字叫", "户名是", "姓名为", "本人姓名：", "反映人：", "俺叫", "我的名字是", "客户姓名:", "姓名 ", "联系人", "户主是我爸，他叫", "名字是", "本人叫", "申请人：",
		"用户姓名：", "机主是")
	after := g.pick("，", "。", "，男", "，家住城东", " 电话保密", "（本人）", "您记一下", "啊", "，电话在上面")
	form := before + after
	if g.chance(30) {
		before = g.pick("客户", "我是", "联系", "请找", "业主", "用户", "让", "", "和")
		after = g.pick("先生", "女士", "小姐", "同志", " 先生", "（先生）", "女士来电")
		if strings.HasPrefix(after, lastRune(name)) {
			after = "（先生）" // 秦同同志 masked, 秦同志, would look unmasked
		}
		form = before + after
	}
	if g.chance(10) {
		n, form := g.mobile()
		s.plant(kindName, "before a number", name)
		s.plant(kindMobile, form, n)
		return g.pick("（", "", "联系 ", "现场：") + name + g.pick(" ", "，", "", "：") + n
	}
	if g.chance(10) && !strings.Contains(name, "·") {
		rest := strings.TrimPrefix(name, surname(name)) + g.pick("，", "。") // a single character occurs elsewhere too
		s.plant(kindName, "姓…名…", rest)
		return g.pick("我姓", "免贵姓", "本人姓") + surname(name) + g.pick("，名", "叫", " 名叫", "，单名一个") + rest
	}
	s.plant(kindName, form, name)
	return before + name + after
}

// decoy writes a sentence with something that must stay.
func (g *generator) decoy(s *Sample) string {
	day := fmt.Sprintf("20%02d%02d%02d", g.between(16, 26), g.between(1, 12), g.between(1, 28))
	switch g.IntN(10) {
	case 0, 1, 2:
		number := g.pick("201"+g.digits(13), day+g.digits(6), day+g.digits(8), day+g.digits(7))
		return g.pick("工单编号", "工单号：", "单号", "（", "政府工单号", "催办", "原工单编号为", "编号 ", "关于") + s.decoy(decoyOrder, number) + g.pick("的问题", "）", "《关于停电的问题》", "至今没有答复")
	case 3:
		return g.pick("停电编号", "停电信息编号", "停电计划", "编号：") + s.decoy(decoyOutage, day[2:]+g.digits(6)) + g.pick("", "显示已送电")
	case 4:
		number := g.pick("95598", "12398", "12345", "12315", "110", "119", "120", "九五五九八", "幺二三四五", "一二三九八", "幺二三幺五", "400-"+g.digits(3)+"-"+g.digits(4))
		return g.pick("打了", "拨打", "热线", "反映到") + s.decoy(decoyHotline, number) + g.pick("没人接", "几次都占线", "，答复等通知")
	case 5, 6:
		q := g.pick("45分钟", "220伏", "380V", "1"+g.digits(3)+"."+g.digits(2)+"元", "三百二十块", "12"+g.digits(3)+"度", "两千三百多块", "0.5"+g.digits(2)+"元", "40户", "400kVA",
			"一块四毛五", "五百八十九度", "1"+g.digits(6)+".50元", "三十五点六", "2"+g.digits(3)+"千瓦时", "电表示数0"+g.digits(5), "零点四零一二元")
		return g.pick("这个月", "一共", "显示", "收了", "只有") + s.decoy(decoyQuantity, q)
	case 7, 8:
		t := g.pick(day[:4]+"-"+day[4:6]+"-"+day[6:]+" 12:30:05", day[:4]+"年"+day[4:6]+"月", "二零二五年", "十二点", "八点半", day+"123005", day, "2018.05.30", "17:30至18:20",
			"一七年八月", "二零一八年到二零二三年", "2026-11-28至2026-12-03", "1543300000000")
		return g.pick("于", "从", "时间", "") + s.decoy(decoyTime, t) + g.pick("停电", "开始", "来电反映")
	}
	p := g.pick("5号楼", "12幢", "1号杆", "10kV城东101线", "海甸五东路6号", "幺零幺四兴工线", "0.4kV", "3号变压器", "二号楼", "人民大道58号", "三组12号", "2号环网柜", "110kV", "三百八十弄",
		"57路公交", "err-04", "DTZY341", "UU0082253", "91330100MA27XXXX1X", "120.153576,30.287459", "192.168.1.100", "三室一厅")
	return g.pick("位于", "在", "故障点为", "") + s.decoy(decoyPlace, p) + g.pick("附近", "停电", "跳闸")
}

// dialogue fills the turns of a call. The agent asks, the caller tells, often in pieces, and the agent repeats.
func (g *generator) dialogue(s *Sample) {
	var turns []hotline.Turn
	agent := func(t string) { turns = append(turns, hotline.Turn{Role: hotline.RoleAgent, Text: t}) }
	customer := func(t string) { turns = append(turns, hotline.Turn{Role: hotline.RoleCustomer, Text: t}) }
	agent(g.pick("您好95598请讲", "您好供电服务热线请问有什么可以帮您", "您好，这里是12345，请讲。"))
	opening := g.pick("我家停电了", "喂你好我查一下电费", "我要投诉", "我反映个事儿")
	if g.chance(50) {
		opening += " " + g.decoy(s)
	}
	customer(opening)
	for range g.between(1, 3) {
		switch g.IntN(6) {
		case 0:
			agent(g.pick("请提供一下您的户号", "户号多少", "您的户号报一下好吗？"))
			g.told(s, g.pick("33", "32", "41")+g.digits(g.pick2(11, 8)), agent, customer)
		case 1, 2:
			agent(g.pick("您的联系电话是多少", "请留一个手机号", "电话方便留一下吗？"))
			g.told(s, g.mobileDigits(), agent, customer)
		case 3:
			agent("请问您的地址")
			before, door, form := g.door()
			s.plant(kindDoor, form, lastRune(before)+door)
			customer(g.pick("", "我在") + before + door)
			agent(before + door + "对吗")
		case 4:
			agent(g.pick("怎么称呼您", "您贵姓"))
			name := g.person()
			s.plant(kindName, "我叫", name)
			before := g.pick("我叫", "我的名字叫", "我姓"+surname(name)+"叫", "我姓"+surname(name)+"，叫")
			if strings.Contains(name, "·") {
				before = "我叫"
			}
			customer(before + name)
		case 5:
			g.repeated(s, agent, customer)
		}
		if g.chance(50) {
			customer(g.pick("对了", "然后", "那个") + g.decoy(s))
			agent(g.pick("好的", "嗯您说", "已经记录"))
		}
	}
	agent("已经登记，四十五分钟内会有工作人员联系您")
	if g.chance(20) { // a recording on one channel, whose speakers were not told apart
		for i := range turns {
			turns[i].Role = hotline.RoleUnknown
		}
	}
	s.Record.Call.Turns = turns
}

// lastRune ties a door to its building, for 202 alone occurs in dates too.
func lastRune(s string) string {
	r := []rune(s)
	return string(r[len(r)-1:])
}

// told lets the caller tell the number d.
func (g *generator) told(s *Sample, d string, agent, customer func(string)) {
	parts := split(d, 4, 4)
	if len(d) == 11 {
		parts = split(d, 3, 4)
	}
	say := g.spoken
	if g.chance(25) {
		say = func(d string) string { return d } // a recogniser that writes figures
	}
	lead := g.pick("", "是 ", "嗯 ", "你记一下 ", "好 ")
	switch form := g.pick("at once", "in turns", "echoed", "listener", "last echo"); form {
	case "at once":
		whole := g.say(parts)
		customer(lead + whole)
		s.plant(kindSplit, form, whole)
	case "in turns":
		var pieces []string
		for i, p := range parts {
			piece := say(p)
			if i == 0 {
				customer(lead + piece)
			} else {
				customer(piece)
			}
			if len(p) > 3 {
				pieces = append(pieces, piece)
			}
		}
		s.plant(kindSplit, form, pieces...)
	case "echoed":
		var pieces []string
		for _, p := range parts {
			piece := say(p)
			customer(piece)
			agent(piece + g.pick("", "嗯", " 您说"))
			if len(p) > 3 {
				pieces = append(pieces, piece)
			}
		}
		s.plant(kindSplit, form, pieces...)
	case "listener":
		first, second := say(d[:len(d)-4]), say(d[len(d)-4:])
		customer(lead + first)
		agent(g.pick("嗯", "好的", "您说", "嗯嗯"))
		customer(second + g.pick("", " 记下了吗"))
		s.plant(kindSplit, form, first, second)
	case "last echo":
		whole := say(d)
		customer(lead + whole)
		tail := say(d[len(d)-4:])
		agent(g.pick("尾号是", "尾号", "后四位") + tail + g.pick("对吗", "是吧"))
		s.plant(kindSplit, form, whole, tail)
	}
}

// repeated lets the call's own number, account and name, which the platform told, occur in other forms.
func (g *generator) repeated(s *Sample, agent, customer func(string)) {
	if s.Record.Person.Phone != "" {
		return
	}
	d := g.mobileDigits()
	name := g.person()
	s.Record.Person = decode.Person{Phone: d, Names: []string{name}}
	forms := []string{g.spoken(d), strings.Join(split(d, 3, 4, 4), " "), d}
	form := forms[g.IntN(len(forms))]
	agent("联系电话是" + form + "吗")
	customer(g.pick("对", "是的", "嗯对"))
	agent("请问是" + name + g.pick("吗", "本人吗"))
	customer(g.pick("是我", "我是"+name+"的儿子"))
	tail := g.spoken(d[7:])
	agent("好的 那就打您" + tail + "这个号")
	s.plant(kindRepeated, "known", form, name, tail)
}
