package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
	"suqiu/index"
)

var writerPromises = []promise{
	{"WholeDocument", wholeDocument},
	{"EmptyBatch", emptyBatch},
	{"OlderIsSuperseded", olderIsSuperseded},
	{"EqualIsStoredAgain", equalIsStoredAgain},
	{"NewerRulesetReplaces", newerRulesetReplaces},
	{"NewerContentBeatsNewerRuleset", newerContentBeatsNewerRuleset},
	{"LargestVersions", largestVersions},
	{"AnyOrderOfVersions", anyOrderOfVersions},
	{"SameIDTwiceInBatch", sameIDTwiceInBatch},
	{"SameIDInTwoSources", sameIDInTwoSources},
	{"RefusesAlone", refusesAlone},
	{"MoveToOtherMonth", moveToOtherMonth},
	{"MoveBackAndForth", moveBackAndForth},
	{"MovesAtOnce", movesAtOnce},
	{"Tombstone", tombstoneReplaces},
	{"TombstoneBeforeItsCall", tombstoneBeforeItsCall},
	{"UnusualCharacters", unusualCharacters},
	{"LargeBatch", largeBatch},
	{"LargeDocument", largeDocument},
	{"WritersAtOnce", writersAtOnce},
	{"EndedContext", putEndedContext},
}

func wholeDocument(s *scope) {
	doc := s.call("1", "家里停电了", labels("outage.fault"), area("琼/海口/龙华", "海南省/海口市/龙华区"), caller(s.unit+"-a"))
	c := &doc.Call
	c.Hotline, c.Kind, c.Channel, c.Precision = hotline.Hotline12345, hotline.KindOrder, "微信", hotline.PrecisionMinute
	c.Received = time.Date(2026, time.March, 10, 23, 59, 59, 123_000_000, shanghai)
	c.Links, c.Account, c.KeyID = []string{s.id("0"), "95598:9"}, s.unit+"-k", "k1"
	c.Title, c.Class, c.Unit = "停电", "投诉/停电", "龙华供电局"
	c.Life = hotline.Life{Due: day(time.March, 15), Closed: day(time.March, 12), Status: "已办结", Satisfaction: "满意"}
	c.Origin = hotline.Origin{Topic: "suqiu.hotline.12345", Partition: 3, Offset: 1<<53 + 1}
	c.Extra = map[string]string{"备注": "加急", "a.b": "c", "": "empty"}
	c.Turns = append(c.Turns, hotline.Turn{Role: hotline.RoleAgent, Text: "您好", BeginMS: 1, EndMS: 900}, hotline.Turn{Role: hotline.RoleReply})
	a := &doc.Analysis
	a.Margin, a.Nature, a.Responsible, a.Tokens = 0.25, hotline.NatureComplaint, hotline.ResponsibleUtility, []string{"家里", "停电", "了"}
	a.Found, a.Experience = hotline.ResponsibleCustomer, []hotline.Experience{hotline.ExperienceReliability}
	signal := hotline.Hit{Rule: "u1", Group: "what", Role: hotline.RoleCustomer, Start: 6, End: 12, Text: "停电"}
	a.Urgency = []hotline.Mark{{Code: "medical", Hits: []hotline.Hit{signal}}}
	a.Portrait = []hotline.Mark{{Code: "identity.elderly"}}
	a.Entities = []hotline.Entity{{Kind: hotline.EntityTransformer, Text: "２号台区", Value: "2号台区", Role: hotline.RoleCustomer, End: 15}}
	a.Labels[0].By = "张三"
	a.Labels[0].Hits = []hotline.Hit{{Rule: "r1", Group: "停电", Role: hotline.RoleCustomer, Start: 6, End: 12, Text: "停电"}}
	s.put(doc)

	want := asJSON(s, doc)
	if got := asJSON(s, s.get("1")); got != want {
		s.Errorf("get:\ngot  %s\nwant %s", got, want)
	}
	result := s.search(index.Query{Size: 1})
	if len(result.Found) != 1 {
		s.Fatalf("search: got %d documents, want 1", len(result.Found))
	}
	if got := asJSON(s, result.Found[0].Document); got != want {
		s.Errorf("search:\ngot  %s\nwant %s", got, want)
	}
	if docs := s.scan(index.Filter{}, 1, nil); len(docs) != 1 || asJSON(s, docs[0]) != want {
		s.Errorf("scan: got %d documents, want the one that was put", len(docs))
	}
}

