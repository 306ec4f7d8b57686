"""What a version was made from: the step, the versions it read, and its parameters. Same recipe, same result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Raised when a step comes to give another result for the same input, so that bodies made before are not taken for it.
RECIPE_EDITION = 4


@dataclass(frozen=True)
class Recipe:
    """`inputs`: what was read, by name (a kind, `site:people.csv`, `imports`), as version or digest.

    `parameters`: everything else that the result depends on, JSON-able.
    """

    step: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Digest of the recipe: equal for equal work."""
        content = [RECIPE_EDITION, self.step, dict(self.inputs), dict(self.parameters)]
        return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
