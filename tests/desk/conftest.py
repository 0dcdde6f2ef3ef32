"""Who looks at the desk in these tests."""

import pytest
from flask.testing import FlaskClient

from tests.accounts.factories import SignedIn, signed_in
from tests.conftest import Opened


@pytest.fixture
def admin(client: FlaskClient, writing: Opened) -> SignedIn:
    return signed_in(client, writing)
