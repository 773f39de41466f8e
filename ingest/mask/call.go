package mask

import (
	"slices"
	"strings"
	"unicode/utf8"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

// Call makes of a decoded record the call that may leave ingest: texts, title, unit, channel, class and extra fields are
// masked, and caller and account are pseudonyms. The record's own numbers and names are masked in every written and spoken form.
// The record stays as it is.
//
// In a transcript (通话转写) a number may be spread over the turns of one speaker, repeated by the other, or asked for
// by one and told by the other; that is followed over the turns. In the id, the matter and the links, phone and account
// numbers give way to pseudonyms.
func (m *Masker) Call(r *decode.Record) hotline.Call {
	call := r.Call
	k := knownOf(&r.Person)
	call.Caller, call.Account = m.Caller(r.Person.Phone), m.Account(r.Person.Account)
	if call.Caller != "" || call.Account != "" {
		call.KeyID = m.keyring.Active()
	}
	call.ID, call.Matter = m.identifier(call.ID, &r.Person), m.identifier(call.Matter, &r.Person)
	call.Links = slices.Clone(r.Call.Links)
	for i, link := range call.Links {
		call.Links[i] = m.identifier(link, &r.Person)
	}
	call.Turns = slices.Clone(r.Call.Turns)
	if call.Kind == hotline.KindCall {
		m.dialogue(call.Turns, k)
	}
	for i := range call.Turns {
		call.Turns[i].Text = m.text(call.Turns[i].Text, k)
	}
	call.Title = m.text(call.Title, k)
	call.Unit = m.text(call.Unit, k)
	call.Channel = m.text(call.Channel, k)
	call.Class = m.text(call.Class, k)
	call.Life.Status = m.text(call.Life.Status, k)
	call.Life.Satisfaction = m.text(call.Life.Satisfaction, k)
	if r.Call.Extra != nil {
		call.Extra = make(map[string]string, len(r.Call.Extra))
		for key, value := range r.Call.Extra {
			call.Extra[m.text(key, k)] = m.field(key, value, k)
		}
	}
	return call
}

// field masks the value of an extra field, whose name says what it is as a label in a text would.
func (m *Masker) field(key, value string, k *known) string {
	label := key + "："
	if masked, ok := strings.CutPrefix(m.text(label+value, k), label); ok {
		return masked
	}
	return m.text(value, k)
}

func knownOf(p *decode.Person) *known {
	k := &known{}
	if e164 := NormalisePhone(p.Phone); e164 != "" {
		k.number(digitsOf(p.Phone), tokenFor(e164))
		k.number(e164, tokenFor(e164))
	} else if d := digitsOf(p.Phone); len(d) >= longGroup {
		k.number(d, tokenLandline)
	}
	k.number(NormaliseAccount(p.Account), tokenAccount)
	for _, name := range p.Names {
		k.name(name)
	}
	k.name(p.Agent)
	if d := digitsOf(p.Agent); len(d) >= 3 {
		k.agent = d
	}
	return k
}

func tokenFor(e164 string) string {
	if isMobile(strings.TrimPrefix(e164, "+86")) {
		return tokenMobile
	}
	return tokenLandline
}

// view is the text of several turns, one a line, and where each of them stands in it.
type view struct {
	text  string
	turns []segment
}

type segment struct{ turn, start, end int }

// dialogue masks what can only be seen over several turns, and adds the numbers it finds to k so that their
// repetitions are found in each turn.
func (m *Masker) dialogue(turns []hotline.Turn, k *known) {
	found := make([][]span, len(turns))
	echo := echoes(turns)
	for _, role := range []hotline.Role{hotline.RoleCustomer, hotline.RoleAgent, everyone} {
		v := look(turns, echo, role)
		sc := scanner{s: v.text, m: m, known: k, turns: true}
		for _, sp := range sc.run() {
			if sp.digits == "" {
				continue
			}
			v.cut(sp, found)
			if len(sp.digits) >= longGroup {
				k.number(sp.digits, sp.token)
			}
		}
	}
	for i, spans := range found {
		if echo[i] && len(spans) == 0 && len(found[i-1]) > 0 {
			if first := strings.IndexFunc(turns[i].Text, isDigit); first >= 0 {
				last := strings.LastIndexFunc(turns[i].Text, isDigit)
				_, n := utf8.DecodeRuneInString(turns[i].Text[last:])
				spans = []span{{start: first, end: last + n, token: found[i-1][0].token}}
				found[i] = spans // for an echo of the echo
			}
		}
		turns[i].Text = replace(turns[i].Text, settle(spans))
	}
}

// echoes tells which turns repeat the digits of the turn before, as who writes them down does.
func echoes(turns []hotline.Turn) []bool {
	echo := make([]bool, len(turns))
	before := ""
	for i, t := range turns {
		digits := digitsOf(t.Text)
		echo[i] = len(digits) >= 3 && len(digits) <= maxNumber && digits == before
		before = digits
	}
	return echo
}

// everyone is the role of look that joins all turns.
const everyone hotline.Role = ""

// look joins the turns of one role, or of everyone without the echoes. Of another speaker's turn it keeps what was asked
// for (户号, 手机号), so that the answer is understood, and nothing where digits are repeated.
func look(turns []hotline.Turn, echo []bool, role hotline.Role) view {
	var v view
	var b strings.Builder
	for i, t := range turns {
		if role == everyone && echo[i] {
			continue
		}
		if role == everyone || t.Role == role {
			start := b.Len()
			b.WriteString(t.Text)
			v.turns = append(v.turns, segment{i, start, b.Len()})
			b.WriteByte('\n')
			continue
		}
		if len(digitsOf(t.Text)) >= 3 {
			continue
		}
		if is, gap := labelBefore(t.Text, len(t.Text)); is != labelNone {
			at := len(t.Text) - len(gap)
			b.WriteString(t.Text[max(0, at-15):at])
			b.WriteByte('\n')
		}
	}
	v.text = b.String()
	return v
}

// cut adds to found the parts of sp that lie in each turn, without the words around its digits.
func (v *view) cut(sp span, found [][]span) {
	for _, seg := range v.turns {
		start, end := max(sp.start, seg.start), min(sp.end, seg.end)
		if start >= end {
			continue
		}
		piece := v.text[start:end]
		if sp.start < seg.start {
			first := strings.IndexFunc(piece, isDigit)
			if first < 0 {
				continue
			}
			start += first
			piece = piece[first:]
		}
		if sp.end > seg.end {
			last := strings.LastIndexFunc(piece, isDigit)
			if last < 0 {
				continue
			}
			_, n := utf8.DecodeRuneInString(piece[last:])
			end = start + last + n
		}
		found[seg.turn] = include(found[seg.turn], span{start: start - seg.start, end: end - seg.start, token: sp.token})
	}
}

// include adds sp to spans. Where it overlaps another, found by hearing one speaker alone, that one is right about what
// the number is and grows to cover both.
func include(spans []span, sp span) []span {
	for i := range spans {
		if old := &spans[i]; sp.start < old.end && old.start < sp.end {
			old.start, old.end = min(old.start, sp.start), max(old.end, sp.end)
			return spans
		}
	}
	return append(spans, sp)
}

func isDigit(r rune) bool { return digitOf(r) >= 0 }
