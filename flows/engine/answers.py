"""The words that mean yes and no in a flow, in both languages, in the form of `plain_words`.

Some of them (`yes`, `si`) open a stopped number again, which is why the service reads consent words first; in a flow
they are ordinary words.
"""

_YES = (
    "yes|y|yeah|yea|yep|yup|ya|sure|ok|okay|k|of course|yes please|sounds good|si|s|sip|claro|claro que si|dale|vale|"
    "bueno|por supuesto|esta bien|👍|✅|✔"
)
_NO = "no|n|nope|nah|not now|no thanks|no thank you|not really|no gracias|para nada|ahora no|👎|❌"
ANSWERS = {"yes": tuple(_YES.split("|")), "no": tuple(_NO.split("|"))}
