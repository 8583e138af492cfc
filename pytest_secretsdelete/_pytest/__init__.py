"""The parts of the plugin, imported on first use: ini options, markers, test set-up, guard, seed file, reports."""
