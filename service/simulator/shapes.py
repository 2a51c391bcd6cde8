"""Messages and calls as Twilio's REST API shows them (api.v2010.account.message and .call in its own description)."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from service.simulator.options import Options
from service.simulator.records import Call, Message

Shape = dict[str, Any]
API_VERSION = "2010-04-01"
_DIRECTIONS = {"phone": "inbound", "api": "outbound-api", "reply": "outbound-reply", "provider": "outbound-reply"}
_ERRORS = {30003: "Unreachable destination handset", 30005: "Unknown destination handset", 30006: "Landline"}


def message_shape(options: Options, message: Message) -> Shape:
    """Show a message; counts are strings and dates RFC 2822 in GMT, as in the description."""
    uri = f"{options.root}/Messages/{message.sid}"
    return {
        "account_sid": options.account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": date(message.at),
        "date_sent": date(message.sent),
        "date_updated": date(message.updated),
        "direction": _DIRECTIONS[message.origin],
        "error_code": message.error_code,
        "error_message": _ERRORS.get(message.error_code, "Unknown error") if message.error_code else None,
        "from": message.sender,
        "messaging_service_sid": message.service_sid,
        "num_media": "0",
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.recipient,
        "uri": f"{uri}.json",
    }


def call_shape(options: Options, call: Call) -> Shape:
    """Show a call, in the same manner."""
    uri = f"{options.root}/Calls/{call.sid}"
    over = call.status in {"completed", "busy", "failed", "no-answer", "canceled"}
    return {
        "account_sid": options.account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": date(call.at),
        "date_updated": date(call.updated),
        "direction": "inbound" if call.inbound else "outbound-api",
        "duration": str(int((call.updated - call.at).total_seconds())) if over else None,
        "end_time": date(call.updated) if over else None,
        "forwarded_from": None,
        "from": call.sender,
        "from_formatted": call.sender,
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call.sid,
        "start_time": date(call.at),
        "status": call.status,
        "subresource_uris": {"recordings": f"{uri}/Recordings.json", "events": f"{uri}/Events.json"},
        "to": call.recipient,
        "to_formatted": call.recipient,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def date(instant: datetime | None) -> str | None:
    """Write an instant as RFC 2822 in GMT with a numeric offset."""
    return format_datetime(instant.astimezone(UTC)) if instant else None
