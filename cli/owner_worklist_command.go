package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/hotline"
	"suqiu/index"
	"suqiu/remedy/notify"
	"suqiu/remedy/owner"
	"suqiu/remedy/worklist"
)

func ownerWorklistCommand(env Env) *cli.Command {
	return &cli.Command{
		Name: "worklist", Usage: "片区经理工作清单：老年客户、纸质账单、反复低电压、加价楼宇 · whom an area manager should go to, and why",
		Description: `Gathers the contacts of the last sixty days into people and places: elderly callers, callers who want paper bills, repeated low voltage (twice by one
caller or account, or in one community), buildings whose landlord marks electricity up (two callers). The most urgent come first. Callers are
pseudonyms; the orders have the addresses in the hotline's own system. Which contacts belong on which list stands in worklists.yaml.

The areas of --owner are those in which the tables of owners let somebody hold a post now, deputies included.

Examples:
   suqiu owner worklist --owner 王片 --out 王片.xlsx
   suqiu owner worklist --area 江东电力/临州供电公司/云桥区供电公司/云桥供电所 --kind low-voltage --format csv`,
		Flags: settingFlags(
			&cli.StringFlag{Name: "owner", Usage: "the areas of `WHO`, by number or name"},
			&cli.StringFlag{Name: "area", Usage: "an area `PATH`, with all below"},
			&cli.StringSliceFlag{Name: "kind", Usage: "only the lists of these `CODES`: elderly, paper, low-voltage, markup, or your own"},
			&cli.StringFlag{Name: "since", Value: "60d", Usage: "contacts of the last `SPAN`"},
			&cli.StringFlag{Name: "to", Usage: "contacts before `DATE`; now by default"},
			&cli.StringFlag{Name: "format", Usage: "text, csv, xlsx, or json: one item a line; by default what the name of --out ends in, else text"},
			&cli.StringFlag{Name: "out", Usage: "write to `FILE`"},
		),
		Action: inSession(env, (*session).worklist),
	}
}

// task is an item of a worklist with what is known beside the contacts.
type task struct {
	worklist.Item
	Services []string `json:"services"`
	Owner    string   `json:"owner,omitempty"` // area manager, else who holds the nearest post
}

func (s *session) worklist(c *cli.Context) error {
	format := cmp.Or(c.String("format"), strings.TrimPrefix(filepath.Ext(c.String("out")), "."), "text")
	if !slices.Contains([]string{"text", "csv", "xlsx", "json"}, format) {
		return usagef("--format %s：可写 text、csv、xlsx、json", format)
	}
	if (c.String("owner") == "") == (c.String("area") == "") {
		return usagef("--owner 和 --area 写其中一个；用法见 %s --help", c.Command.HelpName)
	}
	if format == "xlsx" && c.String("out") == "" && isTerminal(s.env.Stdout) {
		return usagef("xlsx 不能显示在屏幕上；用 --out 写文件名")
	}
	since, err := readSpan(c.String("since"))
	if err != nil {
		return usagef("--since %s：%v", c.String("since"), err)
	}
	now := s.env.Now()
	if c.IsSet("to") {
		if now, err = readTime(c, "to", s.zone); err != nil {
			return err
		}
	}
	lists, err := s.worklists(c.StringSlice("kind"))
	if err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	directory, err := s.directory(c.Context, store)
	if err != nil {
		return err
	}
	beat := newBeat(directory, now)
	if who := c.String("owner"); who == "" {
		beat.areas = []string{c.String("area")}
	} else if err := beat.of(who); err != nil {
		return err
	}
	tasks, vague, err := s.tasks(c.Context, store, lists, beat, now.Add(-since), now)
	if err != nil {
		return fmt.Errorf("owner worklist: %w", err)
	}
	if len(tasks) == 0 && c.String("area") != "" {
		if err := s.hintAreas(c.Context, store, beat.areas); err != nil {
			return err
		}
	}
	if vague > 0 {
		fmt.Fprintf(s.env.Stderr, "另有 %d 件只知道上级地区，不能分到这些片区；用 --area 查看供电所的清单\n", vague)
	}
	write := func(w io.Writer) error { return s.writeTasks(w, format, lists, tasks) }
	if c.String("out") == "" {
		return write(s.env.Stdout)
	}
	if err := writeFile(c.String("out"), write); err != nil {
		return err
	}
	fmt.Fprintf(s.env.Stdout, "%d 项，已写入 %s\n", len(tasks), c.String("out"))
	return nil
}

