package phrase

import "strings"

// Characters with which words that are looked for neither begin nor end.
const (
	// Particles, pronouns, prepositions, conjunctions.
	looseChars = "的了着过地得是在我你您他她它其们这那该此哪谁啥么什怎吗呢吧啊呀嘛哦嗯就都也还又再才只很太更最和与及跟或而但因所以为被把给让叫从向往到于由将若虽且则没有未别要想请说讲问"
	// Numerals, measure words, adverbs and auxiliaries, with which compounds do begin: 一键报修, 即插即充.
	compoundChars = "对如即既不无会能可个一二三四五六七八九十两几次些点年月日去来"
)

// innerLoose are particles that stand in no word of three characters and more: 停电的问题.
const innerLoose = "的了着吗呢吧啊呀嘛哦嗯"

// loose reports whether a sequence begins or ends with a character that is no part of words that are looked for; wide lets those
// of compounds pass, and phrases that a particle holds together.
func loose(runes []rune, wide bool) bool {
	for _, r := range []rune{runes[0], runes[len(runes)-1]} {
		if strings.ContainsRune(looseChars, r) || !wide && strings.ContainsRune(compoundChars, r) {
			return true
		}
	}
	return !wide && strings.ContainsAny(string(runes), innerLoose)
}
