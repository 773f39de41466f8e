package elastic

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"suqiu/hint"
	"suqiu/hotline"
)

// LettersVersion is the version of the letters' mapping; it grows with every change of it, apart from MappingVersion.
const LettersVersion = 1

// LettersIndex is the index of the copies of dead letters.
func LettersIndex(prefix string) string { return prefix + "-letters" }

func (s *Store) lettersIndex() string { return LettersIndex(s.config.Prefix) }

// lettersMapping is the mapping of the copies of dead letters. A document holds a letter, or else, in epoch and through,
// how far the copies of a partition's letters reach.
func lettersMapping() object {
	keyword := object{"type": "keyword", "ignore_above": 8191} // 32,764 bytes, the longest that can be indexed, in characters of four
	date := object{"type": "date", "format": "strict_date_time||epoch_millis"}
	text := object{"type": "text", "analyzer": "standard"}
	long := object{"type": "long"}
	return object{
		"dynamic": "strict",
		"_meta":   object{"mapping_version": LettersVersion},
		"properties": object{
			"id": keyword, "source": keyword, "hotline": keyword, "reason": keyword, "place": keyword, "why": text, "remedy": text,
			"at": date, "arrived": date, "resolved": date, "bytes": long,
			// Where the input stands.
			"topic": keyword, "partition": long, "offset": long, "until": long, "file": keyword, "line": long,
			"epoch": long, "through": long,
		},
	}
}

// LetterFields is Fields of the index of letters.
func LetterFields() map[string]string { return fieldsOf(lettersMapping()) }

// lettersTemplate shapes the index of letters if anybody but Setup makes it.
func (s *Store) lettersTemplate() object {
	return object{
		"settings": object{"index": object{
			"number_of_shards": 1, "number_of_replicas": s.config.Replicas,
			"refresh_interval": fmt.Sprintf("%dms", s.config.RefreshInterval.Milliseconds()),
		}},
		"mappings": lettersMapping(),
	}
}

