// Package index defines what suqiu asks of a store, as four small interfaces: Writer, Searcher, Counter and Ledger.
// index/elastic and index/sqlite implement them; index/storetest is the one suite that both pass. Put is idempotent
// and ordered by Document.Version: an older version never replaces a newer one, in whatever order they come.
// Searches and counts see what was written before the last Refresh; the ledger sees its own writes at once.
package index

import (
	"context"
	"errors"
	"fmt"
	"time"

	"suqiu/hotline"
)

// Writer stores documents.
type Writer interface {
	// Put stores a batch and returns one verdict a document, in the batch's order. An equal version is Stored again
	// (external_gte), an older one Superseded. When the whole batch failed the error is a *hotline.Fault and the
	// verdicts are nil; some documents may have been applied, and putting the batch again is harmless. Put blocks
	// until the store has answered or ctx ends. After a call moved to another month, only the newest copy remains.
	// Documents must pass Check; one that does not is Refused.
	Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error)
}

// Searcher finds documents.
type Searcher interface {
	// Search answers a query; see Query. It never returns tombstones.
	Search(ctx context.Context, q Query) (Result, error)
	// Scan reads every document that the filter accepts, tombstones too, in a stable order (document id), size at a
	// time (1 … MaxWindow, else ErrQuery). token is empty for the first page and else the one that the page before
	// returned; an empty next token ends the scan. A document that is there during the whole scan is returned exactly
	// once, even when it is rewritten meanwhile.
	Scan(ctx context.Context, f Filter, token string, size int) (docs []hotline.Document, next string, err error)
	// Revisions returns the content revision of those of the document ids, at most MaxWindow (else ErrQuery), that the
	// store holds, tombstones too. It reads no documents and is made for asking after many.
	Revisions(ctx context.Context, ids []string) (map[string]int64, error)
	// Origins returns from which of at most MaxOffsets offsets (else ErrQuery) the store holds a document alone (see
	// hotline.Origin), in blocks by their order. It reads no documents, and leaves out the blocks in which one offset
	// has two documents, as where a topic was deleted and made again, or a document is moving; it may leave out what an
	// older build has written.
	Origins(ctx context.Context, o hotline.Offsets) ([]hotline.Block, error)
	// Get returns one document by id, or ErrNotFound; it sees every write at once.
	Get(ctx context.Context, id string) (hotline.Document, error)
}

// Counter counts what was told.
type Counter interface {
	// Count returns the non-zero cells of label x area x bucket, ordered by label, area, bucket. Tombstones do not count.
	Count(ctx context.Context, q CountQuery) ([]hotline.Count, error)
}

// Ledger keeps small records with optimistic concurrency: rule sets, incidents, jobs, resume points, corrections,
// leases, coverage. A record's revision is positive and grows with every put.
type Ledger interface {
	// GetRecord returns the record of a key, or ErrNotFound.
	GetRecord(ctx context.Context, key string) (Record, error)
	// PutRecord writes value if the record's revision still is ifRev (0: it must not exist yet), and returns the new
	// revision; else ErrConflict. Keys are UTF-8 of 1 … 512 bytes, values at most 4 MiB; others are ErrQuery.
	PutRecord(ctx context.Context, key string, value []byte, ifRev int64) (int64, error)
	// ListRecords returns the records whose key begins with prefix, ordered by key.
	ListRecords(ctx context.Context, prefix string) ([]Record, error)
}

// Store is all four, and what holds them together.
type Store interface {
	Writer
	Searcher
	Counter
	Ledger
	// Refresh makes all earlier writes visible to Search, Scan and Count.
	Refresh(ctx context.Context) error
	// Close releases the store; it may be called once, after all other calls have returned.
	Close() error
}

// Errors of reads and of the ledger.
var (
	ErrNotFound = errors.New("not found")
	ErrConflict = errors.New("changed by another writer meanwhile")
	ErrQuery    = errors.New("bad query") // wrapped with what is wrong and how to say it
)

// Record is one entry of the ledger.
type Record struct {
	Key   string
	Value []byte
	Rev   int64
}

// Partition names what a document was read from as topic/partition, if it alone was made of its Kafka record; else it is
// empty. It is what stores look up origins by.
func Partition(o hotline.Origin) string {
	if o.Topic == "" || o.Shared {
		return ""
	}
	return fmt.Sprintf("%s/%d", o.Topic, o.Partition)
}

