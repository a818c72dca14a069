"""Made-up providers, one for each way that a job API can differ from others: a folder with a spec each, and no Python."""
