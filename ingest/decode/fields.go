package decode

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"suqiu/hotline"
)

// field is one named value of a record, as the source writes it.
type field struct{ name, value string }

// slot is the place where the value of a field lands.
type slot int

// The slots. Of a single slot the first name in the layout that has a value wins and the others are kept in extra;
// of a joined slot all values are used, in the order of the record.
const (
	noSlot       slot = iota
	idSlot            // 工单编号
	mainSlot          // 关联主单: the order this one was merged into
	forward12345      // the number of the 12345 order this one was forwarded from
	forward12398      // likewise of the 12398 order
	linkSlot          // joined: other related orders
	receivedSlot      // 受理时间
	updatedSlot       // 更新时间
	titleSlot         // 工单标题
	textSlot          // joined: 诉求内容, an operator's summary
	messageSlot       // joined: 留言详情, written by the citizen
	replySlot         // joined: 处理情况, 答复意见
	channelSlot       // 诉求渠道
	classSlot         // joined by "/": the source's own classes, levels in order
	unitSlot          // 承办单位, 供电单位
	orgSlot           // 供电单位编码
	divisionSlot      // 行政区划代码
	addressSlot       // joined: 事发地址
	phoneSlot         // 联系电话
	accountSlot       // 户号
	nameSlot          // joined: 姓名
	agentSlot         // 坐席工号, 受理人员
	dueSlot           // 办结期限; of several the earliest counts
	contactSlot       // 联系时间
	closedSlot        // 办结时间
	statusSlot        // 工单状态
	satisfySlot       // 满意度
)

// alias gives the names that a field has in the exports of different places, the preferred first.
type alias struct {
	slot  slot
	names []string
}

// layout is what one family of orders calls its fields.
type layout struct {
	format  Format
	hotline hotline.Hotline
	index   map[string]position // by canonical name
	names   map[slot]string     // the preferred name of a slot
	marks   []string            // canonical names that only this family has
}

// position is where a name stands in a layout; a lower rank is preferred.
type position struct {
	slot slot
	rank int
}

func newLayout(format Format, h hotline.Hotline, marks []string, aliases []alias) *layout {
	l := &layout{format: format, hotline: h, index: map[string]position{}, names: map[slot]string{}}
	for _, m := range marks {
		l.marks = append(l.marks, canonical(m))
	}
	for _, a := range aliases {
		l.names[a.slot] = a.names[0]
		for rank, name := range a.names {
			l.index[canonical(name)] = position{a.slot, rank}
		}
	}
	return l
}

var blanks = strings.NewReplacer(" ", "", "\t", "", "\u3000", "", "\ufeff", "", "\n", "", "\r", "", "*", "", "：", "", ":", "", "（", "(", "）", ")", "_", "")

// canonical removes from a field's name what exports add to it: spaces, colons, the star of required fields, case.
func canonical(name string) string {
	other := func(r rune) bool { return r < 'a' || r > 'z' }
	if strings.IndexFunc(name, other) < 0 {
		return name
	}
	return strings.ToLower(blanks.Replace(name))
}

// fits reports whether the names are those of the layout: one that holds text, at least one more, and one of the
// marks if the layout has any. The id may stand elsewhere, as the source's configuration says.
func (l *layout) fits(names []string) bool {
	known, text, mark := 0, false, len(l.marks) == 0
	for _, name := range names {
		name = canonical(name)
		mark = mark || slices.Contains(l.marks, name)
		if p, found := l.index[name]; found {
			known++
			text = text || p.slot == textSlot || p.slot == messageSlot || p.slot == titleSlot
		}
	}
	return text && mark && known >= 2
}

// nothing are the spellings of an absent value.
func nothing(s string) bool {
	switch strings.ToLower(s) {
	case "", "null", "(null)", `\n`, "nil", "undefined":
		return true
	}
	return false
}

// timeParser reads a time of the input at hand; workbooks have their own notation.
type timeParser func(string) (time.Time, hotline.Precision, error)

