"""Which of several secret scores is largest, but for noise that all parties draw together and none knows."""

from __future__ import annotations

from protocols.array.extremes import argmax
from protocols.array.private_reveals import noised
from protocols.array.scales import ring_form
from protocols.array.secret import SecretArray
from protocols.privacy.joint_choice import Choice
from protocols.privacy.joint_geometric_dkmmn06 import JointGeometric


def noisy_argmax(scores: SecretArray, moved: int, choice: Choice) -> tuple[SecretArray, JointGeometric]:
    """The place of the largest of whole scores (candidates,) after noise, the first of equal ones, to be revealed as it
    is; and the noise's sampler, of which `choice` makes what the reveal promises.

    `moved`: how far one unit moves any score, from 1 on. Records the draw and the comparison; nothing is sent before a
    reveal. Whoever learns the place learns nothing else of the scores, nor of the noise. Raises LocalError
    `noise-out-of-range`, and what `np.argmax` raises of no scores.
    """
    sampler = choice.noise(moved, scores.size)
    return argmax(noised(ring_form(scores), sampler)), sampler
