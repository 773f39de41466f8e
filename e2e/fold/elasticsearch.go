package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// pageSize is how many documents are read at once; Elasticsearch allows 10,000.
const pageSize = 5_000

// elasticsearch reads over plain HTTP.
type elasticsearch struct{ url string }

// page is the answer to a search.
type page struct {
	PIT    string `json:"pit_id"`
	Shards struct {
		Failed int `json:"failed"`
	} `json:"_shards"`
	TimedOut bool `json:"timed_out"`
	Hits     struct {
		Hits []struct {
			Index  string `json:"_index"`
			ID     string `json:"_id"`
			Source struct {
				Document struct {
					Call struct {
						Rev      int64     `json:"content_rev"`
						Received time.Time `json:"received"`
						Turns    []turn    `json:"turns"`
					} `json:"call"`
				} `json:"document"`
			} `json:"_source"`
			Sort []json.RawMessage `json:"sort"`
		} `json:"hits"`
	} `json:"hits"`
}

// each calls see with every document of the indices, as they are now: in a point in time, in the order of the shards,
// so that no copy of an id hides another.
func (e *elasticsearch) each(ctx context.Context, indices string, see func(*document)) error {
	if err := e.do(ctx, http.MethodPost, "/"+indices+"/_refresh", nil, nil); err != nil {
		return err
	}
	var pit struct {
		ID string `json:"id"`
	}
	if err := e.do(ctx, http.MethodPost, "/"+indices+"/_pit?keep_alive=5m", nil, &pit); err != nil {
		return err
	}
	query := map[string]any{
		"size": pageSize, "sort": []string{"_shard_doc"}, "track_total_hits": false,
		"_source": []string{"document.call.content_rev", "document.call.received", "document.call.turns.text"},
	}
	for {
		query["pit"] = map[string]string{"id": pit.ID, "keep_alive": "5m"}
		var found page
		if err := e.do(ctx, http.MethodPost, "/_search", query, &found); err != nil {
			return err
		}
		if found.Shards.Failed > 0 || found.TimedOut {
			return fmt.Errorf("search: %d shards failed, timed out: %v", found.Shards.Failed, found.TimedOut)
		}
		hits := found.Hits.Hits
		if len(hits) == 0 {
			return e.do(ctx, http.MethodDelete, "/_pit", map[string]string{"id": pit.ID}, nil)
		}
		for i := range hits {
			h := &hits[i]
			call := &h.Source.Document.Call
			see(&document{ID: h.ID, Month: h.Index[strings.LastIndexByte(h.Index, '-')+1:], Rev: call.Rev, Received: call.Received, Turns: call.Turns})
		}
		if found.PIT != "" {
			pit.ID = found.PIT
		}
		query["search_after"] = hits[len(hits)-1].Sort
	}
}

// do sends one request and decodes the answer into out, if that is not nil.
func (e *elasticsearch) do(ctx context.Context, method, path string, body, out any) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("%s %s: %w", method, path, err)
		}
	}()
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return err
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, e.url+path, &content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		why, readErr := io.ReadAll(io.LimitReader(response.Body, 1<<10))
		return errors.Join(fmt.Errorf("%s: %s", response.Status, why), readErr)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(out)
}
