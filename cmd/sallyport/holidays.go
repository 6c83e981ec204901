package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/client"
)

func (a *app) holidaysCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "holidays", Short: "The days besides weekends on which nobody is told what ends",
		Long:    "On weekends and on these days nobody is told what ends soon; it is told on the working day before.",
		Example: "  sallyport holidays\n  sallyport holidays add 2026-12-25=Christmas\n  sallyport holidays import holidays.ics --preview\n  sallyport holidays set 2026-12-25=Christmas 2026-12-26",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			return a.showHolidays(cmd, c)
		},
	}
	change := func(use, short, example string, least int, do func(cmd *cobra.Command, c *client.Client, list []sallyport.Holiday) error) *cobra.Command {
		return &cobra.Command{Use: use, Short: short, Example: example, Args: cobra.MinimumNArgs(least),
			RunE: func(cmd *cobra.Command, args []string) error {
				list := []sallyport.Holiday{}
				for _, arg := range args {
					day, name, _ := strings.Cut(arg, "=")
					list = append(list, sallyport.Holiday{Day: day, Name: name})
				}
				c, err := a.client()
				if err != nil {
					return err
				}
				if err := do(cmd, c, list); err != nil {
					return err
				}
				return a.showHolidays(cmd, c)
			}}
	}
	each := func(one func(cmd *cobra.Command, c *client.Client, h sallyport.Holiday) error) func(*cobra.Command, *client.Client, []sallyport.Holiday) error {
		return func(cmd *cobra.Command, c *client.Client, list []sallyport.Holiday) error {
			for _, h := range list {
				if err := one(cmd, c, h); err != nil {
					return err
				}
			}
			return nil
		}
	}
	cmd.AddCommand(
		change("set [DAY[=NAME]…]", "Replace the list; without days there are none", "  sallyport holidays set 2026-12-25=Christmas 2026-12-26", 0,
			func(cmd *cobra.Command, c *client.Client, list []sallyport.Holiday) error {
				_, err := c.SetHolidays(cmd.Context(), list)
				return err
			}),
		change("add DAY[=NAME]…", "Add days, or give them other names", "  sallyport holidays add 2026-12-25=Christmas", 1,
			each(func(cmd *cobra.Command, c *client.Client, h sallyport.Holiday) error {
				_, err := c.SetHoliday(cmd.Context(), h)
				return err
			})),
		change("remove DAY…", "Remove days", "  sallyport holidays remove 2026-12-25", 1,
			each(func(cmd *cobra.Command, c *client.Client, h sallyport.Holiday) error {
				return c.DeleteHoliday(cmd.Context(), h.Day)
			})),
		a.holidaysImportCmd())
	return cmd
}

func (a *app) showHolidays(cmd *cobra.Command, c *client.Client) error {
	list, err := c.Holidays(cmd.Context())
	if err != nil {
		return err
	}
	return a.show(list, func() {
		var rows [][]string
		for _, h := range list {
			rows = append(rows, []string{h.Day, safe(h.Name)})
		}
		a.table([]string{"DAY", "NAME"}, rows)
	})
}

func (a *app) holidaysImportCmd() *cobra.Command {
	var from, to string
	var preview bool
	cmd := &cobra.Command{
		Use: "import FILE.ics", Short: "Add the holidays of a calendar file", Args: cobra.ExactArgs(1),
		Long:    "Reads the events of an iCalendar file that last whole days, with those that come again every year. Days that the list has\nkeep their names, and none is removed. Without --from and --to it is three years from the first of January on.",
		Example: "  sallyport holidays import holidays.ics --preview\n  sallyport holidays import holidays.ics --from 2027-01-01 --to 2028-01-01",
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, day := range []*string{&from, &to} {
				if *day != "" {
					*day += "T00:00:00Z"
				}
			}
			b, err := os.ReadFile(args[0])
			if err != nil {
				return sallyport.Errorf(sallyport.EInvalid, "%s cannot be read: %w", args[0], err)
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			out, err := c.ImportHolidays(cmd.Context(), bytes.NewReader(b), from, to, preview)
			if err != nil {
				return err
			}
			return a.show(out, func() {
				var rows [][]string
				for _, h := range out.Items {
					note := "new"
					if h.Known {
						note = "there already"
					}
					rows = append(rows, []string{h.Day, safe(h.Name), note})
				}
				for _, s := range out.Skipped {
					rows = append(rows, []string{safe(s.Day), safe(s.Name), "left out: " + s.Why})
				}
				a.table([]string{"DAY", "NAME", ""}, rows)
				words := "added"
				if out.Preview {
					words = "would be added"
				}
				fmt.Fprintf(a.out, "%d of %d days %s.\n", out.Added, len(out.Items), words)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "the first day, e.g. 2027-01-01")
	f.StringVar(&to, "to", "", "the day after the last")
	f.BoolVar(&preview, "preview", false, "only show what would be added")
	return cmd
}
