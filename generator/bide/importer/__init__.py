"""From a document that a provider publishes to a spec: what its jobs are, and what the document does not say."""
