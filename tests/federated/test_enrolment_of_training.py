"""One enrolment of a star is all that a training against a malicious server asks for, and who was revoked since."""

from __future__ import annotations

from datetime import timedelta

import pytest
import trio
from training_stars import DATA, Run, federation

from mpc import federated
from mpc.network.identity import load_certificate, load_identity
from mpc.network.star.authority import Authority, new_authority, new_request
from protocols.aggregation import vouch


class Enrolled(Run):
    """Both ends know what `dial` and `serve` of a real star tell them: key, certificates, the file of the revoked."""

    def __init__(self, folder, agreed, **options):
        super().__init__(agreed, **options)
        self.folder = folder
        self.by = load_certificate(folder / "authority.crt")

    async def serve(self):
        async with self.place.serve() as star:
            star.authority, star.revoked = self.by, self.folder / "authority.crl"
            try:
                self.served = await federated.serve(
                    star, self.made(), self.federation, on_round=self.reports.append, **self.options
                )
            except Exception as error:
                self.error = error

    async def client(self, number):
        async with self.place.dial(f"client-{number}") as star:
            star.enrolment = load_identity(f"client-{number}", self.folder), self.by
            star.revoked = self.folder / "authority.crl"
            try:
                self.told[number] = await federated.join(star, self.made(), self.data[number], self.federation)
            except Exception as error:
                self.told[number] = error


@pytest.fixture
def authority(tmp_path):
    made = Authority(new_authority("authority", tmp_path))
    for number in range(len(DATA)):
        name = f"client-{number}"
        made.enroll(name, new_request(name, tmp_path), tmp_path, timedelta(hours=1), vouch=vouch)
    return made


AGREED = federation(rounds=1, malicious=True, dropouts=0.17)


def test_clients_of_one_enrolment_train(tmp_path, authority):
    run = Enrolled(tmp_path, AGREED)()
    assert [report.survivors for report in run.reports] == [6]
    assert {joined.rounds for joined in run.told.values()} == {1}


def test_who_was_revoked_is_left_out_by_the_list_that_star_toml_names(tmp_path, authority):
    authority.revoke("client-3")
    run = Enrolled(tmp_path, AGREED)()
    assert run.reports[0].lost == (("client-3", "advertise"),)
    assert run.reports[0].survivors == 5
    assert run.told[3].code == "aggregation-revoked"


class Idle(Enrolled):
    """A server that waits until all clients have said something, and never begins."""

    async def serve(self):
        async with self.place.serve():
            while len(self.told) < len(self.data):
                await trio.sleep(0.01)


def test_a_client_without_the_list_that_its_star_toml_names_does_not_take_part(tmp_path, authority):
    (tmp_path / "authority.crl").unlink()
    run = Idle(tmp_path, AGREED)()
    assert {error.code for error in run.told.values()} == {"aggregation-revocations"}
