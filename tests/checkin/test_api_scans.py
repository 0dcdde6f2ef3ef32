"""What phones send to the API of the door: scans in clear and sealed, each answered in its place."""

from tests.checkin.factories import code_of
from tests.checkin.stage import Phone, Stage


def test_scans_are_answered_in_their_order(phone: Phone, stage: Stage) -> None:
    scans = [phone.scan(code_of(one)) for one in stage.people]
    told = phone.scans(*scans)
    assert [each["nonce"] for each in told] == [scan["nonce"] for scan in scans]
    assert {each["verdict"] for each in told} == {"accepted"}
    assert [each["name"].split()[0] for each in told] == [one.person.given_names for one in stage.people]
