package decode

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"suqiu/hotline"
)

// utterance is one stretch of speech as a recogniser gives it.
type utterance struct {
	hotline.Turn
	voice string // who spoke, as findAgentAmong takes it
}

// hear makes an utterance. A voice that is the name of a role is a role claimed by the source; any other is
// anonymous, and the role unknown. Recognisers round, so an end before the beginning is the beginning.
func hear(voice, text string, begin, end int64) utterance {
	role := hotline.Role(voice)
	switch role {
	case hotline.RoleAgent, hotline.RoleCustomer, hotline.RoleIVR:
	default:
		role = hotline.RoleUnknown
	}
	return utterance{hotline.Turn{Role: role, Text: text, BeginMS: begin, EndMS: max(begin, end)}, voice}
}

// speech finishes the record of a call from what was heard in it: silence is left out, utterances of several channels
// are put in the order of time, and the agent is found while it is still known who spoke what.
func speech(src *Source, in *Input, r Record, heard []utterance, doc any) (Record, *Error) {
	heard = slices.DeleteFunc(heard, func(u utterance) bool { return strings.TrimSpace(u.Text) == "" })
	if len(heard) == 0 {
		return Record{}, &Error{Reason: ReasonEmpty, Why: "no words were recognised", Hint: "see whether the recording is silent"}
	}
	timed := !slices.ContainsFunc(heard, func(u utterance) bool { return u.EndMS == 0 })
	if timed {
		slices.SortStableFunc(heard, func(a, b utterance) int { return cmp.Compare(a.BeginMS, b.BeginMS) })
	}
	turns, voices := make([]hotline.Turn, len(heard)), make([]string, len(heard))
	for i, u := range heard {
		turns[i], voices[i] = u.Turn, u.voice
	}
	r.Call.Kind = hotline.KindCall
	r.Call.Turns = findAgentAmong(turns, voices)
	if err := complete(src, in, &r, doc); err != nil {
		return Record{}, err
	}
	return r, nil
}

// speechRecord is speech for formats that are one call a payload and tell nothing but what was said. n is the
// document heard was read from.
func speechRecord(src *Source, in *Input, n node, heard []utterance) ([]Record, *Error) {
	if err := n.fault(); err != nil {
		return nil, err
	}
	r, err := speech(src, in, Record{}, heard, n.value)
	if err != nil {
		return nil, err
	}
	return []Record{r}, nil
}

// roleWord gives the name of the role that a source's own word for a speaker stands for, or the word itself, which
// then is an anonymous voice.
func roleWord(word string) string {
	switch strings.ToLower(word) {
	case "客服", "坐席", "座席", "话务员", "agent":
		return string(hotline.RoleAgent)
	case "客户", "用户", "市民", "customer", "user":
		return string(hotline.RoleCustomer)
	case "系统", "机器人", "语音导航", "ivr", "robot", "system":
		return string(hotline.RoleIVR)
	}
	return word
}

// firstFields gives the fields of a JSON object, or of the first element of an array, for recognisers of formats.
func firstFields(value json.RawMessage) map[string]json.RawMessage {
	if len(value) == 0 {
		return nil // the field is not there
	}
	var elements []json.RawMessage
	if json.Unmarshal(value, &elements) == nil && len(elements) > 0 {
		value = elements[0]
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) != nil {
		return nil
	}
	return fields
}
