package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"suqiu/cli/sample"
	"suqiu/hotline"
	"suqiu/index"
	"suqiu/ingest"
	"suqiu/ingest/decode"
	"suqiu/ingest/embedded"
)

// demoMark is in a data folder that holds nothing but a demo, and may therefore be emptied by the next one. The first
// command that writes anything else into the folder takes it away; see ownFolder.
const demoMark = "DEMO"

func demoCommand(env Env) *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "演示：八周虚构来电走完全程并核对 · eight weeks of invented calls the whole way, checked against the truth",
		Description: `Writes a few thousand invented contacts into an embedded Kafka, consumes, masks, classifies and stores them, searches three times
and holds the answers against what was planted. Needs no network, no settings. Exit code 1 if an answer is wrong. A folder into which calls of your own were put is
left alone.

Example:
   suqiu demo --data /tmp/suqiu-demo`,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Value: "data", Usage: "`FOLDER` for broker and index; emptied if it holds an earlier demo"},
			&cli.StringFlag{Name: "dicts", Usage: "`FOLDER` laid over the built-in dictionaries"},
			&cli.StringSliceFlag{Name: "set", Usage: "any setting, as `KEY=VALUE`"},
			&cli.StringFlag{Name: "config", Hidden: true},
			&cli.BoolFlag{Name: "embedded", Value: true, Hidden: true},
		},
		Action: func(c *cli.Context) error {
			if err := emptyDemoFolder(c.String("data")); err != nil {
				return err
			}
			for _, preset := range [][2]string{
				{"embedded", "true"}, {"data", c.String("data")}, {"set", "areas=china,jiangdong"}, {"set", "log.level=warn"},
			} {
				if err := c.Set(preset[0], preset[1]); err != nil {
					return err
				}
			}
			s, err := openSession(c, env)
			if err != nil {
				return err
			}
			defer s.close()
			s.demo = true
			d := &demo{session: s, out: env.Stdout, paint: newPaint(env.Stdout)}
			return d.run(c.Context)
		},
	}
}

// emptyDemoFolder makes the folder, or empties it if an earlier demo left it; a folder with other data is refused.
func emptyDemoFolder(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	mark := filepath.Join(folder, demoMark)
	if _, err := os.Stat(mark); err != nil && len(entries) > 0 {
		return usagef("%s holds data that is not a demo's and is left alone; name another folder: suqiu demo --data FOLDER", folder)
	}
	if address, err := embedded.Address(folder); err == nil {
		return fmt.Errorf("%s is in use by the process that listens on %s; stop it first", folder, address)
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(folder, e.Name())); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(mark, []byte("suqiu demo\n"), 0o600)
}

// ownFolder takes the demo's mark off the embedded data folder, because calls of the user's are about to be written there.
func (s *session) ownFolder() error {
	if s.demo || !s.cfg.Embedded {
		return nil
	}
	if err := os.Remove(filepath.Join(s.cfg.Data, demoMark)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("keep the data folder from the next demo: %w", err)
	}
	return nil
}

// ownedStore takes the demo's mark off the data folder before it puts the first documents there.
type ownedStore struct {
	ingest.Store
	own func() error
}

// Put implements ingest.Store.
func (o ownedStore) Put(ctx context.Context, docs []hotline.Document) ([]hotline.Verdict, error) {
	if err := o.own(); err != nil {
		return nil, err
	}
	return o.Store.Put(ctx, docs)
}

