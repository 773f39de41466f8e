package emerging

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// begin is the first day of the background, a Monday; the window is the fifth week.
var begin = time.Date(2026, time.March, 2, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))

const (
	backgroundDays = 28
	windowDays     = 7
)

// stream is an invented hotline: sentences of a few hundred words, each label with words of its own.
type stream struct {
	rand   *rand.Rand
	all    []Contact
	words  map[string][]string // by label
	labels []string
	serial int
}

func newStream(seed uint64) *stream {
	s := &stream{rand: rand.New(rand.NewPCG(seed, 77)), words: map[string][]string{}, labels: []string{"outage", "bill", "voltage", "meter", ""}}
	const characters = "天地玄黄宇宙洪荒盈昃辰宿列张寒暑秋收冬藏闰余成岁律吕调阳云腾致雨露结霜金丽水玉出昆冈剑号巨阙珠称夜光果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官人皇始制文字乃服衣裳推位让国吊民伐罪坐朝垂拱平章"
	pool := []rune(characters)
	for _, label := range slices.Concat(s.labels, []string{"storm", "charger"}) {
		for range 120 {
			var word []rune
			for range 2 + s.rand.IntN(3) {
				word = append(word, pool[s.rand.IntN(len(pool))])
			}
			s.words[label] = append(s.words[label], string(word))
		}
	}
	return s
}

// contact adds one; words are put into its middle.
func (s *stream) contact(day int, label, source, area, caller string, words ...string) {
	s.serial++
	pick := func() string { return s.words[label][min(s.rand.IntN(120), s.rand.IntN(120))] } // some are frequent
	said := []string{pick(), pick()}
	for _, w := range words {
		said = append(said, pick(), w)
	}
	if caller == "" {
		caller = fmt.Sprint("caller ", s.serial)
	}
	s.all = append(s.all, Contact{
		ID: fmt.Sprint("c", s.serial), Matter: fmt.Sprint("m", s.serial), Caller: caller, Day: begin.AddDate(0, 0, day).Add(time.Duration(s.rand.IntN(24)) * time.Hour),
		Parts: []string{strings.Join(said, "") + pick(), pick() + pick()}, Label: label, Source: source, Area: area,
	})
}

// ordinary adds n contacts a day from one day to another.
func (s *stream) ordinary(n, from, to int) {
	for day := from; day < to; day++ {
		for range n {
			s.contact(day, s.labels[s.rand.IntN(len(s.labels))], []string{"95598", "12345"}[s.rand.IntN(2)], fmt.Sprintf("省/市/县%d/所", s.rand.IntN(4)), "")
		}
	}
}

// find looks for topics in the fifth week.
func (s *stream) find(o Options) Result {
	var window []Contact
	for _, c := range s.all {
		if !c.Day.Before(begin.AddDate(0, 0, backgroundDays)) {
			window = append(window, c)
		}
	}
	f := NewFinder(window, o)
	for i := range s.all {
		if s.all[i].Day.Before(begin.AddDate(0, 0, backgroundDays)) {
			f.Background(&s.all[i])
		}
	}
	return f.Topics()
}

func ordinary(seed uint64) *stream {
	s := newStream(seed)
	s.ordinary(60, 0, backgroundDays+windowDays)
	return s
}

// tell adds n contacts of the window, of n callers, over all its days.
func (s *stream) tell(n int, label string, words ...string) {
	for i := range n {
		s.contact(backgroundDays+i*windowDays/n, label, "95598", fmt.Sprintf("省/市/县%d/所", i%2), "", words...)
	}
}

