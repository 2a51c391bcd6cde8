"""Members of a file, as they would stand once it were imported; nothing is read from or written to a database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256

from service.forecast.living import Life
from service.roster import House, Known, decide_member
from service.rules.roster_files import MemberRow
from service.store.rows import Number, Staff, Timer
from service.store.scene import Scene, scene_of


def imagine(rows: Sequence[MemberRow], flows: Mapping[str, int], house: House) -> Iterator[Life | str]:
    """Each row's member, or in words why the row would be left out. `flows` has the flows there are, with their versions."""
    staff = _staff(rows, house)
    known = Known({phone: person for phone, (person, _) in staff.items()}, flows)
    facts = {"published": dict(flows), "tags": [], "running": 0, "routine_at": [], "last_in_at": None}
    for place, row in enumerate(rows):
        found = staff.get(row.specialist_phone or "")
        scene = scene_of(_number(row.phone, house), () if found is None else found, facts)
        decided = decide_member(scene, row, known, house, place)
        yield decided.notes[0] if decided.what == "refused" else _life(decided.scene)


def _life(scene: Scene) -> Life:
    timers = [row for row in scene.changed.values() if isinstance(row, Timer)]
    rows = {kind: found for kind, found in scene.rows.items() if kind is not Timer}
    return Life(Scene(scene.number, rows, scene.facts), {timer.key: timer for timer in timers})


def _staff(rows: Collection[MemberRow], house: House) -> Mapping[str, tuple[Staff, Number]]:
    """Somebody for each specialist's number that the file names; the file does not say more about them."""
    zone = house.organisation.zone
    found: dict[str, tuple[Staff, Number]] = {}
    for phone in sorted({row.specialist_phone for row in rows if row.specialist_phone}):
        number = _number(phone, house)
        person = Staff(house.new_id(), number.id, "Specialist", "specialist", "en", zone, house.now)
        found[phone] = person, number
    return found


def _number(phone: str, house: House) -> Number:
    return Number(house.new_id(), sha256(phone.encode()).digest(), phone, house.now)
