package elastic

import (
	"fmt"

	"suqiu/hotline"
	"suqiu/index"
)

// MappingVersion is the version of the mapping below; it grows with every change of it. A month whose mapping is older
// is not written to, because strict documents of this build would be refused there one by one.
const MappingVersion = 5

// Names of fields that queries use.
const (
	fieldID          = "id"
	fieldReceived    = "received"
	fieldLabels      = "labels"
	fieldLabelTree   = "label_tree"
	fieldAreas       = "areas"
	fieldText        = "text"
	fieldContentRev  = "content_rev"
	fieldRulesetRev  = "ruleset_rev"
	fieldSource      = "source"
	fieldHotline     = "hotline"
	fieldKind        = "kind"
	fieldNature      = "nature"
	fieldResponsible = "responsible"
	fieldFound       = "found"
	fieldUrgency     = "urgency"
	fieldPortrait    = "portrait"
	fieldExperience  = "experience"
	fieldEntities    = "entities"
	fieldCaller      = "caller"
	fieldAccount     = "account"
	fieldMatter      = "matter"
	fieldPerson      = "person"
	fieldPrecision   = "precision"
	fieldTombstone   = "tombstone"
	fieldPartition   = "partition"
	fieldOffset      = "offset"
	fieldOffsetBit   = "offset_bit"
	fieldArrived     = "arrived"
)

// levelField names the field that holds the path of a tree down to a level, or the whole path where it is shorter.
func levelField(tree index.Tree, level int) string { return fmt.Sprintf("%s_level.%d", tree, level) }

// callsMapping is the mapping of a month. Document holds the whole of it unindexed, so that what is read back is what was
// written; the other fields exist to be searched, counted and shown in Kibana.
func callsMapping() object {
	keyword := object{"type": "keyword"}
	long := object{"type": "long"}
	levels := object{}
	for level := 1; level <= hotline.MaxAreaDepth; level++ {
		levels[fmt.Sprint(level)] = keyword
	}
	return object{
		"dynamic": "strict",
		"_meta":   object{"mapping_version": MappingVersion},
		"properties": object{
			fieldID:          keyword, // again, because _id can't be sorted by
			"document":       object{"type": "object", "enabled": false},
			fieldSource:      keyword,
			fieldHotline:     keyword,
			fieldKind:        keyword,
			"channel":        keyword,
			fieldReceived:    object{"type": "date", "format": "strict_date_time||epoch_millis"},
			fieldPrecision:   keyword,
			fieldContentRev:  long,
			fieldRulesetRev:  long,
			fieldMatter:      keyword,
			fieldCaller:      keyword,
			fieldPerson:      keyword, // the caller, or the document's id where nobody is known: what callers are counted by
			fieldAccount:     keyword,
			fieldAreas:       keyword, // both paths with all above them
			"grid":           keyword,
			"grid_level":     object{"type": "object", "properties": levels},
			"division":       keyword,
			"division_level": object{"type": "object", "properties": levels},
			"area_method":    keyword,
			fieldLabels:      keyword,
			fieldLabelTree:   keyword, // the labels with all above them
			"corrected_by":   keyword, // who corrected what the rules found; absent where rules alone decide
			"margin":         object{"type": "double"},
			fieldNature:      keyword,
			fieldResponsible: keyword,
			fieldFound:       keyword,
			fieldUrgency:     keyword,
			fieldPortrait:    keyword,
			fieldExperience:  keyword,
			fieldEntities:    keyword, // kind and value of each
			"class":          keyword,
			"unit":           keyword,
			"status":         keyword,
			"title":          object{"type": "text", "analyzer": "standard"},
			// One value a turn. The gap between values keeps a phrase inside its turn.
			fieldText: object{"type": "text", "analyzer": "standard", "position_increment_gap": 100},
			// The words are searched one by one; for phrases and ranks there is the text.
			"tokens":       object{"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": false},
			fieldTombstone: object{"type": "boolean"},
			// Where the document was read from, if it alone was made of its Kafka record.
			fieldPartition: keyword,
			fieldOffset:    long,
			fieldOffsetBit: object{"type": "long", "index": false}, // of its hotline.Block
			fieldArrived:   object{"type": "date", "format": "strict_date_time||epoch_millis"},
		},
	}
}

// Fields returns the type of every field of a month that can be searched, by its full name: what Kibana objects may
// use. The fields of the unindexed document are not among them.
func Fields() map[string]string {
	return fieldsOf(callsMapping())
}

func fieldsOf(mapping object) map[string]string {
	fields := map[string]string{}
	addFields(fields, "", mapping)
	return fields
}

func addFields(fields map[string]string, prefix string, mapping object) {
	for name, field := range mapping["properties"].(object) {
		definition := field.(object)
		switch {
		case definition["properties"] != nil:
			addFields(fields, prefix+name+".", definition)
		case definition["enabled"] == nil:
			fields[prefix+name] = definition["type"].(string)
		}
	}
}

// Pattern is the index pattern of all months.
func Pattern(prefix string) string { return prefix + "-calls-*" }

// ledgerMapping is the mapping of the ledger. Its version says which mapping Setup has installed for the months to come.
func ledgerMapping() object {
	return object{
		"dynamic": "strict",
		"_meta":   object{"mapping_version": MappingVersion},
		"properties": object{
			"key":   object{"type": "keyword"},
			"rev":   object{"type": "long", "index": false},
			"value": object{"type": "binary"},
		},
	}
}