func (s *Source) parseTime(v string) (time.Time, hotline.Precision, error) {
	return parseTime(v, s.zone())
}

// sorted is a record's fields by their slots.
type sorted struct {
	single map[slot]field
	ranks  map[slot]int
	joined map[slot][]string
	dues   []field
	extra  []field
}

func (l *layout) sort(fields []field) *sorted {
	s := &sorted{single: map[slot]field{}, ranks: map[slot]int{}, joined: map[slot][]string{}}
	for _, f := range fields {
		if f.value = strings.TrimSpace(f.value); nothing(f.value) {
			continue
		}
		p := l.index[canonical(f.name)]
		switch p.slot {
		case noSlot:
			s.extra = append(s.extra, f)
		case linkSlot, textSlot, messageSlot, replySlot, classSlot, addressSlot, nameSlot:
			s.joined[p.slot] = append(s.joined[p.slot], f.value)
		case dueSlot:
			s.dues = append(s.dues, f)
		default:
			old, taken := s.single[p.slot]
			switch {
			case !taken:
				s.single[p.slot], s.ranks[p.slot] = f, p.rank
			case p.rank < s.ranks[p.slot]:
				s.single[p.slot], s.ranks[p.slot] = f, p.rank
				s.extra = append(s.extra, old)
			default:
				s.extra = append(s.extra, f)
			}
		}
	}
	return s
}

// record builds a record from the fields of one order. Times that do not decide where the record belongs (deadlines,
// closing) are kept in extra when they can't be read; an unreadable time of the contact fails the record.
func (l *layout) record(src *Source, in *Input, fields []field, parse timeParser) (Record, *Error) {
	s := l.sort(fields)
	value := func(k slot) string { return s.single[k].value }
	c := hotline.Call{
		Hotline: l.hotline, ID: value(idSlot), Channel: value(channelSlot), Title: value(titleSlot),
		Unit: value(unitSlot), Class: strings.Join(s.joined[classSlot], "/"),
		Life: hotline.Life{Status: value(statusSlot), Satisfaction: value(satisfySlot)},
	}
	if err := exactNumber(s.single[idSlot]); err != nil {
		return Record{Call: c}, err
	}
	if f, ok := s.single[receivedSlot]; ok {
		t, precision, err := parse(f.value)
		if err != nil {
			return Record{Call: c}, &Error{Reason: ReasonTime, Place: "field " + f.name, Why: err.Error()}
		}
		c.Received, c.Precision = t, precision
	}
	for _, f := range s.extra {
		addExtra(&c, f.name, f.value)
	}
	readLife(&c, s, parse)

	c.Kind = src.Kind
	if c.Kind == "" {
		c.Kind = hotline.KindOrder
		if len(s.joined[messageSlot]) > 0 && len(s.joined[textSlot]) == 0 {
			c.Kind = hotline.KindMessage
		}
	}
	if l.hotline == hotline.Hotline95598 {
		addExtra(&c, "标签", strings.Join(tags(strings.Join(s.joined[textSlot], "\n")), "/"))
	}
	account := split(strings.Join(append(s.joined[textSlot], s.joined[messageSlot]...), "\n"))
	c.Turns = account.turns
	leadWithTitle(&c)
	for _, reply := range s.joined[replySlot] {
		c.Turns = append(c.Turns, hotline.Turn{Role: hotline.RoleReply, Text: reply})
	}
	if c.Life.Status == "" {
		c.Life.Status = markedStatus(s.joined[replySlot])
	}
	c.Tombstone = withdrawn(c.Life.Status)

	r := Record{Call: c,
		Person: Person{Phone: value(phoneSlot), Account: value(accountSlot), Names: s.joined[nameSlot], Agent: value(agentSlot)},
		Place: Place{OrgCode: value(orgSlot), DivisionCode: value(divisionSlot), Unit: value(unitSlot),
			Address: strings.Join(s.joined[addressSlot], " ")}}
	refs := references{main: value(mainSlot), linked: ids(s.joined[linkSlot]), told: account.orders}
	if id := value(forward12345); id != "" {
		refs.forwarded = append(refs.forwarded, hotline.DocID(string(hotline.Hotline12345), id))
	}
	if id := value(forward12398); id != "" {
		refs.forwarded = append(refs.forwarded, hotline.DocID(string(hotline.Hotline12398), id))
	}
	refs.apply(src, &r.Call)
	return r, l.located(complete(src, in, &r, asMap(fields)))
}

