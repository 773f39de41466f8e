package decode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
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
		{AliyunSCA, isAliyun, decodeAliyun, false},
		{Tencent, isTencent, decodeTencent, true},
		{HuaweiSIS, isHuawei, decodeHuawei, false},
		{IFlytekV2, isIFlytekV2, decodeIFlytekV2, false},
		{IFlytekV1, isIFlytekV1, decodeIFlytekV1, true},
		{FunASR, isFunASR, decodeFunASR, false},
		{Order12398, isOrder12398, decodeOrder12398, false},
		{Order95598, isOrder95598, decodeOrder95598, false},
		{JSON12345, isJSON12345, decodeJSON12345, false},
		{Native, isNative, decodeNative, false},
	}
}

// formOf finds the row for one JSON value: the configured format's, or the first whose recogniser accepts it.
func formOf(src *Source, value []byte) (form, *Error) {
	if !isAuto(src.Format) {
		for _, f := range forms() {
			if f.format == src.Format {
				return f, nil
			}
		}
		return form{}, &Error{Reason: ReasonFormat, Format: src.Format, Why: "JSON where a table is configured",
			Hint: "set the source's format to auto or to the JSON form"}
	}
	top := topFields(value)
	if top == nil {
		return form{}, &Error{Reason: ReasonFormat, Format: Auto, Why: "a JSON value that is not an object",
			Hint: "send one JSON object a record"}
	}
	for _, f := range forms() {
		if f.is(top) {
			return f, nil
		}
	}
	return form{}, &Error{Reason: ReasonFormat, Format: Auto, Why: "no known format has these fields",
		Hint: "name the source's format in its configuration"}
}

// isWhole reports whether a JSON array of this configured format is one contact.
func isWhole(format Format) bool {
	for _, f := range forms() {
		if f.format == format {
			return f.whole
		}
	}
	return false
}

// decodeJSON decodes one JSON value in UTF-8.
func decodeJSON(src *Source, in *Input) ([]Record, *Error) {
	if err := checkJSON(in.Value); err != nil {
		err.Format = src.Format
		return nil, err
	}
	f, failure := formOf(src, in.Value)
	if failure != nil {
		return nil, failure
	}
	return guard(f.format, func() ([]Record, *Error) { return f.decode(src, in) })
}

// guard names in the error the format, and the hotline if the record was read that far, and makes an error of a panic
// in a decoder, so that one record can never stop the stream.
func guard(format Format, decode func() ([]Record, *Error)) (records []Record, failure *Error) {
	defer func() {
		if recover() != nil {
			records, failure = nil, &Error{Reason: ReasonPanic, Format: format,
				Why: "panic in " + panicPlace(debug.Stack()), Hint: "report it; the payload is kept sealed"}
		}
	}()
	if records, failure = decode(); failure != nil {
		failure.Format = format
		if len(records) > 0 && records[0].Call.Hotline.Valid() {
			failure.Hotline = records[0].Call.Hotline
		}
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
	for line := range bytes.SplitSeq(below, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("suqiu/")) {
			name, _, _ := bytes.Cut(line, []byte("("))
			return string(name)
		}
	}
	return "a decoder"
}

// Validate reports what is wrong with the configuration of a source, naming the setting.
func (s *Source) Validate() error {
	if strings.ContainsAny(s.Name, ":\n") {
		return fmt.Errorf("source %q: name must not contain a colon", s.Name)
	}
	if s.Hotline != "" && !s.Hotline.Valid() {
		return fmt.Errorf("source %q: hotline is %q, must be 95598, 12398 or 12345", s.Name, s.Hotline)
	}
	if s.Kind != "" && !s.Kind.Valid() {
		return fmt.Errorf("source %q: kind is %q, must be call, order or message", s.Name, s.Kind)
	}
	if !isAuto(s.Format) && !slices.Contains(Formats(), s.Format) {
		return fmt.Errorf("source %q: format is %q, must be auto or one of %v", s.Name, s.Format, Formats())
	}
	if len(s.Columns) > 0 && onlyJSON(s.Format) {
		return fmt.Errorf("source %q: columns are given, but %s is no format of tables", s.Name, s.Format)
	}
	if len(s.Columns) > 0 && isAuto(s.Format) {
		if _, ok := layoutFor(Auto, s.Columns); !ok {
			return fmt.Errorf("source %q: columns are no known header; set the format too", s.Name)
		}
	}
	if err := s.ID.validate(); err != nil {
		return fmt.Errorf("source %q: id: %w", s.Name, err)
	}
	if err := s.Start.validate(); err != nil {
		return fmt.Errorf("source %q: start: %w", s.Name, err)
	}
	return nil
}

// Formats lists the formats that a source's configuration can name, besides Auto.
func Formats() []Format {
	return []Format{Native, Order95598, Table95598, CSV12345, JSON12345, XLSX12345, Order12398,
		AliyunSCA, Tencent, HuaweiSIS, IFlytekV1, IFlytekV2, FunASR}
}
