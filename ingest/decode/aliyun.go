package decode

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"suqiu/hotline"
)

// Alibaba Cloud has three forms of a transcript.
//
// Smart conversation analysis (智能对话分析, UploadDataV4): {"tickets": [{"tid", "dialogue": [{"role": "客服" or "客户",
// "identity", "words", "begin", "end", "beginTime"}]}]}; several calls a payload. tid is the id of the call; beginTime is
// the time of day of an utterance, as text or in milliseconds since 1970, begin its distance from the start.
//
// 通义点金 (CreateQualityCheckTask): {"conversationList": {"gmtService", "callType", "customerServiceName",
// "dialogueList": [{"role": "0" customer or "1" agent, "content", "begin", "end", "beginTime", "type"}]}}, or the
// inner object alone.
//
// Number privacy protection (号码隐私保护, SecretAsrReport): {"callId", "sentences": [{"channelId", "text", "beginTime",
// "endTime"}]}, pushed as an array of several calls; GetSecretAsrDetail gives the same with capitals in Data. Which
// channel is the agent's is not told.

func isAliyun(top map[string]json.RawMessage) bool {
	has := func(fields map[string]json.RawMessage, names ...string) bool {
		for _, name := range names {
			if _, ok := fields[name]; !ok {
				return false
			}
		}
		return true
	}
	return has(firstFields(top["tickets"]), "dialogue") || has(top, "tid", "dialogue") ||
		has(top, "dialogueList") || has(firstFields(top["conversationList"]), "dialogueList") ||
		has(firstFields(top["sentences"]), "channelId") ||
		has(firstFields(firstFields(top["Data"])["Sentences"]), "ChannelId")
}

func decodeAliyun(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	var records []Record
	for _, c := range conversations(doc) {
		r, heard, err := c.read(src)
		if err == nil {
			err = doc.fault()
		}
		if err == nil {
			r, err = speech(src, in, r, heard, c.value)
		}
		if err != nil {
			if err.Place == "" || err.Reason == ReasonID {
				err.Place = strings.TrimSpace(c.place.String() + " " + err.Place)
			}
			return nil, err
		}
		if records = append(records, r); len(records) > MaxRecords {
			return nil, &Error{Reason: ReasonSize, Place: c.place.String(),
				Why: "more than " + strconv.Itoa(MaxRecords) + " calls in one payload", Hint: "send fewer calls a payload"}
		}
	}
	if err := doc.fault(); err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, &Error{Reason: ReasonEmpty, Why: "there is no call in the payload"}
	}
	return records, nil
}

// conversation is one call in one of the three forms.
type conversation struct {
	node
	read func(src *Source) (Record, []utterance, *Error)
}

// conversations finds the calls of a payload. An id or a start time that the configuration points at is looked up in
// the call, not in the payload.
func conversations(payload node) []conversation {
	var found []conversation
	switch {
	case payload.has("tickets"):
		for _, ticket := range payload.at("tickets").items() {
			found = append(found, conversation{ticket, ticket.readTicket})
		}
	case payload.has("dialogue"):
		found = append(found, conversation{payload, payload.readTicket})
	case payload.has("conversationList"):
		for _, list := range payload.at("conversationList").oneOrMore() {
			found = append(found, conversation{list, list.readDialogueList})
		}
	case payload.has("dialogueList"):
		found = append(found, conversation{payload, payload.readDialogueList})
	default:
		if payload.has("Data") {
			payload = payload.at("Data")
		}
		found = append(found, conversation{payload, payload.readSentences})
	}
	return found
}

func (n node) readTicket(src *Source) (r Record, heard []utterance, err *Error) {
	r.Call.ID = n.at("tid").text()
	for _, d := range n.need("dialogue").items() {
		u := hear(roleWord(d.at("role").text()), d.need("words").text(), d.at("begin").millis(), d.at("end").millis())
		heard = append(heard, u)
		switch identity := d.at("identity").text(); u.Role {
		case hotline.RoleAgent:
			r.Person.Agent = identity
		case hotline.RoleCustomer:
			r.Person.addCustomer(identity)
		}
		if err = r.startAt(src, d, u.BeginMS); err != nil {
			return Record{}, nil, err
		}
	}
	return r, heard, nil
}

func (n node) readDialogueList(src *Source) (r Record, heard []utterance, err *Error) {
	if err = r.received(src, n.at("gmtService"), 0); err != nil {
		return Record{}, nil, err
	}
	if r.Person.Agent = n.at("customerServiceName").text(); r.Person.Agent == "" {
		r.Person.Agent = n.at("customerServiceId").text()
	}
	r.Person.addCustomer(n.at("customerName").text())
	switch n.at("callType").text() {
	case "1":
		addExtra(&r.Call, "callType", "呼入")
	case "2":
		addExtra(&r.Call, "callType", "呼出")
	}
	unheard := 0
	for _, d := range n.need("dialogueList").items() {
		content := d.need("content").text()
		if kind := d.at("type").text(); kind != "" && kind != "TEXT" && strings.Contains(content, "://") {
			unheard++ // a picture or a voice message: the address of a file, not words
			continue
		}
		voice := d.at("role").text()
		switch voice {
		case "0":
			voice = string(hotline.RoleCustomer)
		case "1":
			voice = string(hotline.RoleAgent)
		default:
			voice = roleWord(voice)
		}
		u := hear(voice, content, d.at("begin").millis(), d.at("end").millis())
		heard = append(heard, u)
		if err = r.startAt(src, d, u.BeginMS); err != nil {
			return Record{}, nil, err
		}
	}
	if unheard > 0 {
		addExtra(&r.Call, "attachments", strconv.Itoa(unheard))
	}
	return r, heard, nil
}

func (n node) readSentences(*Source) (r Record, heard []utterance, err *Error) {
	r.Call.ID = n.at("callId", "CallId").text()
	for _, s := range n.need("sentences", "Sentences").items() {
		heard = append(heard, hear(s.at("channelId", "ChannelId").text(), s.need("text", "Text").text(),
			s.at("beginTime", "BeginTime").millis(), s.at("endTime", "EndTime").millis()))
	}
	return r, heard, nil
}

// startAt sets the time of the contact from the first utterance that tells its own time of day and its distance from
// the start.
func (r *Record) startAt(src *Source, utterance node, begin int64) *Error {
	if !r.Call.Received.IsZero() {
		return nil
	}
	return r.received(src, utterance.at("beginTime"), begin)
}

// received sets the time of the contact from a time of day that lies so many milliseconds after its start.
func (r *Record) received(src *Source, at node, after int64) *Error {
	s := at.text()
	if s == "" {
		return nil
	}
	t, precision, err := parseTime(s, src.zone())
	if err != nil {
		return &Error{Reason: ReasonTime, Place: at.place.String(), Why: err.Error()}
	}
	r.Call.Received = t.Add(-time.Duration(after) * time.Millisecond).Truncate(time.Second)
	r.Call.Precision = precision
	return nil
}

// addCustomer keeps what a platform calls the customer: a number they rang from, or a name to be masked.
func (p *Person) addCustomer(identity string) {
	switch digits := strings.Trim(identity, "+-0123456789"); {
	case identity == "":
	case digits == "" && len(identity) >= 7:
		p.Phone = identity
	case !slices.Contains(p.Names, identity):
		p.Names = append(p.Names, identity)
	}
}
