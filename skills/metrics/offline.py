"""What every metric here has in common: nothing is fetched, nothing is written, inputs are declared in one line."""

from __future__ import annotations

from typing import Any, ClassVar

import evaluate


class OfflineMetric(evaluate.Metric):  # type: ignore[misc]
    """An `evaluate.Metric` used directly: `evaluate.load` would fetch code from the hub.

    A subclass says what it measures (`about`), where the definition is from (`source`) and what it is given (`inputs`,
    names and types of its columns), and implements `_compute`. `compute` raises ValueError for columns of different
    lengths, or without any item.
    """

    about: ClassVar[str]
    source: ClassVar[str]
    inputs: ClassVar[dict[str, str]] = {"predictions": "string", "references": "string"}

    def __init__(self) -> None:
        super().__init__(keep_in_memory=True, seed=0)

    def _build_data_dir(self) -> str:
        """The folder for what does not fit in memory: all of it does, and ~/.cache stays as it was."""
        return ""

    def _info(self) -> Any:
        from datasets import Features, Value

        features = Features({name: Value(dtype) for name, dtype in self.inputs.items()})
        return evaluate.MetricInfo(
            description=self.about, citation=self.source, inputs_description="", features=features
        )

    def compute(self, **columns: Any) -> dict[str, Any]:
        """The measures of the columns named in `inputs`; what else is given goes to `_compute`."""
        lengths = {len(columns[name]) for name in self.inputs}
        if len(lengths) > 1 or lengths == {0}:
            raise ValueError(f"{type(self).__name__} needs columns of one length, with at least one item: {lengths}")
        found: dict[str, Any] = super().compute(**columns)
        return found
