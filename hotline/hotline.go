// Package hotline holds the words that every other package speaks: a Call is one contact of one person with one
// hotline, an Analysis is what the rules found in it, a Document is both together as stored, and a Verdict is a
// store's answer for one document. It has types and their checks, no I/O, and imports nothing of ours.
package hotline

import (
	"strings"
	"time"
)

// Hotline is one of the three numbers a citizen can ring about electricity.
type Hotline string

// The hotlines (供电服务热线, 能源监管热线, 政务服务便民热线).
const (
	Hotline95598 Hotline = "95598"
	Hotline12398 Hotline = "12398"
	Hotline12345 Hotline = "12345"
)

// Hotlines lists the known hotlines in the order reports show them.
var Hotlines = [...]Hotline{Hotline95598, Hotline12398, Hotline12345}

// Valid reports whether h is a known hotline.
func (h Hotline) Valid() bool {
	return h == Hotline95598 || h == Hotline12398 || h == Hotline12345
}

// Kind is the form in which a contact reached us.
type Kind string

// The kinds of contact.
const (
	KindCall    Kind = "call"    // 通话转写: a transcript with turns
	KindOrder   Kind = "order"   // 工单: an operator's summary
	KindMessage Kind = "message" // 留言: written by the citizen
)

// Valid reports whether k is a known kind.
func (k Kind) Valid() bool { return k == KindCall || k == KindOrder || k == KindMessage }

// Precision says how exactly a source tells the time of a contact.
type Precision string

// The precisions of a received time. A day-precision call never takes part in hourly counts.
const (
	PrecisionSecond Precision = "second"
	PrecisionMinute Precision = "minute"
	PrecisionDay    Precision = "day"
)

// Valid reports whether p is a known precision.
func (p Precision) Valid() bool {
	return p == PrecisionSecond || p == PrecisionMinute || p == PrecisionDay
}

// Role says who speaks in a turn.
type Role string

// The roles of a turn. Only customer and unknown turns are read as the caller's words.
const (
	RoleCustomer Role = "customer" // 客户
	RoleAgent    Role = "agent"    // 坐席
	RoleIVR      Role = "ivr"      // 语音导航
	RoleUnknown  Role = "unknown"  // not told by the source and not found
	RoleReply    Role = "reply"    // 回复、处理情况: added later by handlers
	RoleQuote    Role = "quote"    // an earlier order quoted inside this one
)

// Valid reports whether r is a known role.
func (r Role) Valid() bool {
	switch r {
	case RoleCustomer, RoleAgent, RoleIVR, RoleUnknown, RoleReply, RoleQuote:
		return true
	}
	return false
}

// Caller reports whether words in this role may be the caller's own.
func (r Role) Caller() bool { return r == RoleCustomer || r == RoleUnknown }

// Turn is one stretch of text by one speaker. Begin and End are milliseconds from the start of the contact and are
// both zero where the source tells no times.
type Turn struct {
	Role    Role   `json:"role"`
	Text    string `json:"text"`
	BeginMS int64  `json:"begin_ms,omitempty"`
	EndMS   int64  `json:"end_ms,omitempty"`
}

// Origin is the place a record was read from, precise enough to read it again: a partition and offset of a Kafka
// topic, or a file and the line (or sheet row) where the record begins. Exactly one of Topic and File is set.
type Origin struct {
	Topic     string `json:"topic,omitempty"`
	Partition int    `json:"partition,omitempty"`
	Offset    int64  `json:"offset,omitempty"`
	Shared    bool   `json:"shared,omitempty"` // the Kafka record held more than this one
	File      string `json:"file,omitempty"`
	Line      int64  `json:"line,omitempty"`
}

// Offsets is a range of a partition: From ≤ offset < Until.
type Offsets struct {
	Topic       string
	Partition   int
	From, Until int64
}

// BlockOffsets is how many offsets a Block spans: the sums of so many powers of two, and of so many times, are exact even where
// a store adds up in float64.
const BlockOffsets = 48

// Block tells of a few offsets in a row at which of them records were read that gave one document each, which a store holds.
type Block struct {
	First  int64  // a multiple of BlockOffsets
	Held   uint64 // bit i: that of First+i
	Millis int64  // the sum of when these records arrived, in milliseconds since 1970
}

// AreaMethod says how an area was found, the surest first.
type AreaMethod string

