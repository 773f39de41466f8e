package cli

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"suqiu/ingest/decode"
	"suqiu/kibana"
	"suqiu/kibana/saved"
)

func kibanaCommand(env Env) *cli.Command {
	return parent("kibana", "Kibana 看板 · data view, saved searches, panels and dashboards",
		&cli.Command{
			Name: "export", Usage: "写出可导入的 NDJSON · write the objects as NDJSON to standard output",
			Description: "Import the file in Kibana under Stack Management → Saved Objects, or use suqiu kibana install.\n\n" +
				"Example:\n   suqiu kibana export > suqiu.ndjson",
			Flags: settingFlags(),
			Action: inSession(env, func(s *session, c *cli.Context) error {
				ndjson, err := s.kibanaObjects()
				if err != nil {
					return err
				}
				_, err = env.Stdout.Write(ndjson)
				return err
			}),
		},
		&cli.Command{
			Name: "install", Usage: "导入到 Kibana · import the objects through Kibana's API, with a result for each",
			Description: `Objects that are there already are kept as they are, unless --overwrite is given. The credentials are SUQIU_KIBANA_API_KEY, or
SUQIU_KIBANA_USERNAME and SUQIU_KIBANA_PASSWORD, or the settings under kibana. Exit code 1 if an object failed.

Examples:
   suqiu kibana install --url https://kibana:5601 --space power --dry-run
   suqiu kibana install --url https://kibana:5601 --overwrite`,
			Flags: settingFlags(
				&cli.StringFlag{Name: "url", Usage: "`ADDRESS` of Kibana with its base path; instead of kibana.url"},
				&cli.StringFlag{Name: "space", Usage: "`ID` of the space to import to; instead of kibana.space"},
				&cli.BoolFlag{Name: "overwrite", Usage: "replace objects that are there, with what was changed in them by hand"},
				&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be sent, and where; Kibana is not asked"},
				formatFlag("text, or json: one object a line"),
			),
			Action: inSession(env, (*session).kibanaInstall),
		},
	)
}

// kibanaObjects makes the objects for the configured indices and taxonomy.
func (s *session) kibanaObjects() ([]byte, error) {
	catalogue, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	var names []kibana.Name
	for _, p := range catalogue.Taxonomy().Parents {
		names = append(names, kibana.Name{Code: p.Code, Name: p.Name})
	}
	for _, l := range catalogue.Taxonomy().Labels {
		names = append(names, kibana.Name{Code: l.Code, Name: l.Name})
	}
	var marks []kibana.Name
	for _, m := range slices.Concat(catalogue.Marks().Urgency, catalogue.Marks().Portrait) {
		marks = append(marks, kibana.Name{Code: m.Code, Name: m.Name})
	}
	var reasons []kibana.Name
	for _, r := range decode.Reasons {
		reasons = append(reasons, kibana.Name{Code: string(r), Name: r.Name()})
	}
	return kibana.Export(kibana.Options{Prefix: s.cfg.Elasticsearch.Prefix, Labels: names, Marks: marks, Reasons: reasons})
}

// kibanaClient makes a client of the settings and of the flags over them.
func (s *session) kibanaClient(c *cli.Context) (*kibana.Client, error) {
	k := s.cfg.Kibana
	if c.IsSet("url") {
		k.URL = c.String("url")
	}
	if c.IsSet("space") {
		k.Space = c.String("space")
	}
	if k.URL == "" {
		return nil, usagef("no address of Kibana: give --url https://HOST:5601, SUQIU_KIBANA_URL or the setting kibana.url; or import the output of suqiu kibana export by hand")
	}
	ca, err := readOptional(k.CAFile)
	if err != nil {
		return nil, fmt.Errorf("kibana.ca_file: %w", err)
	}
	if (k.Password != "" || k.APIKey != "") && readable(k.URL) {
		s.log.Warn("http:// in kibana.url sends the password or the API key readable over the network; turn TLS on in Kibana and write https:// there")
	}
	client, err := kibana.NewClient(kibana.Config{
		URL: k.URL, Space: k.Space, Username: k.Username, Password: string(k.Password), APIKey: string(k.APIKey), CACert: ca,
	})
	if err != nil {
		return nil, cli.Exit(err, exitUsage)
	}
	s.onClose(func() error { client.Close(); return nil })
	return client, nil
}

func (s *session) kibanaInstall(c *cli.Context) error {
	client, err := s.kibanaClient(c)
	if err != nil {
		return err
	}
	ndjson, err := s.kibanaObjects()
	if err != nil {
		return err
	}
	var results []kibana.Result
	if c.Bool("dry-run") {
		objects, err := saved.Read(bytes.NewReader(ndjson))
		if err != nil {
			return err
		}
		for i := range objects {
			results = append(results, kibana.Result{Type: objects[i].Type, ID: objects[i].ID, Title: objects[i].Title(), Outcome: planned})
		}
	} else if results, err = client.Import(c.Context, ndjson, c.Bool("overwrite")); err != nil {
		return err
	}
	return s.showImport(results, client.ImportURL(), c.String("format") == "json")
}

// planned is the outcome that a dry run shows.
const planned kibana.Outcome = "planned"

var (
	outcomeNames = map[kibana.Outcome]string{
		planned: "将导入", kibana.Created: "已建立", kibana.Overwritten: "已覆盖", kibana.Kept: "已存在，未改", kibana.Failed: "失败",
	}
	objectNames = map[string]string{
		saved.TypeDataView: "数据视图", saved.TypeSearch: "搜索", saved.TypeLens: "面板", saved.TypeDashboard: "仪表板",
	}
)

// showImport prints a line for each object and what they come to.
func (s *session) showImport(results []kibana.Result, target string, asJSON bool) error {
	out := jsonLines(s.env.Stdout)
	p := newPaint(s.env.Stdout)
	count := map[kibana.Outcome]int{}
	for _, r := range results {
		count[r.Outcome]++
		if asJSON {
			if err := out.Encode(importLine{Type: r.Type, ID: r.ID, Title: r.Title, Outcome: r.Outcome, Reason: r.Reason}); err != nil {
				return err
			}
			continue
		}
		outcome := outcomeNames[r.Outcome]
		if r.Outcome == kibana.Failed {
			outcome = p.bad(outcome)
		}
		fmt.Fprintf(s.env.Stdout, "%s  %s  %s  %s", outcome, objectNames[r.Type], r.Title, p.faint(r.ID))
		if r.Reason != "" {
			fmt.Fprintf(s.env.Stdout, "：%s", r.Reason)
		}
		fmt.Fprintln(s.env.Stdout)
	}
	if !asJSON {
		fmt.Fprintf(s.env.Stdout, "%s ：", target)
		for _, o := range []kibana.Outcome{planned, kibana.Created, kibana.Overwritten, kibana.Kept, kibana.Failed} {
			if count[o] > 0 {
				fmt.Fprintf(s.env.Stdout, "%s %d 个  ", outcomeNames[o], count[o])
			}
		}
		fmt.Fprintln(s.env.Stdout)
		if count[kibana.Kept] > 0 {
			fmt.Fprintln(s.env.Stdout, "已存在的未改动；加 --overwrite 以新版覆盖（手工改动会丢失）")
		}
	}
	if n := count[kibana.Failed]; n > 0 {
		return fmt.Errorf("%d of %d Kibana objects failed", n, len(results))
	}
	return nil
}

// importLine is a result as a line of JSON.
type importLine struct {
	Type    string         `json:"type"`
	ID      string         `json:"id"`
	Title   string         `json:"title"`
	Outcome kibana.Outcome `json:"outcome"`
	Reason  string         `json:"reason,omitempty"`
}
