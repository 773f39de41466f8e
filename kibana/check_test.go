package kibana

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small is a data view, a search, a panel and a dashboard, one a line, that Check finds no fault with.
func small(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "small.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestCheckSmall(t *testing.T) {
	if err := Check([]byte(small(t)), Mapped); err != nil {
		t.Error(err)
	}
}

// TestCheckFaults puts one fault at a time into the small set; each must be found, and nothing else.
func TestCheckFaults(t *testing.T) {
	for name, fault := range map[string]struct{ old, new, want string }{
		// Lines and identity.
		"BrokenLine":          {`{"type":"search"`, `{"type":search`, `line 2: invalid character`},
		"IDMissing":           {`"id":"s-newest","attributes":`, `"id":"","attributes":`, `type or id is missing`},
		"SameTwice":           {`{"type":"dashboard","id":"s-board"`, `{"type":"lens","id":"s-total"`, `lens s-total: is there twice`},
		"LegacyVisualization": {`"type":"lens","id":"s-total"`, `"type":"visualization","id":"s-total"`, `objects of this type are not used here`},
		"NewerTypeVersion":    {`"typeMigrationVersion":"8.9.0","managed":false,"line":3`, `"typeMigrationVersion":"10.3.0","managed":false,"line":3`, `versions are "8.8.0" and "10.3.0", must be "8.8.0" and "8.9.0"`},
		"TitleMissing":        {`"title":"总量"`, `"title":""`, `lens s-total: has no title`},
		// Inner JSON.
		"PanelsNotText":     {`"panelsJSON":"[`, `"panelsJSON":["[`, `line 4`},
		"OptionsAsObject":   {`"optionsJSON":"{\"useMargins\":true}"`, `"optionsJSON":{"useMargins":true}`, `must be a string that holds JSON`},
		"SourceDoesntParse": {`"searchSourceJSON":"{\"query\":{\"query\":\"tombstone`, `"searchSourceJSON":"{query:{\"query\":\"tombstone`, `the JSON in a string`},
		// References.
		"DanglingReference":     {`"id":"s-total","name":"1:panel_1"`, `"id":"s-gone","name":"1:panel_1"`, `reference "1:panel_1" is to lens s-gone, which is not there`},
		"ReferenceMissing":      {`{"type":"lens","id":"s-total","name":"1:panel_1"},`, ``, `reference "1:panel_1" is missing`},
		"ReferenceNotUsed":      {`"name":"1:panel_1"}`, `"name":"1:panel_1"},{"type":"lens","id":"s-total","name":"9:panel_9"}`, `reference "9:panel_9" is not used`},
		"ReferenceTwice":        {`"name":"1:panel_1"}`, `"name":"1:panel_1"},{"type":"lens","id":"s-total","name":"1:panel_1"}`, `reference "1:panel_1" is there twice`},
		"ReferenceOfOtherType":  {`{"type":"lens","id":"s-total","name":"1:panel_1"}`, `{"type":"search","id":"s-newest","name":"1:panel_1"}`, `reference "1:panel_1" is to a search, must be to a lens`},
		"LayerReferenceOther":   {`"name":"indexpattern-datasource-layer-l"`, `"name":"indexpattern-datasource-layer-m"`, `reference "indexpattern-datasource-layer-l" is missing`},
		"DrilldownNoReference":  {`"name":"1:drilldown:`, `"name":"2:drilldown:`, `reference "1:drilldown:DASHBOARD_TO_DASHBOARD_DRILLDOWN:d:dashboardId" is missing`},
		"ControlNoReference":    {`"name":"controlGroup_c:`, `"name":"controlGroup_x:`, `reference "controlGroup_c:optionsListDataView" is missing`},
		"SearchNamesNoDataView": {`,\"indexRefName\":\"kibanaSavedObjectMeta.searchSourceJSON.index\"`, ``, `names no data view`},
		// Lens.
		"UnknownChart":        {`"lnsDatatable"`, `"lnsGauge"`, `is a "lnsGauge", which is not used here`},
		"OrderLacksColumn":    {`"columnOrder":["label","count"]`, `"columnOrder":["label"]`, `layer l orders the columns [label], has [count label]`},
		"MetricBeforeBucket":  {`"columnOrder":["label","count"]`, `"columnOrder":["count","label"]`, `column label: buckets must come before metrics`},
		"ShownNotAskedFor":    {`{"columnId":"count"}`, `{"columnId":"count"},{"columnId":"share"}`, `column share is shown and not asked for`},
		"AskedForNotShown":    {`,{"columnId":"count"}`, ``, `column count is asked for and not shown`},
		"OtherLayerShown":     {`"visualization":{"layerId":"l"`, `"visualization":{"layerId":"m"`, `shows layer "m", which is not there`},
		"OperationUnknown":    {`"operationType":"count"`, `"operationType":"formula"`, `the operation "formula" is not used here`},
		"OrderedByBucket":     {`"columnId":"count","fallback":false`, `"columnId":"label","fallback":false`, `is ordered by "label", which is no metric of the layer`},
		"NoSize":              {`"size":5`, `"size":0`, `shows 0 values, must be 1 to 1000`},
		"DataTypeOther":       {`"dataType":"string","operationType":"terms"`, `"dataType":"number","operationType":"terms"`, `gives string, bucketed true; it says number, true`},
		"CountsAField":        {`"sourceField":"___records___"`, `"sourceField":"matter"`, `counts "matter", must count ___records___`},
		"ShiftUnknown":        {`"operationType":"count"`, `"timeShift":"1y","operationType":"count"`, `is shifted by "1y", must be previous`},
		"ColumnWithoutLabel":  {`"label":"诉求分类"`, `"label":" "`, `column label has no label`},
		"FilterNamesNoField":  {`"operationType":"count"`, `"filter":{"query":"callr : *","language":"kuery"},"operationType":"count"`, `field "callr" is asked for; the index has no such field`},
		"QueryDoesntParse":    {`"query":{"query":"tombstone : false","language":"kuery"}`, `"query":{"query":"tombstone : (","language":"kuery"}`, `"(" is there where a field or value is expected`},
		"QueryOfOtherKind":    {`"query":{"query":"tombstone : false","language":"kuery"}`, `"query":{"query":"tombstone:false","language":"lucene"}`, `is in the language "lucene", must be kuery`},
		"TermsOfText":         {`"sourceField":"labels"`, `"sourceField":"text"`, `field "text" is cut into values, which its type text does not allow`},
		"TermsOfUnknownField": {`"sourceField":"labels"`, `"sourceField":"label"`, `field "label" is cut into values; the index has no such field`},
		// Data view and search.
		"ViewOfOtherIndex":   {`"title":"suqiu-calls-*"`, `"title":"logs-*"`, `stands for "logs-*", which is no index of ours`},
		"ViewOfLetters":      {`"title":"suqiu-calls-*"`, `"title":"suqiu-letters"`, `lens s-total: field "labels" is cut into values; the index has no such field`},
		"TimeIsNoDate":       {`"timeFieldName":"received"`, `"timeFieldName":"hotline"`, `field "hotline" is used as time, which its type keyword does not allow`},
		"NameOfUnknownField": {`"fieldAttrs":"{\"labels\"`, `"fieldAttrs":"{\"lables\"`, `field "lables" is shown; the index has no such field`},
		"FormatOfText":       {`"fieldFormatMap":"{\"labels\"`, `"fieldFormatMap":"{\"text\"`, `field "text" is cut into values, which its type text does not allow`},
		"ColumnOfUnknown":    {`"columns":["hotline","text"]`, `"columns":["hotline","texts"]`, `field "texts" is shown; the index has no such field`},
		"SortedByText":       {`"sort":[["received","desc"]]`, `"sort":[["text","desc"]]`, `field "text" is sorted by, which its type text does not allow`},
		"SortedNoWay":        {`"sort":[["received","desc"]]`, `"sort":[["received","down"]]`, `is sorted "down", must be asc or desc`},
		"KeywordCompared":    {`\"query\":\"tombstone : false\"`, `\"query\":\"hotline > 5\"`, `field "hotline" is compared, which its type keyword does not allow`},
		"BooleanIsWord":      {`\"query\":\"tombstone : false\"`, `\"query\":\"tombstone : no\"`, `field "tombstone" is asked for "no", can only be true or false`},
		"NumberIsWord":       {`\"query\":\"tombstone : false\"`, `\"query\":\"margin < low\"`, `field "margin" is asked for "low", which is no number`},
		"ControlOfNumber":    {`\"fieldName\":\"hotline\"`, `\"fieldName\":\"margin\"`, `field "margin" is chosen in a control, which its type double does not allow`},
		"ControlOtherID":     {`\"explicitInput\":{\"id\":\"c\"`, `\"explicitInput\":{\"id\":\"x\"`, `control c calls itself x`},
		"DrilldownToURL":     {`\"factoryId\":\"DASHBOARD_TO_DASHBOARD_DRILLDOWN\"`, `\"factoryId\":\"URL_DRILLDOWN\"`, `drill-down d is no DASHBOARD_TO_DASHBOARD_DRILLDOWN with a trigger`},
		// Layout.
		"OutsideGrid":    {`{\"x\":24,\"y\":0,\"w\":24`, `{\"x\":24,\"y\":0,\"w\":25`, `panel 2 lies outside the 48 columns`},
		"Overlap":        {`{\"x\":24,\"y\":0`, `{\"x\":23,\"y\":0`, `panel 2 lies on panel 1`},
		"NoHeight":       {`\"h\":15,\"i\":\"2\"`, `\"h\":0,\"i\":\"2\"`, `panel 2 lies outside`},
		"GridOtherIndex": {`\"h\":15,\"i\":\"2\"`, `\"h\":15,\"i\":\"3\"`, `panel "2" stands in the grid as "3"`},
		"PanelByValue":   {`,\"panelRefName\":\"panel_2\"`, ``, `panel 2 names no object`},
		"PanelOfMap":     {`{\"type\":\"search\"`, `{\"type\":\"map\"`, `panel 2 is a "map", must be a lens or a search`},
	} {
		t.Run(name, func(t *testing.T) {
			good := small(t)
			bad := strings.Replace(good, fault.old, fault.new, 1)
			if bad == good {
				t.Fatalf("the small set has no %s", fault.old)
			}
			if err := Check([]byte(bad), Mapped); err == nil || !strings.Contains(err.Error(), fault.want) {
				t.Errorf("got %v\nwant %s", err, fault.want)
			}
		})
	}
}

// FuzzCheck: whatever stands in a file, Check ends with an error or without one.
func FuzzCheck(f *testing.F) {
	text, err := os.ReadFile(filepath.Join("testdata", "small.ndjson"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for line := range strings.Lines(string(text)) {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, ndjson []byte) {
		first, second := Check(ndjson, Mapped), Check(ndjson, Mapped)
		if (first == nil) != (second == nil) {
			t.Errorf("%v, then %v", first, second)
		}
	})
}
