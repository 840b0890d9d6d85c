"""Language models on this computer: the catalogue, what is installed, and the engines behind `Chat` and `Probe`."""

from tutor.lm.opening import open_chat, open_probe, profile, weights

__all__ = ["open_chat", "open_probe", "profile", "weights"]
