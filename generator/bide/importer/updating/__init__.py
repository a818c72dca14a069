"""From one version of a document to the next, in a spec that its author has edited."""