// worklists reads the lists, those of the codes or all.
func (s *session) worklists(codes []string) ([]worklist.List, error) {
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	all, err := worklist.Load(layers...)
	if err != nil {
		return nil, err
	}
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var known []string
	for _, l := range all {
		known = append(known, l.Code)
		for _, code := range l.Labels {
			if len(names.taxonomy.Below(code)) == 0 {
				return nil, fmt.Errorf("%s: list %s: there is no label %s; correct it, or add it to taxonomy.yaml", worklist.File, l.Code, code)
			}
		}
		for _, code := range slices.Concat(l.Portrait, l.Service) {
			if _, is := names.marks.Mark(code); !is {
				return nil, fmt.Errorf("%s: list %s: there is no mark %s; correct it, or add it to marks.yaml", worklist.File, l.Code, code)
			}
		}
	}
	if err := allowed("kind", codes, known...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l worklist.List) bool { return len(codes) > 0 && !slices.Contains(codes, l.Code) }), nil
}

// beat is where somebody has to see to people (片区).
type beat struct {
	directory *owner.Directory
	holdings  []owner.Holding
	at        time.Time
	areas     []string // each with all below
	person    string   // whose cells count, too; "" for nobody
	managers  map[string]owner.Person
}

func newBeat(d *owner.Directory, at time.Time) *beat {
	return &beat{directory: d, holdings: d.Holdings(at), at: at, managers: map[string]owner.Person{}}
}

// of makes it the beat of somebody, by number or name: the areas in which they hold a post.
func (b *beat) of(who string) error {
	var people []string
	for _, h := range b.holdings {
		if h.Person.ID != "" && (h.Person.ID == who || h.Person.Name == who) {
			b.areas = append(b.areas, h.Area)
			people = append(people, h.Person.ID)
		}
	}
	slices.Sort(people)
	switch people = slices.Compact(people); len(people) {
	case 0:
		return usagef("--owner %s：没有这个工号或姓名的人在岗；suqiu owner list 列出在岗的人", who)
	case 1:
		b.person = people[0]
		return nil
	}
	return usagef("--owner %s：%s 都叫这个名字；写工号", who, strings.Join(people, "、"))
}

// manager is the area manager of a place.
func (b *beat) manager(area string) owner.Person {
	p, known := b.managers[area]
	if !known {
		p, _ = b.directory.Manager(area, b.at)
		b.managers[area] = p
	}
	return p
}

// holds reports whether a place belongs to the beat.
func (b *beat) holds(area string) bool {
	return slices.ContainsFunc(b.areas, func(of string) bool { return hotline.Covers(of, area) }) ||
		b.person != "" && area != "" && b.manager(area).ID == b.person
}

// touches reports whether a part of a place belongs to the beat, so that a contact of which only the place is known may be of it.
func (b *beat) touches(area string) bool {
	return area != "" && slices.ContainsFunc(b.areas, func(of string) bool { return hotline.Covers(area, of) })
}

// top is the station or the area above in which all of the beat lies.
func (b *beat) top() string {
	top := b.areas[0]
	for _, area := range b.areas[1:] {
		for !hotline.Covers(top, area) {
			top = top[:max(0, strings.LastIndex(top, hotline.AreaSeparator))]
		}
	}
	// Contacts of which only the station (供电所) is known are counted, too.
	levels := strings.Split(top, hotline.AreaSeparator)
	return strings.Join(levels[:min(index.DailyLevels, len(levels))], hotline.AreaSeparator)
}

