package mask

import "suqiu/ingest/decode"

// identifier replaces phone and account numbers in an id, as of a recording that is named after its caller, by their
// pseudonyms. Different ids stay different and the same id stays the same, so documents keep their identity. Digits
// alone are an order number, unless they are the record's own phone or account.
func (m *Masker) identifier(id string, who *decode.Person) string {
	var out []byte
	done := 0
	for start := 0; start < len(id); {
		if !isDigitByte(id[start]) {
			start++
			continue
		}
		end := start + 1
		for end < len(id) && isDigitByte(id[end]) {
			end++
		}
		if pseudonym := m.numberIn(id[start:end], len(id), who); pseudonym != "" {
			out = append(append(out, id[done:start]...), pseudonym...)
			done = end
		}
		start = end
	}
	if done == 0 {
		return id
	}
	return string(append(out, id[done:]...))
}

// numberIn returns the pseudonym of a run of digits in an id of the given length, or "" if it may stay.
func (m *Masker) numberIn(digits string, length int, who *decode.Person) string {
	phone := NormalisePhone(digits)
	switch {
	case phone != "" && phone == NormalisePhone(who.Phone):
		return m.Caller(digits)
	case len(digits) >= 10 && digits == NormaliseAccount(who.Account):
		return m.Account(digits)
	case isMobile(digits) && len(digits) < length:
		return m.Caller(digits)
	}
	return ""
}

// Name masks the name of a file or a recording.
func (m *Masker) Name(name string) string { return m.identifier(name, &decode.Person{}) }
