package api_test

import (
	"encoding/json"
	"testing"

	"github.com/sallyport/sallyport/api"
)

func TestDocument(t *testing.T) {
	var doc struct {
		OpenAPI string                               `json:"openapi"`
		Paths   map[string]map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(api.OpenAPI("1.2.3"), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("it is OpenAPI %q", doc.OpenAPI)
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			id, _ := op["operationId"].(string)
			if id == "" || ids[id] || op["summary"] == "" {
				t.Errorf("%s %s has no operation id or summary of its own", method, path)
			}
			ids[id] = true
		}
	}
	for _, r := range api.Routes() {
		if !ids[r.ID] {
			t.Errorf("the route %s is in the table and not served", r.ID)
		}
		delete(ids, r.ID)
	}
	for id := range ids {
		t.Errorf("the route %s is served and not in the table", id)
	}
}
