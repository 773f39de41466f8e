package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// unsure is an error after which the other side may have taken the message all the same.
type unsure struct{ error }

func (u unsure) Unwrap() error { return u.error }

// Unsure says so to whoever asks by errors.As.
func (unsure) Unsure() bool { return true }

// maxAnswer bounds what is read of an answer.
const maxAnswer = 64 << 10

// post sends a body and returns the answer of a 2xx. Addresses of robots hold their key, so no error repeats one.
func post(ctx context.Context, client *http.Client, address string, header http.Header, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w; correct the channel's url", hideAddress(err))
	}
	request.Header = header
	response, err := client.Do(request)
	if err != nil {
		err = fmt.Errorf("send: %w", hideAddress(err))
		var dial *net.OpError
		if errors.As(err, &dial) && dial.Op == "dial" {
			return nil, err // nothing was sent
		}
		return nil, unsure{err}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	switch {
	case response.StatusCode == http.StatusBadRequest, response.StatusCode == http.StatusRequestEntityTooLarge, response.StatusCode == http.StatusUnprocessableEntity:
		return nil, fmt.Errorf("%w: %s", ErrRefused, response.Status)
	case response.StatusCode < 200 || response.StatusCode > 299:
		failed := fmt.Errorf("the answer is %s", response.Status)
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
			return nil, retryAfter{failed, time.Duration(seconds) * time.Second}
		}
		return nil, failed
	case err != nil:
		return nil, unsure{fmt.Errorf("read the answer: %w", err)}
	}
	return answer, nil
}

// hideAddress takes the address out of an error of net/http.
func hideAddress(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}

// newClient makes the client of a channel. It follows no redirect: a message goes where it was configured to go.
func newClient(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func jsonHeader() http.Header {
	return http.Header{"Content-Type": {"application/json; charset=utf-8"}}
}

// encode writes JSON with Chinese and < as they are, as platforms count their bytes.
func encode(value any) ([]byte, error) {
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(value); err != nil {
		return nil, fmt.Errorf("encode the message: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// robotAnswer is how 企业微信, 钉钉 and 飞书 answer: 200 whatever happened, and a code.
type robotAnswer struct {
	ErrCode *int   `json:"errcode"` // 企业微信, 钉钉
	ErrMsg  string `json:"errmsg"`
	Code    *int   `json:"code"` // 飞书
	Msg     string `json:"msg"`
}

// verdicts tells what the codes of a platform mean beyond "try again".
type verdicts struct {
	refused []int                 // this message will never be taken
	slower  map[int]time.Duration // sent too fast: how long to wait
}

// judge reads a robot's answer.
func (v verdicts) judge(answer []byte) error {
	var a robotAnswer
	if err := json.Unmarshal(answer, &a); err != nil || a.ErrCode == nil && a.Code == nil {
		return unsure{errors.New("the answer is not that of a robot; is the url right?")}
	}
	code, text := a.ErrCode, a.ErrMsg
	if code == nil {
		code, text = a.Code, a.Msg
	}
	if *code == 0 {
		return nil
	}
	failed := fmt.Errorf("the platform answers %d: %s", *code, cut(text, 200, graphemes))
	if slices.Contains(v.refused, *code) {
		return fmt.Errorf("%w: %w", ErrRefused, failed)
	}
	if wait, ok := v.slower[*code]; ok {
		return retryAfter{failed, wait}
	}
	return failed
}
