package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sallyport/sallyport"
	"github.com/sallyport/sallyport/audit"
)

func (a *app) auditCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Export the log, and check an export without the server",
		Example: "  sallyport audit key > audit.key\n  sallyport audit export > log.jsonl\n  sallyport audit verify log.jsonl --key audit.key",
		Args:    cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	var to string
	export := &cobra.Command{
		Use: "export", Short: "Write the whole log as JSON lines, with a signed checkpoint at the end",
		Example: "  sallyport audit export > log.jsonl\n  sallyport audit export --file log.jsonl",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			c.HTTP.Timeout = 0
			if to == "" {
				return c.ExportAudit(cmd.Context(), a.out)
			}
			f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
			if err != nil {
				return err
			}
			if err := c.ExportAudit(cmd.Context(), f); err != nil {
				f.Close()
				return err
			}
			return f.Close()
		},
	}
	export.Flags().StringVar(&to, "file", "", "write to this file; default the standard output")

	key := &cobra.Command{
		Use: "key", Short: "Print the public key that checks the log",
		Long:    "Keep it apart from the exports: an export's word for its own key proves nothing.",
		Example: "  sallyport audit key > audit.key",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			cp, err := c.Checkpoint(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(map[string]string{"key": cp.Key}, func() { fmt.Fprintln(a.out, cp.Key) })
		},
	}
	checkpoint := &cobra.Command{
		Use: "checkpoint", Short: "Print a signed checkpoint of the log, to keep elsewhere",
		Example: "  sallyport audit checkpoint > checkpoint.txt",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			cp, err := c.Checkpoint(cmd.Context())
			if err != nil {
				return err
			}
			return a.show(cp, func() { fmt.Fprint(a.out, cp.Note) })
		},
	}
	cmd.AddCommand(export, a.verifyCmd(), key, checkpoint)
	return cmd
}

func (a *app) verifyCmd() *cobra.Command {
	var key, since string
	cmd := &cobra.Command{
		Use: "verify FILE", Short: "Check an export, offline, on the public key alone",
		Long: "Recomputes the log from the export and compares it with the signed checkpoints in it. Every fault is named with its\n" +
			"line: changed, missing, inserted or moved events, a cut-off end. With --since the export must also extend an earlier\n" +
			"checkpoint, so that a log which went back to an older state is found. - reads the standard input.",
		Example: "  sallyport audit verify log.jsonl --key audit.key\n  sallyport audit verify log.jsonl --key audit.key --since checkpoint.txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key == "" {
				return usage("say with which key: --key FILE or the key itself; sallyport audit key prints it")
			}
			text, err := textOrFile(key, "sallyport/")
			if err != nil {
				return err
			}
			var o audit.VerifyOptions
			if since != "" {
				b, err := os.ReadFile(since)
				if err != nil {
					return sallyport.Errorf(sallyport.EInvalid, "the checkpoint %s cannot be read: %w", since, err)
				}
				o.Since = b
			}
			var in io.Reader = a.in
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return sallyport.Errorf(sallyport.EInvalid, "the export %s cannot be read: %w", args[0], err)
				}
				defer f.Close()
				in = f
			}
			report, err := audit.Verify(bufio.NewReaderSize(in, 1<<20), strings.TrimSpace(text), o)
			if err != nil {
				return sallyport.Errorf(sallyport.EInvalid, "the export cannot be checked: %w", err).WithHint("%s", err)
			}
			if err := a.show(report, func() { a.drawReport(report) }); err != nil {
				return err
			}
			if !report.OK() {
				return sallyport.Errorf(sallyport.EPrecondition, "the log does not verify: %d faults", len(report.Faults))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the public key, or a file that holds it")
	cmd.Flags().StringVar(&since, "since", "", "a file with an earlier checkpoint, which the export must extend")
	return cmd
}

// textOrFile returns the text itself when it begins with prefix, else what the file holds.
func textOrFile(text, prefix string) (string, error) {
	if strings.HasPrefix(text, prefix) && strings.Contains(text, "+") {
		return text, nil
	}
	b, err := os.ReadFile(text)
	if err != nil {
		return "", sallyport.Errorf(sallyport.EInvalid, "the key %s cannot be read: %w", text, err)
	}
	return string(b), nil
}

func (a *app) drawReport(r audit.Report) {
	for _, f := range r.Faults {
		fmt.Fprintf(a.out, "%s %s\n", a.red("fault:"), safe(f.String()))
	}
	if r.OK() {
		fmt.Fprintf(a.out, "%s %d events, %d values, %d erased; signed at %s\n", a.green("verified:"), r.Events, r.ValuesPresent, r.ValuesErased,
			r.CheckpointAt.Format("2006-01-02 15:04:05Z"))
	}
}
