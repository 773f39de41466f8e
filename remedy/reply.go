package remedy

import (
	"fmt"
	"time"
)

// Reply is what is written back to a hotline for one order (回复).
type Reply struct {
	Order string `json:"order"`
	Text  string `json:"text"`
}

// Replies are the texts for the orders of the last measure and the contacts that are visited with them, each once: what
// was done, by whom and when, what came of the visit. Before anything was remedied there is nothing to reply.
func (i *Incident) Replies(zone *time.Location) ([]Reply, error) {
	if len(i.Measures) == 0 {
		return nil, fmt.Errorf("问题 %s 还没有整改，没有可回复的", i.ID)
	}
	m := i.Measures[len(i.Measures)-1]
	var out []Reply
	at := map[string]int{}
	for _, r := range i.Visits {
		if r.Replaced {
			continue
		}
		for _, visited := range r.Orders {
			for _, order := range append([]string{visited}, r.Others[visited]...) {
				if _, known := at[order]; !known {
					at[order] = len(out)
					out = append(out, Reply{Order: order, Text: fmt.Sprintf("%s于%s完成整改：%s。已于%s告知客户。",
						m.Who, m.When.In(zone).Format("2006年1月2日"), m.What, m.Told.In(zone).Format("2006年1月2日"))})
				}
			}
		}
		for _, v := range r.Results {
			if v.Result == Unreached {
				continue
			}
			for _, order := range append([]string{v.Order}, r.Others[v.Order]...) {
				out[at[order]].Text += fmt.Sprintf("第%d天回访，客户表示%s。", v.Day, v.Result.Name())
			}
		}
	}
	return out, nil
}
