package area_test

import (
	"fmt"

	"suqiu/dicts"
	"suqiu/hotline"
	"suqiu/ingest/area"
	"suqiu/ingest/decode"
)

// A unit of the whole city gives the city; the village in the text gives the station and the transformer area.
func ExampleTrees_Locate() {
	trees, err := area.Load(area.Layer{FS: dicts.Embedded(), Dir: "areas/jiangdong"})
	if err != nil {
		fmt.Println(err)
		return
	}
	found := trees.Locate(&decode.Record{
		Call: hotline.Call{
			Unit:  "临州市供电局",
			Turns: []hotline.Turn{{Role: hotline.RoleCustomer, Text: "柳市桥镇上湾村又停电了"}},
		},
	}, "")
	fmt.Println(found.Grid)
	fmt.Println(found.Division)
	fmt.Printf("%s %.2f\n", found.Method, found.Confidence)
	// Output:
	// 江东电力/临州供电公司/青禾区供电公司/柳市桥供电所/上湾1号公变
	// 江东省/临州市/青禾区/柳市桥镇/上湾村
	// gazetteer 0.94
}
