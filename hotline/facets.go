package hotline

// Mark is a code that a contact gets beside its labels: an urgency signal (紧急信号) or a portrait label (客户画像标签).
type Mark struct {
	Code string `json:"code"`
	Hits []Hit  `json:"hits,omitempty"`
}

// MarkCodes returns the codes of marks in their order.
func MarkCodes(marks []Mark) []string {
	codes := make([]string, len(marks))
	for i, m := range marks {
		codes[i] = m.Code
	}
	return codes
}

// Experience is a dimension of what customers experience of the supply (客户体验维度).
type Experience string

// The dimensions of experience.
const (
	ExperienceReliability Experience = "reliability" // 供电可靠性
	ExperiencePayment     Experience = "payment"     // 缴费便利
	ExperienceVoltage     Experience = "voltage"     // 电压质量
	ExperienceService     Experience = "service"     // 服务
)

// Experiences lists the dimensions.
var Experiences = [...]Experience{ExperienceReliability, ExperiencePayment, ExperienceVoltage, ExperienceService}

// EntityKind is what a stretch of text names.
type EntityKind string

// The kinds of entities.
const (
	EntityCommunity   EntityKind = "community"   // 小区、社区、村
	EntityPlace       EntityKind = "place"       // 道路、街道、乡镇、场所
	EntityTransformer EntityKind = "transformer" // 台区、公变、配变
	EntityFeeder      EntityKind = "feeder"      // 线路, by its voltage and name: 10千伏城东线
	EntityAmount      EntityKind = "amount"      // money; the value is in yuan
	EntityTime        EntityKind = "time"        // a date or a time of day, as it is told
	EntityOrder       EntityKind = "order"       // 工单编号
	EntityWait        EntityKind = "wait"        // how long a connection is waited for (报装等待); the value is in days
)

// EntityKinds lists the kinds of entities.
var EntityKinds = [...]EntityKind{EntityCommunity, EntityPlace, EntityTransformer, EntityFeeder, EntityAmount, EntityTime, EntityOrder, EntityWait}

// Entity is one thing that the masked text names. Start and End are byte offsets into the text of turn Turn, which is -1
// for the title.
type Entity struct {
	Kind  EntityKind `json:"kind"`
	Text  string     `json:"text"`
	Value string     `json:"value"` // in one way of writing, so that equal things compare equal
	Turn  int        `json:"turn"`
	Role  Role       `json:"role"`
	Start int        `json:"start"`
	End   int        `json:"end"`
}

// Key names the thing among all kinds, such as transformer:幸福里2号台区.
func (e *Entity) Key() string { return string(e.Kind) + ":" + e.Value }
