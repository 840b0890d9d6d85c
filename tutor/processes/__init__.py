"""Everything that runs elsewhere: the worker with the models, jobs, the sandbox for strangers' files."""
