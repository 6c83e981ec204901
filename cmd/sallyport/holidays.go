package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
)

func (a *app) holidaysCmd() *cobra.Command {
	show := func(list []sallyport.Holiday) error {
		return a.show(list, func() {
			var rows [][]string
			for _, h := range list {
				rows = append(rows, []string{h.Day, h.Name})
			}
			a.table([]string{"DAY", "NAME"}, rows)
		})
	}
	cmd := &cobra.Command{
		Use: "holidays", Short: "The days besides weekends on which nobody is told what ends",
		Long:    "On weekends and on these days nobody is told what ends soon; it is told on the working day before.",
		Example: "  sallyport holidays\n  sallyport holidays set 2026-12-25=Christmas 2026-12-26",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			list, err := c.Holidays(cmd.Context())
			if err != nil {
				return err
			}
			return show(list)
		},
	}
	cmd.AddCommand(&cobra.Command{
		Use: "set [DAY[=NAME]…]", Args: cobra.ArbitraryArgs, Short: "Replace the list; without days there are none", Example: "  sallyport holidays set 2026-12-25=Christmas 2026-12-26",
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
			if list, err = c.SetHolidays(cmd.Context(), list); err != nil {
				return err
			}
			return show(list)
		},
	})
	return cmd
}
