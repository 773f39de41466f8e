package classify

import (
	"suqiu/classify/entity"
	"suqiu/hotline"
)

// maxEntities bounds what is kept of one contact, the first told.
const maxEntities = 100

// entities gives what the title and the turns name, each thing where it is named first. What the voice menu reads out is
// left alone.
func (d *document) entities() []hotline.Entity {
	var all []hotline.Entity
	seen := map[string]bool{}
	for i := range d.turns {
		t := &d.turns[i]
		if t.role == hotline.RoleIVR {
			continue
		}
		text := entity.Text{Runes: d.runes[t.start:t.end], Tokens: d.token[t.start:t.end], Caller: t.role.Caller()}
		for _, found := range entity.Find(text) {
			from, to := int(d.offset[t.start+int32(found.Start)]), int(d.offset[t.start+int32(found.End)])
			e := hotline.Entity{Kind: found.Kind, Text: t.text[from:to], Value: found.Value, Turn: t.index, Role: t.role, Start: from, End: to}
			if key := e.Key(); !seen[key] {
				seen[key] = true
				all = append(all, e)
			}
			if len(all) == maxEntities {
				return all
			}
		}
	}
	return all
}