// indexedLetter is a letter as its index holds it.
type indexedLetter struct {
	ID        string          `json:"id,omitempty"`
	Source    string          `json:"source,omitempty"`
	Hotline   hotline.Hotline `json:"hotline,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Place     string          `json:"place,omitempty"`
	Why       string          `json:"why,omitempty"`
	Hint      string          `json:"remedy,omitempty"`
	At        string          `json:"at,omitempty"`
	Arrived   string          `json:"arrived,omitempty"`
	Resolved  string          `json:"resolved,omitempty"`
	Bytes     int             `json:"bytes"`
	Topic     string          `json:"topic,omitempty"`
	Partition *int            `json:"partition,omitempty"`
	Offset    *int64          `json:"offset,omitempty"`
	Until     int64           `json:"until,omitempty"`
	File      string          `json:"file,omitempty"`
	Line      int64           `json:"line,omitempty"`
}

func indexedLetterOf(l *hotline.LetterCopy) indexedLetter {
	d := indexedLetter{
		ID: l.ID, Source: l.Source, Hotline: l.Hotline, Reason: l.Reason, Place: l.Place, Why: l.Why, Hint: l.Hint,
		At: dateOf(l.At), Bytes: l.Bytes, Until: l.Until, File: l.Origin.File, Line: l.Origin.Line,
	}
	if d.Topic = l.Origin.Topic; d.Topic != "" {
		d.Partition, d.Offset = &l.Origin.Partition, &l.Origin.Offset
	}
	if !l.Arrived.IsZero() {
		d.Arrived = dateOf(l.Arrived)
	}
	if !l.Resolved.IsZero() {
		d.Resolved = dateOf(l.Resolved)
	}
	return d
}

// letterKey is the document id of a letter: its own id, or, where that is too long, a digest of it.
func letterKey(id string) string {
	if len(id) <= maxIDBytes {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256 " + hex.EncodeToString(sum[:])
}

// requireLetters reports an index of letters that is missing, or whose mapping is not this build's.
func (s *Store) requireLetters(ctx context.Context) error {
	name := s.lettersIndex()
	found, err := s.mappings(ctx, name)
	if err != nil {
		return err
	}
	if len(found) != 1 {
		return setupFault("write to "+name, hint.Of(hint.LettersIndex), "it stands for %d indices, must be one", len(found))
	}
	for _, mapping := range found {
		return unfit(name, mapping, lettersMapping(), LettersVersion, hint.Of(hint.LettersIndex))
	}
	return nil
}

// lettersMark is a hotline.LettersMark as the index holds it.
type lettersMark struct {
	Epoch   int64 `json:"epoch"`
	Through int64 `json:"through"`
}

// markKey is the document id of a mark; no letter's can be the same, since topics have no space in their names.
func markKey(topic string, partition int) string {
	return letterKey(fmt.Sprintf("through %s/%d", topic, partition))
}

func (s *Store) readMark(ctx context.Context, key string) (held[lettersMark], error) {
	found, err := readHeld[lettersMark](ctx, s, "read how far "+s.lettersIndex()+" reaches", s.lettersIndex(), key)
	if err != nil {
		return held[lettersMark]{}, err
	}
	return found[0], nil
}

func (s *Store) writeMark(ctx context.Context, key string, read held[lettersMark], next lettersMark) error {
	written, err := writeHeld(ctx, s, "write how far "+s.lettersIndex()+" reaches", s.lettersIndex(), key, read, next)
	if err == nil && !written {
		return hotline.ErrCopiesIncomplete
	}
	return err
}

// ResumeLetters says how far the copies of a partition of dead letters reach. Where there are none, they begin now, and
// reach to first.
func (s *Store) ResumeLetters(ctx context.Context, topic string, partition int, first int64) (hotline.LettersMark, error) {
	if err := s.requireLetters(ctx); err != nil {
		return hotline.LettersMark{}, err
	}
	key := markKey(topic, partition)
	mark, err := s.readMark(ctx, key)
	if err != nil {
		return hotline.LettersMark{}, err
	}
	if !mark.Found {
		begun := lettersMark{Epoch: time.Now().Unix(), Through: first}
		return hotline.LettersMark(begun), s.writeMark(ctx, key, mark, begun)
	}
	return hotline.LettersMark(mark.Source), nil
}

// ReachLetters notes that the letters of a partition are copied up to an offset, which they were as from says before. The
// error is hotline.ErrCopiesIncomplete if they were not, so that earlier ones are missing, or if somebody else notes the
// same at this moment.
func (s *Store) ReachLetters(ctx context.Context, topic string, partition int, from hotline.LettersMark, through int64) error {
	key := markKey(topic, partition)
	mark, err := s.readMark(ctx, key)
	switch {
	case err != nil:
		return err
	case !mark.Found || mark.Source.Epoch != from.Epoch || mark.Source.Through < from.Through:
		return hotline.ErrCopiesIncomplete
	case mark.Source.Through >= through:
		return nil // done again
	}
	return s.writeMark(ctx, key, mark, lettersMark{from.Epoch, through})
}

// ResolvedLetters tells which of some letters are copied as resolved, and since when, to the millisecond.
func (s *Store) ResolvedLetters(ctx context.Context, ids []string) (map[string]time.Time, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = letterKey(id)
	}
	op := fmt.Sprintf("read %d copies of dead letters", len(ids))
	found, err := readHeld[indexedLetter](ctx, s, op, s.lettersIndex(), keys...)
	if err != nil {
		return nil, err
	}
	resolved := map[string]time.Time{}
	for i := range found {
		if text := found[i].Source.Resolved; text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return nil, fault(op, fmt.Errorf("%w: %s: %w", errAnswer, ids[i], err))
			}
			resolved[ids[i]] = at
		}
	}
	return resolved, nil
}

// PutLetters writes copies of letters, and removes those of removed ones, each unless a copy of a higher version is there.
// There is one verdict a letter, or a *hotline.Fault for all, after which putting them again is harmless.
func (s *Store) PutLetters(ctx context.Context, letters []hotline.LetterCopy) ([]hotline.Verdict, error) {
	verdicts := make([]hotline.Verdict, len(letters))
	var b batch
	var verdictOf []*hotline.Verdict // by action
	for i := range letters {
		l, v := &letters[i], &verdicts[i]
		v.ID = l.ID
		a := action{Index: s.lettersIndex(), ID: letterKey(l.ID), Version: l.Version()}
		var err error
		if l.Removed {
			err = b.delete(a)
		} else {
			err = b.index(a, indexedLetterOf(l))
		}
		if err != nil {
			v.Outcome, v.Reason = hotline.Refused, err.Error()
			continue
		}
		verdictOf = append(verdictOf, v)
	}
	if len(b.actions) == 0 {
		return verdicts, nil
	}
	op := fmt.Sprintf("copy %d dead letters", len(b.actions))
	items, err := s.bulk(ctx, op, &b.lines, len(b.actions))
	if err != nil {
		return nil, err
	}
	if err := lettersFault(op, items); err != nil {
		return nil, err
	}
	for n, it := range items {
		v := verdictOf[n]
		v.Outcome, v.Reason = it.outcome()
		if it.Status == http.StatusNotFound { // of a letter to be removed, which was never copied or is gone already
			v.Outcome, v.Reason = hotline.Stored, ""
		}
	}
	return verdicts, nil
}

// lettersFault finds answers for letters that tell of a faulty set-up, as sharedFault does for documents.
func lettersFault(op string, items []item) error {
	unfit := 0
	for _, it := range items {
		switch {
		case it.Status == http.StatusForbidden || it.Status == http.StatusUnauthorized || it.errorType() == "index_not_found_exception":
			return fault(op, &statusError{Status: it.Status, Type: it.errorType(), Reason: it.reason()})
		case it.errorType() == "strict_dynamic_mapping_exception":
			return setupFault(op, hint.Of(hint.LettersIndex), "the mapping does not fit: %s", it.reason())
		case it.unfit():
			if unfit++; unfit > 1 {
				return setupFault(op, hint.Of(hint.LettersIndex), "the mapping fits several letters not, one because of %s", it.reason())
			}
		}
	}
	return nil
}
