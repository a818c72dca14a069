"""Random scripts of replies for as long as asked, each checked against the promises of the waiting contract.

make soak MINUTES=10          scripts with new seeds; whatever breaks a promise is printed with its seed
make soak SEED=1234           one script again, told in full

script      what is drawn from a seed: the job, its pace, its weather, what the user does
weather     what a provider may say, and what that means
bodies      JSON that fits a kind of job
kinds       the kinds of jobs: made up, and the three providers' own
journal     the provider: gives the replies, and writes down what happened
clocks      virtual time, in which the time of day may jump
alone       one job, blocking and under asyncio
pair        several waits for one job, under asyncio
batch       many jobs, blocking and under asyncio
promises    W1 to W16 over what was written down
"""
