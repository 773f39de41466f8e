package decode

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is how the bytes of one input are to be read.
type charset int

// The charsets. They are found out for the whole input, since a short text in GB18030 can happen to be UTF-8. But
// exports that join several systems change the encoding from line to line, so each line is looked at too.
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

// decode gives the bytes of one line as UTF-8. Valid UTF-8 is taken as such, in an input of GB18030 only if it has
// characters of three bytes, as all Chinese ones do there: no text in GB18030 looks like that by accident.
func (c charset) decode(b []byte) ([]byte, *Error) {
	if utf8.Valid(b) && (c == utf8First || plainOrWide(b)) {
		return b, nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return nil, errEncoding()
	}
	return out, nil
}

func errEncoding() *Error {
	return &Error{Reason: ReasonEncoding, Why: "neither UTF-8 nor GB18030", Hint: "export again as UTF-8"}
}

// plainOrWide reports whether valid UTF-8 has no character of two bytes only.
func plainOrWide(b []byte) bool {
	narrow := false
	for _, r := range string(b) {
		if utf8.RuneLen(r) > 2 {
			return true
		}
		narrow = narrow || r >= utf8.RuneSelf
	}
	return !narrow
}

// utf8Mark is the byte order mark that spreadsheets put before UTF-8.
var utf8Mark = []byte("\xef\xbb\xbf")

// isUTF16 reports whether the input begins with a byte order mark of UTF-16, which the decoders do not read.
func isUTF16(head []byte) bool {
	return bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
}