func emptyBatch(s *scope) {
	for _, batch := range [][]hotline.Document{nil, {}} {
		if verdicts, err := s.store.Put(s.Context(), batch); err != nil || len(verdicts) != 0 {
			s.Errorf("put no documents: got %v, %v, want no verdict and no error", verdicts, err)
		}
	}
}

func olderIsSuperseded(s *scope) {
	s.put(s.call("1", "新", contentRev(2000)))
	verdicts := s.putAll(s.call("1", "旧", contentRev(1000)), s.call("2", "别的"))
	if verdicts[0].Outcome != hotline.Superseded || verdicts[1].Outcome != hotline.Stored {
		s.Errorf("got %v, want superseded and stored", verdicts)
	}
	s.wantText("1", "新")
	s.wantFound(index.Query{}, "1", "2")
	s.wantFound(index.Query{Words: "旧"})
}

func equalIsStoredAgain(s *scope) {
	s.put(s.call("1", "停电"))
	s.put(s.call("1", "停电"))
	s.put(s.call("1", "来电", labels("outage")))
	s.wantText("1", "来电")
	s.wantFound(index.Query{Words: "停电"})
	s.wantFound(index.Query{Words: "来电", Filter: index.Filter{Labels: []string{"outage"}}}, "1")
}

func newerRulesetReplaces(s *scope) {
	s.put(s.call("1", "停电", contentRev(1000), rulesetRev(2), labels("bill")))
	s.put(s.call("1", "停电", contentRev(1000), rulesetRev(3), labels("outage")))
	verdicts := s.putAll(s.call("1", "停电", contentRev(1000), rulesetRev(2), labels("meter")))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("older rule set: got %v, want superseded", verdicts[0])
	}
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"outage"}}}, "1")
	s.wantFound(index.Query{Filter: index.Filter{Labels: []string{"bill", "meter"}}})
}

func newerContentBeatsNewerRuleset(s *scope) {
	s.put(s.call("1", "新", contentRev(1001), rulesetRev(1)))
	verdicts := s.putAll(s.call("1", "旧", contentRev(1000), rulesetRev(9)))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("newer rule set over older content: got %v, want superseded", verdicts[0])
	}
	s.wantText("1", "新")
}

// largestVersions uses versions that differ only below the precision of a float64.
func largestVersions(s *scope) {
	s.put(s.call("1", "一", contentRev(hotline.MaxContentRev), rulesetRev(hotline.MaxRulesetRev-1)))
	s.put(s.call("1", "二", contentRev(hotline.MaxContentRev), rulesetRev(hotline.MaxRulesetRev)))
	verdicts := s.putAll(s.call("1", "三", contentRev(hotline.MaxContentRev), rulesetRev(hotline.MaxRulesetRev-1)))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("got %v, want superseded", verdicts[0])
	}
	s.wantText("1", "二")
}

func anyOrderOfVersions(s *scope) {
	const versions = 4
	for i, order := range permutations(versions) {
		id := fmt.Sprintf("p%02d", i)
		highest := 0
		for _, v := range order {
			verdicts := s.putAll(s.call(id, fmt.Sprintf("第%d版", v), contentRev(int64(1000+v))))
			want := hotline.Stored
			if v < highest {
				want = hotline.Superseded
			}
			highest = max(highest, v)
			if verdicts[0].Outcome != want {
				s.Errorf("order %v, version %d: got %v, want %v", order, v, verdicts[0].Outcome, want)
			}
		}
		s.wantText(id, fmt.Sprintf("第%d版", versions))
	}
}

// permutations returns all orders of 1 … n.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(p), at, n))
		}
	}
	return all
}

// sameIDTwiceInBatch allows both verdicts for a version that a later document of its batch replaces.
func sameIDTwiceInBatch(s *scope) {
	verdicts := s.putAll(
		s.call("1", "第二版", contentRev(1002)), s.call("2", "别的"), s.call("1", "第三版", contentRev(1003)), s.call("1", "第一版", contentRev(1001)))
	if o := verdicts[0].Outcome; o != hotline.Stored && o != hotline.Superseded {
		s.Errorf("second version: got %v, want stored or superseded", o)
	}
	if verdicts[1].Outcome != hotline.Stored || verdicts[2].Outcome != hotline.Stored || verdicts[3].Outcome != hotline.Superseded {
		s.Errorf("got %v, want the other call and the third version stored, the first superseded", verdicts)
	}
	s.wantText("1", "第三版")
	s.wantFound(index.Query{}, "1", "2")

	// The same over a month border.
	s.put(s.call("3", "三月", contentRev(1001)), s.call("3", "四月", contentRev(1002), received(day(time.April, 2))))
	s.wantText("3", "四月")
	s.wantFound(index.Query{}, "1", "2", "3")
}

