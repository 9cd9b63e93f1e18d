"""Sums of the vectors of many clients, of which nobody sees one, with clients that come and go.

Bonawitz et al., "Practical secure aggregation for privacy-preserving machine learning", CCS 2017, on the sparse graphs
of Bell et al., CCS 2020. State machines without a socket or a clock: see docs/protocols/secure_aggregation.md.
"""

from __future__ import annotations

from protocols.aggregation.client_bbglr20 import Client
from protocols.aggregation.costs import StepBytes, step_bytes
from protocols.aggregation.demands import Demands
from protocols.aggregation.enrolment import Authority, Certificate, Credential, SigningKey
from protocols.aggregation.on_star import sum_at_client, sum_at_server
from protocols.aggregation.plan import AggregationPlan, StepOdds, plan
from protocols.aggregation.resuming import resumed, saved
from protocols.aggregation.revocations import RevocationFile, Revocations, read_revocations, revocation_list
from protocols.aggregation.server_bbglr20 import Server
from protocols.aggregation.simulating import Simulated, StepFigures, simulate
from protocols.aggregation.star_credentials import credential_of_star, vouch
from protocols.aggregation.terms import Step, Terms

__all__ = [
    "AggregationPlan",
    "Authority",
    "Certificate",
    "Client",
    "Credential",
    "Demands",
    "RevocationFile",
    "Revocations",
    "Server",
    "SigningKey",
    "Simulated",
    "Step",
    "StepBytes",
    "StepFigures",
    "StepOdds",
    "Terms",
    "credential_of_star",
    "plan",
    "read_revocations",
    "resumed",
    "revocation_list",
    "saved",
    "simulate",
    "step_bytes",
    "sum_at_client",
    "sum_at_server",
    "vouch",
]
