package mask

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"suqiu/hint"
)

// MinKeyBytes is the least length of a key: that of the hash.
const MinKeyBytes = sha256.Size

// ErrNoKey says that there is no key to make pseudonyms with.
var ErrNoKey = errors.New("no key for pseudonyms")

// Keyring holds the keys of pseudonyms. The first one is active; older ones stay so that numbers can still be looked
// up among calls that were stored under them.
type Keyring struct {
	ids  []string
	keys map[string][]byte
}

// ParseKeyring reads keys written `id:base64`, apart by line breaks, commas or spaces; a line that begins with # is a
// comment. The first key is the active one. Errors never repeat a key.
func ParseKeyring(text string) (*Keyring, error) {
	k := &Keyring{keys: map[string][]byte{}}
	for n, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, entry := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' }) {
			if err := k.add(entry); err != nil {
				return nil, hint.With(fmt.Errorf("read the keys of pseudonyms, line %d: %w", n+1, err), hint.Of(hint.KeyForm))
			}
		}
	}
	if len(k.ids) == 0 {
		return nil, hint.With(ErrNoKey, hint.Of(hint.NoKey))
	}
	return k, nil
}

func (k *Keyring) add(entry string) error {
	id, encoded, ok := strings.Cut(entry, ":")
	if !ok || id == "" {
		return errors.New("a key is written id:base64")
	}
	if _, twice := k.keys[id]; twice {
		return fmt.Errorf("the id %q is given twice", id)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return fmt.Errorf("the key %q is not base64", id)
	}
	if len(key) < MinKeyBytes {
		return fmt.Errorf("the key %q has %d bytes, at least %d are needed", id, len(key), MinKeyBytes)
	}
	k.ids = append(k.ids, id)
	k.keys[id] = key
	return nil
}

// NewKey makes a random key and returns it as ParseKeyring reads it.
func NewKey(id string) string {
	key := make([]byte, MinKeyBytes)
	_, _ = rand.Read(key) // never fails: crypto/rand ends the program instead
	return id + ":" + base64.StdEncoding.EncodeToString(key)
}

// Active returns the id of the key that makes new pseudonyms.
func (k *Keyring) Active() string { return k.ids[0] }

// pseudonymChars is the length of a pseudonym behind its prefix: 100 bits.
const pseudonymChars = 20

// pseudonym hashes what, a normalised number, under the key id. Prefix sets callers apart from accounts, so that the
// same digits give two unlike pseudonyms.
func (k *Keyring) pseudonym(id, prefix, what string) string {
	mac := hmac.New(sha256.New, k.keys[id])
	mac.Write([]byte(prefix))
	mac.Write([]byte(what))
	return prefix + strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil))[:pseudonymChars])
}

const (
	callerPrefix  = "c_"
	accountPrefix = "a_"
)

// Caller returns the pseudonym of a phone number in any written or spoken form under the active key; empty for
// dummies, public lines and the company's own numbers.
func (m *Masker) Caller(phone string) string {
	e164 := NormalisePhone(phone)
	if e164 == "" || m.own[e164] {
		return ""
	}
	return m.keyring.pseudonym(m.keyring.Active(), callerPrefix, e164)
}

// Account returns the pseudonym of an account number (户号) under the active key; empty for dummies.
func (m *Masker) Account(account string) string {
	number := NormaliseAccount(account)
	if number == "" {
		return ""
	}
	return m.keyring.pseudonym(m.keyring.Active(), accountPrefix, number)
}

// Callers returns the pseudonyms of a phone number under every key, the active one first: all that its calls can
// be stored under.
func (m *Masker) Callers(phone string) []string {
	if m.Caller(phone) == "" {
		return nil
	}
	return m.keyring.all(callerPrefix, NormalisePhone(phone))
}

// Accounts does for an account number what Callers does for a phone number.
func (m *Masker) Accounts(account string) []string {
	if m.Account(account) == "" {
		return nil
	}
	return m.keyring.all(accountPrefix, NormaliseAccount(account))
}

func (k *Keyring) all(prefix, what string) []string {
	all := make([]string, len(k.ids))
	for i, id := range k.ids {
		all[i] = k.pseudonym(id, prefix, what)
	}
	return all
}

// NormalisePhone brings a phone number into the form of E.164 (+8613800000000, +8657188880000). It reads spoken
// digits, full-width digits, 0086 and +86, and drops an extension. It returns "" for what names no single subscriber:
// dummies (保密, 00000000, 11111111111), short numbers such as 95598, and local numbers without an area code.
func NormalisePhone(s string) string {
	s, _, _ = strings.Cut(s, "转")
	foreign := strings.HasPrefix(strings.TrimSpace(s), "+")
	d := digitsOf(s)
	switch {
	case strings.HasPrefix(d, "00"):
		d, foreign = d[2:], true
	case len(d) == 13 && strings.HasPrefix(d, "86") && isMobile(d[2:]):
		foreign = true
	}
	if len(d) < 7 || monotone(d) {
		return ""
	}
	if rest, ok := strings.CutPrefix(d, "86"); ok && foreign {
		d, foreign = rest, false
		if !isMobile(d) && !strings.HasPrefix(d, "0") {
			d = "0" + d
		}
	}
	switch {
	case foreign:
		if len(d) > 15 || d[0] == '0' { // no country's code begins with 0
			return ""
		}
		return "+" + d
	case isMobile(d):
		return "+86" + d
	case len(d) == 12 && d[0] == '0' && isMobile(d[1:]):
		return "+86" + d[1:]
	}
	if area := areaCode(d); area > 0 {
		local := d[area:]
		if n := landlineLength(local); n > 0 && !monotone(local) {
			return "+86" + d[1:area] + local[:n]
		}
	}
	return ""
}

// NormaliseAccount brings an account number (户号) to its digits, reading spoken and full-width ones. It returns ""
// for dummies and for what has fewer than 6 or more than 20 digits.
func NormaliseAccount(s string) string {
	d := digitsOf(s)
	if len(d) < 6 || len(d) > 20 || monotone(d) {
		return ""
	}
	return d
}

// monotone reports whether all digits are the same or each is the successor of the one before: 00000000, 12345678.
func monotone(d string) bool {
	same, rising := true, true
	for i := 1; i < len(d); i++ {
		same = same && d[i] == d[0]
		rising = rising && (d[i]-'0') == (d[i-1]-'0'+1)%10
	}
	return same || rising
}

// landlineLength returns how many of the leading digits are a local number: 8 or 7, with up to 5 of an extension
// behind 8; 0 when there is none.
func landlineLength(local string) int {
	switch {
	case local == "" || local[0] < '2':
		return 0
	case len(local) == 7:
		return 7
	case len(local) >= 8 && len(local) <= 13:
		return 8
	}
	return 0
}
