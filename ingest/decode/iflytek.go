package decode

import (
	"bytes"
	"encoding/json"
	"strings"
)

// iFLYTEK lfasr (讯飞语音转写), first version: {"ok", "err_no", "failed", "data"}, where data is a string that holds JSON,
// [{"bg", "ed", "onebest", "speaker"}], times in milliseconds as strings; that array alone is read only where the format
// is configured, as one sentence must never be taken for a call. Second version: {"code", "descInfo",
// "content": {"orderInfo", "orderResult"}}, where orderResult is a string that holds {"lattice": [{"json_1best"}],
// "lattice2": […]}, and json_1best again a string, {"st": {"bg", "ed", "rl", "rt": [{"ws": [{"cw": [{"w", "wp"}]}]}]}}.
// lattice is smoothed (顺滑: without fillers and repetitions), lattice2 is not, and its json_1best is an object. The
// speakers are anonymous numbers. orderId is the id of a transcription, not of a call, so it is used as id only if
// the source says so (field:content.orderInfo.orderId).

func isIFlytekV1(top map[string]json.RawMessage) bool {
	data := top["data"]
	return bytes.HasPrefix(data, []byte(`"`)) && bytes.Contains(data, []byte(`\"onebest\"`))
}

func decodeIFlytekV1(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	sentences := doc
	if doc.object() {
		if failed := doc.at("failed"); failed.text() != "" {
			failed.wrong("the transcription failed", "send the results of tasks that succeeded")
		}
		sentences = doc.need("data").embedded()
	}
	var heard []utterance
	for _, s := range sentences.oneOrMore() {
		heard = append(heard, hear(s.at("speaker").text(), s.need("onebest").text(), s.at("bg").millis(), s.at("ed").millis()))
	}
	return speechRecord(src, in, doc, heard)
}

func isIFlytekV2(top map[string]json.RawMessage) bool {
	if content, ok := top["content"]; ok {
		top = firstFields(content)
	}
	_, ordered := top["orderResult"]
	_, lattice := firstFields(top["lattice"])["json_1best"]
	return ordered || lattice
}

func decodeIFlytekV2(src *Source, in *Input) ([]Record, *Error) {
	doc := readJSON(in.Value)
	result := doc
	if result.has("content") {
		result = result.at("content")
	}
	if !result.has("lattice", "lattice2") {
		result = result.need("orderResult")
		if result.absent() || result.value == "" {
			result.wrong("is empty", "send the results of orders whose status is 4, finished")
		}
		result = result.embedded()
	}
	lattice := result.need("lattice", "lattice2")
	var heard []utterance
	for _, l := range lattice.items() {
		st := l.need("json_1best").embedded().need("st")
		heard = append(heard, hear(st.at("rl").text(), words(st), st.at("bg").millis(), st.at("ed").millis()))
	}
	return speechRecord(src, in, doc, heard)
}

// words joins the first, best candidate of each word of a sentence; punctuation stands among them.
func words(st node) string {
	var b strings.Builder
	for _, rt := range st.need("rt").items() {
		for _, ws := range rt.at("ws").items() {
			if candidates := ws.at("cw").items(); len(candidates) > 0 {
				b.WriteString(candidates[0].at("w").text())
			}
		}
	}
	return b.String()
}
