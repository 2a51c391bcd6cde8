"""What the actions of a RapidPro node become."""

from collections.abc import Callable, Mapping

from flows.importing.draft import Act, Count, Do, Keep, Pass, Run
from flows.importing.notes import Margin
from flows.importing.rapidpro.context import LANGUAGES, Context, Row, said
from flows.importing.rapidpro.expressions import counted, has_expression, single_path
from flows.importing.source import items, table, words
from flows.importing.texts import LONGEST, one_line

_Reader = Callable[[Context, Row, Margin], list[Act]]
_LEFT_OUT = {
    "add_contact_groups": "Adding to a group",
    "remove_contact_groups": "Taking out of a group",
    "add_input_labels": "A label on the member's words",
    "add_contact_urn": "Another address of the member",
    "set_contact_channel": "A choice of channel",
    "set_contact_name": "Writing the member's name",
    "set_contact_timezone": "Setting the member's time zone",
    "request_optin": "An opt-in of the channel",
}
_TOLD = {
    "open_ticket": "A ticket is opened here.",
    "call_webhook": "Another system is called here.",
    "call_resthook": "Another system is called here.",
    "call_classifier": "The words are classified by another system here.",
    "call_llm": "A language model answers here.",
    "send_email": "A mail is sent here.",
    "send_broadcast": "Others are texted here.",
    "start_session": "A flow is started for others here.",
    "transfer_airtime": "Airtime is sent here.",
    "set_contact_status": "The contact is blocked or stopped here.",
    "play_audio": "A recording is played here.",
}
RESULTS = ("call_webhook", "call_resthook", "call_classifier", "call_llm", "transfer_airtime", "open_ticket")


def acts_of(context: Context, action: Row, margin: Margin) -> list[Act]:
    """What stands for one action; whatever would have done something for the member becomes a pass to a person."""
    kind = words(action.get("type"))
    if kind in _READERS:
        return _READERS[kind](context, action, margin)
    if kind in _LEFT_OUT:
        margin.note(f"{_LEFT_OUT[kind]} ({kind}) has no counterpart.", "It is left out.")
        return []
    what = _TOLD.get(kind, f'An action "{one_line(kind, 40)}" is not known here.')
    margin.note(
        what, "A person is told, and the flow goes on as if it had worked. See that the words after it stay true."
    )
    return [Pass()]


def _send(context: Context, action: Row, margin: Margin) -> list[Act]:
    acts = said(context, action, margin)
    if not acts:
        margin.note("This text is empty.", "It is left out.")
    _note_buttons(action, margin)
    if not any(words(item) or table(item) for item in items(action.get("attachments"))):
        return acts
    margin.note("A picture, recording or film goes with this text.", "The text goes without it, and a person is told.")
    return [*acts, Pass()]


def _note_buttons(action: Row, margin: Margin) -> None:
    shown = [words(item) or words(table(item).get("text")) for item in items(action.get("quick_replies"))]
    buttons = one_line(", ".join(filter(None, shown)), 80)
    if buttons:
        margin.note(
            f"Its buttons ({buttons}) are not shown on a phone that only texts.",
            "The text stands as it is; name the choices in its words.",
        )


def _keep_result(context: Context, action: Row, margin: Margin) -> list[Act]:
    return _keep(context, context.names.result(words(action.get("name"))), words(action.get("value")), margin)


def _keep_field(context: Context, action: Row, margin: Margin) -> list[Act]:
    field = table(action.get("field"))
    key = words(field.get("key")) or words(field.get("name"))
    return _keep(context, context.names.field(key), words(action.get("value")), margin)


def _keep(context: Context, name: str, value: str, margin: Margin) -> list[Act]:
    """A value that is fixed, another kept one, or one more than it was; anything else is left out with a note."""
    if not value.strip():
        margin.note(f"{name} is emptied here.", "It keeps its value.")
        return []
    if not has_expression(value) and len(value) <= LONGEST:
        return [Keep(name, value.strip().replace("@@", "@"))]
    other = context.names.placeholder(single_path(value) or "")
    if other is not None and other != "me":
        return [Keep(name, other, copied=True)] if other != name else []
    if (count := counted(value)) is not None and name in (context.names.result(count), context.names.field(count)):
        return [Count(name)]
    margin.note(f"{name} is set to {one_line(value, 60)}, which has no counterpart.", "It is left out.")
    return []


def _enter(context: Context, action: Row, margin: Margin) -> list[Act]:
    flow = table(action.get("flow"))
    name = context.siblings.get(words(flow.get("uuid"))) or context.siblings.get(words(flow.get("name")))
    if name is not None:
        return [Run(name)]
    title = one_line(words(flow.get("name")) or "without a name", 60)
    margin.note(
        f'The flow "{title}" is run here and is not in the export.',
        "A person is told, and the flow goes on. Import it, too, and write run: with its name.",
    )
    return [Pass()]


def _set_language(context: Context, action: Row, margin: Margin) -> list[Act]:
    language = LANGUAGES.get(words(action.get("language")))
    if language is not None and "set_language" in context.catalogue.actions:
        return [Do("set_language", {"language": language})]
    margin.note("The member's language is set to one that we do not have.", "It is left out.")
    return []


_READERS: Mapping[str, _Reader] = {
    "send_msg": _send,
    "say_msg": _send,
    "set_run_result": _keep_result,
    "set_contact_field": _keep_field,
    "enter_flow": _enter,
    "set_contact_language": _set_language,
}
