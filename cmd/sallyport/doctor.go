package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
	"github.com/sallyport/sallyport/web"
)

func (a *app) migrateCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the database up to this version, without starting a server",
		Long:    "serve does this by itself; use it to have it done before the first server of a new version starts.",
		Example: "  sallyport migrate --database postgres://sallyport@db/sallyport",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load(cmd.Flags(), a.lookup)
			if err != nil {
				return err
			}
			release, err := claimData(c)
			if err != nil {
				return err
			}
			defer release()
			key, err := masterKey(c, cmd.Flags().Changed("data"))
			if err != nil {
				return err
			}
			db, err := openStore(cmd.Context(), c, key)
			if err != nil {
				return err
			}
			defer db.Close()
			fmt.Fprintln(a.err, "the database is up to date")
			return nil
		},
	}
	(&config{}).flags(cmd.Flags())
	return cmd
}

// finding is one thing that doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	err    error
}

func (a *app) doctorCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look for what would keep a server or these commands from working",
		Long:    "Takes the same flags as serve. It changes nothing.",
		Example: "  sallyport doctor --config /etc/sallyport.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := a.examine(cmd)
			if err := a.show(list, func() {
				for _, f := range list {
					mark := a.green("ok  ")
					if !f.OK {
						mark = a.red("bad ")
					}
					fmt.Fprintf(a.out, "%s %-14s %s\n", mark, f.What, safe(f.Detail))
				}
			}); err != nil {
				return err
			}
			for _, f := range list {
				if f.err != nil {
					return f.err
				}
			}
			return nil
		},
	}
	(&config{}).flags(cmd.Flags())
	return cmd
}

func (a *app) examine(cmd *cobra.Command) []finding {
	var list []finding
	add := func(what, detail string, err error) {
		if err != nil {
			detail = err.Error()
		}
		list = append(list, finding{what, err == nil, detail, err})
	}
	c, err := load(cmd.Flags(), a.lookup)
	add("configuration", "can be read", err)
	if err == nil {
		ctx, cancel := context.WithTimeout(cmd.Context(), 10*time.Second)
		defer cancel()
		if c.Database != "" {
			add("database", "answers", pingPostgres(ctx, c.Database))
		} else {
			detail, err := dataDirectory(c.Data)
			add("data", detail, err)
		}
	}
	if _, built := web.FS(); built {
		add("page", "is inside this binary", nil)
	} else {
		add("page", "", sallyport.Errorf(sallyport.EUnavailable, "this binary was compiled without the page").WithHint("Run make build."))
	}
	a.format = tableless(a.format)
	if cl, err := a.client(); err == nil {
		var ready map[string]any
		plain := client.New(cl.URL, "")
		add("server", cl.URL+" is ready", plain.Do(cmd.Context(), "GET", "/readyz", nil, nil, &ready))
		if cl.Token != "" {
			me, err := cl.Me(cmd.Context())
			add("token", "is "+me.User.Login+"'s", err)
		}
	} else {
		list = append(list, finding{"server", true, "none is named for the other commands; see sallyport login", nil})
	}
	return list
}

func tableless(format string) string {
	if format == "json" || format == "yaml" {
		return format
	}
	return "table"
}

// dataDirectory looks at a data directory without making it.
func dataDirectory(dir string) (string, error) {
	info, err := os.Stat(dir)
	if os.IsNotExist(err) {
		return dir + " is not there yet; serve makes it", nil
	}
	if err != nil || !info.IsDir() {
		return "", sallyport.Errorf(sallyport.EUnavailable, "%s is no directory that can be read", dir)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return "", sallyport.Errorf(sallyport.EInvalid, "%s is open to every user of this machine", dir).WithHint("Run: chmod 700 %s", dir)
	}
	release, err := lockDir(dir)
	if err != nil {
		return dir + " is in use by a server that runs", nil
	}
	release()
	if info, err := os.Stat(filepath.Join(dir, "key")); err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", sallyport.Errorf(sallyport.EInvalid, "the key file in %s can be read by other users", dir).WithHint("Run: chmod 600 %s", filepath.Join(dir, "key"))
	}
	return dir + " can be used", nil
}
