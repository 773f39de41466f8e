package hotline

import "time"

// Nature is what the contact wants (诉求性质).
type Nature string

// The natures of a contact, as the 12345 and 95598 orders name them.
const (
	NatureInquiry    Nature = "咨询"
	NatureHelp       Nature = "求助"
	NatureComplaint  Nature = "投诉"
	NatureReport     Nature = "举报"
	NatureSuggestion Nature = "建议"
	NaturePraise     Nature = "表扬"
	NatureRepair     Nature = "报修"
)

// Natures lists the natures.
var Natures = [...]Nature{NatureInquiry, NatureHelp, NatureComplaint, NatureReport, NatureSuggestion, NaturePraise, NatureRepair}

// Responsible is whose duty the matter is on the face of the text.
type Responsible string

// The parties that can be responsible.
const (
	ResponsibleUtility    Responsible = "utility"     // 供电企业
	ResponsibleCustomer   Responsible = "customer"    // 用户产权
	ResponsibleThirdParty Responsible = "third_party" // 物业、房东、市政
	ResponsibleUnknown    Responsible = "unknown"
)

// Parties lists the parties that can be responsible, ResponsibleUnknown at the end.
var Parties = [...]Responsible{ResponsibleUtility, ResponsibleCustomer, ResponsibleThirdParty, ResponsibleUnknown}

// Hit is one piece of evidence for a label: which rule matched which words where. Start and End are byte offsets
// into the text of turn Turn.
type Hit struct {
	Rule  string `json:"rule"`
	Group string `json:"group,omitempty"` // the keyword group of the rule that the words belong to
	Turn  int    `json:"turn"`
	Role  Role   `json:"role"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
	Fuzzy bool   `json:"fuzzy,omitempty"` // the words only sound like the group's (同音), as a recogniser mishears them
}

// Label is one code of the taxonomy given to a call.
type Label struct {
	Code   string  `json:"code"`
	Weight float64 `json:"weight"` // the sum of its rules' weights; at or above the label's threshold
	Hits   []Hit   `json:"hits,omitempty"`
	By     string  `json:"by,omitempty"` // who corrected it in; empty for rules
}

// Analysis is what one rule set found in one call, and what a person corrected of it. It depends on nothing but the call,
// the rule set and the correction.
type Analysis struct {
	Labels      []Label     `json:"labels"` // the strongest first
	Margin      float64     `json:"margin"` // how far the strongest label stands above its threshold; 0 without labels
	Nature      Nature      `json:"nature,omitempty"`
	Responsible Responsible `json:"responsible,omitempty"`
	// What the contact tells beside its labels; each list is empty where the text tells nothing.
	Found       Responsible  `json:"found,omitempty"`      // whose duty it is by what the handlers found (查实责任); empty where they don't say
	Urgency     []Mark       `json:"urgency,omitempty"`    // 紧急信号, in the order of the rule set
	Portrait    []Mark       `json:"portrait,omitempty"`   // 客户画像, in the order of the rule set
	Experience  []Experience `json:"experience,omitempty"` // the dimensions of the labels, each once
	Entities    []Entity     `json:"entities,omitempty"`   // by place in the text
	Tokens      []string     `json:"tokens,omitempty"`     // gse words of all turns, in order, for the store's token field
	RulesetRev  int64        `json:"ruleset_rev"`
	RulesetHash string       `json:"ruleset_hash"`

	CorrectionRev int64      `json:"correction_rev,omitempty"` // 0 … MaxCorrectionRev: the newest correction that it knows of
	Corrected     *Corrected `json:"corrected,omitempty"`      // nil where rules alone decide
}

// Codes returns the codes of the labels in their order.
func (a *Analysis) Codes() []string {
	codes := make([]string, len(a.Labels))
	for i, l := range a.Labels {
		codes[i] = l.Code
	}
	return codes
}

// Document is a call with its analysis, as a store keeps it.
type Document struct {
	Call     Call     `json:"call"`
	Analysis Analysis `json:"analysis"`
}

// Bounds of the two halves of a version.
const (
	MaxContentRev = 1<<41 - 1 // ms: the year 2039
	MaxRulesetRev = 1<<16 - 1
)

// Bits of a version below the content's revision.
const (
	correctionBits = 6
	rulesetBits    = 16
)

// Version orders the versions of one document: newer content always wins, with the same content the one that knows of the
// newer correction, and with the same correction the newer rule set. It fits the 63 bits of an external version of
// Elasticsearch, but is not a number for JavaScript.
func (d *Document) Version() int64 {
	return (d.Call.ContentRev<<correctionBits|d.Analysis.CorrectionRev)<<rulesetBits | d.Analysis.RulesetRev
}

// ContentRevOf is the content revision in a document's version.
func ContentRevOf(version int64) int64 { return version >> (correctionBits + rulesetBits) }

// Outcome is what became of one document of a batch.
type Outcome int

// The outcomes. Stored and Superseded are both final successes: the store holds this version or a newer one.
const (
	Stored     Outcome = iota + 1 // the store holds this version
	Superseded                    // the store already held a newer version
	Refused                       // this document alone can never be stored: a dead letter
	Retry                         // not now: the same document may be accepted later
)

// String names the outcome for logs and metrics.
func (o Outcome) String() string {
	switch o {
	case Stored:
		return "stored"
	case Superseded:
		return "superseded"
	case Refused:
		return "refused"
	case Retry:
		return "retry"
	}
	return "invalid"
}

// Verdict is a store's answer for one document.
type Verdict struct {
	ID      string
	Outcome Outcome
	Reason  string // why it was refused or must be retried; empty otherwise
}

// Count is how much was told about one label in one area in one bucket of time, by one rule-set revision.
type Count struct {
	Label     string
	Area      string    // an area path
	Bucket    time.Time // its start
	Documents int64
	Matters   int64 // distinct problems: the unit detection counts
	Callers   int64 // distinct callers; calls without one count as one each
}