// Filter says which documents take part. Zero fields do not restrict; several values of one field mean any of them;
// different fields must all hold.
type Filter struct {
	From, To     time.Time // received in [From, To)
	IDs          []string  // document ids
	Labels       []string  // codes; "outage" also matches outage.fault
	Unlabelled   bool      // only documents without any label
	Areas        []string  // area paths, grid or division, each with all that lies below it
	Sources      []string
	Hotlines     []hotline.Hotline
	Kinds        []hotline.Kind
	Natures      []hotline.Nature
	Responsible  []hotline.Responsible
	Found        []hotline.Responsible // by what the handlers found
	Urgency      []string              // codes
	Portrait     []string              // codes
	Experience   []hotline.Experience
	Entities     []string // keys of entities: transformer:幸福里2号台区
	Caller       string   // pseudonym
	Account      string   // pseudonym
	Matter       string
	RulesetBelow int64 // only documents analysed by a revision below this one
}

// Sort is the order of search results.
type Sort string

// The orders. Ties are broken by document id.
const (
	SortNewest    Sort = "newest"
	SortOldest    Sort = "oldest"
	SortRelevance Sort = "relevance"
)

// Field names a facet.
type Field string

// The facets.
const (
	FacetLabel       Field = "label"
	FacetArea        Field = "area" // every level of the path counts
	FacetSource      Field = "source"
	FacetHotline     Field = "hotline"
	FacetKind        Field = "kind"
	FacetNature      Field = "nature"
	FacetResponsible Field = "responsible"
	FacetFound       Field = "found"
	FacetUrgency     Field = "urgency"
	FacetPortrait    Field = "portrait"
	FacetExperience  Field = "experience"
	FacetEntity      Field = "entity"
)

// Query is one search. Words are separated by blanks and must all occur; "…" makes a phrase of several words one;
// a word of Chinese characters matches them next to each other, across word borders; a leading - excludes. An empty
// Words matches all. Words are looked for in the text of all turns; ParseWords says precisely what matches.
type Query struct {
	Words     string
	Filter    Filter
	Sort      Sort // by default newest
	Offset    int  // documents to skip, at most 10,000 together with Size
	Size      int  // documents to return; 0 returns none, only Total and Facets
	Highlight bool
	Facets    []Field
	FacetSize int // buckets a facet, by default 10
}

// MaxWindow bounds Offset+Size of a query; further pages are for Scan.
const MaxWindow = 10_000

// MaxOffsets is of how many offsets origins can be asked for at once: a thousand blocks.
const MaxOffsets = 1000 * hotline.BlockOffsets

// Result is the answer to a query.
type Result struct {
	Total  int64
	Found  []Found
	Facets map[Field][]Bucket // the largest first, ties by value
}

// Found is one document of a result.
type Found struct {
	Document   hotline.Document
	Score      float64     // only with SortRelevance
	Highlights []Highlight // where the words stand, by turn and place
}

// Highlight is a place in a turn, in byte offsets of its text.
type Highlight struct {
	Turn, Start, End int
}

// Bucket is one value of a facet.
type Bucket struct {
	Value string `json:"value"`
	Count int64  `json:"count"`
}

// Interval is the width of a bucket of time.
type Interval string

// The intervals; days, weeks (from Monday) and months are those of the query's zone.
const (
	IntervalHour  Interval = "hour"
	IntervalDay   Interval = "day"
	IntervalWeek  Interval = "week"
	IntervalMonth Interval = "month"
)

// Tree names one of the two area trees.
type Tree string

// The area trees.
const (
	TreeGrid     Tree = "grid"
	TreeDivision Tree = "division"
)

// CountQuery says what to count. Documents whose path is shorter than Level count at the end of their path; those
// without any path count under the area "", and those without labels under the label "". The filter chooses documents,
// not labels: every code of an accepted document counts, as it is and not added up its tree. Documents of day
// precision are left out of hourly counts. What can't be counted so is ErrQuery.
type CountQuery struct {
	Filter     Filter
	Interval   Interval
	Zone       *time.Location // by default Asia/Shanghai
	Tree       Tree
	Level      int   // depth of the area path, 0 … hotline.MaxAreaDepth; 0 counts all places together
	RulesetRev int64 // only documents of exactly this revision; 0 counts all
}
