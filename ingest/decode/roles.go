package decode

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"suqiu/hotline"
)

// Weights of the role model, in the same unit as the cues: one is weak, four is plain.
const (
	weightOpens      = 1.5 // the agent answers the telephone, so the first words are likely theirs
	weightAlternates = 2.5 // two people take turns
	weightTrusted    = 3.0 // a turn belongs to the speaker that the source names
	weightNamed      = 2.0 // the source names the speakers rightly, not swapped
	leastEvidence    = 3.0 // the least evidence of one turn without which nobody is taken for an agent
	leastMargin      = 0.5 // the least margin by which a role is given
	wontedChanges    = 2.0 // changes of speaker counted before the first, as a call has them
)

// FindAgent returns the turns with the roles set as far as they can be told from what is said. Recognisers part two
// voices but do not know which is the agent's (坐席), and on mono recordings they mix up single turns; some results
// come with the roles swapped, some with none.
//
// Each turn is weighed by the words agents and customers use (cues). Turns that the source gives to one speaker are
// weighed together, so a whole call is swapped on its total evidence only, never on its first words. Then the most
// likely sequence is sought, knowing that two people alternate; a turn that fits neither role stays unknown, or
// keeps the role it had. Turns of other roles (语音导航, replies, quotes) are left alone. Texts and times are never
// touched, turns are never added or dropped, and the input is not changed.
func FindAgent(turns []hotline.Turn) []hotline.Turn {
	speakers := make([]string, len(turns))
	for i, t := range turns {
		if t.Role == hotline.RoleAgent || t.Role == hotline.RoleCustomer {
			speakers[i] = string(t.Role)
		}
	}
	return findAgentAmong(turns, speakers)
}

// findAgentAmong is FindAgent for turns of which the source says who spoke: speakers[i] is the anonymous id of the
// speaker of turn i (a channel, spk0, speaker1 …), the name of a role where the source claims one, or empty.
func findAgentAmong(turns []hotline.Turn, speakers []string) []hotline.Turn {
	found := slices.Clone(turns)
	var spoken []int // indices of the turns that an agent or a customer may have said
	for i, t := range turns {
		if t.Role == hotline.RoleAgent || t.Role == hotline.RoleCustomer || t.Role == hotline.RoleUnknown {
			spoken = append(spoken, i)
		}
	}
	evidence := make([]float64, len(spoken))
	voices := make([]string, len(spoken))
	recognised := false
	for k, i := range spoken {
		evidence[k] = agentEvidence(turns[i].Text)
		voices[k] = speakers[i]
		recognised = recognised || evidence[k] >= leastEvidence
	}
	if !recognised {
		return found
	}
	evidence[0] += weightOpens
	if unparted(voices) {
		clear(voices)
	}
	roles := speakerRoles(voices, evidence)
	change := alternation(voices, evidence)
	for k, voice := range voices {
		evidence[k] += weightTrusted * roles[voice]
	}
	for k, margin := range margins(evidence, change) {
		switch {
		case margin >= leastMargin:
			found[spoken[k]].Role = hotline.RoleAgent
		case margin <= -leastMargin:
			found[spoken[k]].Role = hotline.RoleCustomer
		}
	}
	return found
}

// unparted reports whether all voices have one anonymous name: the recogniser did not part them, and its name for
// them tells nothing.
func unparted(voices []string) bool {
	for _, voice := range voices {
		if voice != voices[0] {
			return false
		}
	}
	return voices[0] != string(hotline.RoleAgent) && voices[0] != string(hotline.RoleCustomer)
}

// speakerRoles tells for each named voice whether it is an agent's (1) or a customer's (-1). A single voice is known
// only if the source claims its role.
func speakerRoles(voices []string, evidence []float64) map[string]float64 {
	total := map[string]float64{}
	for k, voice := range voices {
		if voice != "" {
			total[voice] += evidence[k]
		}
	}
	if len(total) < 2 {
		return claimed(total)
	}
	for voice, role := range claimed(total) {
		total[voice] += weightNamed * role
	}
	// Sorted, so that equal totals do not depend on the order of a map.
	ranked := slices.SortedFunc(maps.Keys(total), func(a, b string) int {
		return cmp.Or(cmp.Compare(total[a], total[b]), cmp.Compare(a, b))
	})
	roles := map[string]float64{}
	for _, voice := range ranked {
		if total[voice] > 0 {
			roles[voice] = 1
		} else {
			roles[voice] = -1
		}
	}
	// Of several voices at least one is the agent's and at least one the customer's.
	roles[ranked[0]] = -1
	roles[ranked[len(ranked)-1]] = 1
	return roles
}

// claimed gives the voices that the source itself names by a role, as speakerRoles does.
func claimed(total map[string]float64) map[string]float64 {
	roles := map[string]float64{}
	if _, ok := total[string(hotline.RoleAgent)]; ok {
		roles[string(hotline.RoleAgent)] = 1
	}
	if _, ok := total[string(hotline.RoleCustomer)]; ok {
		roles[string(hotline.RoleCustomer)] = -1
	}
	return roles
}

// alternation is the weight of a change of role between two neighbouring turns: weightAlternates where speakers take
// turns throughout, its negative where they never do, as with recognisers that give sentences, several of one
// speaker in a row. Where the voices are not known, how the evidence goes up and down tells it.
func alternation(voices []string, evidence []float64) float64 {
	change, stay := wontedChanges, 0.0
	for k := 1; k < len(voices); k++ {
		switch {
		case voices[k-1] != "" && voices[k] != "":
			if voices[k-1] != voices[k] {
				change++
			} else {
				stay++
			}
		default:
			weight := min(math.Abs(evidence[k-1]), math.Abs(evidence[k]), 1)
			if evidence[k-1] > 0 != (evidence[k] > 0) {
				change += weight
			} else {
				stay += weight
			}
		}
	}
	return weightAlternates * max(-0.5, min(1, 2*(change-stay)/(change+stay)))
}

// margins gives for each turn by how much the best sequence of roles in which it is the agent's beats the best in
// which it is the customer's: max-marginals of a chain of two states, by one pass forward and one back.
func margins(evidence []float64, change float64) []float64 {
	n := len(evidence)
	type pair struct{ agent, customer float64 }
	step := func(from pair) pair {
		return pair{max(from.agent, from.customer+change), max(from.customer, from.agent+change)}
	}
	before := make([]pair, n) // the best of all earlier turns, given the role of this one
	for k := 1; k < n; k++ {
		before[k] = step(pair{before[k-1].agent + evidence[k-1], before[k-1].customer - evidence[k-1]})
	}
	result := make([]float64, n)
	var after pair
	for k := n - 1; k >= 0; k-- {
		agent, customer := after.agent+evidence[k], after.customer-evidence[k]
		result[k] = before[k].agent + agent - before[k].customer - customer
		after = step(pair{agent, customer})
	}
	return result
}
