package hotline

import (
	"testing"
	"unicode"
)

// Every known code has a Chinese name of its own, and an unknown one is shown as it is.
func TestNames(t *testing.T) {
	lists := map[string][]interface{ Name() string }{
		"Kind":        {KindCall, KindOrder, KindMessage},
		"Role":        {RoleCustomer, RoleAgent, RoleIVR, RoleUnknown, RoleReply, RoleQuote},
		"Responsible": {ResponsibleUtility, ResponsibleCustomer, ResponsibleThirdParty, ResponsibleUnknown},
		"Experience":  {ExperienceReliability, ExperiencePayment, ExperienceVoltage, ExperienceService},
		"EntityKind":  {EntityPlace, EntityTransformer, EntityFeeder, EntityAmount, EntityTime, EntityOrder, EntityWait},
	}
	for list, codes := range lists {
		t.Run(list, func(t *testing.T) {
			seen := map[string]bool{}
			for _, code := range codes {
				name := code.Name()
				for _, r := range name {
					if !unicode.Is(unicode.Han, r) {
						t.Errorf("%v is named %q", code, name)
					}
				}
				if name == "" || seen[name] {
					t.Errorf("%v is named %q, which is empty or another's", code, name)
				}
				seen[name] = true
			}
		})
	}
	for _, unknown := range []interface{ Name() string }{Kind("x"), Role("x"), Responsible("x"), Experience("x"), EntityKind("x")} {
		if got := unknown.Name(); got != "x" {
			t.Errorf("%T x is named %q", unknown, got)
		}
	}
}
