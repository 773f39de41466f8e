package mask

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func testMasker(t testing.TB) *Masker {
	t.Helper()
	keyring, err := ParseKeyring("k1:" + strings.Repeat("A", 43) + "=")
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(keyring, []string{"0571-51108888"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTextMasks goes through the written and spoken forms of each kind.
func TestTextMasks(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"mobile", "请联系13800006127。", "请联系<手机>。"},
		{"mobile with dashes", "电话138-0000-6127", "电话<手机>"},
		{"mobile with spaces", "138 0000 6127", "<手机>"},
		{"mobile with commas", "138,0000,6127", "<手机>"},
		{"mobile with slashes", "138/0000/6127", "<手机>"},
		{"mobile single digits", "1 3 8 0 0 0 0 6 1 2 7", "<手机>"},
		{"mobile +86", "+86 13800006127", "<手机>"},
		{"mobile 0086", "008613800006127", "<手机>"},
		{"mobile full-width", "１３８００００６１２７", "<手机>"},
		{"mobile spoken", "是 幺三八零零零零六幺二七", "是 <手机>"},
		{"mobile spoken with fillers", "幺三八 嗯 零零零零 那个 六幺二七", "<手机>"},
		{"mobile spoken with repeats", "幺三八，四个零，六幺二七。", "<手机>。"},
		{"mobile half spoken", "138零零零零六幺二七", "<手机>"},
		{"two mobiles", "13800006127、13900001234", "<手机>、<手机>"},
		{"landline", "0571-88880000", "<座机>"},
		{"landline in brackets", "（0571）88880000", "<座机>"},
		{"landline international", "+86-571-88880000", "<座机>"},
		{"landline local", "联系电话：88880000", "联系电话：<座机>"},
		{"mobile with a misheard 幺", "我的是要三八零零零零六幺二七", "我的是<手机>"},
		{"mobile after a word for orders", "快递13800006127", "快递<手机>"},
		{"mobile told twice", "幺三八零零零零六幺二七幺三八零零零零六幺二七", "<手机>"},
		{"landlines in a list", "电话88880000、88880001", "电话<座机>、<座机>"},
		{"landline before a date", "电话：88880000.2018年", "电话：<座机>.2018年"},
		{"landline spoken", "零五七幺八八八八零零零零", "<座机>"},
		{"identity", "身份证号330102199001011234", "身份证号<身份证>"},
		{"identity with X", "33010219900101123X", "<身份证>"},
		{"identity grouped", "330102 19900101 1234", "<身份证>"},
		{"identity of 15", "身份证330102900101123", "身份证<身份证>"},
		{"identity spoken", "三三零幺零二 幺九九零零幺零幺 幺二三叉", "<身份证>"},
		{"bank card", "卡号6222020000000000008", "卡号<银行卡>"},
		{"bank card grouped", "银行卡6222 0200 0000 0000 008", "银行卡<银行卡>"},
		{"account of 13", "户号3301234567890", "户号<户号>"},
		{"account of 10", "户号：3301234567，", "户号：<户号>，"},
		{"account bare", "3301234567停电", "<户号>停电"},
		{"account spoken", "户号是三六零七幺二五八零四四。", "户号是<户号>。"},
		{"account far from its label", "您提供一下户号呢四三零零 幺八五六 六零二嗯", "您提供一下户号呢<户号>嗯"},
		{"plate", "车牌浙A12345挡路", "车牌<车牌>挡路"},
		{"plate with dot", "浙A·12345", "<车牌>"},
		{"plate of an electric car", "浙AD12345", "<车牌>"},
		{"plate in single signs", "浙A 1 2 3 4 5", "<车牌>"},
		{"plate spoken", "浙A幺二三四五", "<车牌>"},
		{"plate of a trailer", "琼A 2665挂", "<车牌>"},
		{"email", "发到zhang.san@example.com。", "发到<邮箱>。"},
		{"email spoken", "zhangsan艾特qq点com", "<邮箱>"},
		{"email with at", "zhangsan(at)qq.com", "<邮箱>"},
		{"recording", "http://10.0.0.1/rec/20260101.wav", "<录音>"},
		{"name after 我叫", "我叫张三丰，", "我叫<姓名>，"},
		{"name after 我姓", "我姓令狐", "我姓<姓名>"},
		{"name after 姓名", "姓名：杨婵）", "姓名：<姓名>）"},
		{"name before 先生", "联系张三丰先生", "联系张先生"},
		{"name before （先生）", "客户张三丰（先生）", "客户张（先生）"},
		{"name after 俺叫", "俺叫张三丰啊", "俺叫<姓名>啊"},
		{"name after 我姓 and 叫", "我姓张叫三丰。", "我姓<姓名>叫<姓名>。"},
		{"name with compound surname", "欧阳建国女士", "欧阳女士"},
		{"name before a phone", "（张建国 13800006127）", "（<姓名> <手机>）"},
		{"name before a phone in a sentence", "请联系诸葛明13800006127", "请联系<姓名><手机>"},
		{"name before a phone that is spoken", "张伟幺三八零零零零六幺二七", "<姓名><手机>"},
		{"name after 我是", "我是张建国，", "我是<姓名>，"},
		{"name told again", "我姓张，张建国。", "我姓<姓名>，<姓名>。"},
		{"name after 业主", "业主：张建国", "业主：<姓名>"},
		{"name after 户主", "户主张建国，", "户主<姓名>，"},
		{"surname by strokes", "弓长张", "<姓名>"},
		{"unit and room", "5号楼3单元402室", "5号楼<门牌>"},
		{"unit and room, bare", "5号楼3单元402", "5号楼<门牌>"},
		{"room after tower", "国贸A座1203", "国贸A座<门牌>"},
		{"room alone", "云台路二百八十弄 十一号 幺零二室", "云台路二百八十弄 十一号 <门牌>"},
		{"rooms", "8号楼301、302室", "8号楼<门牌>"},
		{"hyphens", "和平家园6-2-301的住户", "和平家园6<门牌>的住户"},
		{"hyphens without a place", "住3-4-501，", "住3<门牌>，"},
		{"floor and room", "15楼1502没电", "<门牌>没电"},
		{"unit and floor", "2栋2单元4楼业主", "2栋<门牌>业主"},
		{"door spoken", "七号楼二单元六零二", "七号楼<门牌>"},
		{"room with letter", "世纪城2栋601A，", "世纪城2栋<门牌>，"},
		{"block, hyphen, room", "万和府3幢-402", "万和府3幢-<门牌>"},
		{"side", "3号楼2单元5楼东户", "3号楼<门牌>"},
		{"agent", "工号二零三七为您服务", "工号<工号>为您服务"},
		{"agent without 工号", "您好八八零二号为您服务", "您好<工号>号为您服务"},
		{"tail", "尾号是6127", "尾号是<尾号>"},
		{"QQ", "QQ123456789", "QQ<号码>"},
		{"given name with 小", "我叫王小明", "我叫<姓名>"},
		{"given name with 小 before a title", "王小明先生来电", "王先生来电"},
		{"given name with 小 after a label", "联系人：王小明，电话0571-88880000", "联系人：<姓名>，电话<座机>"},
		{"given name with 小 before a phone", "王小明 13800006127", "<姓名> <手机>"},
		{"given name with 家", "姓名：李家明", "姓名：<姓名>"},
		{"given name with 家, told after the surname", "我姓王，叫王家豪", "我姓<姓名>，叫<姓名>"},
		{"given name with 家, surname left out", "我姓王，名家豪，", "我姓<姓名>，名<姓名>，"},
		{"given name with 有", "户主：张有才", "户主：<姓名>"},
		{"given name with 和", "户主李和平，", "户主<姓名>，"},
		{"given name with 和 in running text", "我叫李和平停电三天了", "我叫<姓名>停电三天了"},
		{"given name with 男", "我叫张亚男今天没电", "我叫<姓名>今天没电"},
		{"given name with 向", "市民张向东女士", "市民张女士"},
		{"given name of one everyday character", "我叫常来啊", "我叫<姓名>啊"},
		{"given name that ends like a place", "姓名：张建城，", "姓名：<姓名>，"},
		{"given name before what follows names", "户主是李家明家里停电", "户主是<姓名>家里停电"},
		{"name that is a word", "姓名：高峰", "姓名：<姓名>"},
		{"name with compound surname and everyday character", "联系人：欧阳家豪，", "联系人：<姓名>，"},
		{"name with a dot", "我叫阿依古丽·买买提今天停电", "我叫<姓名>今天停电"},
		{"name with a dot before a title", "古丽·艾山女士来电", "<姓名>女士来电"},
		{"name with two dots", "姓名：阿不都·热合曼·卡德尔，男", "姓名：<姓名>，男"},
		{"name with a dot before a phone", "联系买买提·吐尔逊 13800006127", "联系<姓名> <手机>"},
		{"given name that ends in a surname", "工作人员李建华同志", "工作人员李同志"},
		{"name of two characters after 我是", "我是张强，", "我是<姓名>，"},
		{"rare surname after a label", "姓名：计小红", "姓名：<姓名>"},
		{"rare surname before a title", "市民时秀芳女士", "市民时女士"},
		{"given name before 今天", "我叫何德能今天停电", "我叫<姓名>今天停电"},
		{"name before 师傅", "联系王小明师傅", "联系王师傅"},
		{"微信号", "微信号zhangwei88", "微信号<号码>"},
		{"微信 with colon", "微信：li_na-2020联系我", "微信：<号码>联系我"},
		{"passport", "护照号E12345678", "护照号<号码>"},
		{"passport with two letters", "护照号码：EA 1234567，", "护照号码：<号码>，"},
		{"passport, label apart", "本人持护照，号码G12345678", "本人持护照，号码<号码>"},
		{"passport spoken", "护照E幺二三四五六七八", "护照<号码>"},
		{"passport of figures alone", "护照150012345", "护照<号码>"},
		{"permit to the mainland", "港澳通行证C12345678", "港澳通行证<号码>"},
	}
	m := testMasker(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := m.Text(tt.in)
			if got != tt.want {
				t.Fatalf("Text(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if again := m.Text(got); again != got {
				t.Errorf("masked again: %q", again)
			}
		})
	}
}

