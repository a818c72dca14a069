"""Parts of a draft: its result, its secrets, its servers, and what a spec cannot say."""
