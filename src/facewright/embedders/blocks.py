"""Grouping the layers of a network into the blocks that fine-tuning unfreezes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def layers_by_block(
    model: "keras.Model", prefixes: Sequence[str | tuple[str, ...]]
) -> "list[list[keras.layers.Layer]]":
    """Return the layers that hold weights, grouped by the beginnings of their names.

    Args:
        model: The network.
        prefixes: For each block, from input to output, what its layers' names begin with.

    Returns:
        As many lists as there are prefixes, each in the order of the network.
    """
    weighted = [layer for layer in model.layers if layer.weights]
    return [[layer for layer in weighted if layer.name.startswith(prefix)] for prefix in prefixes]
