//go:build e2e && long && unix

package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/ingest"
)

const guideDead = "suqiu.deadletter"

// guideRight is one right of Kafka that a command needs.
type guideRight struct {
	operation kafka.ACLOperationType
	kind      kafka.ResourceType
	name      string
}

// guideRow is one row of the guide's table: some commands and the rights that they need.
type guideRow struct {
	commands string
	rights   []guideRight
}

// Columns of the guide's table. The topic of the hotlines and that of the channel are those that the test uses; of a
// group only the ending is known.
var guideColumns = []struct {
	heading string
	kind    kafka.ResourceType
	names   []string
}{
	{"topics of the hotlines", kafka.ResourceTypeTopic, []string{guideTopic}},
	{"`suqiu.deadletter`", kafka.ResourceTypeTopic, []string{guideDead}},
	{"groups", kafka.ResourceTypeGroup, []string{""}},
	{"cluster", kafka.ResourceTypeCluster, []string{"kafka-cluster"}},
}

// guideTable reads the table of the rights of Kafka.
func guideTable(t *testing.T) []guideRow {
	t.Helper()
	lines, chinese := guideTableLines(t, guidePage, "| command |"), guideTableLines(t, guidePageChinese, "| 命令 |")
	if len(chinese) != len(lines) {
		t.Fatalf("%s has %d lines in the table, want %d", guidePageChinese, len(chinese), len(lines))
	}
	for i, heading := range cells(lines[0]) {
		if heading != guideColumns[i].heading {
			t.Fatalf("column %d of the table is %q, want %q", i+1, heading, guideColumns[i].heading)
		}
	}
	word := regexp.MustCompile(`\b[A-Z]\w+`)
	var rows []guideRow
	rightsIn := func(line string) []string { return word.FindAllString(strings.Join(cells(line)[1:], " "), -1) }
	for i, line := range lines[2:] {
		if other := chinese[i+2]; !slices.Equal(rightsIn(line), rightsIn(other)) {
			t.Errorf("%s has other rights:\n%s\n%s", guidePageChinese, line, other)
		}
		row := cells(line)
		r := guideRow{commands: row[0]}
		for i, column := range guideColumns {
			cell, names := row[1+i], column.names
			switch {
			case cell == "the same":
				cell = row[i]
			case strings.Contains(cell, "of that channel"):
				names = []string{guideChannel}
			case strings.HasSuffix(cell, "on both"), strings.Contains(cell, "on both,"):
				names = []string{"", ".letters"}
			}
			for _, text := range word.FindAllString(cell, -1) {
				var operation kafka.ACLOperationType
				if err := operation.UnmarshalText([]byte(text)); err != nil {
					t.Fatalf("%s: %v", r.commands, err)
				}
				for _, name := range names {
					r.rights = append(r.rights, guideRight{operation, column.kind, name})
				}
			}
		}
		rows = append(rows, r)
	}
	return rows
}

