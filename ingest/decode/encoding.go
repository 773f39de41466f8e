package decode

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is how the bytes of one input are to be read.
type charset int

// The charsets. A file in GB18030 can hold short lines that happen to be UTF-8, so the charset is found out for the
// whole file; a file in UTF-8 can still hold lines of an older system in GB18030, so each line is checked.
const (
	utf8First charset = iota
	gb18030
)

// charsetOf looks at the beginning of an input. A character cut at the end does not count.
func charsetOf(head []byte) charset {
	for i := 0; i < len(head); {
		r, size := utf8.DecodeRune(head[i:])
		if r == utf8.RuneError && size <= 1 {
			if len(head)-i < utf8.UTFMax && !utf8.FullRune(head[i:]) {
				return utf8First
			}
			return gb18030
		}
		i += size
	}
	return utf8First
}

// decode gives the bytes as UTF-8. A file in UTF-8 may hold single lines in GB18030.
func (c charset) decode(b []byte) ([]byte, *Error) {
	if c == utf8First && utf8.Valid(b) {
		return b, nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err == nil && !bytes.ContainsRune(out, utf8.RuneError) {
		return out, nil
	}
	if utf8.Valid(b) {
		return b, nil
	}
	return nil, &Error{Reason: ReasonEncoding, Why: "neither UTF-8 nor GB18030", Remedy: "export again as UTF-8"}
}

// utf8Mark is the byte order mark that spreadsheets put before UTF-8.
var utf8Mark = []byte("\xef\xbb\xbf")

// isUTF16 reports whether the input begins with a byte order mark of UTF-16, which the decoders do not read.
func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}
