package ingest

import "suqiu/ingest/decode"

// hintFor is what to do about a dead letter whose decoder knows nothing better.
func hintFor(r decode.Reason) string {
	switch r {
	case decode.ReasonEmpty:
		return "see whether the sender means to send it; if not, nothing is lost"
	case decode.ReasonEncoding:
		return "have the sender write UTF-8 or GB18030"
	case decode.ReasonSyntax:
		return "have the sender mend it, and replay what it sends again"
	case decode.ReasonFormat:
		return "name the source's format in its configuration"
	case decode.ReasonField:
		return "have the sender correct this field; docs/data-formats.md says what it must hold"
	case decode.ReasonID:
		return "have the sender give each contact an id, or say in the source's configuration where it stands"
	case decode.ReasonTime:
		return "have the sender correct the time, or say in the source's configuration where the right one stands"
	case decode.ReasonHotline:
		return "set hotline to 95598, 12398 or 12345 in the source's configuration"
	case decode.ReasonSize:
		return "have the sender split it; docs/data-formats.md names the bounds"
	case decode.ReasonSchema:
		return "update suqiu"
	case decode.ReasonPanic:
		return "report it with this place; replay the dead letter after an update"
	case decode.ReasonStore:
		return "have the sender correct what the store names, then replay it"
	case decode.ReasonGap:
		return "have the sender send again what it sent then; give the topic a longer retention"
	}
	return ""
}
