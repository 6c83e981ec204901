// Mailpit is the mail server of the tests, at an exact version: a real SMTP sink whose faults can be switched on.
package main

import "github.com/axllent/mailpit/cmd"

func main() { cmd.Execute() }
