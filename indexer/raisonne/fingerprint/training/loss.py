"""The loss: contrast between works, and an even spread of all views over the sphere."""

from __future__ import annotations

import torch
from torch import Tensor

TEMPERATURE = 0.07
ENTROPY_WEIGHT = 5.0


def contrastive_loss(vectors: Tensor, shows: Tensor, temperature: float = TEMPERATURE) -> Tensor:
    """InfoNCE over all pairs of views that show a common work, mixed views included.

    Args:
        vectors: Of length one, shape (v, d).
        shows: Which works each view shows, boolean, shape (v, n).
        temperature: Divides the similarities.

    Returns:
        The mean over positive pairs of -log(e^s / (e^s + sum of e^s over the view's negatives)).
    """
    logits = vectors @ vectors.T / temperature
    common = shows.float() @ shows.float().T > 0
    itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
    negatives = logits.masked_fill(common, -torch.inf).logsumexp(dim=1, keepdim=True)
    losses = torch.logaddexp(logits, negatives) - logits
    positive = common & ~itself
    # Each view counts once, however many positives mixing gave it.
    weights = positive / positive.sum(dim=1, keepdim=True).clamp(min=1)
    return (losses * weights).sum() / positive.any(dim=1).sum()


def entropy_loss(vectors: Tensor, shows: Tensor) -> Tensor:
    """Kozachenko-Leonenko estimate of the negated differential entropy.

    After Sablayrolles et al., "Spreading vectors for similarity search" (ICLR 2019): the mean of
    -log of each view's distance to the nearest view that shows none of its works.

    Args:
        vectors: Of length one, shape (v, d).
        shows: Which works each view shows, boolean, shape (v, n).
    """
    common = shows.float() @ shows.float().T > 0
    nearest = (vectors @ vectors.T).masked_fill(common, -1).amax(dim=1)
    return -0.5 * torch.log((2 - 2 * nearest).clamp(min=1e-6)).mean()
