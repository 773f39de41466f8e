package decode

import (
	"testing"

	"suqiu/hotline"
)

// A contact has one document id by whatever way it comes, unless its source has a name of its own.
func TestSourceOfContact(t *testing.T) {
	const contact = `{"id":"1","hotline":"12345","received":"2026-07-02","text":"小区停电","matter":"2"}`
	const row = "工单编号,受理时间,诉求内容,关联主单\n1,2026-07-02,小区停电,2"
	for _, tt := range []struct {
		name  string
		src   Source
		value string
		want  string
	}{
		{"Unnamed", Source{}, contact, "12345"},
		{"NamedAfterItsHotline", Source{Name: "12345", Hotline: hotline.Hotline12345}, contact, "12345"},
		{"NamedAfterAnotherHotline", Source{Name: "95598", Hotline: hotline.Hotline95598}, contact, "12345"},
		{"TableNamedAfterAnotherHotline", Source{Name: "95598", Hotline: hotline.Hotline95598}, row, "12345"},
		{"NamedByItself", Source{Name: "shi-rexian", Hotline: hotline.Hotline12345}, contact, "shi-rexian"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := decodeOne(t, &tt.src, tt.value).Call
			if c.DocID() != tt.want+":1" || c.Matter != tt.want+":2" {
				t.Errorf("stored as %s about %s, want the source %s", c.DocID(), c.Matter, tt.want)
			}
		})
	}
}
