package phrase

import "strings"

// looseChars begin or end no word that is looked for: particles, pronouns, prepositions, conjunctions, auxiliaries.
const looseChars = "的了着过地得是在我你您他她它们这那哪谁啥么什怎吗呢吧啊呀嘛哦嗯就都也还又再才只很太更最和与及跟或而但因所以为被把给让叫从向往到于由对将如若虽且则即既不没有无未别要会能可想请说讲问个一二三四五六七八九十两几次些点年月日去来"

// loose reports whether a sequence begins or ends with a character that is no part of words that are looked for.
func loose(runes []rune) bool {
	return strings.ContainsRune(looseChars, runes[0]) || strings.ContainsRune(looseChars, runes[len(runes)-1])
}
