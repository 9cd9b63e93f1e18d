"""How many elements a call of a gadget should check at once."""

from __future__ import annotations

from protocols.prio3.refusals import whole


def good_chunk_length(elements: int) -> int:
    """The chunk length that makes the shortest proof of so many bits; of equals, the longest chunks.

    A proof has 2 c + 2 p - 1 elements for chunks of c and p points a wire, p a power of two above the number of
    chunks. So only c that leaves p - 1 chunks, for a power of two p, is worth a look: c = ceil(elements / (p - 1)).
    The shortest lies near c = p = sqrt(elements). Any other chunk length is as right; all parties must have the same.
    """
    sizes = [1 << i for i in range(1, max(1, elements).bit_length() + 2)]
    lengths = {-(-max(1, elements) // (p - 1)): p for p in reversed(sizes)}
    return min(lengths, key=lambda c: (2 * c + 2 * lengths[c], -c))


def chunk_length_or_good(chunk_length: int | None, elements: int) -> int:
    """The chunk length that was asked for, or a good one."""
    return good_chunk_length(elements) if chunk_length is None else whole(chunk_length, "chunk_length")