// located names what a record lacks as its source names it.
func (l *layout) located(err *Error) *Error {
	if err == nil {
		return nil
	}
	for place, s := range map[string]slot{placeID: idSlot, placeReceived: receivedSlot, placeText: textSlot} {
		if err.Place == place {
			err.Place = "field " + l.names[s]
			return err
		}
	}
	return err
}

// readLife reads the times of the order's way; the earliest of several deadlines (市, 区) is the one the handler must keep.
func readLife(c *hotline.Call, s *sorted, parse timeParser) {
	read := func(f field) time.Time {
		t, _, err := parse(f.value)
		if err != nil {
			addExtra(c, f.name, f.value)
		}
		return t
	}
	for _, f := range s.dues {
		t := read(f)
		if len(s.dues) > 1 {
			addExtra(c, f.name, f.value)
		}
		if !t.IsZero() && (c.Life.Due.IsZero() || t.Before(c.Life.Due)) {
			c.Life.Due = t
		}
	}
	if f, ok := s.single[contactSlot]; ok {
		c.Life.Contacted = read(f)
	}
	if f, ok := s.single[closedSlot]; ok {
		c.Life.Closed = read(f)
	}
	if f, ok := s.single[updatedSlot]; ok {
		if t := read(f); !t.IsZero() {
			c.ContentRev = t.UnixMilli()
		}
	}
}

// exactNumber refuses ids that a spreadsheet has rounded to 2.01805E+13: the digits are lost.
func exactNumber(f field) *Error {
	mantissa, exponent, found := strings.Cut(strings.ToUpper(f.value), "E+")
	if found && strings.Trim(mantissa, "0123456789.") == "" && strings.Trim(exponent, "0123456789") == "" {
		return &Error{Reason: ReasonID, Place: "field " + f.name, Why: "a spreadsheet has rounded the id",
			Hint: "export again with the column formatted as text"}
	}
	return nil
}

// ids takes apart fields that list several ids.
func ids(values []string) []string {
	return strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return strings.ContainsRune(",，、;； \n\t", r) })
}

func asMap(fields []field) map[string]any {
	m := make(map[string]any, len(fields))
	for _, f := range fields {
		m[f.name] = f.value
	}
	return m
}

// leadWithTitle puts the title before the caller's words where it says more than they do.
func leadWithTitle(c *hotline.Call) {
	core := strings.TrimSuffix(strings.TrimPrefix(c.Title, "关于"), "的问题")
	if core == "" {
		return
	}
	for _, t := range c.Turns {
		if t.Role.Caller() && strings.Contains(t.Text, core) {
			return
		}
	}
	c.Turns = append([]hotline.Turn{{Role: hotline.RoleCustomer, Text: c.Title}}, c.Turns...)
}

// markedStatus reads the status that handlers write into their reply as 【已解决】, 【已联系】 or 【未联系】.
func markedStatus(replies []string) string {
	all := strings.Join(replies, "\n")
	for _, status := range []string{"已解决", "未解决", "已联系", "未联系"} {
		if strings.Contains(all, fmt.Sprintf("【%s】", status)) {
			return status
		}
	}
	return ""
}

// withdrawn reports whether a status says that the order no longer stands.
func withdrawn(status string) bool {
	for _, s := range []string{"作废", "已删除", "已撤单", "已撤销", "已撤回"} {
		if strings.Contains(status, s) {
			return true
		}
	}
	return false
}
