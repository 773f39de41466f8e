// Package mask takes personal data out of what the hotlines send: free text is masked, callers and accounts become
// keyed pseudonyms. Masking is deterministic, idempotent and linear in the length of the text, and every rule errs
// towards masking except where a number is known to be an order, an outage, a date, a quantity or a public line.
package mask

import (
	"strings"
)

// The forms that replace what was masked. They hold no digit, and keep for readers and keyword rules what stood there.
const (
	tokenMobile   = "<手机>"
	tokenLandline = "<座机>"
	tokenIdentity = "<身份证>"
	tokenBank     = "<银行卡>"
	tokenAccount  = "<户号>"
	tokenPlate    = "<车牌>"
	tokenEmail    = "<邮箱>"
	tokenName     = "<姓名>"
	tokenDoor     = "<门牌>"
	tokenAgent    = "<工号>"
	tokenTail     = "<尾号>"
	tokenNumber   = "<号码>" // part of a number, or what identifies somebody to a messenger or a border
	tokenAudio    = "<录音>"
)

// Masker masks texts and whole records, and makes pseudonyms. It may be used by several goroutines at once.
type Masker struct {
	keyring *Keyring
	own     map[string]bool // normalised numbers of the company itself
}

// New returns a Masker whose pseudonyms are made with the active key of keyring. Own lists the company's own numbers:
// they give no pseudonym and stay readable in texts. Without a key the error is ErrNoKey.
func New(keyring *Keyring, own []string) (*Masker, error) {
	if keyring == nil || len(keyring.keys) == 0 {
		return nil, ErrNoKey
	}
	m := &Masker{keyring: keyring, own: make(map[string]bool, len(own))}
	for _, n := range own {
		if e164 := NormalisePhone(n); e164 != "" {
			m.own[e164] = true
		}
	}
	return m, nil
}

// Text returns s with personal data replaced by short tokens such as <手机>. What is not UTF-8 passes unchanged.
// Text(Text(s)) is Text(s).
func (m *Masker) Text(s string) string {
	return m.text(s, nil)
}

// maxPasses bounds the passes over one text: masking can bring a name next to another (王张三先生), and only a text
// made for it needs more than two.
const maxPasses = 4

func (m *Masker) text(s string, known *known) string {
	for range maxPasses {
		sc := scanner{s: s, m: m, known: known}
		spans := sc.run()
		if len(spans) == 0 {
			break
		}
		t := replace(s, spans)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// span is a part of a text and what replaces it.
type span struct {
	start, end int
	token      string
	digits     string // of a number; empty otherwise
}

// replace puts the tokens of spans, which are in order and apart, into s.
func replace(s string, spans []span) string {
	var b strings.Builder
	b.Grow(len(s))
	at := 0
	for _, sp := range spans {
		b.WriteString(s[at:sp.start])
		b.WriteString(sp.token)
		at = sp.end
	}
	b.WriteString(s[at:])
	return b.String()
}
