"""The list of messages, page by page, newest first, as Twilio filters and pages it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.simulator.records import Message

_FILTERS = ("To", "From", "DateSent", "DateSent<", "DateSent>")
_LARGEST = 1000
_USUAL = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `start` counts from 0 over all pages; `next_token` is None on the last."""

    messages: tuple[Message, ...]
    number: int
    size: int
    start: int
    next_token: str | None
    filters: tuple[tuple[str, str], ...]


def find_page(messages: Sequence[Message], query: Mapping[str, str]) -> Page:
    """Find the page that a query asks for; PageToken holds to its place when new messages come between two pages."""
    filters = tuple((name, query[name]) for name in _FILTERS if query.get(name))
    wanted = [message for message in reversed(messages) if _fits(message, dict(filters))]
    size = min(_LARGEST, max(1, _whole(query.get("PageSize"), _USUAL)))
    number = max(0, _whole(query.get("Page"), 0))
    begin = _begin(wanted, query.get("PageToken", ""), number * size)
    shown = tuple(wanted[begin : begin + size])
    more = begin + size < len(wanted)
    return Page(shown, number, size, number * size, f"PA{shown[-1].sid}" if more else None, filters)


def _fits(message: Message, filters: Mapping[str, str]) -> bool:
    # Date filters are whole days in GMT, and both ends count.
    day = f"{message.sent or message.at:%Y-%m-%d}"
    return (
        filters.get("To", message.recipient) == message.recipient
        and filters.get("From", message.sender) == message.sender
        and filters.get("DateSent", day)[:10] == day
        and filters.get("DateSent<", day)[:10] >= day
        and filters.get("DateSent>", day)[:10] <= day
    )


def _begin(wanted: Sequence[Message], token: str, otherwise: int) -> int:
    for index, message in enumerate(wanted):
        if token == f"PA{message.sid}":
            return index + 1
    return otherwise


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() else otherwise
