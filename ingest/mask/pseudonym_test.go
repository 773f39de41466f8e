package mask

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestNormalisePhone(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "13800006127", "+8613800006127"},
		{"dashes", "138-0000-6127", "+8613800006127"},
		{"+86", "+86 138 0000 6127", "+8613800006127"},
		{"0086", "0086-13800006127", "+8613800006127"},
		{"86", "8613800006127", "+8613800006127"},
		{"long-distance 0", "013800006127", "+8613800006127"},
		{"spoken", "幺三八零零零零六幺二七", "+8613800006127"},
		{"spoken with repeats", "幺三八四个零六幺二七", "+8613800006127"},
		{"full-width", "１３８００００６１２７", "+8613800006127"},
		{"landline", "0571-88880000", "+8657188880000"},
		{"landline in brackets", "（0571）88880000", "+8657188880000"},
		{"landline +86", "+86-571-88880000", "+8657188880000"},
		{"landline of three digits", "010 6666 0001", "+861066660001"},
		{"landline with extension", "0571-88880000转801", "+8657188880000"},
		{"Hong Kong", "+852 9123 4567", "+85291234567"},
		{"Hong Kong 00", "0085291234567", "+85291234567"},
		{"without area code", "88886000", ""},
		{"secret", "保密", ""},
		{"secret number", "电话保密", ""},
		{"zeros", "00000000", ""},
		{"ones", "11111111111", ""},
		{"rising", "12345678901", ""},
		{"short number", "95598", ""},
		{"empty", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := NormalisePhone(tt.in); got != tt.want {
				t.Errorf("NormalisePhone(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzNormalise(f *testing.F) {
	for _, s := range []string{"13800006127", "+86-571-88880000", "幺三八四个零六幺二七", "保密", "00", "86", "+", "0101234567转"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		phone := NormalisePhone(s)
		if phone != "" && (phone[0] != '+' || len(phone) > 16 || strings.Trim(phone[1:], "0123456789") != "") {
			t.Errorf("NormalisePhone(%q) = %q is not E.164", s, phone)
		}
		if again := NormalisePhone(phone); again != phone {
			t.Errorf("NormalisePhone(%q) = %q, normalised again %q", s, phone, again)
		}
		if account := NormaliseAccount(s); NormaliseAccount(account) != account {
			t.Errorf("NormaliseAccount(%q) = %q is not stable", s, account)
		}
	})
}

func TestPseudonym(t *testing.T) {
	old, fresh := NewKey("2025"), NewKey("2026")
	masker := func(keys string) *Masker {
		keyring, err := ParseKeyring(keys)
		if err != nil {
			t.Fatal(err)
		}
		m, err := New(keyring, []string{"0571-51108888"})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	before, after := masker(old), masker("# rotated\n"+fresh+"\n"+old+"\n")
	phone := "13800006127"
	switch caller := before.Caller(phone); {
	case !strings.HasPrefix(caller, "c_") || len(caller) != 22:
		t.Errorf("pseudonym is %q, want c_ and 20 characters", caller)
	case caller != before.Caller("幺三八，四个零，六幺二七"):
		t.Error("the spoken number gives another pseudonym")
	case caller == after.Caller(phone):
		t.Error("another key gives the same pseudonym")
	case !slices.Equal(after.Callers(phone), []string{after.Caller(phone), caller}):
		t.Error("Callers does not find what was stored under the old key")
	}
	if got := before.Caller("0571 5110 8888"); got != "" {
		t.Errorf("the company's own number gives %q", got)
	}
	if got := before.Account("33 0123 4567"); !strings.HasPrefix(got, "a_") || got != before.Account("三三零幺二三四五六七") {
		t.Errorf("account gives %q", got)
	}
	if a, c := before.Account(phone), before.Caller(phone); a[2:] == c[2:] {
		t.Error("a number as an account gives the pseudonym of the caller")
	}
	if after.Callers("保密") != nil || after.Accounts("00000000") != nil || len(after.Accounts("3301234567")) != 2 {
		t.Error("look-up of dummies or accounts is wrong")
	}
}

func TestParseKeyring(t *testing.T) {
	good := NewKey("k")
	tests := []struct{ name, in, want string }{
		{"NoColon", "k", "id:base64"},
		{"NoID", good[1:], "id:base64"},
		{"NotBase64", "k:???", "not base64"},
		{"Short", "k:AAAA", "at least 32"},
		{"Twice", good + "," + good, "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := ParseKeyring(tt.in)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want %q in it", err, tt.want)
			}
			if err != nil && len(tt.in) > 20 && strings.Contains(err.Error(), tt.in[5:20]) {
				t.Error("the error repeats the key")
			}
		})
	}
	for _, none := range []string{"", "# nothing\n"} {
		if _, err := ParseKeyring(none); !errors.Is(err, ErrNoKey) {
			t.Errorf("ParseKeyring(%q): %v, want ErrNoKey", none, err)
		}
	}
	if _, err := New(nil, nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("New without keys: %v, want ErrNoKey", err)
	}
}
