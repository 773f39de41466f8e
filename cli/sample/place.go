package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io/fs"
	"strings"

	"suqiu/dicts"
	"suqiu/hotline"
)

// Place is one transformer area of the invented province, with the community or village that it supplies.
type Place struct {
	Grid      string // path down to the transformer area (台区)
	OrgCode   string
	County    string // 区县
	Community string // 社区, 村
	Road      string
	Unit      string // the county's power company
	Accounts  string // how the account numbers (户号) of the transformer area begin
}

// Name is how a caller names the place.
func (p Place) Name() string { return p.Community }

// Station is the path of the power supply station (供电所) above the transformer area.
func (p Place) Station() string { return p.Grid[:strings.LastIndex(p.Grid, hotline.AreaSeparator)] }

const province = "areas/jiangdong/"

// readPlaces reads the transformer areas of the invented province from the shipped tables. It reads them with its
// own few lines, not with the resolver, so that the truth does not depend on what it is held against.
func readPlaces() ([]Place, error) {
	divisions, err := readTable(province+"divisions.csv", "代码")
	if err != nil {
		return nil, err
	}
	grid, err := readTable(province+"grid.csv", "单位编码")
	if err != nil {
		return nil, err
	}
	spots, err := readTable(province+"places.csv", "地名")
	if err != nil {
		return nil, err
	}
	roads := map[string]string{} // street code → a road there
	for _, s := range spots.rows {
		if s["类别"] == "道路" && roads[s["区划代码"]] == "" {
			roads[s["区划代码"]] = s["地名"]
		}
	}
	accounts, err := readTable(province+"accounts.csv", "单位编码")
	if err != nil {
		return nil, err
	}
	var places []Place
	for _, row := range grid.rows {
		if row["级别"] != "台区" {
			continue
		}
		code := row["区划代码"]
		if len(code) != 12 {
			return nil, fmt.Errorf("transformer area %s: division %q is not a community's code", row["名称"], code)
		}
		// Division codes are prefixes: 6 digits a county, 9 a street or town, 12 a community or village.
		community, street, county := divisions.by[code], divisions.by[code[:9]], divisions.by[code[:6]]
		if community == nil || street == nil || county == nil {
			return nil, fmt.Errorf("transformer area %s: no community, street and county for division %s", row["名称"], code)
		}
		path := row["名称"]
		unit := ""
		for _, digits := range []int{9, 7, 5, 2} { // station, county, city, province
			up := grid.by[row["单位编码"][:digits]]
			if up == nil {
				return nil, fmt.Errorf("transformer area %s: no unit %s above it", row["名称"], row["单位编码"][:digits])
			}
			path = up["名称"] + hotline.AreaSeparator + path
			if up["级别"] == "县" {
				unit = up["名称"]
			}
		}
		road := roads[street["代码"]]
		if road == "" {
			road = street["名称"]
		}
		places = append(places, Place{
			Grid: path, OrgCode: row["单位编码"], County: county["名称"], Community: community["名称"], Road: road, Unit: unit,
			Accounts: strings.TrimSuffix(accounts.by[row["单位编码"]]["户号"], "*"),
		})
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%sgrid.csv has no transformer area", province)
	}
	return places, nil
}

type table struct {
	rows []map[string]string
	by   map[string]map[string]string
}

func readTable(name, key string) (*table, error) {
	file, err := fs.ReadFile(dicts.Embedded(), name)
	if err != nil {
		return nil, err
	}
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &table{by: map[string]map[string]string{}}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		t.rows = append(t.rows, row)
		t.by[row[key]] = row
	}
	return t, nil
}
