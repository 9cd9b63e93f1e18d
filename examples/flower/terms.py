"""What the server and its clients have alike, in the code of both."""

from mpc import federated, flower

TERMS = flower.FlowerTerms(
    clients=5,
    dropouts=1 / 5,
    corrupted=1 / 5,
    updates=federated.Updates(clip=2.0, most_examples=1000),
)
