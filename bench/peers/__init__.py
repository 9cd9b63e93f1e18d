"""Other systems on the same work, each in an environment of its own. Their scripts import no code of Parley's."""
