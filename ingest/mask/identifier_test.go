package mask

import (
	"strings"
	"testing"

	"suqiu/hotline"
	"suqiu/ingest/decode"
)

func TestIdentifier(t *testing.T) {
	keyring, err := ParseKeyring(NewKey("t"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(keyring, nil)
	if err != nil {
		t.Fatal(err)
	}
	who := decode.Person{Phone: "138-0000-1234", Account: "3300012345"}
	phone, account, other := m.Caller("13800001234"), m.Account("3300012345"), m.Caller("13900005678")
	cases := map[string]struct{ id, want string }{
		"OrderNumber":          {"20180101114240", "20180101114240"},
		"OutageNumber":         {"181216300001", "181216300001"},
		"DigitsLikeAMobile":    {"13900005678", "13900005678"},
		"OwnPhoneAlone":        {"13800001234", phone},
		"OwnPhoneInRecording":  {"rec-13800001234-20260901.wav", "rec-" + phone + "-20260901.wav"},
		"OwnAccount":           {"acc3300012345", "acc" + account},
		"OtherMobile":          {"20260901_13900005678_in", "20260901_" + other + "_in"},
		"TwoNumbers":           {"13800001234-13900005678", phone + "-" + other},
		"NoDigits":             {"rec-a", "rec-a"},
		"NineDigitsAreNoPhone": {"rec-138000012", "rec-138000012"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			if got := m.identifier(tc.id, &who); got != tc.want {
				t.Errorf("identifier(%q) = %q, want %q", tc.id, got, tc.want)
			}
		})
	}
	t.Run("CallKeepsItsIdentity", func(t *testing.T) {
		record := &decode.Record{Person: who, Call: hotline.Call{
			ID: "rec-13800001234", Matter: "95598:rec-13800001234", Links: []string{"95598:rec-13800001234"},
			Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "没电了"}},
		}}
		call := m.Call(record)
		if strings.Contains(call.ID+call.Matter+call.Links[0], "13800001234") {
			t.Errorf("the number is still in %q, %q, %q", call.ID, call.Matter, call.Links)
		}
		if call.Matter != "95598:"+call.ID || call.Links[0] != call.Matter {
			t.Errorf("id %q, matter %q and link %q no longer belong together", call.ID, call.Matter, call.Links[0])
		}
		if record.Call.Links[0] != "95598:rec-13800001234" {
			t.Error("the record was changed")
		}
	})
}
