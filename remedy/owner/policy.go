package owner

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"suqiu/calendar"
	"suqiu/dicts"
	"suqiu/hotline"
)

// Policy is the routing policy (派发策略): which roles are asked for which problem, and what else holds for it. It is
// not changed after parsing.
type Policy struct {
	Roles []Role // in the order of the file

	unitLevel int    // depth of the lowest area that is a unit with a head of its own (供电所)
	cellRole  string // whom the table of cells names (片区经理)
	office    []DayTime
	route     *node
	sensitive *node
	names     map[string]string // role → name
}

// Role is a post that people hold somewhere (岗位).
type Role struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

// Options are what a policy says about a problem beside its owner; a route inherits what it does not say.
type Options struct {
	Channels  []string      // names of the channels by which the owner is told
	Quiet     []DayTime     // quiet hours: what is not urgent waits until they are over
	Repeat    time.Duration // tell again while nobody has acknowledged; 0: never
	GroupWait time.Duration // what comes within it goes out as one message
}

// Step is one step of an escalation chain (升级).
type Step struct {
	After calendar.Delay // since the problem was handed over
	Roles []string       // the first that somebody holds is told
}

// node is a route with all that it inherits filled in.
type node struct {
	name     string
	match    match
	roles    []string
	escalate []Step
	options  Options
	children []*node
}

// match holds the conditions of a route; an empty one holds always, several must all hold.
type match struct {
	labels      []string
	areas       []string
	responsible []hotline.Responsible
	hotlines    []hotline.Hotline
	days        string // workday or restday
	hours       []DayTime
}

const (
	workday = "workday"
	restday = "restday"
)

// Bounds of a policy, so that a slip of the pen is told and not obeyed.
const (
	maxDepth  = 16
	maxRoutes = 10_000
)

// many reads a list or a single value.
type many []string

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (m *many) UnmarshalYAML(decode func(any) error) error {
	var list []string
	if err := decode(&list); err == nil {
		*m = list
		if *m == nil {
			*m = many{}
		}
		return nil
	}
	var one string
	if err := decode(&one); err != nil {
		return err
	}
	*m = many{one}
	return nil
}

type rawPolicy struct {
	UnitLevel int     `yaml:"unit_level"`
	CellRole  string  `yaml:"cell_role"`
	Office    many    `yaml:"office"`
	Roles     []Role  `yaml:"roles"`
	Sensitive rawNode `yaml:"sensitive"`
	Route     rawNode `yaml:"route"`
}

type rawNode struct {
	Name     string    `yaml:"name"`
	Match    *rawMatch `yaml:"match"`
	Owner    many      `yaml:"owner"`
	Escalate []rawStep `yaml:"escalate"`
	Channels many      `yaml:"channels"`
	Quiet    many      `yaml:"quiet"`
	Repeat   string    `yaml:"repeat"`
	Group    string    `yaml:"group_wait"`
	Routes   []rawNode `yaml:"routes"`
}

type rawStep struct {
	After string `yaml:"after"`
	To    many   `yaml:"to"`
}

type rawMatch struct {
	Label       many   `yaml:"label"`
	Area        many   `yaml:"area"`
	Responsible many   `yaml:"responsible"`
	Hotline     many   `yaml:"hotline"`
	Days        string `yaml:"days"`
	Hours       many   `yaml:"hours"`
}

// policyParser turns a raw policy into a checked one and collects every fault with its line.
type policyParser struct {
	file   string
	tree   *ast.File
	policy *Policy
	count  int
	faults []error
}

