package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// tellEvery is how often progress is told where nobody sees a bar.
const tellEvery = 30 * time.Second

// progress shows how far a long piece of work is: on a terminal by a bar, elsewhere, as in a log, by a line from time to time.
type progress struct {
	bar *progressbar.ProgressBar

	to     io.Writer // of lines
	what   string
	bytes  bool
	now    func() time.Time
	told   time.Time // when the last line was written, or the work began
	from   int64     // done at the first news, by an earlier run
	fromAt time.Time // zero: no news yet
}

func newProgress(w io.Writer, what string) *progress { return newBar(w, what, true) }

// newBar makes a progress that counts bytes, or else documents.
func newBar(w io.Writer, what string, bytes bool) *progress {
	if !isTerminal(w) {
		return &progress{to: w, what: what, bytes: bytes, now: time.Now, told: time.Now()}
	}
	return &progress{bar: progressbar.NewOptions64(-1,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(bytes),
		progressbar.OptionShowIts(), progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish(),
	)}
}

// set tells how much of the total is done; a total of 0 is unknown.
func (p *progress) set(done, total int64) {
	if p.bar == nil {
		p.tell(done, total)
		return
	}
	if total > 0 {
		p.bar.ChangeMax64(total)
	}
	_ = p.bar.Set64(done) // a terminal that can't be written to must not stop the work
}

// tell writes a line where it is time: how much is done, how fast, and how long the rest will take at that.
func (p *progress) tell(done, total int64) {
	now := p.now()
	if p.fromAt.IsZero() {
		p.from, p.fromAt = done, now
	}
	if now.Sub(p.told) < tellEvery {
		return
	}
	p.told = now
	line := fmt.Sprintf("%s：已完成 %s", p.what, p.amount(float64(done)))
	if total > 0 {
		line += fmt.Sprintf("，共 %s（%.0f%%）", p.amount(float64(total)), 100*float64(done)/float64(total))
	}
	if spent := now.Sub(p.fromAt).Seconds(); spent > 0 && done > p.from {
		rate := float64(done-p.from) / spent
		line += "，每秒 " + p.amount(rate)
		if total > done {
			line += "，还需约 " + time.Duration(float64(total-done)/rate*float64(time.Second)).Round(time.Second).String()
		}
	}
	fmt.Fprintln(p.to, line)
}

func (p *progress) amount(n float64) string {
	if p.bytes {
		return fmt.Sprintf("%.1f MB", n/1e6)
	}
	return fmt.Sprintf("%.0f", n)
}

func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish() // likewise
	}
}
