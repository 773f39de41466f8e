package decode

import (
	"encoding/json"
	"strings"
)

// Tencent Cloud ASR (录音文件识别, DescribeTaskStatus): {"Response": {"Data": {"TaskId", "Status", "ErrorMsg",
// "ResultDetail": [SentenceDetail]}}}, or its inner parts alone; an array of SentenceDetail only where the format is
// configured, as one sentence must never be taken for a call. A SentenceDetail has FinalSentence, SliceSentence,
// WrittenText, StartMs, EndMs, Words, SpeakerId and more, each of which may be null. SpeakerId is an anonymous number.
// TaskId is no id: it is reused after a day.

func isTencent(top map[string]json.RawMessage) bool {
	if response, ok := top["Response"]; ok {
		top = firstFields(response)
	}
	if data, ok := top["Data"]; ok {
		top = firstFields(data)
	}
	_, ok := top["ResultDetail"]
	return ok
}

func decodeTencent(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	sentences := doc
	for _, wrapping := range []string{"Response", "Data"} {
		if sentences.has(wrapping) {
			sentences = sentences.at(wrapping)
		}
	}
	if sentences.has("ErrorMsg") && sentences.at("ErrorMsg").text() != "" {
		sentences.at("ErrorMsg").wrong("the recognition failed", "send the results of tasks that succeeded")
	}
	if sentences.has("ResultDetail") {
		sentences = sentences.at("ResultDetail")
		if sentences.absent() {
			sentences.wrong("is null", "ask for the results with ResTextFormat 1 or higher")
		}
	}
	var heard []utterance
	for _, s := range sentences.oneOrMore() {
		heard = append(heard, hear(s.at("SpeakerId").text(), sentence(s), s.at("StartMs").millis(), s.at("EndMs").millis()))
	}
	return speechRecord(src, in, doc, heard)
}

// sentence gives the words as they were said; WrittenText is an edited form of them, SliceSentence has spaces between
// phrases that nobody spoke.
func sentence(s node) string {
	if final := s.need("FinalSentence", "SliceSentence", "WrittenText", "Words"); final.absent() {
		return ""
	}
	for _, name := range []string{"FinalSentence", "WrittenText"} {
		if words := s.at(name).text(); words != "" {
			return words
		}
	}
	if phrases := s.at("SliceSentence").text(); phrases != "" {
		return strings.ReplaceAll(phrases, " ", "")
	}
	var b strings.Builder
	for _, w := range s.at("Words").items() {
		b.WriteString(w.at("Word").text())
	}
	return b.String()
}