// ParsePolicy reads a policy (docs/owners-and-notices.md has the format). It names every fault at once, each with file,
// line and remedy.
func ParsePolicy(file string, data []byte) (*Policy, error) {
	data, _ = dicts.Text(data) // Decode tells what is no UTF-8
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("routing policy %s: %s", file, yaml.FormatError(err, false, true))
	}
	var raw rawPolicy
	if err := dicts.Decode(data, &raw); err != nil {
		return nil, fmt.Errorf("routing policy %s: %w", file, err)
	}
	p := &policyParser{file: file, tree: tree, policy: &Policy{Roles: raw.Roles, unitLevel: raw.UnitLevel, cellRole: raw.CellRole, names: map[string]string{}}}
	p.head(&raw)
	root := &node{name: "默认"}
	p.policy.route = p.node("route", &raw.Route, root, 0)
	if raw.Route.Match != nil {
		p.fault("route.match", "the root holds for everything; put conditions into its routes")
	}
	p.policy.route.name = root.name
	p.policy.sensitive = p.node("sensitive", &raw.Sensitive, p.policy.route, 0)
	p.policy.sensitive.name = "敏感"
	if len(raw.Sensitive.Owner) == 0 || raw.Sensitive.Match != nil {
		p.fault("sensitive", "say which roles of the superior unit get sensitive problems, such as owner: [supervisor], and no match")
	}
	if err := errors.Join(p.faults...); err != nil {
		return nil, err
	}
	return p.policy, nil
}

// fault notes what is wrong with the value at a path such as route.routes[0].owner.
func (p *policyParser) fault(path, format string, args ...any) {
	line := 0
	for at := path; ; {
		if found, err := yaml.PathString("$." + at); err == nil {
			if n, err := found.FilterFile(p.tree); err == nil && n != nil {
				line = n.GetToken().Position.Line
				break
			}
		}
		cut := strings.LastIndexByte(at, '.')
		if cut < 0 {
			break
		}
		at = at[:cut]
	}
	where := p.file
	if line > 0 {
		where += fmt.Sprintf(":%d", line)
	}
	p.faults = append(p.faults, fmt.Errorf("routing policy %s: %s: %s", where, path, fmt.Sprintf(format, args...)))
}

func (p *policyParser) head(raw *rawPolicy) {
	if raw.UnitLevel < 1 || raw.UnitLevel > hotline.MaxAreaDepth {
		p.fault("unit_level", "is %d, must be 1 to %d: how many levels of an area path are units with a head of their own; 4 where 供电所 are the lowest", raw.UnitLevel, hotline.MaxAreaDepth)
	}
	for i, r := range raw.Roles {
		at := fmt.Sprintf("roles[%d]", i)
		if r.Code == "" || r.Name == "" || strings.ContainsAny(r.Code+r.Name, ",@ ") {
			p.fault(at, "give a code and a name, without blanks, commas and @")
		}
		if _, known := p.policy.Role(r.Code); known {
			p.fault(at, "the role %s stands there twice", r.Code)
		}
		if _, known := p.policy.Role(r.Name); known {
			p.fault(at, "two roles are called %s", r.Name)
		}
		p.policy.names[r.Code] = r.Name
	}
	p.knownRole("cell_role", raw.CellRole)
	p.policy.office = p.spans("office", raw.Office)
	if err := checkOffice(p.policy.office); err != nil {
		p.fault("office", "%v", err)
	}
}

// Role finds the code of a role by its code or name.
func (p *Policy) Role(text string) (code string, ok bool) {
	for code, name := range p.names {
		if text == code || text == name {
			return code, true
		}
	}
	return "", false
}

// RoleName is the Chinese name of a role.
func (p *Policy) RoleName(code string) string { return p.names[code] }

func (p *policyParser) knownRole(path, code string) {
	if p.policy.names[code] == "" {
		p.fault(path, "there is no role %q; roles are %s", code, strings.Join(slices.Sorted(maps.Keys(p.policy.names)), ", "))
	}
}

func (p *policyParser) knownRoles(path string, codes []string) {
	for _, code := range codes {
		p.knownRole(path, code)
	}
}

func (p *policyParser) spans(path string, texts []string) []DayTime {
	spans := make([]DayTime, 0, len(texts))
	for _, text := range texts {
		s, err := ParseDayTime(text)
		if err != nil {
			p.fault(path, "%v", err)
		}
		spans = append(spans, s)
	}
	return spans
}

func (p *policyParser) length(path, text string) time.Duration {
	if text == "never" {
		return 0
	}
	d, err := calendar.ParseDelay(text)
	if err != nil || d.Clock == 0 {
		p.fault(path, "%q must be a length of clock time such as 30m, 2h or 1d, or never", text)
	}
	return d.Clock
}