func TestTopic(t *testing.T) {
	s := ordinary(1)
	s.tell(12, "meter", "蓝牙断路器", "掉线")
	s.contact(backgroundDays+3, "meter", "95598", "省/市/县0/所", s.all[len(s.all)-1].Caller, "蓝牙断路器") // a second contact of one of them
	r := s.find(Options{})
	if len(r.Topics) != 1 || r.More != 0 {
		t.Fatalf("got %d topics: %+v", len(r.Topics), r.Topics)
	}
	topic := r.Topics[0]
	if !strings.HasPrefix(topic.Name, "蓝牙断路器") || !strings.Contains(topic.Name, "掉线") {
		t.Errorf("it is called %s", topic.Name)
	}
	if topic.Callers != 12 || topic.Contacts != 13 || topic.Matters != 13 || len(topic.Members) != 13 {
		t.Errorf("%d callers, %d contacts, %d matters, %d members", topic.Callers, topic.Contacts, topic.Matters, len(topic.Members))
	}
	first := topic.Phrases[0]
	if first.Text != "蓝牙断路器" || first.Callers != 12 || first.Background != 0 || first.Days != 7 || first.Expected < 1.5 || first.Expected > 3.5 {
		t.Errorf("its surest phrase: %+v", first)
	}
	if !reflect.DeepEqual(topic.Labels, []Share{{"meter", 12}}) || topic.Main() != "meter" || topic.LabelRise < 0.6 || topic.LabelRise > 1.5 {
		t.Errorf("labels %v, rise %.2f", topic.Labels, topic.LabelRise)
	}
	if !reflect.DeepEqual(topic.Areas, []Share{{"省/市/县0", 7}, {"省/市/县1", 6}}) && !reflect.DeepEqual(topic.Areas, []Share{{"省/市/县0", 6}, {"省/市/县1", 6}}) {
		t.Errorf("areas %v", topic.Areas)
	}
	contacts, days := 0, 0
	for _, d := range topic.Days {
		contacts += d.Contacts
		if d.Callers > 0 && d.Matters > 0 {
			days++
		}
	}
	if len(topic.Days) != windowDays || contacts != 13 || days != 7 || !topic.Days[0].Day.Equal(begin.AddDate(0, 0, backgroundDays)) {
		t.Errorf("days %v", topic.Days)
	}
	if !reflect.DeepEqual(topic.Cover, []string{"蓝牙断路器"}) || topic.Covered != 13 {
		t.Errorf("%v cover %d", topic.Cover, topic.Covered)
	}
	if len(topic.Examples) != mostExamples || r.Window.Contacts != 60*windowDays+13 || r.Background.Contacts != 60*backgroundDays {
		t.Errorf("%d examples, %+v, %+v", len(topic.Examples), r.Window, r.Background)
	}
}

// What must be no topic, beside an ordinary stream.
func TestNoTopic(t *testing.T) {
	each := func(s *stream, from, to, n int, label, source, area string, words ...string) {
		for day := from; day < to; day++ {
			for range n {
				s.contact(day, label, source, area, "", words...)
			}
		}
	}
	const area, end = "省/市/县0/所", backgroundDays + windowDays
	for name, add := range map[string]func(s *stream){
		"Nothing":    func(*stream) {},
		"FewCallers": func(s *stream) { s.tell(4, "meter", "蓝牙断路器") },
		"OneCaller": func(s *stream) {
			for i := range 30 {
				s.contact(backgroundDays+i%7, "meter", "95598", area, "one", "蓝牙断路器")
			}
		},
		"OneMatterWithoutCaller": func(s *stream) {
			for i := range 30 {
				s.contact(backgroundDays+i%7, "meter", "95598", area, "", "蓝牙断路器")
				last := &s.all[len(s.all)-1]
				last.Caller, last.Matter = "", "one"
			}
		},
		"TwoDays": func(s *stream) {
			each(s, backgroundDays+2, backgroundDays+4, 10, "meter", "95598", area, "蓝牙断路器")
		},
		"ToldBefore": func(s *stream) { each(s, 0, end, 3, "meter", "95598", area, "蓝牙断路器") },
		"ToldLittleLessBefore": func(s *stream) {
			each(s, 0, backgroundDays, 1, "meter", "95598", area, "蓝牙断路器")
			each(s, backgroundDays, end, 3, "meter", "95598", area, "蓝牙断路器")
		},
		// 40 a day of a label that had 12; a quarter of them say a word that a quarter of them said before.
		"LabelRises": func(s *stream) {
			each(s, 0, backgroundDays, 1, "storm", "95598", area, "台风树倒")
			each(s, 0, backgroundDays, 3, "storm", "95598", area)
			each(s, backgroundDays, end, 10, "storm", "95598", area, "台风树倒")
			each(s, backgroundDays, end, 30, "storm", "95598", area)
		},
		"SourceRises": func(s *stream) {
			each(s, 0, backgroundDays, 1, "meter", "12398", area, "网站留言")
			each(s, backgroundDays, end, 12, "meter", "12398", area, "网站留言")
			each(s, 0, backgroundDays, 1, "bill", "12398", area)
			each(s, backgroundDays, end, 12, "bill", "12398", area)
		},
		"AreaRises": func(s *stream) {
			each(s, 0, backgroundDays, 1, "meter", "95598", "省/市/新县/所", "新县本地话")
			each(s, 0, backgroundDays, 1, "bill", "95598", "省/市/新县/所")
			each(s, backgroundDays, end, 12, "meter", "95598", "省/市/新县/所", "新县本地话")
			each(s, backgroundDays, end, 12, "bill", "95598", "省/市/新县/所")
		},
		"NewSource":  func(s *stream) { each(s, backgroundDays, end, 20, "meter", "12398", area, "网站留言") },
		"Politeness": func(s *stream) { s.tell(20, "meter", "祝您新年快乐") },
		"Dates":      func(s *stream) { s.tell(20, "meter", "国庆假期") },
		"Staff":      func(s *stream) { s.tell(20, "meter", "诸葛师傅") },
	} {
		t.Run(name, func(t *testing.T) {
			s := ordinary(2)
			add(s)
			r := s.find(Options{})
			for _, topic := range r.Topics {
				t.Errorf("a topic %s: %+v", topic.Name, topic.Phrases[0])
			}
			if want := []string{"12398"}; name == "NewSource" && !slices.Equal(r.Left, want) {
				t.Errorf("left out: %v, want %v", r.Left, want)
			}
		})
	}
}

