package trend

const (
	profileDays  = 28 // days that the profile of the hours is estimated from
	profilePrior = 200.0
	dayHours     = 24
)

// hours breaks up the last day of the history. Which part of a day's matters an hour has is estimated from all areas
// together over four weeks, that of a label with few matters drawn towards that of all labels.
func (h *history) hours() *Hours {
	longest := 0
	for _, w := range h.in.Config.Short {
		longest = max(longest, w)
	}
	out := &Hours{Counts: make([][][]int, longest), Shares: make([][]float64, len(h.labels))}
	for back := range out.Counts {
		out.Counts[back] = make([][]int, len(h.labels))
		for label := range h.labels {
			out.Counts[back][label] = make([]int, len(h.areas))
		}
	}
	for _, c := range h.days[len(h.days)-1].counts {
		if c.back < longest {
			for area := c.area; area >= 0; area = h.areas[area] {
				out.Counts[c.back][c.label][area] += c.matters
			}
		}
	}
	// The judged day teaches nothing of the profile: what rises in it would explain itself.
	known := h.days[max(0, len(h.days)-1-profileDays) : len(h.days)-1]
	sums, all := make([][dayHours]float64, len(h.labels)), [dayHours]float64{}
	for _, d := range known {
		for _, c := range d.counts {
			back := min(c.back, dayHours-1)
			sums[c.label][back] += float64(c.matters)
			all[back] += float64(c.matters)
		}
	}
	even := [dayHours]float64{}
	for i := range even {
		even[i] = 1.0 / dayHours
	}
	shared := shares(all, even)
	for label, sum := range sums {
		own := shares(sum, shared)
		out.Shares[label] = own[:]
	}
	return out
}

// shares are (sum + 200 toward) / (total + 200).
func shares(sum, toward [dayHours]float64) (out [dayHours]float64) {
	total := profilePrior
	for _, n := range sum {
		total += n
	}
	for i := range out {
		out[i] = (sum[i] + profilePrior*toward[i]) / total
	}
	return out
}
