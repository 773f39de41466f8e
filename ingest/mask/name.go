package mask

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// surnames are those of 百家姓 that are common today. Characters that are everyday words of this field (车, 水, 和, 时,
// 党, 师, 都, 家) are left out.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁耿牟卜詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华房边辜吉饶阙符冼简蒙麦邬卓蓝冉巫瞿普佟敬班谌楼苟褚娄窦岑苍晏缪占仇滕闫肖付代尚穆池米佘闻古车刁冷幸岩欧阳艾卞栾厉戎祖蒲屠胥姬郦雍濮茹阚沙帅荆桑鞠寇巩敖燕蔺裘郁鹿邸丘邰郜栗竺靖亓邝匡苑逯扈隗郗仝仲楚晁郎蔚揭储荀惠伊宫骆舒戚喻粟嵇迟芮湛冶晋荣杭慕盘商郗邴昝丛"

// rareSurnames are words of this field or of everyday speech more often than surnames. They count where a label or 我叫
// says that a name follows and it ends at once.
const rareSurnames = "全时党应谈修利明花门印练麻母羊农衣富豆阴伏计井智卿劳廉哈车水和师都家官言山火公平"

// compounds are the surnames of two characters (复姓).
var compounds = [...]string{"欧阳", "司马", "上官", "诸葛", "令狐", "慕容", "皇甫", "尉迟", "公孙", "轩辕", "司徒", "夏侯", "东方", "南宫", "端木", "呼延", "长孙", "宇文", "闻人", "钟离", "澹台", "独孤", "万俟", "申屠"}

// words begin with a surname and are no names.
const words = " 高压 高级 高新 高中 高工 高楼 高温 高峰 高低 安装 安排 安全 安徽 安置 万科 万达 万元 万一 金地 金额 方面 方便 方案 方法 方式 关于 关系 关闭 关注 关心 江苏 江西 江北 江南 江边 路灯 路口 路段 路边 路线 路过 项目 成都 成立 成本 任何 任务 应该 程序 白天 白色 黄色 马上 马路 常常 常年 常见 温州 温度 施工 单位 单元 单独 单子 单方 计划 计量 向你 向我 向他 向上 向下 于是 包括 包装 包月 费用 费的 鲁能 华为 房东 房租 房子 房屋 房产 房主 任意 农村 农网 农民 楼上 楼下 楼道 楼房 楼顶 楼栋 楼梯 梅雨 古城 宁波 宁可 解决 解释 解除 许多 许可 徐州 苏州 郑州 柳州 林场 林业 曾经 黎明 景区 谷电 花园 丁香 钱款 钱没 钱都 钱的 余额 余电 顾客 毛病 毛钱 管理 管道 管线 管家 古镇 查询 查不 查表 查一 查看 查下 支付 付款 付费 付钱 边上 强制 强调 强行 易燃 卫生 安保 左右 左边 席位 阳台 阳光 文件 文明 文化 司机 成功 成员 成了 连续 车位 车主 盛世 尚未 代表 代理 代收 代为 占用 占地 石头 石油 田地 田里 白白 常用 常住 何时 何人 代码 余下 陆续 庄稼 武汉 向阳 方向 路费 时候 段时 毕竟 毕业 强烈 万户 康复 童话 关停 关掉 关电 关了 边缘 占道 尚可 代办 冷库 冷的 米外 车间 车子 车辆 车库 幸好 幸福 雷电 雷击 雷雨 夏天 夏季 白费 易跳 安心 单价 单据 单号 单纯 包含 包干 麦子 池塘 温馨 金融 金属 华润 龙湖 施救 申请 申领 申诉 申报 严重 严格 严禁 解答 相关 冷气 成天 万能 卫健 关机 费电 费了 费劲 车来 车去 任由 任凭 任命 任职 任期 荣誉 商场 商铺 商户 商店 商业 商家 商量 商品 盘点 迟迟 迟到 杭州 舒服 伏天 谢谢 艾特 沙子 沙发 沙土 储存 储能 储户 储值 惠民 惠农 惠及 苑区 屠宰 蒲式 仲裁 宫殿 帅气 祖国 祖坟 祖上 祖宅 祖屋 栗子 鹿场 楚楚 "

// namesToo are those of words that are also frequent names.
const namesToo = " 高峰 黎明 文明 成功 许可 江南 江西 江苏 江北 方向 向阳 雷雨 丁香 白天 高新 "

