package elastic

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	"github.com/elastic/elastic-transport-go/v8/elastictransport"
	"github.com/klauspost/compress/gzip"
)

// compress packs the bodies of requests with gzip. The client can do that too, but takes twice the time, and bulk requests
// are most of what a writer sends.
func compress() elastictransport.InterceptorFunc {
	writers := sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		if err != nil {
			panic(fmt.Sprintf("gzip knows no fastest level: %v", err))
		}
		return w
	}}
	pack := func(body io.Reader) ([]byte, error) {
		var packed bytes.Buffer
		w := writers.Get().(*gzip.Writer)
		defer writers.Put(w)
		w.Reset(&packed)
		_, err := io.Copy(w, body)
		err = errors.Join(err, w.Close())
		return packed.Bytes(), err
	}
	return func(next elastictransport.RoundTripFunc) elastictransport.RoundTripFunc {
		return func(request *http.Request) (*http.Response, error) {
			if request.Body == nil || request.Body == http.NoBody {
				return next(request)
			}
			packed, err := pack(request.Body)
			if err != nil {
				return nil, err
			}
			// net/http asks for the body again where a connection turns out to be closed.
			request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(packed)), nil }
			request.Body, _ = request.GetBody() // which never fails
			request.ContentLength = int64(len(packed))
			request.Header.Set("Content-Encoding", "gzip")
			return next(request)
		}
	}
}
