"""What the dense softmax head learned, and what it says; plain arrays, no Keras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

HEAD_SCALE = 10.0
"""Unit-length embeddings are stretched by this before the softmax: on unit length alone its
logits stay small and it learns slowly (Wang et al., *NormFace*, 2017)."""


@dataclass(frozen=True)
class HeadWeights:
    """What the head learned.

    Attributes:
        kernel: float32 [D, classes].
        bias: float32 [classes].
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]

    def probabilities(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the softmax output for embeddings [N, D], float32 [N, classes]."""
        logits = HEAD_SCALE * vectors @ self.kernel + self.bias
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return shares
