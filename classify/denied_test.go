package classify

import (
	"slices"
	"strings"
	"testing"

	"suqiu/hotline"
)

// denials are texts that name a thing to say that it is not so, or is somebody else's: none of the labels, marks or
// natures of without.
var denials = []struct {
	name, without string
	texts         []string
}{
	{"heard of in the news and elsewhere", "outage.fault outage.frequent repair.slow", []string{
		"听新闻说又没电了",
		"新闻里说广东那边停电了，是真的吗",
		"电视上说南方好多地方停电，我就打来问问会不会影响我们",
		"网上说有个小区三天没电了，真的假的",
		"抖音上看到外地一个小区停电停了好几天",
		"朋友圈里有人发他们老家停电了",
		"报纸上登了去年那次大停电",
		"广播里讲有个地方停了电",
		"听说别的小区又停电了，我们这边没事",
		"新闻报道说国外大面积停电，我们不会也这样吧",
		"新闻上讲北方下大雪停了好几天电",
		"看电视说有个县大面积停电了，我们这里备用电源够不够",
		"手机上刷到有个村停电一个星期",
		"快手上有人拍他们村断电了",
		"微博上传某市停电，是谣言吗",
		"报上登别的省停电了三天",
		"听收音机说那边台风停电了",
		"人家外省都停电了，我们会不会限电",
		"听说别处又停电了",
		"我刷抖音看见别的城市停电",
	}},
	{"no outage at all", "outage.fault outage.frequent repair.slow crowd", []string{
		"整条街没有没电",
		"我家不是没电，是灯泡坏了，怎么换",
		"没有停电这回事，你们打错了吧",
		"不是停电，是网断了",
		"全小区都没停电，就是想问下电费怎么交",
		"我们这边从来没断过电，就想问问阶梯电价",
		"倒是没停电，就是电费比上个月高",
		"没有发生过停电，我是想办过户",
		"没有出现停电的情况，咨询一下峰谷电价怎么算",
		"并未停电，只是想问问户号怎么查",
		"家里没有没电，就是热水器不热",
		"谁说停电了，电好好的，我问的是电表过户",
		"没有啊，我这没停电",
		"不是没电，是电视坏了",
		"我们村没断过电，就是路灯不亮",
		"家里电一直有，没停，就是想查电费",
		"没停电没跳闸，电表数不对",
		"整栋楼没有停电的，我问的是过户",
		"没出现过停电，就是来办理更名",
		"你们说停电，我们这没停啊，是想问户号",
		"停电倒没有，就是电费贵",
		"从来不停电，我打来问阶梯电价",
	}},
	{"nobody steals", "report.theft 举报", []string{
		"没有人偷电",
		"不可能偷电的，表是新的",
		"我们店里没有偷电行为",
		"我们楼里没人偷电，就是电表走得快",
		"我没有偷电，你们凭什么说我",
		"我从来没有偷过电",
		"不是偷电，是线接错了",
		"查过了没有窃电",
		"不存在窃电行为",
		"哪有人偷电，是电表坏了",
		"谁也没偷电，怎么线损这么高",
		"没发现有人偷电",
		"并没有窃电，要求复核",
		"家里没人偷电，电费怎么这么高",
		"没谁偷电，是表坏了",
		"这里不存在偷电，请重新核查",
		"我没窃电，罚款不合理",
		"邻居没偷电，你们搞错了",
		"大家都没偷过电",
		"哪里有人窃电，乱罚款",
		"检查过了，未发现窃电",
		"不是窃电，是电工接错线",
		"我家也没偷电啊，怎么要补交",
	}},
	{"nobody announced it", "outage.fault", []string{
		"没收到短信说明天要停电",
		"怎么没人发短信说今天停电",
		"没看到通知说要停电",
		"也没通知今天要停电啊",
		"物业没贴告示说明天停电",
		"我没接到电话说周六停电",
		"群里没说今天停电",
		"没听说要停电啊，怎么不提前讲",
		"明天停电没有短信通知",
		"停电通知没收到，别人家都有",
		"没人跟我们讲明天要停电",
		"没有短信说今天停电啊",
		"你们没发通知说要停电",
		"没见公告说周日停电",
		"没收到停电短信",
		"村里没说后天停电，我是听别人讲的",
		"没有一个人说今天要停电",
		"也不发个短信说要停电",
		"我没看见贴条说明天停电",
		"怎么不提前说要停电",
	}},
	{"no outage beside a machine that keeps alive", "medical outage.fault", []string{
		"家里有呼吸机，没有断电",
		"我妈用制氧机，目前没停电，就问下电费能不能优惠",
		"家里有病人用呼吸机，没停电，想登记一下",
		"没有断电，家里有透析机，问能不能报备重要用户",
		"从来没停过电，家里有呼吸机，问问办一户一表",
		"不是停电，是呼吸机坏了",
		"家里有制氧机，这边并未停电，咨询下电价",
		"呼吸机用着呢，电没停，问下户名怎么改",
		"家里老人靠呼吸机，还好没停电，想问电费减免",
		"有呼吸机的那家没有停电，是我问电费",
		"没停电，就是家里有制氧机想申请优惠",
		"有呼吸机病人，现在有电没停，问能不能装备用线",
		"家里电正常没断，老人用吸氧机",
		"目前没有停电，我爸用呼吸机，想登记",
		"没跳闸没停电，呼吸机报警是什么原因",
		"从没断过电，家里有透析机，电费怎么算",
		"我们这没停电，邻居用制氧机",
		"没断电，呼吸机好好的，就问电价",
		"并没有停电，制氧机坏了",
		"家里没有停过电，制氧机用电能不能便宜",
	}},
	{"no emergency without an outage", "minor pregnant elderly livelihood crowd hazard", []string{
		"家里有个三个月大的宝宝，没停电，问下电费",
		"孕妇在家，没有断电，就是电费高",
		"家里卧床的老人，没有停电，想办一户一表",
		"养鸡场没停电，问下农业电价",
		"全村都没停电，就问下什么时候抄表",
		"整个小区没有断电，只是路灯不亮",
		"孩子高考，没停电，谢谢你们",
		"没有人触电，问下怎么装漏保",
		"变压器没有冒烟，就是响",
		"没有着火，是电表箱旧了",
	}},
}