// TestTextKeeps goes through what looks like personal data and is none.
func TestTextKeeps(t *testing.T) {
	m := testMasker(t)
	for _, in := range []string{
		"工单编号2018121698912345", "工单编号：20180101114174《关于停电的问题》", "（20180101114240）", "停电编号181216312345",
		"拨打95598、12398、12345、12315、110、119、120", "我们是九五五九八", "打12315反映 一二三一五是吧", "四十五分钟", "45分钟", "220伏", "10kV城东101线", "幺零幺四兴工线",
		"1号杆", "5号楼没电", "海甸五东路6号金海雅苑小区", "2026-11-28 12:30:05", "20261128123005", "2018.05.30", "二零二五年", "三百二十块", "十二点", "十月十四号八点到十七点",
		"一块四毛五一度", "零点四零一二元", "1234567.89元", "1543300000000", "400-888-0000", "0571-51108888", "六月底幺八三零 七月底二二幺零",
		"止码是九四二一 我刚刚爬梯子", "投诉单号尾号四四零九", "3、5、7号楼", "三室一厅", "2单元两部梯", "九十二号一楼理发店", "68栋5000余户", "房东收1.35元",
		"好的先生您请讲", "好的顾女士已经记录", "我叫他们站去那边了", "我叫了个电工", "老百姓反映", "投诉人表示不满", "联系人没有接", "姓名已更改", "姓什么", "向王先生解释", "城管队同志", "我是常德人", "房东：每度1.5元", "请联系管理员", "市民：您好", "23楼2300户", "1-2-2018", "江边三公里",
		"联系人王经理要求", "联系人：王经理", "查线师傅", "维修师傅", "我叫麻烦你们", "户主全家", "我是单身，", "绥阳场姜女士", "王师傅没来", "我叫车来", "我叫施工队来", "和王先生一起", "向张女士解释", "任命李同志", "工程师殷同志", "户主来电", "联系人：同上",
		"投诉人向小区反映", "微信公众号sgcc95598", "微信支付alipay12", "微信app缴费", "设备号码E1234567", "微信群里通知", "谢谢",
		"负责人肖总", "网友UU0082253", "91330100MA27XXXX1X", "琼A车牌的车辆", "云A区", "<PLATE>挡路<PHONE>", "东经120.153576,北纬30.287459", "192.168.1.100", "https://example.com/",
	} {
		t.Run(in, func(t *testing.T) {
			if got := m.Text(in); got != in {
				t.Errorf("Text(%q) = %q, want it unchanged", in, got)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{
		"我叫张三丰先生，户号三三零幺二三四五六七八，电话幺三八 嗯 四个零 六幺二七", "5号楼3单元402室 浙A·12345 a@b.cn", "<手机>13800006127<", "王张三丰先生", "\xff13800006127\xe5",
		"身份证33010219900101123X 6222 0202 0000 0000 008", "艾特点", "工号012号为您", "1-1-1", "0571（88880000",
		"我叫王小明，户主李和平家里停电，张亚男女士", "阿依古丽·买买提·女士 13800006127", "微信号zhang_wei-88 护照E12345678，EA 1234567",
	} {
		f.Add(s)
	}
	m := testMasker(f)
	f.Fuzz(func(t *testing.T, s string) {
		got := m.Text(s)
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("Text(%q) = %q is not UTF-8", s, got)
		}
		if again := m.Text(got); again != got {
			t.Errorf("Text(%q) = %q, masked again %q", s, got, again)
		}
	})
}

// TestTextProperty plants a mobile number in one of its forms between texts and expects it gone.
func TestTextProperty(t *testing.T) {
	m := testMasker(t)
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`1[3-9][0-9]{9}`).Draw(t, "number")
		before := rapid.SampledFrom([]string{"", "电话", "请联系", "他说", "5号楼，", "工单说完了，"}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "。", "请回电", "，谢谢", "\n"}).Draw(t, "after")
		spoken := strings.Map(func(r rune) rune { return []rune("零幺二三四五六七八九")[r-'0'] }, number)
		for _, form := range []string{number, spoken, number[:3] + "-" + number[3:7] + "-" + number[7:]} {
			if got, want := m.Text(before+form+after), before+tokenMobile+after; got != want {
				t.Fatalf("Text(%q) = %q, want %q", before+form+after, got, want)
			}
		}
	})
}

