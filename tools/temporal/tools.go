//go:build tools

// Package temporal pins the Temporal CLI, whose `temporal server start-dev` is the embedded default server.
// It is built from here where the binary cannot be downloaded; nothing of it is imported by Whittle.
package temporal

import _ "github.com/temporalio/cli/cmd/temporal"
