"""The people of the storm: made up, many enough to be busy, with a check-in each while it lasts."""

from __future__ import annotations

AREAS = ("212", "213", "303", "312", "415", "503", "602", "617", "702", "718")
START = "2027-03-02T14:59:30+00:00"  # a Tuesday, half a minute before ten in New York
MEMBERS = 90
TALKERS = 30  # of them write; the others only get their check-ins
# Six specialists: texts to one phone go one after the other, and nobody has to read thousands in an hour.
STAFF = {
    "Marisol": ("+17185550191", "specialist", "+13125550192"),
    "Theo": ("+13125550192", "specialist", "+12125550195"),
    "Inez": ("+12125550195", "specialist", "+13035550196"),
    "Paul": ("+13035550196", "specialist", "+14155550197"),
    "Noor": ("+14155550197", "specialist", "+15035550198"),
    "Gil": ("+15035550198", "specialist", "+17185550191"),
    "Walter": ("+17185550193", "supervisor", ""),
    "Ana": ("+17185550194", "coordinator", ""),
}
SPECIALISTS = tuple(phone for phone, role, _ in STAFF.values() if role == "specialist")


def member_phone(place: int) -> str:
    """The number of a member, from 0 to MEMBERS; those who write come first."""
    return f"+1{AREAS[place % len(AREAS)]}55501{10 + place // len(AREAS):02d}"


def stranger_phone(place: int) -> str:
    """A number that nobody knows, from 0 to 9."""
    return f"+1{AREAS[place]}5550170"


def staff_csv() -> str:
    """Everybody of staff, as staff.csv."""
    lines = [f"{name},{phone},{role},en,America/New_York,{backup}" for name, (phone, role, backup) in STAFF.items()]
    return "\n".join(["name,phone,role,language,zone,backup_phone", *lines]) + "\n"


def members_csv() -> str:
    """Every member, as members.csv: a check-in a day, in one of the first minutes after ten."""
    head = "name,phone,language,zone,specialist_phone,channel,rule,flow,consent_date,consent_how"
    return "\n".join([head, *(_member(place) for place in range(MEMBERS))]) + "\n"


def _member(place: int) -> str:
    language = ("en", "es")[place % 2]
    rule = f'"FREQ=DAILY;BYHOUR=10;BYMINUTE={place % 4}"'
    specialist = SPECIALISTS[place % len(SPECIALISTS)]
    return f"Member {place},{member_phone(place)},{language},America/New_York,{specialist},text,{rule},check-in,2026-09-01,on paper"
