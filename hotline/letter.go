package hotline

import (
	"errors"
	"time"
)

// LetterCopy is what may be searched of a dead letter (死信): why an input could not be stored, and where it stands. It
// holds nothing of the input itself. The letter in its topic is the truth; a copy follows it.
type LetterCopy struct {
	ID       string
	Epoch    int64 // of the copies, see LettersMark
	Position int64 // offset of the letter in its topic
	Removed  bool  // the letter was taken out of its topic; nothing else is set then but ID, Epoch and Position
	Source   string
	Hotline  Hotline // of the source; empty when that is not configured any more
	Origin   Origin
	Until    int64 // where one letter stands for several records: the first offset after them
	Reason   string
	Place    string
	Why      string
	Hint     string
	At       time.Time
	Arrived  time.Time // when the input reached us; zero when that is not known
	Resolved time.Time // when a replay stored the input; zero while none has
	Bytes    int       // size of the input
}

// letterPositionBits is how many bits of a version tell the position: room for 2,147,483,648 letters, and for epochs until
// 2106.
const letterPositionBits = 31

// Version orders copies of one letter: the later epoch counts, and within it the later position.
func (c *LetterCopy) Version() int64 {
	return c.Epoch<<letterPositionBits | min(c.Position, 1<<letterPositionBits-1)
}

// LettersMark says how far the copies of the letters of a partition reach. It is kept with the copies and lost with them.
type LettersMark struct {
	// Epoch is when the copies were begun, in seconds of Unix time. What was decided by copies that are lost since has an
	// older epoch than those which are made anew, and so gives way to them.
	Epoch   int64
	Through int64 // the copies are complete up to this offset of the topic
}

// ErrCopiesIncomplete says that copies of dead letters lack some that were copied before: the index that held them was
// removed or taken back to an older state. They must be copied again, from where ResumeLetters says.
var ErrCopiesIncomplete = errors.New("the copies of dead letters lack earlier ones")
