package decode

import "encoding/json"

// Huawei Cloud SIS (语音交互服务, 录音文件识别): {"status", "segments": [{"start_time", "end_time", "result": {"text",
// "analysis_info": {"role", "emotion", "speed"}, "word_info"}}]}; the solution for contact centres wraps it in
// asr_result. A segment whose recognition failed has no result. The role is AGENT or USER on stereo recordings,
// speaker1 … speaker10 or nothing on mono ones. The times beside status are those of the recognition, not of the call,
// and are not read.

func isHuawei(top map[string]json.RawMessage) bool {
	if _, ok := firstFields(top["asr_result"])["segments"]; ok {
		return true
	}
	_, ok := firstFields(top["segments"])["result"]
	return ok
}

func decodeHuawei(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	result := doc
	if doc.has("asr_result") {
		result = doc.at("asr_result")
	}
	if status := result.at("status"); status.text() != "" && status.text() != "FINISHED" {
		status.wrong("the recognition is not finished", "send results whose status is FINISHED")
	}
	var heard []utterance
	for _, s := range result.need("segments").items() {
		said := s.at("result")
		if said.absent() {
			continue // the recognition of this segment failed
		}
		heard = append(heard, hear(roleWord(said.at("analysis_info").at("role").text()), said.need("text").text(),
			s.at("start_time").millis(), s.at("end_time").millis()))
	}
	return speechRecord(src, in, doc, heard)
}