type demo struct {
	*session
	out   io.Writer
	paint paint
	wrong int
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

func (d *demo) run(ctx context.Context) error {
	begun := d.env.Now()
	options := sample.DefaultOptions(begun.In(d.zone))
	contacts, truth, err := sample.Generate(options)
	if err != nil {
		return err
	}
	d.say("%s", d.paint.bold("suqiu 演示"))
	d.say("虚构来电 %d 件（95598 %d，12345 %d，12398 %d），%s 至 %s", truth.Contacts, truth.ByHotline[hotline.Hotline95598],
		truth.ByHotline[hotline.Hotline12345], truth.ByHotline[hotline.Hotline12398],
		contacts[0].Received.Format(time.DateOnly), contacts[len(contacts)-1].Received.Format(time.DateOnly))

	store, err := d.store()
	if err != nil {
		return err
	}
	cluster, err := d.cluster()
	if err != nil {
		return err
	}
	records, err := d.produce(ctx, cluster, contacts)
	if err != nil {
		return err
	}
	d.say("写入内嵌 Kafka %d 条记录（含后来的更新）", records)
	took, err := d.consume(ctx, store, cluster, records)
	if err != nil {
		return err
	}
	if err := store.Refresh(ctx); err != nil {
		return err
	}
	all, err := store.Search(ctx, index.Query{})
	if err != nil {
		return err
	}
	d.say("消费、脱敏、分词、分类、入库：%s，每秒 %.0f 条", took.Round(10*time.Millisecond), float64(records)/took.Seconds())
	d.check("库中文档数", int(all.Total), truth.Contacts)
	if err := d.searches(ctx, store, &truth); err != nil {
		return err
	}
	if err := d.sampleOwners(ctx, store); err != nil {
		return err
	}
	if err := d.incidents(ctx, store, &truth, options.Start); err != nil {
		return err
	}
	d.next(truth.Problems[0], truth.Topic)
	if d.wrong > 0 {
		return fmt.Errorf("%d answers differ from the truth", d.wrong)
	}
	return nil
}

// produce writes the contacts into the topics of their hotlines.
func (d *demo) produce(ctx context.Context, cluster ingest.Cluster, contacts []sample.Contact) (int, error) {
	sources, err := d.sources()
	if err != nil {
		return 0, err
	}
	lines := map[string]*bytes.Buffer{}
	count := 0
	for i := range contacts {
		records, err := sample.Records(&contacts[i])
		if err != nil {
			return 0, err
		}
		for _, r := range records {
			if lines[r.Topic] == nil {
				lines[r.Topic] = &bytes.Buffer{}
			}
			lines[r.Topic].Write(r.Value)
			lines[r.Topic].WriteByte('\n')
			count++
		}
	}
	for _, topic := range slices.Sorted(maps.Keys(lines)) {
		src, ok := sources[topic]
		if !ok {
			return 0, fmt.Errorf("no source is configured for topic %s", topic)
		}
		if err := produceLines(ctx, cluster, topic, src, lines[topic]); err != nil {
			return 0, err
		}
	}
	return count, nil
}

// consume runs the consumer until everything that was written is acknowledged.
func (d *demo) consume(ctx context.Context, store index.Store, cluster ingest.Cluster, records int) (time.Duration, error) {
	loop, err := d.loop(ctx, store, cluster, d.cfg.DeadLetter.Limit)
	if err != nil {
		return 0, err
	}
	consumer, err := d.consumer(loop)
	if err != nil {
		return 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	begun := d.env.Now()
	go func() { ended <- consumer.Run(ctx) }()
	bar := newProgress(d.env.Stderr, "消费")
	defer bar.done()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-ended:
			return 0, errors.Join(err, ctx.Err())
		case <-tick.C:
		}
		status := consumer.Status()
		done := 0
		for _, p := range status.Partitions {
			done += int(p.Position)
			if p.Phase == ingest.PhasePaused {
				return 0, fmt.Errorf("%s/%d paused: %s (%s)", p.Topic, p.Partition, p.Why, p.Hint)
			}
		}
		bar.set(int64(done), int64(records))
		if done >= records {
			took := d.env.Now().Sub(begun)
			stop()
			return took, <-ended
		}
	}
}

// check compares an answer with the truth and prints both.
func (d *demo) check(what string, got, want int) {
	if got == want {
		d.say("  %s：%d  %s", what, got, d.paint.good("✓ 与真值一致"))
		return
	}
	d.wrong++
	d.say("  %s：%d  %s", what, got, d.paint.bad(fmt.Sprintf("✗ 真值为 %d", want)))
}

// checkSame compares two sets of document ids.
func (d *demo) checkSame(what string, got []index.Found, want map[string]bool) {
	missed, extra := len(want), 0
	for i := range got {
		if want[got[i].Document.Call.DocID()] {
			missed--
		} else {
			extra++
		}
	}
	if missed == 0 && extra == 0 {
		d.say("  %s：%d 件  %s", what, len(got), d.paint.good("✓ 与真值逐件一致"))
		return
	}
	d.wrong++
	d.say("  %s：%d 件  %s", what, len(got), d.paint.bad(fmt.Sprintf("✗ 真值 %d 件，漏 %d，多 %d", len(want), missed, extra)))
}

func produceLines(ctx context.Context, cluster ingest.Cluster, topic string, src decode.Source, lines io.Reader) error {
	producer, err := ingest.NewProducer(cluster, topic)
	if err != nil {
		return err
	}
	_, err = producer.Produce(ctx, &src, topic, lines)
	return errors.Join(err, producer.Close())
}

// next shows what to try on the data that the demo leaves.
func (d *demo) next(p, topic sample.Problem) {
	folder := ""
	if d.cfg.Data != "data" {
		folder = " --data " + d.cfg.Data
	}
	d.say("\n%s", d.paint.bold("接着试试"))
	for _, line := range []string{
		"search --embedded" + folder + " 变压器 嗡嗡响",
		"search --embedded" + folder + " --label " + p.Label + " --area " + p.Grid + " --facet hotline --limit 3",
		"incident list --embedded" + folder,
		"report weekly --embedded" + folder + " --out 周报.html",
		"emerging --embedded" + folder + " --from " + topic.From.Format(time.DateOnly) + " --to " + topic.Through.Format(time.DateOnly),
		"explain 昨天晚上又停电了，这个月第五次了，你们到底管不管",
		"classify --help",
		"serve --embedded" + folder + "    # 然后看 http://" + d.cfg.Listen + "/status",
	} {
		d.say("  %s %s", d.env.program, line)
	}
}
