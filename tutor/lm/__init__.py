"""Language models on this computer: the catalogue, what is installed, and the engines behind `Chat`, `Probe` and
`Encoder`."""

from tutor.lm.encoder import open_encoder
from tutor.lm.engines import open_chat, open_probe, profile, weights
from tutor.lm.reader import open_reader
from tutor.lm.voices import Voices

__all__ = ["Voices", "open_chat", "open_encoder", "open_probe", "open_reader", "profile", "weights"]