func surnameAt(s string) int {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || r < utf8.RuneSelf {
		return 0
	}
	for _, c := range compounds {
		if strings.HasPrefix(s, c) {
			return len(c)
		}
	}
	if strings.ContainsRune(surnames, r) {
		return n
	}
	return 0
}

func isWord(s string) bool {
	r1, n := utf8.DecodeRuneInString(s)
	r2, m := utf8.DecodeRuneInString(s[n:])
	return r1 != utf8.RuneError && r2 != utf8.RuneError && strings.Contains(words, " "+s[:n+m]+" ")
}

// isNameToo reports whether the word that s begins with is a name as often.
func isNameToo(s string) bool { return strings.Contains(namesToo, " "+s[:min(len(s), 6)]+" ") }

// hanLength returns how many bytes of Chinese characters s begins with, at most those of five.
func hanLength(s string) int {
	n := 0
	for n < 15 {
		r, m := utf8.DecodeRuneInString(s[n:])
		if !unicode.Is(unicode.Han, r) {
			break
		}
		n += m
	}
	return n
}

// organisation reports whether what begins like a name goes on as that of a company, an estate or a place.
func organisation(s string) bool {
	run := 0
	for i, r := range s {
		if !unicode.Is(unicode.Han, r) || run == 7 {
			break
		}
		run++
		if run < 3 {
			continue
		}
		for _, end := range [...]string{"公司", "有限", "小区", "花园", "幼儿", "学校", "超市", "酒店", "饭店", "广场", "大厦", "中心", "社区", "合作", "服饰", "电力", "供电", "物业", "大道", "家园", "公寓"} {
			if strings.HasPrefix(s[i:], end) {
				return true
			}
		}
		if run <= 4 && i >= surnameAt(s)+utf8.RuneLen(r) && strings.ContainsRune("村镇路街厂店苑府城园乡县市区州", r) {
			return true
		}
	}
	return false
}

// called masks the name after 叫 (我叫…, 名字叫…).
func (sc *scanner) called(at, i int) {
	before, _ := utf8.DecodeLastRuneInString(sc.s[:at])
	if !strings.ContainsRune("我俺咱名字人主他她公婆东儿女爸妈姓户友长个的，。 \n", before) && at > 0 {
		return
	}
	i = skip(sc.s, i, " 做：:")
	n := nameLength(sc.s[i:], cueSure)
	if strings.ContainsRune("，。 \n", before) && (n < 9 || !sc.bounded(i+n)) {
		return // 叫车去, 叫人来
	}
	if n > 0 {
		sc.add(span{start: i, end: i + n, token: tokenName})
	}
}

// surnamed masks the surname after 我姓, 免贵姓 and the like, and the given name after a following 叫; and the name
// after 姓名.
func (sc *scanner) surnamed(at, i int) {
	if strings.HasPrefix(sc.s[i:], "名") {
		return // labelledName sees 名
	}
	before, _ := utf8.DecodeLastRuneInString(sc.s[:at])
	if at > 0 && !strings.ContainsRune("我俺贵人户他她也就，。,. \n：:、家本是", before) {
		return
	}
	r, n := utf8.DecodeRuneInString(sc.s[i:])
	if !unicode.Is(unicode.Han, r) || strings.ContainsRune("氏的什啥甚名哪么字是", r) {
		return
	}
	if m := surnameAt(sc.s[i:]); m > 0 {
		n = m
	} else if !strings.ContainsRune("我贵，。, \n：:", before) {
		return
	}
	sc.add(span{start: i, end: i + n, token: tokenName})
	rest := skip(sc.s, i+n, "，, ")
	if rest > i+n && strings.HasPrefix(sc.s[rest:], sc.s[i:i+n]) { // 我姓张，张建国
		if m := nameLength(sc.s[rest:], cueSure); m > 0 && sc.bounded(rest+m) {
			sc.add(span{start: rest, end: rest + m, token: tokenName})
			return
		}
	}
	for _, verb := range [...]string{"名字叫", "单名一个", "名叫", "叫", "名"} {
		given, ok := strings.CutPrefix(sc.s[rest:], verb)
		if !ok {
			continue
		}
		length := max(givenLength(given), nameLength(given, cueSure))
		if length > 0 {
			start := rest + len(verb)
			sc.add(span{start: start, end: start + length, token: tokenName})
		}
		return
	}
}

// nameLabels stand before a name, with or without a colon, 是 or 叫.
var nameLabels = [...]string{"姓名", "户名", "户主", "联系人", "申请人", "经办人", "收件人", "来电人", "反映人", "诉求人", "投诉人", "举报人", "报修人", "求助人", "机主", "名字", "当事人", "法人", "房主", "负责人"}

