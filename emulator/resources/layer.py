"""Layer versions, as far as functions refer to them."""

from dataclasses import dataclass


@dataclass(slots=True, frozen=True)
class LayerVersion:
    """One published layer version. Sizes are bytes: `code_size` of the zip, `unzipped_size` of what it holds."""

    arn: str
    code_size: int
    unzipped_size: int