// assertions are texts with a denial that is about something else: they have one of the labels or marks, told by how they begin.
var assertions = []struct{ text, one string }{
	{"听邻居说整栋楼都停电了，什么时候来电", "outage.fault"},
	{"家里停电了，新闻里也没说为什么", "outage.fault"},
	{"我家没电了，听说是变压器烧了", "outage.fault"},
	{"新闻里天天说保供电，我们村却停电两天了", "outage.fault"},
	{"网上说今天来电，到现在还没电", "outage.fault"},
	{"听物业说是线路故障，我们这栋停电了，请派人来修", "outage.fault"},
	{"在手机上看到说抢修好了，可我家还是没电", "outage.fault"},
	{"听邻居说是变压器坏了，我们这一片都没电", "outage.fault"},
	{"物业说整栋停电了，几点来", "outage.fault"},
	{"刚看新闻呢，啪一下没电了，整栋都黑了", "outage.fault"},
	{"不是没停电，是停了两回，晚上又停了，现在还没来", "outage."},
	{"没有不停电的时候，天天停", "outage.frequent"},
	{"不是只有我家没电，整栋楼都没电", "outage.fault"},
	{"没说为什么就停电了，到现在没来", "outage."},
	{"我没欠费，怎么停电了", "outage. bill.arrears"},
	{"没有电，什么时候来", "outage.fault"},
	{"没人来修，停电一天了", "repair.slow"},
	{"没有人管停电的事，已经两天没电了", "outage. repair.slow"},
	{"不是没交钱，是你们停电了", "outage. bill."},
	{"不是没停，停了三次了，天天停", "outage.frequent"},
	{"没电没水，热死人了，什么时候来电", "outage.fault"},
	{"没有任何通知就没电了，现在还黑着", "outage."},
	{"不知道是不是停电，反正家里没电，邻居也没有", "outage.fault"},
	{"没人接电话，停电五个小时了", "outage.fault repair.slow service.channel"},
	{"没下雨没打雷就停电了，什么时候来", "outage.fault"},
	{"没有哪天不停电的", "outage.frequent"},
	{"没日没夜地停电", "outage."},
	{"不光我家停电，全楼都停", "outage.fault"},
	{"有人偷电没人管", "report.theft"},
	{"没有人管他偷电的事", "report.theft"},
	{"隔壁偷电，没有装表", "report.theft"},
	{"举报有人窃电，你们没来查", "report.theft"},
	{"偷电的事一直没人查", "report.theft"},
	{"没有证据，但我怀疑隔壁偷电", "report.theft"},
	{"他没装表，偷电用", "report.theft"},
	{"不是我偷电，是楼上偷电，你们去查", "report.theft"},
	{"没通知就停电了，现在还没来电，几点能来", "outage."},
	{"没收到任何通知，突然停电，到现在三个小时了", "outage."},
	{"没有电，家里有呼吸机", "medical"},
	{"断电了，家里老人靠呼吸机，没有备用电源", "medical"},
	{"家里有呼吸机，到现在没来电", "medical"},
	{"停电没有通知，家里有人用制氧机", "medical"},
	{"不知道为什么停电了，我妈用呼吸机", "medical"},
	{"没有来电，呼吸机快没电了", "medical"},
	{"不来电，老人靠制氧机", "medical"},
	{"没有提前通知就断电，我爸用呼吸机", "medical"},
}

// What a caller denies, heard in the news or misses a notice of is not what he complains of; a denial of something else
// takes nothing away. The rules get each text right, whatever words are learned; the words, which know no denial, may
// spoil one of twenty.
func TestDenials(t *testing.T) {
	rs, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	rules := rs.WithWords(nil)
	texts, spoilt := 0, 0
	for _, family := range denials {
		t.Run(family.name, func(t *testing.T) {
			for _, text := range family.texts {
				isWrong := func(name string) bool { return slices.Contains(strings.Fields(family.without), name) }
				if got := found(rules, text); slices.ContainsFunc(got, isWrong) {
					t.Errorf("%s gets %v\n%s", text, got, rules.Explain(exampleCall(text)))
				}
				texts++
				if slices.ContainsFunc(found(rs, text), isWrong) {
					spoilt++
				}
			}
		})
	}
	if spoilt*20 > texts {
		t.Errorf("words spoil %d of %d texts", spoilt, texts)
	}
	for _, test := range assertions {
		t.Run(test.text, func(t *testing.T) {
			got := found(rules, test.text)
			if !slices.ContainsFunc(strings.Fields(test.one), func(prefix string) bool {
				return slices.ContainsFunc(got, func(name string) bool { return strings.HasPrefix(name, prefix) })
			}) {
				t.Errorf("got %v, want one of %s", got, test.one)
			}
		})
	}
}

// found lists the labels, urgency signals and nature of a text told to the power companies' hotline.
func found(rs *RuleSet, text string) []string {
	a := rs.Analyze(exampleCall("热线：" + string(hotline.Hotline95598) + "\n" + text))
	names := append(a.Codes(), string(a.Nature))
	for _, m := range a.Urgency {
		names = append(names, m.Code)
	}
	return names
}
