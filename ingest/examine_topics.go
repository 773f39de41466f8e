package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/segmentio/kafka-go"

	"suqiu/hint"
)

// durability looks at what the cluster would do with records that it has acknowledged: how many copies there are and must
// have them, and whether the group's positions outlive the records. What the user may not see is a warning.
func (e *examiner) durability(ctx context.Context, topics []string) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	meta, err := e.broker.client.Metadata(ctx, &kafka.MetadataRequest{Topics: topics})
	if err != nil {
		e.note(fmt.Errorf("look up the cluster: %w", err))
		return
	}
	copies := map[string]int{}
	for _, t := range meta.Topics {
		if t.Error == nil { // else it was told already
			copies[t.Name] = replicas(t)
		}
	}
	var single []string
	for _, name := range slices.Sorted(maps.Keys(copies)) {
		if copies[name] == 1 && len(meta.Brokers) > 1 {
			single = append(single, name)
		}
	}
	if len(single) > 0 {
		e.wrong = append(e.wrong, hint.With(fmt.Errorf("topics %v: one copy of each record on %d brokers, so one broken disk loses them", single, len(meta.Brokers)), hint.Of(hint.Reassign)))
	}
	settings, err := e.broker.topicSettings(ctx, slices.Sorted(maps.Keys(copies)))
	if unauthorized(err) {
		e.warn(hint.With(hinted(err), hint.Of(hint.Unseen)))
		return
	}
	if err != nil {
		e.note(err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		for _, c := range unsafe(copies[name], settings[name]) {
			e.wrong = append(e.wrong, hint.With(fmt.Errorf("topic %s: %s is %s with %d copies, so what was acknowledged can be lost; it must be %s",
				name, c.Setting, c.Old, copies[name], c.New), hint.Of(hint.KafkaSetup)))
		}
	}
	e.positionsKept(ctx, meta, settings)
}

// positionsKept compares for how long the brokers keep the positions of a group that has stopped with for how long the
// topics keep records: a group whose positions go first begins anew, and reads all that is still there once more.
func (e *examiner) positionsKept(ctx context.Context, meta *kafka.MetadataResponse, settings map[string]map[string]string) {
	var longest time.Duration
	for _, s := range settings {
		if ms, err := strconv.ParseInt(s[SettingRetention], 10, 64); err == nil && s[settingCleanup] == "delete" {
			longest = max(longest, time.Duration(ms)*time.Millisecond)
		}
	}
	if len(meta.Brokers) == 0 || longest <= 0 {
		return // kept for ever: nothing goes unread, what is read again is already there
	}
	const setting = "offsets.retention.minutes"
	id := strconv.Itoa(meta.Brokers[0].ID)
	answer, err := e.broker.client.DescribeConfigs(ctx, &kafka.DescribeConfigsRequest{Resources: []kafka.DescribeConfigRequestResource{
		{ResourceType: kafka.ResourceTypeBroker, ResourceName: id, ConfigNames: []string{setting}}}})
	if err == nil && len(answer.Resources) > 0 {
		err = refused(answer.Resources[0].Error, hint.Of(hint.ClusterRight, "DescribeConfigs"))
	}
	if unauthorized(err) {
		e.warn(hint.With(hinted(fmt.Errorf("read %s of the brokers: %w", setting, err)), hint.Of(hint.Unseen)))
		return
	}
	if err != nil {
		e.note(fmt.Errorf("read the settings of broker %s: %w", id, err))
		return
	}
	for _, r := range answer.Resources {
		for _, c := range r.ConfigEntries {
			minutes, err := strconv.ParseInt(c.ConfigValue, 10, 32)
			kept := time.Duration(minutes) * time.Minute
			if c.ConfigName == setting && err == nil && kept < longest {
				e.warn(hint.With(fmt.Errorf("%s is %d (%s), while topics keep records for %s: a group that has stopped for longer than that forgets its place and reads all again",
					setting, minutes, days(kept), days(longest)), hint.Of(hint.PositionsKept, setting, strconv.FormatInt(int64(2*longest/time.Minute), 10))))
			}
		}
	}
}

func days(d time.Duration) string { return fmt.Sprintf("%.3g days", d.Hours()/24) }