// A label that a topic itself makes rise does not explain it, and one that rises with others beside a new topic doesn't either.
func TestTopicInARisingLabel(t *testing.T) {
	for name, others := range map[string]int{"ByTheTopicAlone": 0, "WithOthers": 10} {
		t.Run(name, func(t *testing.T) {
			s := ordinary(3)
			for day := range backgroundDays + windowDays {
				n := 2
				if day >= backgroundDays {
					n += others
				}
				for range n {
					s.contact(day, "charger", "95598", "省/市/县0/所", "")
				}
			}
			s.tell(25, "charger", "即插即充")
			r := s.find(Options{})
			if len(r.Topics) != 1 || r.Topics[0].Main() != "charger" || !strings.Contains(r.Topics[0].Name, "即插即充") {
				t.Fatalf("got %+v", r.Topics)
			}
			if rise := r.Topics[0].LabelRise; others == 0 && (rise < 0.5 || rise > 1.6) || others > 0 && (rise < 4 || rise > 9) {
				t.Errorf("the label without it is %.1f times as frequent", rise)
			}
		})
	}
}

// Where rules knew everything before, a topic that none knows is found all the same.
func TestTopicWithoutLabel(t *testing.T) {
	s := newStream(9)
	s.labels = []string{"outage", "bill", "voltage", "meter"}
	s.ordinary(60, 0, backgroundDays+windowDays)
	s.tell(10, "", "蓝牙断路器")
	r := s.find(Options{})
	if len(r.Topics) != 1 || r.Topics[0].Main() != "" || r.Topics[0].Callers != 10 || r.Topics[0].LabelRise != 0 {
		t.Fatalf("got %d topics: %+v", len(r.Topics), r.Topics)
	}
}

// Phrases of the same callers are one topic, those of others another; the surest stands first, and Top cuts.
func TestGroups(t *testing.T) {
	s := ordinary(4)
	s.tell(14, "meter", "蓝牙断路器", "掉线", "反复掉线")
	s.tell(30, "bill", "即插即充", "卡顿")
	r := s.find(Options{})
	if len(r.Topics) != 2 || !strings.Contains(r.Topics[0].Name, "即插即充") || !strings.Contains(r.Topics[1].Name, "蓝牙断路器") {
		t.Fatalf("got %d topics: %+v", len(r.Topics), r.Topics)
	}
	for i, want := range []int{30, 14} {
		if r.Topics[i].Callers != want {
			t.Errorf("%s: %d callers, want %d", r.Topics[i].Name, r.Topics[i].Callers, want)
		}
	}
	cut := s.find(Options{Top: 1})
	if len(cut.Topics) != 1 || cut.More != 1 || cut.Topics[0].Name != r.Topics[0].Name {
		t.Errorf("with Top 1: %d topics and %d more", len(cut.Topics), cut.More)
	}
}

