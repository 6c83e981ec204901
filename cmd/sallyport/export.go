package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
)

func (a *app) exportCmd() *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use: "export DIR", Short: "Write the catalogue as YAML files, which apply reads",
		Long: "Writes a file for each app, and one each for connections, tags, holidays, who decides about new things, groups, roles and work\n" +
			"orders, without secrets and without what is built in. Applied as they are, the first time they say what is kept by files from now on, and the\n" +
			"second time there is nothing to do. Files that are there stay, unless --overwrite.",
		Example: "  sallyport export catalogue/\n  sallyport apply -f catalogue/ --dry-run",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			files, err := c.ExportCatalogue(cmd.Context())
			if err != nil {
				return err
			}
			names := slices.Sorted(maps.Keys(files))
			for _, name := range names {
				if !filepath.IsLocal(filepath.FromSlash(name)) {
					return sallyport.Errorf(sallyport.EInternal, "the server sent a file named %q, which is none below %s", name, args[0])
				}
				if _, err := os.Lstat(filepath.Join(args[0], filepath.FromSlash(name))); err == nil && !overwrite {
					return sallyport.Errorf(sallyport.EInvalid, "%s is there already; nothing was written", filepath.Join(args[0], name)).WithHint("Name an empty directory, or add --overwrite.")
				}
			}
			for _, name := range names {
				path := filepath.Join(args[0], filepath.FromSlash(name))
				err := os.MkdirAll(filepath.Dir(path), 0o755)
				if err == nil {
					err = os.WriteFile(path, []byte(files[name]), 0o644)
				}
				if err != nil {
					return sallyport.Errorf(sallyport.EInvalid, "%s cannot be written: %w", path, err)
				}
			}
			return a.show(names, func() {
				fmt.Fprintf(a.out, "%d files written to %s: %s\n", len(names), args[0], safe(strings.Join(names, ", ")))
			})
		},
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "also over files that are there")
	return cmd
}
