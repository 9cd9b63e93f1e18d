"""One enrolment for the star and for secure sums: what the star's authority signs is a credential here."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from aggregation_rounds import refused, vectors

from mpc.errors import LocalError
from mpc.network.identity import load_certificate, new_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from mpc.network.star.credentials import Judge, authority_of
from protocols.aggregation import Client, Terms, credential_of_star, plan, vouch


def enrolled(folder: Path, *names: str) -> None:
    authority = Authority(new_authority("authority", folder))
    for name in names:
        authority.enroll(name, new_request(name, folder), folder, timedelta(hours=1), vouch=vouch)


def test_the_star_s_certificate_is_a_credential_in_sums(tmp_path: Path) -> None:
    enrolled(tmp_path, "c0", "c1")
    for name in ("c0", "c1"):
        found, authority = credential_of_star(tmp_path / f"{name}.key", tmp_path / "authority.crt")
        assert found.certificate.name == name
        found.certificate.check(authority, found.certificate.not_before + 60)
        with refused("aggregation-not-enrolled", name):
            found.certificate.check(authority, found.certificate.not_after + 1)
        assert found.certificate.not_after - found.certificate.not_before == 3900
        given = plan(5, 3, malicious=True, dropouts=0.2)
        client = Client(Terms(given, "tests", 0), name, vectors(5)[0], credential=found, authority=authority)
        assert client.advertise()
    Judge(authority_of(tmp_path / "authority.crt")).credential(load_certificate(tmp_path / "c0.crt").der)


def test_other_certificates_are_none(tmp_path: Path) -> None:
    enrolled(tmp_path, "c0")
    (tmp_path / "other").mkdir()
    enrolled(tmp_path / "other", "c0")
    new_identity("self", tmp_path)
    Authority(tmp_path / "authority.key").enroll("c1", new_request("c1", tmp_path), tmp_path)
    for key, authority in (
        ("c0.key", "other/authority.crt"),
        ("self.key", "authority.crt"),
        ("c1.key", "authority.crt"),
    ):
        with pytest.raises(LocalError, match="aggregation-credential"):
            credential_of_star(tmp_path / key, tmp_path / authority)
