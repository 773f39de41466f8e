package cli

import (
	"bytes"
	"strings"
	"testing"

	"suqiu/classify"
	"suqiu/classify/evaluate"
	"suqiu/dicts"
	"suqiu/hotline"
)

// Without its faults a report names no record; with them it names ids, never a text. Columns line up.
func TestShowEvaluation(t *testing.T) {
	catalogue, err := classify.LoadCatalogue(dicts.Embedded())
	if err != nil {
		t.Fatal(err)
	}
	names := labelNames{taxonomy: catalogue.Taxonomy()}
	report := evaluate.Evaluate(answers{}, []evaluate.Record{
		{ID: "id-1", Text: "昨晚停电了", Labels: []string{"outage.fault"}, Found: []hotline.Responsible{evaluate.FoundNone}},
	})
	var full, summary bytes.Buffer
	if err := showEvaluation(&full, report, names); err != nil {
		t.Fatal(err)
	}
	report.Faults = nil
	if err := showEvaluation(&summary, report, names); err != nil {
		t.Fatal(err)
	}
	if rest, ok := strings.CutPrefix(full.String(), summary.String()); !ok || rest != "id-1 -outage.fault 涉电:漏报\n" || strings.Contains(full.String(), "昨晚") {
		t.Errorf("full:\n%s\nsummary:\n%s", full.String(), summary.String())
	}
	for _, want := range []string{
		"涉电                          1     0     0     1     1.000",
		"outage.fault 停送电/故障停电  1     0     0     1     1.000",
		"查实 none 没有写明            1     1     0     0     1.000",
		"\n标签宏平均 F1                           0.000  0.000–0.000\n",
		"\n性质                                    –\n",
		"\n查实责任                                1.000  1.000–1.000\n",
		"标注 1 条；至少有 5 个例子的标签 0 个；考性质 0 条，考责任 0 条，考查实责任 1 条\n",
	} {
		if !strings.Contains(summary.String(), want) {
			t.Errorf("want %q in\n%s", want, summary.String())
		}
	}
}
