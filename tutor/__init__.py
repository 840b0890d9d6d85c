"""LLMs for poets: a tutor about language models that lives on the learner's own computer."""

__version__ = "0.1.0"
