package decode

import (
	"encoding/json"
	"strings"
)

// FunASR (阿里达摩院开源语音识别): AutoModel.generate gives a list of results, one a sound file, [{"key", "text",
// "sentence_info"}], which services wrap as {"result": […]}. A sentence has start and end in milliseconds, spk, an
// anonymous number, and its words in text or sentence, by version. There is neither id nor time; key is the name of the
// sound file.

func isFunASR(top map[string]json.RawMessage) bool {
	if _, ok := top["sentence_info"]; ok {
		return true
	}
	_, ok := firstFields(top["result"])["sentence_info"]
	return ok
}

func decodeFunASR(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	result := doc
	if doc.has("result") {
		results := doc.at("result").oneOrMore()
		if len(results) != 1 {
			doc.at("result").wrong("does not hold one result", "send one call a payload")
			return nil, doc.fault()
		}
		result = results[0]
	}
	var heard []utterance
	for _, s := range result.need("sentence_info").items() {
		heard = append(heard, hear(s.at("spk").text(), withoutTags(s.need("sentence", "text").text()),
			s.at("start").millis(), s.at("end").millis()))
	}
	return speechRecord(src, in, doc, heard)
}

// withoutTags takes out the marks of language, emotion and event that SenseVoice writes into the text: <|zh|>, <|ANGRY|>.
func withoutTags(s string) string {
	var b strings.Builder
	for {
		before, tagged, found := strings.Cut(s, "<|")
		_, after, closed := strings.Cut(tagged, "|>")
		if !found || !closed {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(before)
		s = after
	}
}
