package dicts

import (
	"bytes"
	"unicode/utf8"
)

// NotUTF8 says what is wrong with a file of which Text tells a line, and the remedy.
const NotUTF8 = "文件不是 UTF-8（可能是 GBK 或 UTF-16）；另存为 UTF-8"

// Text gives what a dictionary file says without the byte order mark that editors on Windows put before it. bad is the
// line, from 1, of the first character that is not UTF-8, and 0 where all are. A NUL counts as none: in UTF-16 every
// Latin letter has one.
func Text(data []byte) (text []byte, bad int) {
	text = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		return text, 0
	}
	line := 0
	for one := range bytes.Lines(text) {
		line++
		if !utf8.Valid(one) || bytes.IndexByte(one, 0) >= 0 {
			break
		}
	}
	return text, line
}
