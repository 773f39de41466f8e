package remedy

import (
	"maps"
	"slices"
)

// Act is what a person does with an incident.
type Act string

// The acts.
const (
	ActAck       Act = "ack"          // 签收
	ActAssign    Act = "assign"       // 改派
	ActProgress  Act = "progress"     // 进展
	ActRemedy    Act = "remedy"       // 整改
	ActVisit     Act = "visit"        // 回访, with whom all are content
	ActComplain  Act = "dissatisfied" // 回访, with somebody who is not
	ActClose     Act = "close"        // 销号
	ActReject    Act = "reject"       // 不予立案
	ActSupervise Act = "supervise"    // 督办
)

// Acts lists the acts in the order of an incident's life.
var Acts = [...]Act{ActAck, ActAssign, ActProgress, ActRemedy, ActVisit, ActComplain, ActClose, ActReject, ActSupervise}

// cell says what holds for a pair of states of signal and work.
type cell struct {
	// acts that people may do, each with the state of the work that it leads to.
	acts map[Act]Work
	// enter is what happens when the signal comes into its state while the work stands so.
	enter enter
}

// enter is the consequence of a change of the signal.
type enter struct {
	tell   bool // a message to the owner
	urgent bool
	to     Work // where the work goes; empty: it stays
}

// What people may do by the state of the work alone.
var (
	whenOpen         = map[Act]Work{ActAck: Acknowledged, ActAssign: Open, ActReject: Rejected, ActSupervise: Open}
	whenAcknowledged = map[Act]Work{ActAssign: Open, ActProgress: InProgress, ActRemedy: Remedied, ActReject: Rejected, ActSupervise: Acknowledged}
	whenInProgress   = map[Act]Work{ActAssign: Open, ActProgress: InProgress, ActRemedy: Remedied, ActSupervise: InProgress}
	whenRemedied     = map[Act]Work{ActProgress: InProgress, ActRemedy: Remedied, ActVisit: Remedied, ActComplain: Open, ActSupervise: Remedied}
	whenEnded        = map[Act]Work{ActSupervise: Open}
	whenRejected     = map[Act]Work{ActAssign: Open, ActSupervise: Open}
)

// closing adds that the incident may be closed: a problem that still rises may not.
func closing(acts map[Act]Work) map[Act]Work {
	out := map[Act]Work{ActClose: Closed}
	maps.Copy(out, acts)
	return out
}

var (
	quietly = enter{}
	tell    = enter{tell: true}
	urge    = enter{tell: true, urgent: true}
)

// back tells urgently and sends the work back to a state.
func back(to Work) enter { return enter{tell: true, urgent: true, to: to} }

// table says what happens for every pair: signal by row, work by column, as Signals and Works are ordered.
var table = [len(Signals)][len(Works)]cell{
	{ // onset: no signal comes into it but that of a new incident, which is open
		{whenOpen, urge}, {whenAcknowledged, quietly}, {whenInProgress, quietly}, {whenRemedied, quietly}, {whenEnded, quietly}, {whenRejected, quietly},
	},
	{ // growing: what is remedied or closed did not hold
		{whenOpen, urge}, {whenAcknowledged, tell}, {whenInProgress, tell}, {whenRemedied, back(InProgress)}, {whenEnded, back(Open)}, {whenRejected, quietly},
	},
	{ // subsiding
		{whenOpen, tell}, {whenAcknowledged, tell}, {whenInProgress, tell}, {closing(whenRemedied), tell}, {whenEnded, quietly}, {whenRejected, quietly},
	},
	{ // resolved: by itself, or by what was done
		{closing(whenOpen), tell}, {closing(whenAcknowledged), tell}, {closing(whenInProgress), tell}, {closing(whenRemedied), tell}, {whenEnded, quietly}, {whenRejected, quietly},
	},
	{ // reopened: what was done did not last, who rejected it was wrong
		{whenOpen, urge}, {whenAcknowledged, urge}, {whenInProgress, urge}, {whenRemedied, back(Open)}, {whenEnded, back(Open)}, {whenRejected, back(Open)},
	},
}

// at is the cell of the incident's pair of states.
func (i *Incident) at() cell { return lookup(i.Signal, i.Work) }

func lookup(s Signal, w Work) cell {
	return table[slices.Index(Signals[:], s)][slices.Index(Works[:], w)]
}

// May lists what people may do with the incident now.
func (i *Incident) May() []Act {
	var out []Act
	if !i.Alive() {
		return nil
	}
	acts := i.at().acts
	for _, a := range Acts {
		if _, ok := acts[a]; ok {
			out = append(out, a)
		}
	}
	return out
}
