// Package ingest is the acknowledged loop: it reads contacts from Kafka topics and files, makes documents of them, and
// does not acknowledge an input before each of its documents is stored or its dead letter is. Nothing is lost,
// whatever stops or fails; what is done twice is harmless, because documents have ids and versions and dead letters
// have keys. No raw personal data leaves the package, except sealed to the operator's key.
//
// # The way of a record
//
//	Consumer ─ worker ─┐                       ┌─ write ─ Store
//	FileIngester ──────┼─ Pipeline ─ Loop ─────┤                    then: ack ─ commit, or the resume point
//	Replayer ──────────┘                       └─ bury ── Sink ─ Mirror ─ LetterCopies
//
// Pipeline is pure: payload in, entries out. Loop.Finish is the only place that writes; it returns when all is done, or
// the context has ended, or the source must pause. Whoever called it acknowledges what it reports as done, and only
// that. Mirror is a consumer of the topic of dead letters, with a group and a task of its own. Auditor only reads: it
// goes through the log again and accounts for every committed offset.
//
// # Rules of concurrency
//
//   - A partition has one worker, and a worker has one batch in hand. So the offset after a finished batch is safe to
//     commit: there is nothing unfinished before it. Back-pressure needs nothing more: a worker that waits for the
//     store does not fetch.
//   - A worker never returns while its generation lives, because the return of any function that a generation has
//     started ends it for the whole member. A partition that must stand still parks its worker until the generation
//     ends; heartbeats and other partitions go on.
//   - When a generation ends (rebalance, stop) a worker may finish the batch in its hands under a context that outlives
//     the generation's by a third of the session timeout, less than the group waits for it. What it has read but not
//     begun it drops. The committer waits for the workers and commits last.
//   - Commits carry the generation. A refused one (fenced) ends the generation at once: the partitions have another
//     owner, who does again what was not committed. A failed one is covered by the next.
//   - Acknowledgements go through acks, which has a mutex and never goes back. State and progress have their own
//     mutexes and are only ever told about; nothing is decided by them.
//   - The share of dead letters is one for each source and process, behind a mutex in shares; a source that passed the
//     limit stays paused for the life of the process.
//   - Nothing here starts a goroutine that outlives the call it was started in, but for the Read of a pipe that blocks
//     when FileIngester.Stream is called off.
//
// # Not obvious
//
//   - Fetching asks the broker directly instead of through kafka.Reader, which skips silently over what retention has
//     removed. Here that is an error, and the gap policy decides.
//   - kafka.ConsumerGroup.Next must be called in a loop whatever it returns, or the group does not join again.
//   - kafka.Writer asks for no acknowledgement unless told to.
//   - In a batch that the store partly takes, later versions of a document that must be retried are put again behind
//     it, so that of equal versions the last one told stays.
package ingest