// node builds a route on top of what it inherits.
func (p *policyParser) node(path string, raw *rawNode, from *node, depth int) *node {
	n := &node{name: raw.Name, roles: from.roles, escalate: from.escalate, options: from.options}
	p.count++
	if depth > maxDepth || p.count > maxRoutes {
		p.fault(path, "at most %d routes, %d levels deep", maxRoutes, maxDepth)
		return n
	}
	if raw.Owner != nil {
		n.roles = raw.Owner
		p.knownRoles(path+".owner", raw.Owner)
	}
	if len(n.roles) == 0 {
		p.fault(path+".owner", "say which roles are asked, such as owner: [area_manager, station_head]")
	}
	if raw.Escalate != nil {
		n.escalate = make([]Step, len(raw.Escalate))
		for i, s := range raw.Escalate {
			at := fmt.Sprintf("%s.escalate[%d]", path, i)
			after, err := calendar.ParseDelay(s.After)
			if err != nil {
				p.fault(at+".after", "%v", err)
			}
			if len(s.To) == 0 {
				p.fault(at, "say to whom, such as to: [station_head]")
			}
			p.knownRoles(at+".to", s.To)
			n.escalate[i] = Step{After: after, Roles: s.To}
		}
	}
	if raw.Channels != nil {
		n.options.Channels = raw.Channels
	}
	if raw.Quiet != nil {
		n.options.Quiet = p.spans(path+".quiet", raw.Quiet)
	}
	if raw.Repeat != "" {
		n.options.Repeat = p.length(path+".repeat", raw.Repeat)
	}
	if raw.Group != "" {
		n.options.GroupWait = p.length(path+".group_wait", raw.Group)
	}
	if raw.Match != nil {
		n.match = p.match(path+".match", raw.Match)
	}
	for i := range raw.Routes {
		at := fmt.Sprintf("%s.routes[%d]", path, i)
		if i > 0 && raw.Routes[i-1].Match == nil {
			p.fault(at, "is never reached: the route before it has no match and takes everything")
		}
		child := p.node(at, &raw.Routes[i], n, depth+1)
		if child.name == "" {
			child.name = child.match.String()
		}
		n.children = append(n.children, child)
	}
	return n
}

func (p *policyParser) match(path string, raw *rawMatch) match {
	m := match{labels: raw.Label, days: raw.Days, hours: p.spans(path+".hours", raw.Hours)}
	for _, a := range raw.Area {
		m.areas = append(m.areas, strings.Trim(a, hotline.AreaSeparator))
	}
	for _, h := range raw.Hotline {
		if !hotline.Hotline(h).Valid() {
			p.fault(path+".hotline", "%q must be 95598, 12398 or 12345", h)
		}
		m.hotlines = append(m.hotlines, hotline.Hotline(h))
	}
	for _, r := range raw.Responsible {
		switch party := hotline.Responsible(r); party {
		case hotline.ResponsibleUtility, hotline.ResponsibleCustomer, hotline.ResponsibleThirdParty, hotline.ResponsibleUnknown:
			m.responsible = append(m.responsible, party)
		default:
			p.fault(path+".responsible", "%q must be utility, customer, third_party or unknown", r)
		}
	}
	if m.days != "" && m.days != workday && m.days != restday {
		p.fault(path+".days", "%q must be workday or restday", m.days)
	}
	if len(m.labels)+len(m.areas)+len(m.responsible)+len(m.hotlines)+len(m.hours) == 0 && m.days == "" {
		p.fault(path, "has no condition; leave it out, or give label, area, responsible, hotline, days or hours")
	}
	return m
}

// Labels lists the label codes that conditions speak of, each once, sorted.
func (p *Policy) Labels() []string { return p.all(func(n *node) []string { return n.match.labels }) }

// Channels lists the names of channels that routes use, each once, sorted.
func (p *Policy) Channels() []string {
	return p.all(func(n *node) []string { return n.options.Channels })
}

// all gathers what the nodes of both trees name, each once, sorted.
func (p *Policy) all(named func(*node) []string) []string {
	seen := map[string]bool{}
	var walk func(*node)
	walk = func(n *node) {
		for _, name := range named(n) {
			seen[name] = true
		}
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(p.route)
	walk(p.sensitive)
	return slices.Sorted(maps.Keys(seen))
}
