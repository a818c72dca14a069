"""From a recording of requests and replies (HAR) to the document that the provider does not have."""