func sameIDInTwoSources(s *scope) {
	other := s.call("1", "另一个来源")
	other.Call.Source = s.unit + "b"
	s.put(s.call("1", "这个来源"), other)
	s.wantText("1", "这个来源")
	doc, err := s.store.Get(s.Context(), other.Call.DocID())
	if err != nil || doc.Call.Turns[0].Text != "另一个来源" {
		s.Errorf("get %s: got %+v, %v", other.Call.DocID(), doc.Call.Turns, err)
	}
}

func refusesAlone(s *scope) {
	verdicts := s.putAll(
		s.call("1", "停电"),
		s.call("2", ""),
		s.call("3", "停电", func(d *hotline.Document) { d.Call.Hotline = "110" }),
		s.call("4", "停电", rulesetRev(hotline.MaxRulesetRev+1)),
		s.call("5", "停电"))
	for i, want := range []hotline.Outcome{hotline.Stored, hotline.Refused, hotline.Refused, hotline.Refused, hotline.Stored} {
		v := verdicts[i]
		if v.Outcome != want {
			s.Errorf("document %d: got %s (%s), want %s", i+1, v.Outcome, v.Reason, want)
		}
		if (want == hotline.Refused) != (v.Reason != "") {
			s.Errorf("document %d: got reason %q for %s", i+1, v.Reason, v.Outcome)
		}
	}
	s.wantFound(index.Query{}, "1", "5")
	if _, err := s.store.Get(s.Context(), s.id("2")); !errors.Is(err, index.ErrNotFound) {
		s.Errorf("get a refused document: got %v, want ErrNotFound", err)
	}
}

func moveToOtherMonth(s *scope) {
	// The border is midnight in Shanghai: these two are the same day of UTC.
	march := time.Date(2026, time.March, 31, 23, 59, 59, 0, shanghai)
	april := time.Date(2026, time.April, 1, 0, 0, 0, 0, shanghai)
	s.put(s.call("1", "三月", contentRev(1001), received(march), labels("a")))
	s.put(s.call("1", "四月", contentRev(1002), received(april), labels("b")))
	s.wantOnly("四月")
	s.wantFound(index.Query{Filter: index.Filter{From: march, To: april}})
	s.wantFound(index.Query{Filter: index.Filter{From: april, To: april.Add(time.Second)}}, "1")

	// The older copy comes late, into a month where no copy stands.
	verdicts := s.putAll(s.call("1", "三月", contentRev(1001), received(march), labels("a")))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("late older copy: got %v, want superseded", verdicts[0].Outcome)
	}
	s.wantOnly("四月")
}

func moveBackAndForth(s *scope) {
	for i, month := range []time.Month{time.March, time.April, time.March, time.May, time.April} {
		text := fmt.Sprintf("第%d版", i)
		s.put(s.call("1", text, contentRev(int64(1000+i)), received(day(month, 5))))
		s.wantOnly(text)
	}
}

func movesAtOnce(s *scope) {
	const writers, versions = 4, 12
	months := []time.Month{time.March, time.April, time.May}
	s.atOnce(writers, func(_ int) {
		for _, v := range rand.Perm(versions) {
			s.apply(s.call("1", fmt.Sprintf("第%d版", v), contentRev(int64(1000+v)), received(day(months[v%len(months)], 5))))
		}
	})
	s.refresh()
	s.wantOnly(fmt.Sprintf("第%d版", versions-1))
}

func tombstoneReplaces(s *scope) {
	s.put(s.call("1", "停电", contentRev(1000), labels("outage")), s.call("2", "停电", labels("outage")))
	s.put(s.call("1", "停电", contentRev(1001), labels("outage"), tombstone))
	s.wantFound(index.Query{Words: "停电"}, "2")
	s.wantFound(index.Query{}, "2")
	if got := s.get("1"); !got.Call.Tombstone {
		s.Error("get: got a live call, want its tombstone")
	}
	verdicts := s.putAll(s.call("1", "停电", contentRev(1000), labels("outage")))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("call before its tombstone: got %v, want superseded", verdicts[0].Outcome)
	}
	s.put(s.call("1", "又停电", contentRev(1002)))
	s.wantFound(index.Query{}, "1", "2")
}