// Many callers who send in the same text tell a topic, too, though nothing in it stands free.
func TestCopiedText(t *testing.T) {
	s := ordinary(8)
	s.tell(15, "meter")
	for i := len(s.all) - 15; i < len(s.all); i++ {
		s.all[i].Parts = []string{"我小区新近装设的蓝牙断路器始终连不上手机导致老人无法自行合闸要求改回普通断路器"}
	}
	r := s.find(Options{})
	if len(r.Topics) != 1 || r.Topics[0].Callers != 15 || r.Topics[0].Covered != 15 {
		t.Fatalf("got %d topics: %+v", len(r.Topics), r.Topics)
	}
	t.Log(r.Topics[0].Name)
}

// A phrase that is new only by the callers of a topic brings nobody else to it.
func TestCompany(t *testing.T) {
	s := ordinary(7)
	for day := range backgroundDays + windowDays {
		if day%2 == 0 {
			s.contact(day, "bill", "95598", "省/市/县0/所", "", "智能手机")
		}
	}
	s.tell(24, "meter", "蓝牙断路器", "智能手机")
	r := s.find(Options{})
	if len(r.Topics) != 1 || r.Topics[0].Callers != 24 || !strings.Contains(r.Topics[0].Name, "蓝牙断路器") {
		t.Fatalf("got %d topics: %+v", len(r.Topics), r.Topics)
	}
}

// Over ten streams with nothing new there is no topic at all.
func TestNothingNew(t *testing.T) {
	topics, tried := 0, 0
	for seed := range uint64(10) {
		r := ordinary(100 + seed).find(Options{})
		topics += len(r.Topics)
		tried += r.Tried
		for _, topic := range r.Topics {
			t.Errorf("seed %d: %s, chance %.3g", seed, topic.Name, topic.Chance)
		}
	}
	if tried < 500 {
		t.Errorf("only %d phrases tried: the streams show nothing", tried)
	}
	t.Logf("10 streams, %d phrases tried, %d topics", tried, topics)
}

// The level holds: with a chance of one phrase a stream there is about one, not many.
func TestChanceHolds(t *testing.T) {
	phrases := 0
	const streams = 20
	for seed := range uint64(streams) {
		for _, topic := range ordinary(200 + seed).find(Options{Chance: 0.999, MinTimes: 1.01, Top: 1000}).Topics {
			phrases += len(topic.Phrases)
		}
	}
	t.Logf("%d phrases in %d streams", phrases, streams)
	if phrases > 2*streams {
		t.Errorf("%d phrases in %d streams, about one each is to be expected at most", phrases, streams)
	}
}

func TestEmpty(t *testing.T) {
	if r := NewFinder(nil, Options{}).Topics(); len(r.Topics) != 0 || r.Window.Contacts != 0 {
		t.Errorf("of nothing: %+v", r)
	}
	s := newStream(5)
	s.tell(20, "meter", "蓝牙断路器")
	if r := s.find(Options{}); len(r.Topics) != 0 || !slices.Equal(r.Left, []string{"95598"}) {
		t.Errorf("without a background: %d topics, left out %v", len(r.Topics), r.Left)
	}
}

// 100,000 contacts over five weeks, a new topic among them.
func BenchmarkFind(b *testing.B) {
	s := newStream(6)
	s.ordinary(100_000/(backgroundDays+windowDays), 0, backgroundDays+windowDays)
	s.tell(60, "meter", "蓝牙断路器", "掉线")
	for b.Loop() {
		if r := s.find(Options{}); len(r.Topics) != 1 {
			b.Fatalf("%d topics", len(r.Topics))
		}
	}
	b.ReportMetric(float64(len(s.all))*float64(b.N)/b.Elapsed().Seconds(), "contacts/s")
}
