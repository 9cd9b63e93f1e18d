"""Two aggregators that collect reports of Prio3: batches, each report counted once, each batch given out once.

`mpc.collecting`: a `Task` that all agree on; `report` at a client; `Leader` and `Helper`, each with a `Book` on its
disk, which take reports and answer one another's messages; `combine` at the collector. No I/O but the books: `lead`
and `help_with` carry the messages between two parties of a session, `verify_all` and `collect` within one process;
`deliver` and `take_reports` bring reports from clients of two stars.
"""

from protocols.collecting.book import Book
from protocols.collecting.client import report
from protocols.collecting.collector import Collected, combine
from protocols.collecting.helper import Helper
from protocols.collecting.in_memory import collect, verify_all
from protocols.collecting.in_sessions import help_with, lead
from protocols.collecting.in_stars import deliver, take_reports
from protocols.collecting.leader import Leader
from protocols.collecting.task import Batch, Interval, Task

__all__ = [
    "Batch",
    "Book",
    "Collected",
    "Helper",
    "Interval",
    "Leader",
    "Task",
    "collect",
    "combine",
    "deliver",
    "help_with",
    "lead",
    "report",
    "take_reports",
    "verify_all",
]