// The methods of finding an area.
const (
	AreaByCode      AreaMethod = "code"      // 供电单位编码 (organisation code)
	AreaByAccount   AreaMethod = "account"   // 户号 in the account table
	AreaByDivision  AreaMethod = "division"  // 行政区划代码
	AreaByUnit      AreaMethod = "unit"      // 承办单位, 供电单位 by name
	AreaByGazetteer AreaMethod = "gazetteer" // a place name in the text
	AreaByDefault   AreaMethod = "default"   // the source's default area
	AreaUnknown     AreaMethod = "none"
)

// Area is where a matter is. Grid and Division are paths from the root down, names joined by "/": the grid tree
// (省/市/县/供电所/台区/网格) and the administrative tree (省/市/区县/街道/村居). Either may be empty. A path ends at the
// lowest level that is known; places below it count as unknown there.
type Area struct {
	Grid       string     `json:"grid,omitempty"`
	Division   string     `json:"division,omitempty"`
	Method     AreaMethod `json:"method,omitempty"`
	Confidence float64    `json:"confidence,omitempty"` // 0 … 1
}

// AreaSeparator joins the levels of an area path.
const AreaSeparator = "/"

// Ancestors returns the path and every path above it, the root first: "琼/海口" gives "琼" and "琼/海口".
// An empty path has none.
func Ancestors(path string) []string {
	if path == "" {
		return nil
	}
	var all []string
	for i := 0; i < len(path); i++ {
		if path[i] == '/' {
			all = append(all, path[:i])
		}
	}
	return append(all, path)
}

// Life is what the source tells of an order's way through the handlers; zero times are unknown.
type Life struct {
	Due          time.Time `json:"due,omitzero"`           // 办结期限
	Contacted    time.Time `json:"contacted,omitzero"`     // 联系客户时间
	Closed       time.Time `json:"closed,omitzero"`        // 办结时间
	Status       string    `json:"status,omitempty"`       // 工单状态
	Satisfaction string    `json:"satisfaction,omitempty"` // 满意度, as the source words it
}

// Schema is the version of the native JSON form of a Call that this build reads and writes.
const Schema = 1

// Call is one contact of one person with one hotline: a transcript, a work order or a written message. From the
// moment it leaves ingest it holds no raw personal data: texts are masked, Caller and Account are keyed pseudonyms.
type Call struct {
	Schema     int               `json:"schema"`
	Source     string            `json:"source"` // the configured source's name; by default the hotline's number
	Hotline    Hotline           `json:"hotline"`
	ID         string            `json:"id"` // unique within the source
	Kind       Kind              `json:"kind"`
	Channel    string            `json:"channel,omitempty"` // 诉求渠道: 电话, 微信, 网站 …
	Received   time.Time         `json:"received"`
	Precision  Precision         `json:"precision"`
	Arrived    time.Time         `json:"arrived,omitzero"` // the Kafka record's time
	ContentRev int64             `json:"content_rev"`      // ms: which version of the content this is
	Matter     string            `json:"matter"`           // the problem this contact belongs to, as source:id
	Links      []string          `json:"links,omitempty"`  // document ids of related contacts (urges, quoted orders)
	Caller     string            `json:"caller,omitempty"`
	Account    string            `json:"account,omitempty"`
	KeyID      string            `json:"key_id,omitempty"` // which key made the pseudonyms
	Area       Area              `json:"area,omitzero"`
	Title      string            `json:"title,omitempty"`
	Turns      []Turn            `json:"turns"`
	Class      string            `json:"class,omitempty"` // the source's own classes, levels joined by "/"
	Unit       string            `json:"unit,omitempty"`  // 承办单位
	Life       Life              `json:"life,omitzero"`
	Tombstone  bool              `json:"tombstone,omitempty"` // withdrawn upstream: kept as a version, never counted
	Origin     Origin            `json:"origin,omitzero"`
	Extra      map[string]string `json:"extra,omitempty"` // fields of the source that have no place above
}

// DocID joins a source and a call id into the id under which the call is stored.
func DocID(source, id string) string { return source + ":" + id }

// DocID is the id under which the call is stored: at most one document has it.
func (c *Call) DocID() string { return DocID(c.Source, c.ID) }

// Text joins the turns whose role keep accepts, one a line.
func (c *Call) Text(keep func(Role) bool) string {
	var b strings.Builder
	for _, t := range c.Turns {
		if keep == nil || keep(t.Role) {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
