// Package owner finds the one person who must remedy a rising problem (专人负责). A routing policy, a tree of conditions
// with inherited options, says which roles (岗位) are asked; tables of people, posts, grid cells (网格), deputies (代理) and
// duty rosters (值班表), each with validity dates, say who holds a role where and when. A decision names exactly one person,
// or says why nobody, and tells the path it took. It depends on policy, tables, calendar and the question alone: same
// question, same answer. There is no I/O and no clock.
package owner

import (
	"strings"
	"time"

	"suqiu/hotline"
)

// Question asks for the owner of one problem at one moment.
type Question struct {
	Labels      []string            // codes of the taxonomy, the leading one first; a condition holds if it holds for any of them
	Sensitive   bool                // a label that the unit named must not handle itself (服务态度、行风)
	Area        string              // an area path; "" for an unknown place
	Responsible hotline.Responsible // "" for unknown
	Hotlines    []hotline.Hotline   // that told of it
	At          time.Time
}

// Person is someone who can own a problem. Addresses are those of work, and empty where unknown.
type Person struct {
	ID   string // 工号
	Name string
	Unit string // area path of the unit (单位), "" for the whole company

	Phone    string // 手机, by which 钉钉 and 企业微信 can mention somebody
	WeCom    string // 企业微信 userid
	DingTalk string // 钉钉 userid
	Feishu   string // 飞书 open_id
	Email    string
}

// Decision is the answer to a question. Either Owner is set or Unowned, never both and never neither.
type Decision struct {
	Owner     Person
	Role      string // code of the role in which the owner was found
	Area      string // where the owner holds it; "" for everywhere
	Unowned   string // why nobody was found
	Sensitive bool
	Options   Options
	Path      []string // how it was found, a step a line
}

// Owned reports whether somebody was found.
func (d *Decision) Owned() bool { return d.Owner.ID != "" }

// Escalation is one level above the owner: whom to tell when the problem is not acknowledged by Due.
type Escalation struct {
	Level int // 1 is the first above the owner
	Due   time.Time
	Owner Person // who holds the role at Due; the zero Person if nobody does
	Role  string
	Why   string // how it was found, or why nobody
}

// Everywhere is how a table writes the area of a post that holds in all places, unknown ones too.
const Everywhere = "*"

// above is the path of the next higher area, "" above a root.
func above(path string) string {
	return path[:max(0, strings.LastIndex(path, hotline.AreaSeparator))]
}

// place names an area for people.
func place(path string) string {
	if path == "" {
		return "全部地区"
	}
	return path
}