// TestIdempotentProperty puts words that the rules look for side by side in any order.
func TestIdempotentProperty(t *testing.T) {
	m := testMasker(t)
	words := []string{
		"王", "张", "三", "丰", "先生", "女士", "同志", "我叫", "我姓", "姓名", "：", "，", "。", " ", "\n", "（", "户号", "电话", "工单号", "尾号", "工号", "身份证", "卡号", "车牌", "QQ",
		"138", "0000", "6127", "13800006127", "0571", "88880000", "3301234567", "330102199001011234", "622202", "幺三八", "零零零零", "六幺二七", "四个零", "嗯", "那个", "号楼", "5", "3", "单元", "402", "室",
		"楼", "-", "东户", "浙A", "12345", "95598", "a@b.cn", "艾特", "点com", "年", "<手机>", "<", ">", "号为您", "x", "X", "叉", ".", "/", "是", "客户", "欧阳", "弓长张", "小", "明", "家", "和", "有", "来", "向", "·", "古丽", "师傅", "微信", "护照", "E", "zhang",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 14).Draw(t, "words"), "")
		once := m.Text(text)
		if twice := m.Text(once); twice != once {
			t.Fatalf("Text(%q) = %q, masked again %q", text, once, twice)
		}
	})
}

func BenchmarkText(b *testing.B) {
	m := testMasker(b)
	text := strings.Repeat("市民来电反映：其居住在美兰区海甸五东路6号金海雅苑小区5号楼3单元402室，昨日晚上八点左右突然停电，拨打95598报修，工作人员告知四十五分钟内到达现场，但至今未有人处理，"+
		"家中有老人需要使用制氧机，要求供电公司尽快恢复供电并给予合理解释，联系电话13800006127。请供电公司核实处理！（请职能局按规定在30分钟内联系市民，响应处置）", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		m.Text(text)
	}
}
