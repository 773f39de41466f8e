package sample

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"suqiu/hotline"
)

// TopicPrefix begins the default topic of each hotline.
const TopicPrefix = "suqiu.hotline."

// Records writes a contact in the format of its hotline: one record, and a second one when handlers replied later.
func Records(c *Contact) ([]Record, error) {
	first, err := record(c, false)
	if err != nil || c.Reply == "" {
		return []Record{first}, err
	}
	second, err := record(c, true)
	return []Record{first, second}, err
}

// Lines writes the records of contacts as a file a topic, one record a line, in the order of the contacts.
func Lines(contacts []Contact) (map[string]*bytes.Buffer, error) {
	files := map[string]*bytes.Buffer{}
	for i := range contacts {
		records, err := Records(&contacts[i])
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if files[r.Topic] == nil {
				files[r.Topic] = &bytes.Buffer{}
			}
			files[r.Topic].Write(append(r.Value, '\n'))
		}
	}
	return files, nil
}

func record(c *Contact, replied bool) (Record, error) {
	var form map[string]any
	switch {
	case c.Kind != hotline.KindOrder:
		form = c.native()
	case c.Hotline == hotline.Hotline95598:
		form = c.order95598(replied)
	case c.Hotline == hotline.Hotline12345:
		form = c.order12345(replied)
	default:
		form = c.order12398(replied)
	}
	value, err := json.Marshal(form)
	if err != nil {
		return Record{}, fmt.Errorf("sample: write %s: %w", c.DocID(), err)
	}
	at := c.Received
	if replied {
		at = c.Closed
	}
	return Record{Topic: TopicPrefix + string(c.Hotline), Key: c.ID, Value: value, DocID: c.DocID(), Updated: at}, nil
}

func (c *Contact) native() map[string]any {
	form := map[string]any{
		"schema": hotline.Schema, "id": c.ID, "hotline": c.Hotline, "kind": c.Kind,
		"received": c.Received.Format(time.RFC3339), "caller": c.Person.Phone, "address": c.address(),
	}
	if c.Hotline == hotline.Hotline95598 {
		form["org_code"] = c.Place.OrgCode
		form["account"] = c.Person.Account
	}
	if c.Kind == hotline.KindCall {
		form["turns"] = c.Turns
	} else {
		form["text"] = c.Turns[0].Text
	}
	return form
}

func (c *Contact) address() string { return c.Place.County + c.Place.Community }

func (c *Contact) order95598(replied bool) map[string]any {
	form := map[string]any{
		"gdbh": c.ID, "ywlx": map[string]string{"报修": "故障报修", "咨询": "业务咨询"}[c.Nature], "slsj": c.Received.Format("2006-01-02 15:04"),
		"slnr": c.Turns[0].Text, "cljg": nil, "hfnr": nil, "gzdz": c.address(), "lxdh": c.Person.Phone, "yhbh": c.Person.Account, "gddw": c.Place.Unit,
	}
	if c.Main != "" {
		form["zgdbh"] = c.Main
	}
	if replied {
		form["cljg"] = c.Reply
		form["gxsj"] = c.Closed.Format(time.DateTime)
	}
	return form
}

func (c *Contact) order12345(replied bool) map[string]any {
	form := map[string]any{
		"工单编号": c.ID, "受理时间": c.Received.Format(time.DateTime), "诉求类型": c.Nature, "诉求渠道": "电话",
		"诉求内容": c.Turns[0].Text, "求助号码": c.Person.Phone, "求助人员": c.Person.Name, "事件发生地": c.address(), "承办单位": c.Place.Unit,
	}
	if c.Label == "" {
		form["承办单位"] = c.Place.County + "人民政府"
	}
	if c.Main != "" {
		form["关联工单编号"] = c.Main
	}
	if replied {
		form["处理情况"] = c.Reply
		form["办结时间"] = c.Closed.Format(time.DateTime)
		form["更新时间"] = c.Closed.Format(time.DateTime)
	}
	return form
}

func (c *Contact) order12398(replied bool) map[string]any {
	form := map[string]any{
		"受理编号": c.ID, "受理时间": c.Received.Format(time.DateTime), "诉求性质": c.Nature, "业务类别": "供电服务", "渠道": "12398电话",
		"诉求内容": c.Turns[0].Text, "联系电话": c.Person.Phone, "地址": c.address(), "被投诉对象": c.Place.Unit,
	}
	if replied {
		form["办理情况"] = c.Reply
		form["办结时间"] = c.Closed.Format(time.DateTime)
		form["更新时间"] = c.Closed.Format(time.DateTime)
	}
	return form
}
