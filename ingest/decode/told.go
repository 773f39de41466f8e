package decode

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"suqiu/hotline"
)

// account is an order's text taken apart: who says what, and which earlier orders it names.
type account struct {
	turns  []hotline.Turn
	orders []string // numbers as written, or "12345:number" where the text says whose number it is
}

// What an operator's text is made of:
//
//	市民来电催办：工单号20180102000001《关于某小区停电的问题》处理情况 工单内容：   the opening, with its envelope
//	市民来电反映：某小区停电，请供电局核实处理。                                 the earlier order, quoted
//	2018-01-03 10:00:00供电局答复：已派人抢修。（工单号20180102000001）            a handler's reply
//	市民再次来电反映：仍未来电。                                             the caller's new words
//
// Government units and companies are told by the words their names end in: a date without one, and without a word of
// answering, is part of the caller's own story.
const (
	office  = `(?:局|队|所|处|办|办公室|公司|中心|政府|委|委员会|部|指挥部|院|会|厅|城管|交警|公安|街道|集团|平台|科)`
	channel = `(?:来电|微信|短信|公众号|APP|云|网络|网站|来信|邮件|电话|现场)`
	purpose = `(?:反映|反馈|咨询|撤销|撤消|撤诉|催办|催单|补充|投诉|举报|求助|建议|感谢|表扬|报修)`
	answer  = `(?:答复|回复|反馈|函复)`
	moment  = `(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日|\d{2}-\d{1,2})[日\s]*[\d:：时分秒]*\s*`
	before  = `(?:[\s）)】。，,！!]|^)` // what may stand before a border
)

var (
	opening  = regexp.MustCompile(`^[^：:，。\n]{0,20}?(?:再次)?` + channel + `(?:再次)?` + purpose)
	envelope = regexp.MustCompile(`(?:原)?(?:工单|》\p{Han}{0,8}\s?)内容(?:[。\s]*(?:原)?工单内容)?\s*(?:[：:；;]|\s)`)
	again    = regexp.MustCompile(before + `((?:市民|客户|用户|群众|来电人|诉求人|投诉人|\p{Han}{1,10}?` + office + `)(?:再次|又|多次)?` +
		channel + `(?:再次)?` + purpose + `\s*[：:])`)
	replied = regexp.MustCompile(before + `(?:` +
		`[于自]?` + moment + `[\p{Han}“”、0-9]{0,24}?` + office + answer + `?(?:[：:]|\s|我[局队所处办委部司])` + // 2018-01-03 某局：
		`|[于自]?` + moment + `[\p{Han}“”、0-9]{0,24}?` + answer + `[：:；;]` + // 2018-01-03 某开发区反馈：
		`|[\p{Han}“”、]{0,24}?` + office + `\s*(?:答复|回复|函复)[：:]` + // 某局答复：
		`|\p{Han}{2,24}?` + moment + `的处理意见[：:]` + // 某局2018-01-03 10:00的处理意见：
		`|拟办意见\s*[：:])`)
	named = regexp.MustCompile(`(?:(12345|12398|95598)\D{0,8}?)?(?:工单编号|工单号|工单|办件编号)\s*[：:（(]?\s*(\d{12,20})` +
		`|单号\s*[：:（(]?\s*(20\d{10,14})|[（(【]\s*(20\d{2}[01]\d[0-3]\d{5,9})\s*[）)】]|(20\d{2}[01]\d[0-3]\d{5,9})\s*《`)
)

// maxEnvelope is how far into the text an envelope can end, in bytes: an opening, a number and a title.
const maxEnvelope = 900

// minOwnWords is how many characters a caller must have added for them to tell the matter without the order they quote.
const minOwnWords = 30

// split takes an operator's text apart. Handlers' replies become reply turns. An earlier order quoted in an envelope
// becomes a quote turn if the caller's new words tell the matter by themselves; when the contact only urges, asks
// after or withdraws that order, its content is the caller's matter and stays customer, so that his own words are
// never left empty. A text without an operator's opening is the citizen's own and stays whole.
func split(text string) account {
	text = strings.TrimSpace(text)
	if text == "" {
		return account{}
	}
	if len(text) > hotline.MaxTextBytes || !opening.MatchString(text) {
		whole := []hotline.Turn{{Role: hotline.RoleCustomer, Text: text}}
		return account{turns: whole, orders: numbers(text[:min(len(text), hotline.MaxTextBytes)])}
	}
	head, body := text[:0], text
	for {
		at := envelope.FindStringIndex(body)
		if at == nil || at[0] > maxEnvelope || !strings.Contains(body[:at[0]], "单") && !strings.Contains(body[:at[0]], "《") {
			break
		}
		head, body = text[:len(head)+at[1]], body[at[1]:]
	}
	parts := cut(body)
	t := account{orders: numbers(head)}
	if head != "" {
		t.turns = append(t.turns, hotline.Turn{Role: hotline.RoleCustomer, Text: strings.TrimSpace(head)})
		if len(parts) > 0 && parts[0].Role == hotline.RoleCustomer && ownWords(parts[1:]) >= minOwnWords {
			parts[0].Role = hotline.RoleQuote
		}
	}
	t.turns = append(t.turns, parts...)
	// The numbers inside the quoted order are older than the one that names it: the matter began with them.
	slices.Reverse(t.orders)
	t.orders = append(numbers(body), t.orders...)
	return t
}

