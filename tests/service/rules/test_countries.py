"""Which numbers get nothing automatic."""

import pytest

from service.rules.countries import COSTLY_NUMBER, FOREIGN, why_refused

SERVED = ("US", "CA")


@pytest.mark.parametrize("number", ["+12025550123", "+15555550123", "+14165550123", "26262", "BANK"])
def test_numbers_at_home_may(number: str) -> None:
    """Those of the countries served, made-up ones, and short codes, of which the provider knows more than we."""
    assert why_refused(number, SERVED) is None


@pytest.mark.parametrize("number", ["+447700900123", "+18765550123", "+5215512345678", "+882161234567"])
def test_foreign_numbers_may_not(number: str) -> None:
    """Also those that share the country code 1, such as Jamaica's, and those of no country at all."""
    assert why_refused(number, SERVED) == FOREIGN


def test_numbers_that_cost_extra_may_not() -> None:
    """Whoever makes a service text such a number earns by each text."""
    assert why_refused("+19002255123", SERVED) == COSTLY_NUMBER


def test_without_a_list_every_country_is_served() -> None:
    """Costly numbers are refused even then."""
    assert why_refused("+447700900123", ()) is None
    assert why_refused("+19002255123", ()) == COSTLY_NUMBER
