"""The context: everything a protocol function sees.

A context belongs to one call. Its `path` is structural: each call takes its parent's next number, before anything is
scheduled, so that all parties give the same call the same path whatever their timing. The path addresses messages and
material and separates random streams. `depth` is the causal round count: a message carries its sender's depth, its
receiver is at least one deeper, a join takes the largest of its children.
"""

from mpc.context.endpoint import Root
from mpc.context.session import OFF_LOOP_WORK, CallAudit, Context, Foresight, Session
from mpc.context.spec import Array, Spec
from mpc.context.tasks import beside, line_of_task, together

__all__ = [
    "OFF_LOOP_WORK",
    "Array",
    "CallAudit",
    "Context",
    "Foresight",
    "Root",
    "Session",
    "Spec",
    "beside",
    "line_of_task",
    "together",
]