// colonLabels are words for people that a name follows only after a colon.
var colonLabels = [...]string{"业主", "住户", "房东", "租户", "租客", "客户", "用户", "市民", "居民", "村民", "签收人", "店主", "老板", "户主姓名", "来电市民", "家属"}

// introduced masks the name after 我是 at byte i if it is a full one and nothing else.
func (sc *scanner) introduced(i int) {
	n := nameLength(sc.s[i:], cueWeak)
	if n >= 6 && (n > 6 || hanLength(sc.s[i:]) == 6) && !strings.Contains(sc.s[i:i+n], "人") && sc.bounded(i+n) {
		sc.add(span{start: i, end: i + n, token: tokenName})
	}
}

// nameBefore masks a name before a phone number: （张建国 13800000000）, 联系张建国13800000000.
func (sc *scanner) nameBefore(phone span) {
	if phone.token != tokenMobile && phone.token != tokenLandline && phone.token != tokenNumber {
		return
	}
	end := len(strings.TrimRight(sc.s[:phone.start], " ，,：:（("))
	if start := dottedBefore(sc.s, end); start < end && start >= sc.masked {
		sc.add(span{start: start, end: end, token: tokenName})
		return
	}
	start := end
	for range 4 {
		r, n := utf8.DecodeLastRuneInString(sc.s[:start])
		if !unicode.Is(unicode.Han, r) || start-n < sc.masked {
			return
		}
		start -= n
		if !sc.alone(start) {
			continue
		}
		name := sc.s[start:end]
		if n := nameLength(name, cueWeak); n > 0 && n == len(name) {
			sc.add(span{start: start, end: end, token: tokenName})
			return
		}
	}
}

// labelledName masks the name after a label that ends at byte i, or whose colon or 是 stands in s[at:i].
func (sc *scanner) labelledName(at, i int) {
	head := sc.s[max(0, at-20):at]
	direct := false
	switch {
	case strings.HasPrefix(sc.s[at:], "名"), strings.HasPrefix(sc.s[at:], "人"), strings.HasPrefix(sc.s[at:], "主"):
		head, direct = sc.s[max(0, i-20):i], true
	}
	head = strings.TrimRight(head, " ")
	colon := sc.s[at:i] == ":" || sc.s[at:i] == "："
	strong := hasAnySuffix(head, nameLabels[:])
	if !strong && !(colon && hasAnySuffix(head, colonLabels[:])) {
		if strings.HasPrefix(sc.s[at:], "是") && strings.HasSuffix(head, "我") {
			sc.introduced(i)
		}
		return
	}
	i = skip(sc.s, i, " ：:“\"是")
	i = skip(sc.s, i, " “\"")
	by := cueSure
	if strong && !direct && colonBefore(sc.s[:i]) {
		by = cueOnly
	}
	n := nameLength(sc.s[i:], by)
	if n == 0 {
		return
	}
	if direct && !sc.bounded(i+n) {
		return
	}
	sc.add(span{start: i, end: i + n, token: tokenName})
}

func colonBefore(s string) bool {
	s = strings.TrimRight(s, " “\"")
	return strings.HasSuffix(s, ":") || strings.HasSuffix(s, "：")
}

// bounded reports whether no Chinese character that could belong to a longer word follows at byte i.
func (sc *scanner) bounded(i int) bool {
	r, _ := utf8.DecodeRuneInString(sc.s[i:])
	return !unicode.Is(unicode.Han, r) || hasAnyPrefix(sc.s[i:], titles[:]) || strings.ContainsRune("电手身联男女住您你啊呀吧呢哈的家来反", r)
}

// titled masks the given name before 先生, 女士, 小姐, 同志, 师傅 at byte i; the surname stays. A name with dots has none and is
// masked whole.
func (sc *scanner) titled(i int) {
	trade := strings.HasPrefix(sc.s[i:], "师傅")
	if !trade && !hasAnyPrefix(sc.s[i:], personal[:]) {
		return
	}
	// The longest first: a surname of two characters with two, a surname of one or two with two or one.
	end := len(strings.TrimRight(sc.s[:i], " （("))
	if start := dottedBefore(sc.s, end); start < end {
		sc.add(span{start: start, end: end, token: tokenName})
		return
	}
	var starts [4]int // of the last 1 … 4 characters
	known := 0
	for at := end; known < len(starts); known++ {
		r, n := utf8.DecodeLastRuneInString(sc.s[:at])
		if !unicode.Is(unicode.Han, r) {
			break
		}
		at -= n
		starts[known] = at
	}
	for k := known; k >= 2; k-- {
		if trade && (k == 2 || !sc.alone(starts[k-1])) {
			continue // 查线师傅 is none's name
		}
		if sc.givenBefore(starts[k-1], end, k) {
			return
		}
	}
}

