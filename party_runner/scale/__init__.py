"""One computation over a party's own cluster: each part of the data in a session of its own, a last one for the result.

Worker i of every party meets the workers i of the others; the parties' own processes keep one session from beginning to
end, in which they agree on what runs and combine what came of it. Dask's pickles stay inside a party.
"""
