package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime/debug"
)

// form is one row of the table of formats: how a JSON object of the format is recognised by its top-level fields,
// and how it is decoded. Tables have no recogniser here: their header tells what they are (tables.go).
type form struct {
	format Format
	is     func(top map[string]json.RawMessage) bool
	decode func(src *Source, in *Input) ([]Record, *Error)
	whole  bool // a JSON array of this format is one contact, not one contact an element
}

// forms lists the JSON formats, the most specific recogniser first; Native stands last because it claims the most
// general field names.
func forms() []form {
	return []form{
		{AliyunSCA, isAliyun, decodeAliyun, true},
		{Tencent, isTencent, decodeTencent, true},
		{HuaweiSIS, isHuawei, decodeHuawei, true},
		{IFlytekV2, isIFlytekV2, decodeIFlytekV2, true},
		{IFlytekV1, isIFlytekV1, decodeIFlytekV1, true},
		{FunASR, isFunASR, decodeFunASR, true},
		{Order95598, isOrder95598, decodeOrder95598, false},
		{JSON12345, isJSON12345, decodeJSON12345, false},
		{Order12398, isOrder12398, decodeOrder12398, false},
		{Native, isNative, decodeNative, false},
	}
}

// formOf finds the row for one JSON value: the configured format's, or the first whose recogniser accepts it.
func formOf(src *Source, value []byte) (form, *Error) {
	if src.Format != Auto && src.Format != "" {
		for _, f := range forms() {
			if f.format == src.Format {
				return f, nil
			}
		}
		return form{}, &Error{Reason: ReasonFormat, Format: src.Format, Why: "JSON where a table is configured",
			Remedy: "set the source's format to auto or to the JSON form"}
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(value, &top); err != nil {
		return form{}, &Error{Reason: ReasonFormat, Format: Auto, Why: "a JSON value that is not an object",
			Remedy: "send one JSON object a record"}
	}
	for _, f := range forms() {
		if f.is(top) {
			return f, nil
		}
	}
	return form{}, &Error{Reason: ReasonFormat, Format: Auto, Why: "no known format has these fields",
		Remedy: "name the source's format in its configuration"}
}

// decodeJSON decodes one JSON value, which may be in GB18030. A panic in a decoder becomes an error, so that one
// record can never stop the stream.
func decodeJSON(src *Source, in *Input) (records []Record, failure *Error) {
	defer func() {
		if p := recover(); p != nil {
			records, failure = nil, &Error{Reason: ReasonPanic, Format: src.Format,
				Why: fmt.Sprintf("panic in %s", panicPlace(debug.Stack())), Remedy: "report it; the payload is kept sealed"}
		}
	}()
	if err := checkJSON(in.Value); err != nil {
		err.Format = src.Format
		return nil, err
	}
	f, failure := formOf(src, in.Value)
	if failure != nil {
		return nil, failure
	}
	records, failure = f.decode(src, in)
	if failure != nil {
		failure.Format = f.format
		return nil, failure
	}
	return records, nil
}

// panicPlace names the function that panicked: the first frame below the runtime's. The panic's own value may quote
// the input, so it is not used.
func panicPlace(stack []byte) string {
	_, below, found := bytes.Cut(stack, []byte("panic("))
	if !found {
		return "a decoder"
	}
	for _, line := range bytes.Split(below, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("suqiu/")) {
			name, _, _ := bytes.Cut(line, []byte("("))
			return string(name)
		}
	}
	return "a decoder"
}
