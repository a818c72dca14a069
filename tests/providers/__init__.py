"""Made-up providers, one for each way in which job APIs differ: a folder with a spec each, and no Python."""
