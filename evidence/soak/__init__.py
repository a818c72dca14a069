"""Random scripts of replies, each checked against the promises of the waiting contract.

make soak MINUTES=10          scripts with new seeds; a broken promise is printed with its seed
make soak SEED=1234           one script again, printed in full

script      drawn from a seed: the job, its timing, the provider's replies, the user's calls
replies     random replies of a provider, and their meaning
recording   what the user and the provider saw while a script was played
bodies      JSON that matches a kind of job
kinds       the kinds of jobs: made-up ones, and those of the three providers
journal     the provider: returns the replies, and records all requests
clocks      virtual time, in which the time of day may jump
alone       one job, blocking and under asyncio
pair        several waits for one job, under asyncio
batch       many jobs, blocking and under asyncio
promises    W1 to W16, checked in the recording
"""
