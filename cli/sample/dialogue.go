package sample

import (
	"fmt"
	"strings"

	"suqiu/hotline"
)

// fill puts words into the slots of a template.
func (w *writer) fill(template string, c *Contact) string {
	return strings.NewReplacer(
		"{place}", c.Place.Name(),
		"{road}", c.Place.Road,
		"{days}", fmt.Sprint(5+w.rand.IntN(40)),
		"{hours}", fmt.Sprint(2+w.rand.IntN(7)),
		"{times}", fmt.Sprint(3+w.rand.IntN(6)),
		"{amount}", fmt.Sprint(160+w.rand.IntN(900)),
		"{month}", fmt.Sprint(int(c.Received.AddDate(0, -1, 0).Month())),
		"{time}", spokenHour(c.Received.Hour()),
		"{staff}", spokenDigits(fmt.Sprintf("%04d", w.rand.IntN(10_000))),
	).Replace(template)
}

func spokenHour(hour int) string {
	part := "凌晨"
	switch {
	case hour >= 18:
		part = "晚上"
	case hour >= 12:
		part = "下午"
	case hour >= 6:
		part = "早上"
	}
	clock := hour % 12
	if clock == 0 {
		clock = 12
	}
	return part + []string{"", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}[clock] + "点"
}

// spokenDigits reads a number digit by digit, as operators do: 1 is 幺.
func spokenDigits(number string) string {
	spoken := []rune(number)
	for i, r := range spoken {
		if r >= '0' && r <= '9' {
			spoken[i] = []rune("零幺二三四五六七八九")[r-'0']
		}
	}
	return string(spoken)
}

// dialogue is a telephone call as a recogniser writes it down.
func (w *writer) dialogue(m *matter, c *Contact) []hotline.Turn {
	var turns []hotline.Turn
	clock := int64(400 + w.rand.IntN(800))
	say := func(role hotline.Role, text string) {
		text = w.fill(text, c)
		end := clock + int64(len([]rune(text)))*210
		turns = append(turns, hotline.Turn{Role: role, Text: text, BeginMS: clock, EndMS: end})
		clock = end + int64(200+w.rand.IntN(900))
	}
	agent := func(text string) { say(hotline.RoleAgent, text) }
	customer := func(text string) { say(hotline.RoleCustomer, w.noise(text)) }

	agent(pick(w, w.book.Openings))
	said := pick(w, m.Spoken)
	customer(pick(w, w.book.Greetings) + said)
	if len(m.Asks) > 0 && w.rand.IntN(3) > 0 {
		agent(pick(w, m.Asks))
		customer(pick(w, []string{"对", "是的", "对对对", "对啊就是这样"}))
	}
	agent(pick(w, w.book.Address))
	customer(c.Place.County + c.Place.Name())
	if w.rand.IntN(2) == 0 {
		agent(pick(w, w.book.Phone))
		if w.rand.IntN(2) == 0 {
			customer("我的电话是" + spokenDigits(c.Person.Phone))
		} else {
			customer("就是这个号码我姓" + string([]rune(c.Person.Name)[:1]))
		}
	}
	agent(pick(w, w.book.Closings))
	customer(pick(w, w.book.Thanks))
	return turns
}

// noise is what a recogniser adds to fluent speech: fillers before a phrase and a stammered first word. Words that
// carry the meaning stay whole, so that the truth stays true.
func (w *writer) noise(text string) string {
	if w.rand.IntN(3) == 0 {
		text = pick(w, w.book.Fillers) + text
	}
	if runes := []rune(text); w.rand.IntN(6) == 0 {
		text = string(runes[:1]) + text
	}
	return text
}