// guideTableLines are those of the table in a page that has a heading, from what follows there.
func guideTableLines(t *testing.T, page, heading string) []string {
	t.Helper()
	_, table, found := strings.Cut(readGuide(t, page), "\n"+heading)
	if !found {
		t.Fatalf("%s has no table of the rights of Kafka", page)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	return strings.Split(table, "\n")
}

// cells are those of one line of a table.
func cells(line string) []string {
	all := strings.Split(strings.Trim(line, "|"), "|")
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return all
}

// tableUser is a user of Kafka who has the rights of one row of the guide's table, or all but one of them.
type tableUser struct {
	name  string
	row   guideRow
	lacks int // which of the rights; -1: none
}

// Rows of the table that are run in a way of their own.
const (
	rowSetup   = "`kafka setup`"
	rowConsume = "`serve`, `consume`"
	rowDoctor  = "`doctor`"
	rowStatus  = "`status`"
)

// tableCommands are those of each row, one after the other. Those of rowSetup and rowConsume have topics or a group of their own.
var tableCommands = map[string][]string{
	rowSetup:                    {"kafka setup --partitions 1", "kafka setup --partitions 2 --retention-days 3"},
	rowConsume:                  {"consume --set retention_days=60"},
	rowDoctor:                   {"doctor"},
	rowStatus:                   {"status --over 0s"},
	"`audit`":                   {"audit"},
	"`deadletter list`, `show`": {"deadletter list --resolved"},
	"`deadletter replay`, `reclassify --from-kafka`": {"deadletter replay --resolved", "reclassify --from-kafka"},
	"`produce`, and upstream systems":                {"produce " + guideTopic + " FILE"},
	"`watch`, where it tells by a channel of Kafka":  {"notify test bus"},
}

// on names what a right is on, as the user has it.
func (u *tableUser) on(r guideRight) string {
	switch {
	case r.kind == kafka.ResourceTypeGroup:
		return u.group() + r.name
	case r.kind == kafka.ResourceTypeTopic && u.row.commands == rowSetup:
		return u.name + "." + r.name
	}
	return r.name
}

func (u *tableUser) group() string {
	if u.row.commands == rowConsume {
		return u.name
	}
	return "suqiu"
}

// acls are the user's rights.
func (u *tableUser) acls() []kafka.ACLEntry {
	var all []kafka.ACLEntry
	for i, r := range u.row.rights {
		if i != u.lacks {
			all = append(all, right(u.name, r.kind, u.on(r), r.operation))
		}
	}
	return all
}

// says is what names the right that the user lacks. A topic on which nothing is left that includes Describe is not shown.
func (u *tableUser) says() string {
	lacking := u.row.rights[u.lacks]
	shown := slices.ContainsFunc(u.row.rights, func(r guideRight) bool {
		return r != lacking && r.kind == lacking.kind && r.name == lacking.name && slices.Contains([]kafka.ACLOperationType{
			kafka.ACLOperationTypeRead, kafka.ACLOperationTypeWrite, kafka.ACLOperationTypeAlter, kafka.ACLOperationTypeDescribe}, r.operation)
	})
	give := "give the user the right "
	switch {
	case lacking.kind == kafka.ResourceTypeCluster:
		return give + lacking.operation.String() + " on the cluster"
	case lacking.kind == kafka.ResourceTypeGroup:
		return give + lacking.operation.String() + " on group " + u.on(lacking)
	case !shown:
		return give + "Describe on "
	}
	return give + lacking.operation.String() + " on topic " + u.on(lacking)
}

// harmless: a command works without it, since another right of the row includes it or it is needed in some cases only:
// of the topic of dead letters partitions are never altered, and settings where somebody has weakened them.
func (u *tableUser) harmless() bool {
	if u.row.commands != rowSetup {
		return false
	}
	lacking := u.row.rights[u.lacks]
	switch lacking.operation {
	case kafka.ACLOperationTypeDescribe, kafka.ACLOperationTypeDescribeConfigs: // in Alter and AlterConfigs
		return true
	case kafka.ACLOperationTypeAlter, kafka.ACLOperationTypeAlterConfigs:
		return lacking.name == guideDead
	}
	return false
}

// told: the command does the rest of its work, and tells what it could not.
func (u *tableUser) told() bool {
	lacking := u.row.rights[u.lacks]
	return u.row.commands == rowDoctor && lacking.operation == kafka.ACLOperationTypeDescribeConfigs ||
		u.row.commands == rowStatus && lacking.name == ".letters"
}

// TestGuideRights takes each right of the operator's guide away: what can't be done without it fails, and names it.
func TestGuideRights(t *testing.T) {
	g := startWrongSetups(t).guideRun(t)
	t.Run("SetBack", g.setBack)
	t.Run("Privileges", g.privileges)
	t.Run("Table", g.kafkaTable)
}

// setBack sets the group back by the line that the guide has for after restoring; what is read again is stored already.
func (g *guideRun) setBack(t *testing.T) {
	line := regexp.MustCompile("`(kafka-consumer-groups.sh [^`]+)`").FindStringSubmatch(readGuide(t, guidePage))
	if line == nil {
		t.Fatal("the guide does not say how the group is set back")
	}
	before := time.Now().UTC().Add(-time.Hour).Format("2006-01-02T15:04:05.000")
	reset := regexp.MustCompile(`--to-datetime \S+`).ReplaceAllString(strings.Join(strings.Fields(line[1]), " "), "--to-datetime "+before)
	g.shell(t, reset+" --command-config admin.properties")
	if lag := g.lag(t, "suqiu", guideTopic); lag < 3 {
		t.Fatalf("%d records are to be read again, want all", lag)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := g.begin(ctx, "suqiu", "suqiu", "consume", "--set", "retention_days=60")
	await(t, c, "all to be read again", func() bool { return g.lag(t, "suqiu", guideTopic) == 0 })
	cancel()
	<-c.done
	if out := g.works(t, "none", "suqiu-reader", "search", "--limit", "0"); !strings.Contains(out, "共 3 件") {
		t.Errorf("then %s, want as many as before", out)
	}
	g.works(t, "suqiu", "suqiu", "audit", "--set", "retention_days=60")
}

// privileges takes one right after the other from the roles of Elasticsearch.
func (g *guideRun) privileges(t *testing.T) {
	roles := guideRoles(t)
	for role, args := range map[string][]string{
		"suqiu": {"doctor"}, "suqiu-setup": {"index", "setup"}, "suqiu-migrate": {"index", "migrate", "--month", g.recent.Format("2006.01")},
		"suqiu-reader": {"correct", "list"},
	} {
		for _, right := range roleRights(t, roles[role]) {
			t.Run(role+" without "+right, func(t *testing.T) {
				// This build has no lifecycle policies, and who sets up asks monitor of nothing but doctor.
				harmless := right == "manage_ilm" || role == "suqiu-setup" && right == "monitor"
				named := regexp.MustCompile(`(privileges \[[\w,]*|lacks )\b` + right + `\b`)
				c := g.as(t, "suqiu", guideLacks(role, right), args...)
				if (c.code == 0) != harmless || !harmless && !named.MatchString(c.text()) {
					t.Errorf("code %d\n%s", c.code, c.text())
				}
				if role == "suqiu" && !regexp.MustCompile(`(缺少权限|对集群有权限) `+right+`\b`).MatchString(c.text()) {
					t.Errorf("doctor does not name it in Chinese:\n%s", c.text())
				}
			})
		}
	}
}

// kafkaTable runs the commands of each row of the guide's table as a user with its rights, and as users who each lack one of them.
func (g *guideRun) kafkaTable(t *testing.T) {
	var users []*tableUser
	var names []string
	var acls []kafka.ACLEntry
	for i, row := range guideTable(t) {
		if tableCommands[row.commands] == nil {
			t.Fatalf("the test runs no command for the row %q", row.commands)
		}
		for lacks := -1; lacks < len(row.rights); lacks++ {
			u := &tableUser{fmt.Sprintf("row%d-%d", i, lacks+1), row, lacks}
			users, names, acls = append(users, u), append(names, u.name), append(acls, u.acls()...)
		}
	}
	g.addUsers(t, names...)
	g.allow(t, acls...)
	for _, u := range users {
		name := strings.ReplaceAll(u.row.commands, "`", "")
		if u.lacks >= 0 {
			name += fmt.Sprintf(" without %s on %s", u.row.rights[u.lacks].operation, u.on(u.row.rights[u.lacks]))
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g.tableRun(t, u)
		})
	}
}

// tableRun runs the commands of a user until one fails.
func (g *guideRun) tableRun(t *testing.T, u *tableUser) {
	source, dead := guideRight{0, kafka.ResourceTypeTopic, guideTopic}, guideRight{0, kafka.ResourceTypeTopic, guideDead}
	own := *g
	own.settings = g.path(u.name + ".yaml")
	channels := g.channels
	if u.row.commands == rowSetup {
		channels = "" // it would make their topics too
	}
	g.write(t, u.name+".yaml", g.common+channels+fmt.Sprintf(`
kafka: {brokers: [%q], ca_file: %s, sasl: scram-sha-256, password: %s, group: %s}
deadletter: {topic: %s, limit: 1}
sources: [{topic: %s, hotline: "95598"}]
`, g.listeners["SECURED"], g.path("good.ca"), kafkaPass, u.group(), u.on(dead), u.on(source)), 0o600)
	says := ""
	if u.lacks >= 0 {
		says = u.says()
	}
	var c *command
	for _, text := range tableCommands[u.row.commands] {
		args := strings.Fields(strings.ReplaceAll(text, "FILE", g.path("calls.jsonl")))
		if u.row.commands == rowConsume {
			c = own.consume(t, u, says, args)
		} else {
			c = own.as(t, u.name, "suqiu", args...)
		}
		if c.code != 0 {
			break
		}
	}
	switch {
	case u.lacks < 0 || u.harmless():
		if c.code != 0 || strings.Contains(c.text(), "give the user the right") {
			t.Errorf("code %d\n%s", c.code, c.text())
		}
	case !strings.Contains(c.text(), says) || (c.code == 0) != (u.told() || u.row.commands == rowConsume):
		t.Errorf("code %d, want that it says %q\n%s", c.code, says, c.text())
	}
}

// consume runs until all is committed and copied, or until it says what is lacking.
func (g *guideRun) consume(t *testing.T, u *tableUser, says string, args []string) *command {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := g.begin(ctx, u.name, "suqiu", args...)
	await(t, c, "all to be committed and copied, or refused", func() bool {
		if says != "" {
			return strings.Contains(c.text(), says)
		}
		return g.lag(t, u.name, guideTopic)+g.lag(t, u.name+".letters", guideDead) == 0
	})
	cancel()
	<-c.done
	return c
}

// lag is how many records of a topic the group has yet to commit.
func (g *guideRun) lag(t *testing.T, group, topic string) int64 {
	t.Helper()
	positions, err := ingest.GroupPositions(t.Context(), g.open(), group, []string{topic})
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, p := range positions {
		if p.Unknown {
			return 1 // not known, so not done
		}
		sum += p.Lag()
	}
	return sum
}
