"""Made-up providers, one for each kind of job API: a folder with a spec each, and no Python."""
