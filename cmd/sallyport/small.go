package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport/api"
)

func (a *app) versionCmd() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Print the version", Example: "  sallyport version -o json",
		RunE: func(*cobra.Command, []string) error {
			v := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						v["revision"] = s.Value
					}
				}
			}
			return a.show(v, func() { fmt.Fprintf(a.out, "sallyport %s (%s, %s)\n", v["version"], v["go"], v["platform"]) })
		}}
}

func (a *app) openapiCmd() *cobra.Command {
	return &cobra.Command{Use: "openapi", Short: "Print the OpenAPI document of the API", Example: "  sallyport openapi > openapi.json",
		RunE: func(*cobra.Command, []string) error {
			_, err := a.out.Write(api.OpenAPI(version))
			return err
		}}
}
