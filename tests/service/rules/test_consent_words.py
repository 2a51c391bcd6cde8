"""STOP, START and HELP are read exactly, in both languages, and never loosely."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Words
from service.rules.consent_words import is_consent_word, read_consent

STOP = """
stop
STOP!!
"stop"
Pls STOP 🙏
thanks, stop
ＳＴＯＰ
stopall
unsubscribe
cancel
END
quit
revoke
optout
opt out
Opt-out please
ALTO
alto por favor
Parar
¡Basta!
cancelar
no más
NO MAS por favor
stop texting me
please stop texting me
Stop messaging me.
can you stop texting me
could you please stop texting me?
I want you to stop texting me
im asking you to stop texting me
i told you to stop texting me
quit texting me
stop contacting me
stop texting
please stop texting this number
hey stop texting me
Wrong number, stop texting me
don't text me anymore
do not text me again
dont text me
Do not contact me
no more texts
no more messages please
take me off your list
remove me from this list
remove me
delete my number
unsubscribe me
opt me out
i want to opt out
I want to unsubscribe
i don't want these texts
i dont want to get any more texts
I no longer want to receive messages
stop sending me texts
stop sending messages
stop these texts
stop all messages
please end these messages
how do i stop these texts
stop texting me i'm fine now
I got a job. Please stop texting me. Thanks
Stop texting me!!! I mean it
stop stop stop
ya no me escriban
ya no me escribas
no me escriban más
por favor ya no me escriban
ya no quiero que me escriban
no me manden mensajes
no me manden más mensajes
no me mandes mensajes por favor
hola, ya no me manden mensajes
no me texteen
no me envíen mensajes
dejen de mandarme mensajes
deja de escribirme
dejen de escribirme por favor
por favor dejen de enviarme mensajes
dejen de molestarme
ya no quiero mensajes
ya no quiero recibir mensajes
no quiero recibir más mensajes
no quiero más mensajes
no más mensajes
basta de mensajes
alto a los mensajes
paren los mensajes
ya no me contacten
quítenme de la lista
bórrenme de su lista
borren mi número
quiero darme de baja
stop mandando mensajes
"""

NOT_STOP = """
I can't stop crying
I want to quit drinking
end of the day
no mas dolor
no más dolor por favor
stop it
make it stop
i want it to stop
please help me stop
I quit
i quit my job
i want to quit
i stopped
stopp
stp
bus stop
i missed my stop
stop by later
can you stop by
the end
when does it end
cant stop wont stop
stop! in the name of love
stop worrying about me
stop calling me crazy
please stop the voices
my ex wont stop texting me
he keeps texting me tell him to stop
I told him to stop texting me
i told him, stop texting me. he didnt
she said stop texting me
why did you stop texting me
they stopped texting me
don't stop texting me
please don't stop texting me
never stop texting me please
stop texting me at night
stop texting me so early please
stop texting me about the group
stop texting me until monday
don't text me at work
dont text me today
dont text me now
don't call me
text me
cancel my appointment
i need to cancel tomorrow
opt out of group
unsubscribe from life
quit smoking today
no more pills
no more pain
no more
leave me alone
i dont want to live
i want out
yes
si
no
ok
no dejen de escribirme
no dejes de escribirme por favor
no me escriban en la noche
no me escriban hoy
no me llamen hoy
ya no me escribe mi hija
ya no me escriben
mi hijo no me manda mensajes
cancelar mi cita
quiero cancelar la cita
alto ahi dijo la policia
parar de tomar es dificil
quiero parar de tomar
basta de sufrir
deja de llover
para que seguir
para mi
ya no quiero vivir
ya no quiero nada
no quiero mas
ya no me importa
no mas me siento solo
no mas quiero dormir
"""


def lines(text: str) -> list[str]:
    """The texts of a table, one a line."""
    return text.strip().splitlines()


@pytest.mark.parametrize("text", lines(STOP))
def test_a_whole_stop_word_or_a_plain_request_is_stop(words: Words, text: str) -> None:
    """Stop words alone and plain requests to be left alone are stop, whatever the member's language."""
    assert read_consent(words, text, stopped=False) == "stop"
    assert read_consent(words, text, stopped=True) == "stop"


@pytest.mark.parametrize("text", lines(NOT_STOP))
def test_stop_words_inside_a_sentence_are_not_stop(words: Words, text: str) -> None:
    """Neither a stop word inside a sentence, nor what others said, nor a narrowed request stops anything."""
    assert read_consent(words, text, stopped=False) is None


@pytest.mark.parametrize("text", ["start", "Start!", "unstop", "empezar", "REANUDAR por favor"])
def test_start_words_start(words: Words, text: str) -> None:
    """Start words mean start, from a stopped number and from any other."""
    assert read_consent(words, text, stopped=True) == "start"
    assert read_consent(words, text, stopped=False) == "start"


@pytest.mark.parametrize("text", ["yes", "YES please", "sí", "Si."])
def test_yes_means_start_only_from_a_stopped_number(words: Words, text: str) -> None:
    """YES and SI are ordinary words, except from a number that said stop."""
    assert read_consent(words, text, stopped=True) == "start"
    assert read_consent(words, text, stopped=False) is None


@pytest.mark.parametrize("text", ["help", "HELP!", "info", "ayuda", "Ayuda por favor"])
def test_help_words_ask_for_help(words: Words, text: str) -> None:
    """Help words alone ask what this number is; inside a sentence they do not."""
    assert read_consent(words, text, stopped=False) == "help"
    assert read_consent(words, f"{text} mi casa", stopped=False) is None


def test_consent_words_are_known_to_whoever_writes_replies(words: Words) -> None:
    """A reply of a flow may not be a consent word; YES may, since it is an ordinary word there."""
    assert is_consent_word(words, "Quit")
    assert not is_consent_word(words, "yes")


@given(text=st.text())
def test_any_text_can_be_read(words: Words, text: str) -> None:
    """Whatever is typed, reading it for consent does not fail."""
    assert read_consent(words, text, stopped=True) in {"stop", "start", "help", None}


@given(st.sampled_from(["stop", "alto", "unsubscribe", "parar"]), st.text(alphabet=" .!?¡¿,🙏…\n", max_size=6))
def test_signs_around_a_stop_word_do_not_matter(words: Words, word: str, signs: str) -> None:
    """Punctuation, emoji and line breaks around a stop word change nothing."""
    assert read_consent(words, f"{signs}{word.upper()}{signs}", stopped=False) == "stop"
