package cli

import (
	"encoding/json"
	"io"
)

// jsonLines encodes each value as a line of JSON, Chinese and < as they are: what people read in a terminal.
func jsonLines(w io.Writer) *json.Encoder {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out
}

// writeJSONLines writes each value as a line of JSON.
func writeJSONLines[T any](w io.Writer, values []T) error {
	out := jsonLines(w)
	for i := range values {
		if err := out.Encode(&values[i]); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes a value as JSON, indented.
func writeJSON(w io.Writer, value any) error {
	out := jsonLines(w)
	out.SetIndent("", "  ")
	return out.Encode(value)
}
