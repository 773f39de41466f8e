package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"suqiu/hint"
	"suqiu/hotline"
)

// Marks of the file's header.
const (
	applicationID = 0x73757169 // "suqi": tells our files from those of other programs
	schemaVersion = 5          // kept in user_version; raise it with every change of the schema
)

// schema holds what searches and counts read in narrow tables, and the documents themselves apart in body, so that a
// search over a million calls does not drag their texts through the cache. Area paths and label codes are numbered.
// text is a contentless index of tokens that this package cuts itself: the ascii tokenizer with these tokenchars
// splits at blanks only, so that a phrase of FTS5 is exactly a phrase of index.Tokenize.
const schema = `
CREATE TABLE area (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, depth INTEGER NOT NULL) STRICT;
CREATE TABLE area_above (area INTEGER NOT NULL, level INTEGER NOT NULL, above INTEGER NOT NULL, PRIMARY KEY (area, level)) STRICT, WITHOUT ROWID;
CREATE TABLE label (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE) STRICT;

CREATE TABLE call (
	doc         INTEGER PRIMARY KEY,
	id          TEXT NOT NULL UNIQUE,
	version     INTEGER NOT NULL,
	ruleset_rev INTEGER NOT NULL,
	received    INTEGER NOT NULL, -- ms since 1970
	tombstone   INTEGER NOT NULL,
	precision   TEXT NOT NULL,
	source      TEXT NOT NULL,
	hotline     TEXT NOT NULL,
	kind        TEXT NOT NULL,
	nature      TEXT NOT NULL,
	responsible TEXT NOT NULL,
	grid        INTEGER NOT NULL, -- area.id
	division    INTEGER NOT NULL, -- area.id
	matter      TEXT NOT NULL,
	caller      TEXT NOT NULL,
	account     TEXT NOT NULL
) STRICT;
CREATE INDEX call_received ON call (received);
CREATE INDEX call_matter ON call (matter);
CREATE INDEX call_caller ON call (caller) WHERE caller <> '';
CREATE INDEX call_account ON call (account) WHERE account <> '';

CREATE TABLE labelled (label INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (label, doc)) STRICT, WITHOUT ROWID;
CREATE INDEX labelled_doc ON labelled (doc);
CREATE TABLE body (doc INTEGER PRIMARY KEY, json BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE text USING fts5 (tokens, content = '', contentless_delete = 1,
	tokenize = "ascii tokenchars '.,:;_|''""'");

` + facetSchema + originSchema + `
CREATE TABLE record (key TEXT PRIMARY KEY, value BLOB NOT NULL, rev INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`

// facetSchema came with schema 3: what documents hold of the facets of which they may have any number of values.
const facetSchema = `
CREATE TABLE facet (id INTEGER PRIMARY KEY, field TEXT NOT NULL, content TEXT NOT NULL, UNIQUE (field, content)) STRICT;
CREATE TABLE holds (facet INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (facet, doc)) STRICT, WITHOUT ROWID;
CREATE INDEX holds_doc ON holds (doc);
`

// originSchema came with schema 4: where documents were read from that were alone in their Kafka record.
const originSchema = `
ALTER TABLE call ADD COLUMN partition TEXT NOT NULL DEFAULT ''; -- index.Partition
ALTER TABLE call ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0; -- its offset
ALTER TABLE call ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0; -- ms since 1970
` + originIndex

// originIndex came with schema 5: an audit reads nothing else.
const originIndex = `
DROP INDEX IF EXISTS call_partition; -- of schema 4, without the arrivals
CREATE INDEX call_origin ON call (partition, read_at, arrived) WHERE partition <> '';
`

// install makes the schema in a new file, checks that of an old one, and adds to one of schema 2 to 4 what it lacks: the
// documents of 2 and 3 hold nothing of it.
func install(ctx context.Context, tx *sql.Tx) error {
	var app, version, tables int
	for pragma, value := range map[string]*int{
		"PRAGMA application_id": &app, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := tx.QueryRowContext(ctx, pragma).Scan(value); err != nil {
			return err
		}
	}
	switch {
	case tables == 0:
		_, err := tx.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion))
		return err
	case app != applicationID:
		return &hotline.Fault{Kind: hotline.FaultSetup, Err: errors.New("the file belongs to another program"), Hint: hint.Of(hint.OtherProgram)}
	case version > schemaVersion:
		return &hotline.Fault{Kind: hotline.FaultSetup, Err: fmt.Errorf("the file has schema %d, this build knows up to %d", version, schemaVersion), Hint: hint.Of(hint.NewerFile)}
	case 2 <= version && version < schemaVersion:
		lacks := map[int]string{2: facetSchema + originSchema, 3: originSchema, 4: originIndex}[version]
		_, err := tx.ExecContext(ctx, lacks+fmt.Sprintf("PRAGMA user_version = %d;", schemaVersion))
		return err
	case version < schemaVersion:
		return &hotline.Fault{Kind: hotline.FaultSetup, Err: fmt.Errorf("the file has schema %d, this build needs %d", version, schemaVersion), Hint: hint.Of(hint.OlderFile)}
	}
	return nil
}
