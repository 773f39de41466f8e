package trend

import "suqiu/trend/peers"

// Older is what a rule in use elsewhere says of the last day of a rise.
type Older struct {
	Rule  string `json:"rule"`
	Alarm bool   `json:"alarm"`
}

// older asks the rules that bulletins and monitoring tools use.
func older(y []int) []Older {
	t := len(y) - 1
	ears := peers.EARS{Variant: peers.C2, Alpha: 0.001, MinSigma: 0.5}
	said := []Older{
		{Rule: "环比（近七天比前七天）增加三成", Alarm: peers.WeekOnWeek(1.3, 3)(y, t)},
		{Rule: "周同比（比上周同日）增加五成", Alarm: peers.SameWeekday(1.5, 3)(y, t)},
		{Rule: "超过 28 天均值 3 个标准差", Alarm: peers.Sigma(28, 3)(y, t)},
	}
	if r, err := ears.At(y, t); err == nil { // a series too short says nothing
		said = append(said, Older{Rule: "EARS C2", Alarm: r.Alarm})
	}
	return said
}