// cut divides a text at the handlers' replies and at the caller's next words.
func cut(text string) []hotline.Turn {
	type border struct {
		at   int
		role hotline.Role
	}
	borders := []border{{0, hotline.RoleCustomer}}
	for _, m := range again.FindAllStringSubmatchIndex(text, -1) {
		borders = append(borders, border{m[2], hotline.RoleCustomer})
	}
	for _, m := range replied.FindAllStringIndex(text, -1) {
		if strings.ContainsAny(text[m[0]:m[1]], "请求望盼") {
			continue // 要求供电局答复： is what the caller asks for
		}
		at := m[0]
		if r, n := utf8.DecodeRuneInString(text[at:]); strings.ContainsRune(" \t\n\r\u3000）)】。，,！!", r) {
			at += n // the sign before belongs to the words before
		}
		borders = append(borders, border{at, hotline.RoleReply})
	}
	sort.SliceStable(borders, func(i, j int) bool { return borders[i].at < borders[j].at })
	var turns []hotline.Turn
	for i, b := range borders {
		end := len(text)
		if i+1 < len(borders) {
			end = borders[i+1].at
		}
		piece := strings.TrimSpace(text[b.at:end])
		if piece == "" {
			continue
		}
		if n := len(turns); n > 0 && turns[n-1].Role == b.role && b.role == hotline.RoleReply {
			turns[n-1].Text += "\n" + piece
			continue
		}
		turns = append(turns, hotline.Turn{Role: b.role, Text: piece})
	}
	return turns
}

// stock are the operators' phrases that say nothing of the matter.
var stock = regexp.MustCompile(`[（(][^）)]*(?:响应|处置|联系市民|分钟)[^）)]*[）)]|[，,。]?\s*请[^，,。]{0,24}(?:核实|处理|响应)[^，,。（(]*|谢谢[！!]?|` +
	`^[^：:]{0,24}` + channel + `(?:再次)?` + purpose + `[：:]|故?来电` + purpose + `|其?认为不合理|其表示|问题\p{Han}{0,2}未\p{Han}{0,3}(?:解决|处理)|对\p{Han}{0,4}答复不满意`)

// ownWords counts the characters of the caller's words that are not stock phrases.
func ownWords(turns []hotline.Turn) int {
	n := 0
	for _, t := range turns {
		if t.Role == hotline.RoleCustomer {
			n += utf8.RuneCountInString(strings.TrimSpace(stock.ReplaceAllString(t.Text, "")))
		}
	}
	return n
}

// numbers lists the order numbers that a text names, in their order, each once.
func numbers(text string) []string {
	var all []string
	seen := map[string]bool{}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		id := m[2] + m[3] + m[4] + m[5]
		if m[1] != "" {
			id = hotline.DocID(m[1], id)
		}
		if !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

// maxLinks bounds the links of one record.
const maxLinks = 100

// references are the other records that one record names.
type references struct {
	main      string   // 关联主单
	forwarded []string // the document ids of the orders it was forwarded from
	linked    []string // related orders
	told      []string // orders named in the text, the oldest first
}

// apply sets the matter (main order, else forwarded order, else the first linked one, else the record itself) and
// the links. A number without a source is one of the record's own source.
func (r references) apply(src *Source, c *hotline.Call) {
	source := src.NameFor(c.Hotline)
	own := hotline.DocID(source, c.ID)
	seen := map[string]bool{"": true, own: true}
	for _, id := range slices.Concat([]string{r.main}, r.forwarded, r.linked, r.told) {
		if id != "" && !strings.Contains(id, ":") {
			id = hotline.DocID(source, id)
		}
		if seen[id] || len(id) > hotline.MaxIDBytes || len(c.Links) == maxLinks {
			continue
		}
		seen[id] = true
		if c.Matter == "" {
			c.Matter = id
		}
		c.Links = append(c.Links, id)
	}
}
