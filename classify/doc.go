// Package classify finds out what a contact complains of: it segments the text with gse, matches the words of the
// rules on characters with token borders as a filter, evaluates the rules and says why a label was given or not.
// It sees one call at a time and depends on nothing but the call and the rule set: same input, same output.
// A RuleSet is immutable and safe for concurrent use; a reload makes a new one. The language is docs/rules.md.
package classify

// Version is the version of the matching and of the segmenter's dictionary. It is part of a rule set's hash, because
// with another version the same rules may give other labels.
const Version = "8 gse/v0.80.3 zh_s"
