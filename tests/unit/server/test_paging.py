from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.api.v1.catalogue_service_pb2 import ListWorksRequest
from raisonne.api.v1.ledger_service_pb2 import ListEntriesRequest
from raisonne.api.v1.work_pb2 import Work
from raisonne.rights.errors import InputError
from raisonne.server.paging import Cut, Page, cut, next_token, read_page


@given(st.text(max_size=100), st.integers(0, 2**31 - 1))
def test_a_token_leads_back_to_its_place(after: str, size: int) -> None:
    request = ListWorksRequest(page_size=size, state=Work.STATE_REGISTERED)
    request.page_token = next_token(request, after)
    page = read_page(request)
    assert page.after == after
    assert 1 <= page.size <= 200


def test_the_size_may_change_between_pages_but_the_query_may_not() -> None:
    token = next_token(ListWorksRequest(page_size=10), "works/1")
    assert read_page(ListWorksRequest(page_size=20, page_token=token)) == Page(20, "works/1")
    with pytest.raises(InputError) as refused:
        read_page(ListWorksRequest(state=Work.STATE_WITHDRAWN, page_token=token))
    assert refused.value.metadata == {"field": "page_token"}
    with pytest.raises(InputError):
        read_page(ListEntriesRequest(page_token=token))


@given(st.text(min_size=1, max_size=60))
def test_a_token_that_was_never_given_is_refused(token: str) -> None:
    with pytest.raises(InputError):
        read_page(ListWorksRequest(page_token=token))


def test_a_negative_size_is_refused() -> None:
    with pytest.raises(InputError):
        read_page(ListEntriesRequest(page_size=-1))


def test_one_item_more_than_fits_tells_of_another_page() -> None:
    assert cut([1, 2, 3], Page(2, "")) == Cut([1, 2], more=True)
    assert cut([1, 2], Page(2, "")) == Cut([1, 2], more=False)
