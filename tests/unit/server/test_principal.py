from __future__ import annotations

import pytest

from raisonne.rights.errors import ConfigError, Reason
from raisonne.server.interceptors.principal import require_loopback


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "127.8.8.8:50051", "[::1]:1", "localhost:1"])
def test_loopback_may_be_listened_on(listen: str) -> None:
    require_loopback(listen)


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.org:1", ":1", "localhost.evil:1"]
)
def test_an_address_that_others_reach_is_refused(listen: str) -> None:
    with pytest.raises(ConfigError) as refused:
        require_loopback(listen)
    assert refused.value.reason is Reason.UNSAFE_IN_PRODUCTION


@pytest.mark.parametrize("listen", ["", "localhost", "127.0.0.1:", "127.0.0.1:http", "unix:/x"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(ConfigError) as refused:
        require_loopback(listen)
    assert refused.value.reason is Reason.CONFIG_INVALID