func tombstoneBeforeItsCall(s *scope) {
	s.put(s.call("1", "停电", contentRev(1001), tombstone))
	verdicts := s.putAll(s.call("1", "停电", contentRev(1000)))
	if verdicts[0].Outcome != hotline.Superseded {
		s.Errorf("got %v, want superseded", verdicts[0].Outcome)
	}
	s.wantFound(index.Query{})
}

func unusualCharacters(s *scope) {
	texts := map[string]string{
		"emoji":          "又停电了😡👨‍👩‍👧🇨🇳",
		"beyond the bmp": "𠮷野家跳闸𪚥",
		"traditional":    "電費帳單多收",
		"controls":       "停\x00电\t\u2028\u200b\ufeff电\r\n表",
		"combining":      "é é 葛󠄀",
		"right to left":  "كهرباء",
		"full width":     "ＡＢＣ１２３，。",
		"quotes":         `"\' %_*? {"a":1} <b>&amp;`,
	}
	for id, text := range texts {
		s.put(s.call(id, text))
		s.wantText(id, text)
	}
	for id, word := range map[string]string{"emoji": "又停电了", "beyond the bmp": "𠮷野", "traditional": "電費", "full width": "abc123"} {
		s.wantFound(index.Query{Words: word}, id)
	}
	odd := `号 1/2?x=%41&y#z*"'\…😡`
	s.put(s.call(odd, "特别的编号"))
	s.wantText(odd, "特别的编号")
	long := strings.Repeat("号", hotline.MaxIDBytes/len("号"))
	s.put(s.call(long, "很长的编号"))
	s.wantText(long, "很长的编号")
}

func largeBatch(s *scope) {
	ids := numbered(5000)
	docs := make([]hotline.Document, len(ids))
	for i, id := range ids {
		docs[i] = s.call(id, "今天下午小区又停电了", labels("outage"))
	}
	s.put(docs...)
	if got := s.search(index.Query{Words: "停电"}).Total; got != int64(len(ids)) {
		s.Errorf("got %d documents, want %d", got, len(ids))
	}
}

func largeDocument(s *scope) {
	text := strings.Repeat("停电", hotline.MaxTextBytes/len("停电")-10)
	s.put(s.call("1", text+"恢复供电"))
	s.wantText("1", text+"恢复供电")
	s.wantFound(index.Query{Words: "恢复供电"}, "1")
}

func writersAtOnce(s *scope) {
	const writers, versions = 4, 10
	ids := numbered(20)
	s.atOnce(writers, func(_ int) {
		for _, v := range rand.Perm(versions) {
			batch := make([]hotline.Document, 0, len(ids))
			for _, i := range rand.Perm(len(ids)) {
				batch = append(batch, s.call(ids[i], fmt.Sprintf("第%d版", v), contentRev(int64(1000+v))))
			}
			s.apply(batch...)
		}
	})
	s.refresh()
	s.wantFound(index.Query{Words: fmt.Sprintf("第%d版", versions-1)}, ids...)
	s.wantFound(index.Query{}, ids...)
}

func putEndedContext(s *scope) {
	verdicts, err := s.store.Put(cancelled(), []hotline.Document{s.call("1", "停电")})
	if !errors.Is(err, context.Canceled) || verdicts != nil {
		s.Errorf("got %v, %v, want context.Canceled and no verdicts", verdicts, err)
	}
}

// wantText checks the text of the first turn of a stored call.
func (s *scope) wantText(call, want string) {
	s.Helper()
	if got := s.get(call).Call.Turns[0].Text; got != want {
		s.Errorf("text of %s: got %q, want %q", call, shorten(got), shorten(want))
	}
}

func shorten(text string) string {
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}

// wantOnly checks that one copy stands of call 1, the only one of this scope, in Get, Search and Scan, and its text.
func (s *scope) wantOnly(text string) {
	s.Helper()
	s.wantText("1", text)
	s.wantFound(index.Query{}, "1")
	s.wantFound(index.Query{Words: text}, "1")
	docs := s.scan(index.Filter{}, 100, nil)
	if len(docs) != 1 || docs[0].Call.Turns[0].Text != text {
		s.Errorf("scan: got %d copies %v, want one with text %q", len(docs), callIDs(docs), text)
	}
}
