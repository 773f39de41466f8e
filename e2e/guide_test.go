//go:build e2e && unix

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Topics of the guide.
const (
	guideTopic   = "suqiu.hotline.95598"
	guideChannel = "suqiu.incident"
)

// The operator's guide: what it says of rights is what is tested.
const (
	guidePage        = "../docs/operation.md"
	guidePageChinese = "../docs/operation.zh-CN.md"
)

func readGuide(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// guideRoles are the roles of Elasticsearch in the guide, each a line of JSON, by their names.
func guideRoles(t *testing.T) map[string]string {
	t.Helper()
	roles := map[string]string{}
	for _, match := range regexp.MustCompile(`(?m)^PUT _security/role/(\S+) +(\{.*\})$`).FindAllStringSubmatch(readGuide(t, guidePage), -1) {
		var line bytes.Buffer
		if err := json.Compact(&line, []byte(match[2])); err != nil {
			t.Fatalf("the role %s: %v", match[1], err)
		}
		roles[match[1]] = line.String()
	}
	if len(roles) == 0 {
		t.Fatal("the guide has no roles")
	}
	return roles
}

// rolesFile is the text of roles.yml with the roles of the guide: JSON is YAML.
func rolesFile(roles map[string]string) string {
	var file strings.Builder
	for _, name := range slices.Sorted(maps.Keys(roles)) {
		fmt.Fprintf(&file, "%s: %s\n", name, roles[name])
	}
	return file.String()
}

// guideACLs is the shell that makes the rights of Kafka, as it stands in the guide; but for remarks the same in both languages.
func guideACLs(t *testing.T) string {
	t.Helper()
	acls := func(page string) string {
		block := regexp.MustCompile("(?s)```sh\n(acl\\(\\).*?)```").FindStringSubmatch(readGuide(t, page))
		if block == nil {
			t.Fatalf("%s has no lines with ACLs", page)
		}
		return regexp.MustCompile(`(?m) *#.*$`).ReplaceAllString(block[1], "")
	}
	own := acls(guidePage)
	if other := acls(guidePageChinese); other != own {
		t.Errorf("%s has other ACLs:\n%s", guidePageChinese, other)
	}
	return own
}

// securedRoles are the roles of the guide for the prefixes of the indices that tests use on one Elasticsearch with
// security, and those that lack one right: guideLacks names them.
func securedRoles(t *testing.T) map[string]string {
	t.Helper()
	roles := map[string]string{}
	for name, role := range guideRoles(t) {
		for _, prefix := range []string{"suqiu", "setups", "store"} {
			roles[strings.Replace(name, "suqiu", prefix, 1)] = strings.ReplaceAll(role, "suqiu", prefix)
		}
		for _, right := range roleRights(t, role) {
			roles[guideLacks(name, right)] = regexp.MustCompile(`"`+right+`",?`).ReplaceAllString(role, "")
		}
	}
	// Who shall see dead letters only.
	roles["suqiu-letters-reader"] = `{"cluster":[],"indices":[{"names":["suqiu-letters"],"privileges":["read","view_index_metadata"]}]}`
	for name, role := range roles {
		roles[name] = strings.NewReplacer(",]", "]", `"privileges":[]`, `"privileges":["none"]`).Replace(role)
	}
	return roles
}

func guideLacks(role, right string) string { return role + "-without-" + right }

// roleRights lists the rights of a role, on the cluster and on indices.
func roleRights(t *testing.T, role string) []string {
	t.Helper()
	var r struct {
		Cluster []string `json:"cluster"`
		Indices []struct {
			Privileges []string `json:"privileges"`
		} `json:"indices"`
	}
	if err := json.Unmarshal([]byte(role), &r); err != nil || len(r.Indices) != 1 {
		t.Fatalf("%s: %v", role, err)
	}
	return append(r.Cluster, r.Indices[0].Privileges...)
}
