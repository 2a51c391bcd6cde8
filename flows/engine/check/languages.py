"""Proof 9, languages: every text in every declared language, with the same placeholders."""

from collections.abc import Mapping

from flows.engine.flow import Flow, Template
from flows.engine.outline import texts_of
from flows.engine.problems import Place, Problems


def check_languages(flow: Flow, problems: Problems) -> None:
    """Note every text that lacks a language, and every one whose languages fill different placeholders."""
    for text in texts_of(flow):
        _check(flow, text.plain, text.place, problems)
        for variant in (text.spoken, text.discreet):
            if variant:
                _check(flow, variant, next(iter(variant.values())).place, problems)


def _check(flow: Flow, versions: Mapping[str, Template], place: Place, problems: Problems) -> None:
    for language in flow.languages:
        if language not in versions:
            problems.error("language.missing", place, f"This text is missing in {language}.", f'Add {language}: "…".')
    used = {language: set(template.slots) for language, template in versions.items()}
    everywhere = set[str]().union(*used.values())
    for language, slots in used.items():
        if slots != everywhere:
            missing = ", ".join(f"{{{slot}}}" for slot in sorted(everywhere - slots))
            message = f"The text in {language} lacks {missing}, which another language has."
            problems.error(
                "language.placeholder", versions[language].place, message, "Use the same placeholders everywhere."
            )
