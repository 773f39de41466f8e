package maskeval

import (
	"slices"
	"strings"
)

// The names are drawn apart from the lists of the masker: surnames by their rank in the census, given names from the
// characters that are frequent in them, whatever else those characters mean (小, 家, 来, 有, 和). All persons are invented.
const (
	surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫雷龙黎史陶贺毛郝顾龚邵覃" +
		"武钱戴严莫孔向常汤康易乔赖文冼祁桑荆鞠寇巩敖燕骆舒戚喻"
	givenFirst = "小家来有和可先能会男同向建志国文海明永德春晓玉秀金庆世宏兴俊少新立正天长大子思雨欣梓浩宇嘉佳雅美丽红艳桂凤淑亚胜自致经今从得若一中万云仁仲伟传伯保信光元克冬兆全兰其冠利力华卫厚友双" +
		"发启善喜四培士如学宗宝宪富尚岳崇川希常平广康延彦心忠怀恒恩成承振敬方旭昌昭景晨朝本村松林柏树梅森楚殿水汉江河治法泽洪流清渊源潇炳焕照熙燕爱玲珍理琴瑞生申百盛碧祖祥福秋科章竹素紫翠耀" +
		"聪良艺芝英茂荣莉菊萍蓉虎衍西言诗诚语贤贵赛超跃辉达运远连铁银锦雪雷霞青静韵顺飞馨香马骏鸿鹤麒黎"
	givenLast = "小家来有和可先能会男同向平明华军强伟勇杰涛超飞鹏辉斌波刚亮磊峰林红梅丽娟敏静燕玲芳萍英霞兰珍琴凤秀云香玉莲芬花桂荣清生才福贵祥民国庆忠义仁信德成功胜利发财东南西北海江河山川雨雪风光" +
		"阳春夏秋冬晨宇轩涵萱怡欣悦妍琪瑶诗语然豪博文武彬俊凯龙虎松柏根水木土火金银铜铁玺洋洁雯雅婷娜莉莎佳慧琳颖倩蕾薇茜蓓岚君安宁康健全良善友亲爱之以为立志远达进前高长久永元亨贞乾坤星月日" +
		"田方正直礼智章"
)

// compounds are surnames of two characters (复姓).
var compounds = []string{"欧阳", "司马", "诸葛", "令狐", "上官", "皇甫", "慕容", "司徒"}

// minority are names of peoples whose parts stand around a dot (间隔号).
var minority = []string{
	"阿依古丽·买买提", "买买提·吐尔逊", "古丽·艾山", "艾力·阿不都", "巴合提·努尔兰", "吐尔逊·艾合买提", "阿不都·热合曼·卡德尔", "帕提古丽·依明", "达娃·次仁", "努尔·哈力克",
}

// person makes up a name. Of a hundred three are of minority peoples, four have a surname of two characters and thirty a given
// name of one.
func (g *generator) person() string {
	if g.chance(3) {
		return g.pick(minority...)
	}
	family := g.rune(surnames)
	if g.chance(4) {
		family = g.pick(compounds...)
	}
	last := g.rune(givenLast)
	if g.chance(30) {
		return family + last
	}
	given := g.rune(givenFirst) + last
	if slices.Contains([]string{"先生", "同志", "今日"}, given) {
		given = last // nobody is called so
	}
	return family + given
}

func (g *generator) rune(of string) string {
	runes := []rune(of)
	return string(runes[g.IntN(len(runes))])
}

// surname returns the surname that name, which has no dot, begins with.
func surname(name string) string {
	if i := slices.IndexFunc(compounds, func(c string) bool { return strings.HasPrefix(name, c) }); i >= 0 {
		return compounds[i]
	}
	return string([]rune(name)[:1])
}

// beheaded reports whether text holds the end of name right behind the token that replaced its beginning.
func beheaded(text, name string) bool {
	name = strings.TrimRight(name, "，。")
	for i := range name {
		if i > 0 && strings.Contains(text, "<姓名>"+name[i:]) {
			return true
		}
	}
	return false
}
