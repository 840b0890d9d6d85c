"""The version of the program, alone, so that saying it loads nothing else."""

VERSION = "0.1.0"
