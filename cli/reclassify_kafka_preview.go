package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"suqiu/classify/corpus"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
	"suqiu/ingest/decode"
)

// rereadPreview is what reading the log again would do to the index.
type rereadPreview struct {
	Revision   int64            `json:"ruleset_rev"`
	Stretches  []ingest.Stretch `json:"stretches"`
	Offsets    int64            `json:"offsets"`
	Absent     int              `json:"absent"`     // documents that the index has not
	Superseded int              `json:"superseded"` // records of which the index has a newer version
	Dead       int              `json:"dead"`       // dead letters
	Change     corpus.Change    `json:"change"`     // of the others; an absent document gains its labels
}

// previewReread takes the records the whole way up to the index, and compares with what it holds. Nothing is written.
func (s *session) previewReread(c *cli.Context, store index.Store, cluster ingest.Cluster, topics map[string]decode.Source, stretches []ingest.Stretch) error {
	rules, err := s.rules()
	if err != nil {
		return err
	}
	preview := rereadPreview{Stretches: append([]ingest.Stretch{}, stretches...)}
	if preview.Revision, err = nextRevision(c.Context, store, rules); err != nil {
		return err
	}
	pipeline, err := s.pipeline(rules.WithRevision(preview.Revision))
	if err != nil {
		return err
	}
	diff := corpus.NewDiff(rules, rules, c.Int("samples"))
	hand := func(doc *hotline.Document) error {
		stored, err := store.Get(c.Context, doc.Call.DocID())
		switch {
		case errors.Is(err, index.ErrNotFound):
			preview.Absent++
			stored.Analysis = hotline.Analysis{Nature: doc.Analysis.Nature, Responsible: doc.Analysis.Responsible}
		case err != nil:
			return err
		}
		if corrected := stored.Analysis.Corrected; corrected != nil {
			doc.Analysis.Correct(corrected.Correction)
		}
		if doc.Analysis.CorrectionRev = stored.Analysis.CorrectionRev; stored.Version() > doc.Version() {
			preview.Superseded++
			return nil
		}
		diff.Compare(&doc.Call, stored.Analysis, doc.Analysis)
		return nil
	}
	for _, one := range stretches {
		preview.Offsets += one.Len()
	}
	bar := newBar(s.env.Stderr, "试读日志", false)
	look := ingest.Preview{
		Cluster: cluster, Topics: topics, Pipeline: pipeline, Workers: c.Int("workers"), Progress: bar.set,
		Hand: func(unit ingest.Unit) error {
			for _, entry := range unit {
				if entry.Dead != nil {
					preview.Dead++
				} else if err := hand(entry.Document); err != nil {
					return err
				}
			}
			return nil
		},
	}
	err = look.Run(c.Context, stretches)
	bar.done()
	if err != nil {
		return err
	}
	preview.Change = diff.Change()
	if c.String("format") == "json" {
		return writeJSON(s.env.Stdout, preview)
	}
	s.showStretches(stretches)
	fmt.Fprintf(s.env.Stdout, "将重读 %d 个位点，规则将是第 %d 版；库中没有的 %d 件（其标签算作新增），库中已有更新版本的 %d 件，死信 %d 件；试运行，没有写入\n",
		preview.Offsets, preview.Revision, preview.Absent, preview.Superseded, preview.Dead)
	return s.showChange(preview.Change, rules.Taxonomy())
}
