//go:build unix

package e2e

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"suqiu/hotline"
)

// inputZone is that of the months; see fold.
var inputZone = time.FixedZone("CST", 8*60*60)

// inputBegin and inputSpan are the months that the calls of an input are received in, in the order of their numbers.
// They end before any machine's clock, because suqiu refuses what is told of the future.
var inputBegin = time.Date(2025, time.January, 1, 0, 0, 0, 0, inputZone)

const (
	inputSpan = 181 * 24 * time.Hour
	// borderZone is how near to a border of months a call must be received for its correction to move it over.
	borderZone = 36 * time.Hour
)

// Shares of the calls, in percent, that an input tells more than once, or in broken form.
const (
	updatedPercent   = 10 // an update comes later
	repeatedPercent  = 5  // the same version comes again
	disorderPercent  = 5  // the update comes before what it updates
	brokenPerMillion = 1000
)

// delivery is one line of an input: a version of a call. It comes at a position that real time would give it.
type delivery struct {
	at      int // the call's number and a delay
	call    int
	version int // 0 the first, brokenVersion a line that is cut short
}

const brokenVersion = -1

// input makes native JSON lines: a stream of calls with updates, repetitions, disorder, corrections over a border of
// months and broken lines. The same seed always gives the same lines.
type input struct {
	seed  uint64
	calls int
}

// deliveries returns all lines in the order in which they come.
func (in *input) deliveries() []delivery {
	rng := rand.New(rand.NewPCG(in.seed, 0))
	all := make([]delivery, 0, in.calls*5/4)
	for call := range in.calls {
		late := func() int { return call + 1 + int(rng.ExpFloat64()*2000) }
		first := delivery{at: call, call: call}
		kind := rng.IntN(100)
		switch {
		case kind < updatedPercent:
			all = append(all, first, delivery{at: late(), call: call, version: 1})
			if kind == 0 { // some more than once
				all = append(all, delivery{at: late(), call: call, version: 2})
			}
		case kind < updatedPercent+repeatedPercent:
			first.version = kind % 2
			all = append(all, first, delivery{at: late(), call: call, version: first.version})
		case kind < updatedPercent+repeatedPercent+disorderPercent:
			all = append(all, delivery{at: call, call: call, version: 1}, delivery{at: late(), call: call})
		default:
			all = append(all, first)
		}
		if rng.IntN(1_000_000) < brokenPerMillion {
			all = append(all, delivery{at: call, call: call, version: brokenVersion})
		}
	}
	slices.SortStableFunc(all, func(a, b delivery) int { return cmp.Compare(a.at, b.at) })
	return all
}

// inputLine is native JSON; see docs/call.schema.json.
type inputLine struct {
	Schema   int             `json:"schema"`
	ID       string          `json:"id"`
	Hotline  hotline.Hotline `json:"hotline"`
	Received string          `json:"received"`
	Updated  string          `json:"updated"`
	Text     string          `json:"text,omitempty"`
	Turns    []inputTurn     `json:"turns,omitempty"`
}

type inputTurn struct {
	Role hotline.Role `json:"role"`
	Text string       `json:"text"`
}

func (in *input) hotline(call int) hotline.Hotline {
	return hotline.Hotlines[call%len(hotline.Hotlines)]
}

// line is what one delivery tells. Nothing in it is personal, so that masking leaves it as it is.
func (in *input) line(d delivery) []byte {
	rng := rand.New(rand.NewPCG(in.seed, uint64(d.call)+1))
	received := inputBegin.Add(inputSpan / time.Duration(in.calls) * time.Duration(d.call))
	updated := received.Add(time.Hour)
	if d.version > 0 {
		updated = updated.Add(time.Duration(d.version) * (26*time.Hour + 17*time.Millisecond))
		received = overBorder(received, d.version)
	}
	line := inputLine{
		Schema: hotline.Schema, ID: fmt.Sprintf("C%07d", d.call), Hotline: in.hotline(d.call),
		Received: received.Format("2006-01-02T15:04:05-07:00"), Updated: updated.Format("2006-01-02T15:04:05.000-07:00"),
	}
	said := complaints[rng.IntN(len(complaints))] + "，" + demands[rng.IntN(len(demands))] + "。记号" + in.mark(d)
	if line.Hotline == hotline.Hotline95598 {
		line.Turns = []inputTurn{{hotline.RoleAgent, "您好，请讲"}, {hotline.RoleCustomer, said}}
	} else {
		line.Text = said
	}
	encoded, err := json.Marshal(&line)
	if err != nil {
		panic(err) // strings always encode
	}
	if d.version == brokenVersion {
		encoded = encoded[:len(encoded)/2]
	}
	return append(encoded, '\n')
}

// overBorder is what an odd version corrects a time near a border of months to: the other side of it.
func overBorder(received time.Time, version int) time.Time {
	if version%2 == 0 {
		return received
	}
	local := received.In(inputZone)
	begin := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, inputZone)
	end := begin.AddDate(0, 1, 0)
	switch {
	case local.Sub(begin) < borderZone && begin.After(inputBegin):
		return received.Add(-borderZone)
	case end.Sub(local) < borderZone:
		return received.Add(borderZone)
	}
	return received
}

// mark is a word that only this version of this call has.
func (in *input) mark(d delivery) string {
	rng := rand.New(rand.NewPCG(in.seed^0x6d61726b, uint64(d.call)<<2|uint64(d.version+1)))
	word := make([]byte, 8)
	for i := range word {
		word[i] = byte('a' + rng.IntN(26))
	}
	return string(word)
}

var complaints = []string{
	"昨天晚上开始停电，到现在还没有来电", "这个月已经停了四次电", "家里电压太低，空调带不动", "灯一闪一闪的，电器都不敢开",
	"电费比上个月多了一倍，不知道怎么算的", "电表走得太快，想请人来验表", "申请装表两个星期没有人联系", "充电桩报装一直没有答复",
	"门前的电线垂得很低，怕出事", "变压器噪音太大，晚上睡不着", "抢修的人来了一趟又走了，没有修好", "停电没有提前通知，冰箱里的东西都坏了",
	"阶梯电价怎么算的没有说清楚", "缴了电费还是没有复电", "光伏并网的手续办了一个月", "工作人员说话态度很差",
}

var demands = []string{
	"请尽快派人来处理", "希望给个说法", "麻烦查一下原因", "什么时候能好", "要求答复", "请核实", "不处理就要投诉", "谢谢",
}

// write writes the lines of some deliveries.
func (in *input) write(w io.Writer, lines []delivery) error {
	buffered := bufio.NewWriter(w)
	for _, d := range lines {
		if _, err := buffered.Write(in.line(d)); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// share returns those of the deliveries that one hotline tells.
func (in *input) share(all []delivery, of hotline.Hotline) []delivery {
	var lines []delivery
	for _, d := range all {
		if in.hotline(d.call) == of {
			lines = append(lines, d)
		}
	}
	return lines
}
