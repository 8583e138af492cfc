"""What the plugin imports once it is used: options, markers, the start of a test, the guard, seed files, reports."""