// responsible is who sees to a place: its area manager, else who holds a post, no shift, in the smallest area around it.
func (b *beat) responsible(area string) string {
	if p := b.manager(area); p.ID != "" {
		return p.Name
	}
	var best owner.Holding
	for _, h := range b.holdings {
		if !h.Duty && h.Person.ID != "" && h.Area != "" && hotline.Covers(h.Area, area) && len(h.Area) > len(best.Area) {
			best = h
		}
	}
	return best.Person.Name
}

// tasks reads the contacts of a beat, makes items of them, and counts those of which only an area above is known.
func (s *session) tasks(ctx context.Context, store index.Store, lists []worklist.List, of *beat, from, to time.Time) ([]task, int, error) {
	filter := index.Filter{From: from, To: to}
	for _, l := range lists { // with a portrait, too, any contact may belong on a list
		filter.Labels = append(filter.Labels, l.Labels...)
		if len(l.Portrait) > 0 {
			filter.Labels = nil
			break
		}
	}
	if top := of.top(); top != "" {
		filter.Areas = []string{top}
	}
	found, err := store.Search(ctx, index.Query{Filter: filter})
	if err != nil {
		return nil, 0, err
	}
	var contacts []worklist.Contact
	bar, read, vague := newBar(s.env.Stderr, "清单", false), int64(0), 0
	defer bar.done()
	err = index.Each(ctx, store, filter, func(doc *hotline.Document) {
		read++
		bar.set(read, found.Total)
		c := worklistContact(doc)
		if !slices.ContainsFunc(lists, func(l worklist.List) bool { return l.Takes(&c) }) {
			return
		}
		switch {
		case of.holds(c.Area):
			contacts = append(contacts, c)
		case of.touches(c.Area):
			vague++
		}
	})
	if err != nil {
		return nil, 0, err
	}
	advise, err := s.advice()
	if err != nil {
		return nil, 0, err
	}
	var tasks []task
	for i := range lists {
		for _, item := range worklist.Build(&lists[i], contacts) {
			tasks = append(tasks, task{item, advise(&lists[i], item.Portrait), of.responsible(item.Area)})
		}
	}
	return tasks, vague, nil
}

// worklistContact is what a worklist needs to know of a document.
func worklistContact(doc *hotline.Document) worklist.Contact {
	call, found := &doc.Call, &doc.Analysis
	c := worklist.Contact{
		ID: call.DocID(), Received: call.Received, Matter: call.Matter, Caller: call.Caller, Account: call.Account, Area: call.Area.Grid,
		Labels: found.Codes(), Portrait: hotline.MarkCodes(found.Portrait), Urgency: hotline.MarkCodes(found.Urgency), Words: callerText(call),
	}
	const village = 5 // depth of a community (社区、村) in the administrative tree
	for _, kind := range []hotline.EntityKind{hotline.EntityCommunity, hotline.EntityPlace} {
		if levels := strings.Split(call.Area.Division, hotline.AreaSeparator); kind == hotline.EntityPlace && len(levels) >= village {
			c.Places = append(c.Places, levels[village-1])
		}
		for i := range found.Entities {
			if found.Entities[i].Kind == kind {
				c.Places = append(c.Places, found.Entities[i].Value)
			}
		}
	}
	return c
}

// advice suggests services: those of the callers' portrait, else of the list, and what the playbook says of the labels.
func (s *session) advice() (func(l *worklist.List, portrait []string) []string, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	layers, err := s.layers()
	if err != nil {
		return nil, err
	}
	book, err := notify.ReadPlaybook(layers...)
	if err != nil {
		return nil, err
	}
	return func(l *worklist.List, portrait []string) []string {
		var out []string
		for _, code := range portrait {
			if info, known := names.marks.Mark(code); known && info.Service != "" && (slices.Contains(l.Portrait, code) || slices.Contains(l.Service, code)) {
				out = append(out, info.Service)
			}
		}
		for _, code := range l.Service {
			if info, known := names.marks.Mark(code); known && len(out) == 0 {
				out = append(out, info.Service)
			}
		}
		if len(out) == 0 {
			for _, label := range l.Labels {
				out = append(out, book.Todo(label)...)
			}
		}
		return slices.Compact(out)
	}, nil
}
