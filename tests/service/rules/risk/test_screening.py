"""Words of danger are found in the forms that members write them in, in both languages."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.rules.risk import UNSCREENED, Lexicon, Risk, screen

# The first test set of the domain pages: what coordinators and specialists agreed that these mean.
AGREED = {
    3: """
        took the whole bottle of tylenol
        he wont wake up lips blue
        im on the bridge
        hes kicking the door in
        me tome todas las pastillas
        mi amigo no respira creo q fue fenta
        tengo la pistola aqui conmigo
    """,
    2: """
        dont want to wake up tmrw
        kms fr this time
        they narcanned me last nite
        shaking bad day 2 no drinks
        hes gonna kill me if he sees this
        ya no kiero vivir
        lo voy a matar te lo juro
        mi hermana dice q se quiere matar
    """,
    1: """
        slipped. sorry
        so alone in this room
        whats the point
        not suicidal just done w today
        recai ayer
        no tengo con quien hablar
        me corrieron de la casa
        ya no puedo mas
        no me quiero matar pero estoy cansada de todo
        going to use alone tonight dont tell anyone
    """,
    0: """
        took my pills on time yay
        this heat is killing me
        i cant stop laughing
        im dead lol
        took the bus to group
        me muero de hambre
        tome mis pastillas
        limpie la casa
        my son got his shots
        lost in the crystal aisle
    """,
}
# The pitfalls that the domain pages name.
PITFALLS = [
    ("I'm not suicidal", 1),
    ("no me quiero matar", 1),
    ("in 2012 I tried", 0),
    ("in 2012 I tried to kill myself", 1),
    ("my brother wants to die", 2),
    ("dying laughing", 0),
    ("killing it", 0),
    ("dead tired", 0),
    ("me muero de risa", 0),
    ("me muero de ganas", 0),
    ("matarme trabajando", 0),
    ("me mata la espalda", 0),
    ("me pego un tiro", 1),
    ("took my pills", 0),
    ("took all my pills", 3),
    ("tomé mis pastillas", 0),
    ("me tomé todas", 3),
    ("cut my hair", 0),
    ("using the bus", 0),
    ("clean the house", 0),
    ("estoy limpio", 0),
    ("compré cristal para la mesa", 0),
    ("coger el camión y tomar café", 0),
    ("💊", 1),
    ("they hit me with marking", 2),
    ("not that I don't want to die", 2),
    ("won't be a problem after tonight", 2),
    ("shot of espresso", 0),
    ("dying to see you", 0),
    ("this traffic is killing me", 0),
    ("quiero OD", 2),
    ("me siento down", 1),
    ("unalive", 2),
    ("sewerslide", 2),
    ("s.u.i", 2),
    ("1", 0),
    ("HELP", 0),
    ("AYUDA", 0),
    ("", 0),
    ("   ", 0),
    ("hace un año me quería morir", 1),
]


@pytest.mark.parametrize(
    ("tier", "text"), [(tier, line.strip()) for tier, lines in AGREED.items() for line in lines.strip().splitlines()]
)
def test_the_agreed_examples_have_their_tier(lexicon: Lexicon, tier: int, text: str) -> None:
    """Every example of the domain pages is read as agreed."""
    assert screen(lexicon, text).tier == tier


@pytest.mark.parametrize(("text", "tier"), PITFALLS)
def test_the_known_pitfalls_are_avoided(lexicon: Lexicon, text: str, tier: int) -> None:
    """Negation, past, idiom, other people, disguise and emoji are read as people mean them."""
    assert screen(lexicon, text).tier == tier


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO DIE",
        "i want to dieeeee",
        "i w4nt to d1e",
        "su!cide",
        "k.i.l.l myself",
        "w a n t t o d i e",
        "k*ll myself",
        "want to d\u200bie",
        "𝘄𝗮𝗻𝘁 𝘁𝗼 𝗱𝗶𝗲",
        "m4tarme",
        "q u i e r o m o r i r",
        "kiero morirme",
        base64.b64encode(b"i want to kill myself").decode(),
    ],
)
def test_disguised_and_mistyped_words_are_found(lexicon: Lexicon, text: str) -> None:
    """Capitals, drawn out letters, signs for letters, letters apart, masks, styled letters and packed bodies hide nothing."""
    assert screen(lexicon, text).tier >= 2


@pytest.mark.parametrize("text", ["that was an odd day", "a b c d e", "covid 19", "P4 battery, 3 a m", "d i y at home"])
def test_ordinary_letters_and_numbers_are_left_alone(lexicon: Lexicon, text: str) -> None:
    """Undoing disguises does not turn everyday words into words of danger."""
    assert screen(lexicon, text).tier == 0


def test_what_was_found_is_told(lexicon: Lexicon) -> None:
    """The categories and the rules are named, the gravest first."""
    found = screen(lexicon, "he has a gun and i feel so alone")
    assert found.categories == ("violence", "isolation")
    assert found.matched == ("en.violence.now", "en.isolation.alone")
    assert not found.about_other


def test_another_person_in_danger_is_told_apart(lexicon: Lexicon) -> None:
    """A message about somebody else says so, so that the answer can support the one who wrote."""
    assert screen(lexicon, "my brother wants to die").about_other


@pytest.mark.parametrize("text", ["damaged \ufffd\ufffd text", "мне очень плохо", "我想死", "\ufffd"])
def test_what_cannot_be_read_brings_a_person(lexicon: Lexicon, text: str) -> None:
    """Damaged text and scripts that no lexicon reads are unscreened, which counts as tier 2."""
    assert screen(lexicon, text) == UNSCREENED
    assert UNSCREENED.tier == 2


def test_a_failure_brings_a_person() -> None:
    """Whatever goes wrong in reading is unscreened, never silence and never an exception."""
    assert screen(Lexicon(languages=(None,)), "hello") == UNSCREENED  # type: ignore[arg-type]  # broken on purpose


@given(text=st.text())
def test_any_text_can_be_screened(lexicon: Lexicon, text: str) -> None:
    """Whatever is typed, there is an answer with a tier from 0 to 3, and the same one again."""
    found = screen(lexicon, text)
    assert isinstance(found, Risk)
    assert 0 <= found.tier <= 3
    assert screen(lexicon, text) == found


def test_an_enormous_text_is_read_to_its_end(lexicon: Lexicon) -> None:
    """Danger at the end of a very long message is found."""
    assert screen(lexicon, "bla bla " * 20_000 + "i want to die").tier == 2
