"""The provider's refusals, by its own codes (Twilio's error dictionary), in its own shape."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: the HTTP status, the provider's code, and a sentence."""

    status: int
    code: int
    message: str

    def shape(self) -> dict[str, int | str]:
        """Give the JSON that the provider answers with."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        return {"code": self.code, "message": self.message, "more_info": more, "status": self.status}


UNAUTHORISED = Refusal(401, 20003, "Authenticate")
UNAVAILABLE = Refusal(503, 20503, "Service Unavailable")
TOO_MANY = Refusal(429, 20429, "Too Many Requests")
BROKEN = Refusal(500, 20500, "An internal server error has occurred")
NO_BODY = Refusal(400, 21602, "Message body is required.")
NO_RECIPIENT = Refusal(400, 21604, "A 'To' phone number is required.")
NO_SENDER = Refusal(400, 21603, "A 'From' phone number is required.")
TOO_LONG = Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
STOPPED = Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
SAME_NUMBER = Refusal(400, 21266, "'To' and 'From' number cannot be the same")
NOT_FINISHED = Refusal(409, 20009, "The message is not finished yet, so its record cannot be changed or deleted.")
NOT_CANCELABLE = Refusal(400, 30409, "This message cannot be canceled.")
QUEUE_FULL = Refusal(400, 21611, "This 'From' number has exceeded the maximum number of queued messages")
NO_CALL_RECIPIENT = Refusal(400, 21201, "No 'To' number is specified")
NO_CALL_SENDER = Refusal(400, 21213, "No 'From' number is specified")
NO_CALL_URL = Refusal(400, 21205, "Url parameter is required.")


def refusal_of(code: int) -> Refusal:
    """A refusal with any code of the provider's, for faults; its HTTP status is that of the code's kind."""
    known = {20003: 401, 20005: 403, 20404: 404, 20429: 429, 20503: 503, 21408: 403}
    return Refusal(known.get(code, 400), code, f"Refused with {code}, as was asked for")


def not_found(path: str) -> Refusal:
    """Say that there is nothing at this path."""
    return Refusal(404, 20404, f"The requested resource {path} was not found")


def bad_recipient(number: str) -> Refusal:
    """Say that no text can go to this."""
    return Refusal(400, 21211, f"Invalid 'To' Phone Number: {number}")


def bad_sender(number: str) -> Refusal:
    """Say that this is none of the account's numbers."""
    sentence = "is not a valid, SMS-capable inbound phone number or short code for your account."
    return Refusal(400, 21606, f"The 'From' phone number {number} {sentence}")


def bad_callback(url: str) -> Refusal:
    """Say that no report can be posted there."""
    return Refusal(400, 21609, f"The 'StatusCallback' URL {url} is not a valid URL.")


def bad_call_sender(number: str) -> Refusal:
    """Say that no call can be made from this number."""
    return Refusal(400, 21210, f"'From' phone number not verified: {number}")


def bad_parameter(name: str, value: str) -> Refusal:
    """Say that a parameter makes no sense."""
    return Refusal(400, 20001, f"Invalid value for {name}: {value}")