// personal are the titles that name a person rather than a trade.
var personal = [...]string{"先生", "女士", "小姐", "同志"}

// alone reports whether a name may begin at byte i: what stands before it is no Chinese character, or one that names
// follow.
func (sc *scanner) alone(i int) bool {
	before, _ := utf8.DecodeLastRuneInString(sc.s[:i])
	return !unicode.Is(unicode.Han, before) || strings.ContainsRune(beforeName, before)
}

// beforeName are characters that a person's name follows.
const beforeName = "的是为叫和与对向找请问民户主人称系电告给让被到由从见了着过居方位诉客即长士生工员席"

// givenToo are surnames that end given names as often: 李建华同志.
const givenToo = "华安金江林成方石田云康童平龙武强东宁雷柏柳梅兰燕荣文乐春芳洪海"

// Characters before a title that tell of an office (站队所…) or, in running text, of a post (科长, 书记, 经理) and not of a person.
const (
	ofOffices = "站队所局部室员警位各组委们"
	ofPosts   = "科记理长"
)

// givenBefore masks the given name in s[from:end] of k characters if it is a full name.
func (sc *scanner) givenBefore(from, end, k int) bool {
	name := sc.s[from:end]
	labelled := hasAnySuffix(sc.s[:from], nameLabels[:]) || hasAnySuffix(sc.s[:from], colonLabels[:])
	n := surnameAt(name)
	if first, m := utf8.DecodeRuneInString(name); labelled && strings.ContainsRune(rareSurnames, first) {
		n = m
	}
	if n == 0 || n == len(name) || k == 4 && n == 3 {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(name)
	first, _ := utf8.DecodeRuneInString(name)
	given := name[n:]
	if strings.ContainsAny(given, neverGiven+ofOffices) || hasAnyPrefix(given, titles[:]) {
		return false // 成员同志, 方经理同志
	}
	if strings.ContainsAny(given, ofPosts) && !sc.alone(from) {
		return false // 运检金科同志
	}
	if isWord(name) && !isNameToo(name) {
		return false // 安保同志
	}
	if isWord(name) && strings.ContainsRune(surnames, last) {
		return false // 江北方女士
	}
	if strings.HasPrefix(given, "师") && strings.ContainsRune(surnames, last) {
		return false // 工程师殷同志
	}
	if strings.ContainsAny(given, linking) && !sc.alone(from) {
		return false // 电费钱有先生
	}
	if k == 2 && !labelled && strings.ContainsRune("向于由管任", first) && strings.ContainsRune(surnames, last) {
		return false // 向王先生
	}
	if k == 3 && !labelled && first == '向' && surnameAt(given) > 0 {
		return false // 向张龙先生
	}
	before, _ := utf8.DecodeLastRuneInString(sc.s[:from])
	if first == '任' && before == '主' && !labelled {
		return false // 主任邓冰同志
	}
	if !sc.alone(from) && strings.ContainsRune(surnames, last) && !strings.ContainsRune(givenToo, last) {
		return false // 绥阳场姜女士
	}
	sc.add(span{start: from + n, end: end, token: ""})
	return true
}

// described masks a surname told by its strokes: 弓长张, 木子李.
func (sc *scanner) described(i int) {
	for _, d := range [...]string{"弓长张", "木子李", "耳东陈", "双木林", "古月胡", "口天吴", "立早章", "草头黄", "三横王", "三横一竖王", "言午许", "双人徐", "走肖赵", "木易杨", "口木吕"} {
		if strings.HasPrefix(sc.s[i:], d) {
			sc.add(span{start: i, end: i + len(d), token: tokenName})
			return
		}
	}
}

// names masks the known names of the record wherever they occur; before a title the surname stays.
func (sc *scanner) names() {
	if sc.known == nil {
		return
	}
	for _, name := range sc.known.names {
		for at := 0; ; {
			i := strings.Index(sc.s[at:], name)
			if i < 0 {
				break
			}
			start := at + i
			at = start + len(name)
			sc.add(span{start: start, end: at, token: tokenName})
		}
	}
}
