"""Publishing flows, and the shelf on which compiled versions stand."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest

from flows.engine.catalogue import Catalogue
from service.publishing import (
    FlowShelf,
    PublishingRefused,
    digest_of,
    editions_of,
    open_shelf,
    publish_shipped,
    read_sources,
    waiting,
)
from service.rules.catalogue import CATALOGUE
from service.store.flow_versions import (
    LOCK,
    Edition,
    add_draft,
    add_version,
    compare_release,
    current_versions,
    publishing,
    sources_of,
)

NOW = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
HELLO = """\
flow: hello
title: A hello
purpose: A small flow for tests.
languages: [en, es]
steps:
  first:
    say:
      en: "Hello, {me}."
      es: "Hola, {me}."
    end: yes
"""
WARM = HELLO.replace("Hello, {me}.", "Hello there, {me}.")
OTHER = HELLO.replace("flow: hello", "flow: other")
BROKEN = HELLO.replace("flow: hello", "flow: broken").replace("say:", "sya:")


@pytest.fixture
def unpublished(database: str) -> str:
    """A database in which no flow was ever published."""
    with psycopg.connect(database) as connection:
        connection.execute("delete from published")
        connection.execute("delete from flow_versions")
    return database


def ship(folder: Path, **sources: str) -> Path:
    """A folder with these flow files."""
    for name, source in sources.items():
        (folder / f"{name}.yaml").write_text(source)
    return folder


def test_a_flow_is_published_as_its_first_version(unpublished: str, tmp_path: Path) -> None:
    """What is shipped can be used from then on."""
    new = publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW)
    assert new == (("hello", 1),)
    assert current_versions(unpublished) == {"hello": 1}
    assert sources_of(unpublished, {"hello": 1}) == {"hello": HELLO}


def test_publishing_again_changes_nothing(unpublished: str, tmp_path: Path) -> None:
    """Every start of a release may publish; only a change makes a version, and line ends are none."""
    publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW)
    assert publish_shipped(unpublished, tmp_path, CATALOGUE, NOW) == ()
    (tmp_path / "hello.yaml").write_bytes(HELLO.replace("\n", "\r\n").encode())
    assert publish_shipped(unpublished, tmp_path, CATALOGUE, NOW) == ()


def test_a_change_is_the_next_version_and_the_old_one_stays(unpublished: str, tmp_path: Path) -> None:
    """Conversations that began on the first version still find it."""
    publish_shipped(unpublished, ship(tmp_path, hello=HELLO, other=OTHER), CATALOGUE, NOW)
    new = publish_shipped(unpublished, ship(tmp_path, hello=WARM), CATALOGUE, NOW)
    assert new == (("hello", 2),)
    assert current_versions(unpublished) == {"hello": 2, "other": 1}
    assert sources_of(unpublished, {"hello": 1}) == {"hello": HELLO}


def test_going_back_to_an_old_text_is_a_new_version(unpublished: str, tmp_path: Path) -> None:
    """Version numbers only rise, so that two conversations on one number never differ."""
    for source in (HELLO, WARM, HELLO):
        publish_shipped(unpublished, ship(tmp_path, hello=source), CATALOGUE, NOW)
    assert current_versions(unpublished) == {"hello": 3}


def test_one_broken_flow_keeps_all_from_being_published(unpublished: str, tmp_path: Path) -> None:
    """Flows run each other, so they go out together or not at all, and every mistake is told with its place."""
    with pytest.raises(PublishingRefused) as refused:
        publish_shipped(unpublished, ship(tmp_path, broken=BROKEN, hello=HELLO, other=OTHER), CATALOGUE, NOW)
    assert {finding.file for finding in refused.value.findings if finding.severity == "error"} == {"broken.yaml"}
    assert "broken.yaml:7" in str(refused.value)
    assert current_versions(unpublished) == {}


def test_two_files_cannot_be_one_flow(unpublished: str, tmp_path: Path) -> None:
    """Which of the two would be published would be chance."""
    with pytest.raises(PublishingRefused):
        publish_shipped(unpublished, ship(tmp_path, hello=HELLO, again=WARM), CATALOGUE, NOW)


def test_a_file_that_is_not_text_is_refused_and_not_a_crash(unpublished: str, tmp_path: Path) -> None:
    """A file saved in another encoding is a finding like any other."""
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00flow")
    with pytest.raises(PublishingRefused):
        publish_shipped(unpublished, tmp_path, CATALOGUE, NOW)


def test_two_that_publish_at_once_take_turns(unpublished: str, tmp_path: Path) -> None:
    """Two machines that start a release together must not both add a version, nor fail."""
    ship(tmp_path, hello=HELLO)
    news: list[tuple[tuple[str, int], ...]] = []
    second = Thread(target=lambda: news.append(publish_shipped(unpublished, tmp_path, CATALOGUE, NOW)))
    with psycopg.connect(unpublished) as first, psycopg.connect(unpublished, autocommit=True) as watch:
        first.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
        row = ("hello", 1, HELLO, digest_of(HELLO), NOW, "the first")
        first.execute("insert into flow_versions values (%s, %s, %s, %s, %s, %s)", row)
        first.execute("insert into published values ('hello', 1)")
        second.start()
        while second.is_alive() and watch.execute("select true from pg_locks where not granted").fetchone() is None:
            second.join(0.02)
    second.join()
    assert news == [()]


class Shelved:
    """Sources in memory, with a count of how often they were asked for."""

    def __init__(self, sources: Mapping[tuple[str, int], str]) -> None:
        self.sources = sources
        self.asked = 0

    def __call__(self, versions: Mapping[str, int]) -> Mapping[str, str]:
        """The sources of these versions."""
        self.asked += 1
        return {name: self.sources[name, version] for name, version in versions.items()}


def shelf(sources: Shelved, catalogue: Catalogue = CATALOGUE) -> FlowShelf:
    """A shelf over these sources."""
    return FlowShelf(sources, catalogue)


def test_a_version_is_compiled_once_in_a_process() -> None:
    """A message costs no compiling: only a version that this process has not seen does."""
    sources = Shelved({("hello", 1): HELLO, ("hello", 2): WARM})
    flows = shelf(sources)
    first = flows({"hello": 1})["hello"]
    assert (flows.compiled, sources.asked) == (1, 1)
    assert flows({"hello": 1})["hello"] is first
    assert (flows.compiled, sources.asked) == (1, 1)
    flows({"hello": 2})
    assert (flows.compiled, sources.asked) == (2, 2)


def test_a_shelf_gives_the_version_asked_for() -> None:
    """Two conversations on two versions of one flow each get their own."""
    flows = shelf(Shelved({("hello", 1): HELLO, ("hello", 2): WARM}))
    old, new = flows({"hello": 1})["hello"], flows({"hello": 2})["hello"]
    assert old != new
    assert flows({"hello": 1})["hello"] == old


def test_a_version_that_was_never_published_is_refused(unpublished: str, tmp_path: Path) -> None:
    """A decision that names one fails at once and by name, so that a person is told."""
    publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW)
    flows = open_shelf(unpublished, CATALOGUE)
    assert flows({"hello": 1})["hello"].name == "hello"
    with pytest.raises(KeyError):
        flows({"hello": 7})


def test_threads_that_ask_together_compile_once() -> None:
    """The web process answers on several threads."""
    flows = shelf(Shelved({("hello", 1): HELLO}))
    together = Barrier(4)

    def ask() -> None:
        together.wait(30)
        flows({"hello": 1})

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert flows.compiled == 1


def test_the_digest_is_of_the_words_alone() -> None:
    """A file that went through another editor is the same flow."""
    assert digest_of(HELLO) == digest_of(HELLO.replace("\n", "\r\n"))
    assert digest_of(HELLO) != digest_of(WARM)


def test_what_somebody_here_published_stays_when_a_release_comes(unpublished: str, tmp_path: Path) -> None:
    """A coordinator's words are not overwritten by a start of the service; that the release has others is told."""
    publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW)
    with publishing(unpublished) as connection:
        add_version(connection, Edition("hello", WARM, digest_of(WARM)), NOW, "Cora")
    assert publish_shipped(unpublished, tmp_path, CATALOGUE, NOW) == ()
    assert compare_release(unpublished, editions_of(read_sources(tmp_path), CATALOGUE)).held_back == ()
    ship(tmp_path, hello=HELLO.replace("Hola", "Buenas"))
    assert publish_shipped(unpublished, tmp_path, CATALOGUE, NOW) == ()
    assert compare_release(unpublished, editions_of(read_sources(tmp_path), CATALOGUE)).held_back == ("hello",)
    assert current_versions(unpublished) == {"hello": 2}


def test_a_flow_that_the_service_cannot_carry_out_waits_with_those_that_run_it(
    unpublished: str, tmp_path: Path
) -> None:
    """The others are published, and each that waits says why."""
    call = HELLO.replace("flow: hello", "flow: call").replace("    say:", "    do: drop_goal\n    say:")
    runs = HELLO.replace("flow: hello", "flow: runs").replace("    say:", "    run: call\n    say:")
    folder = ship(tmp_path, hello=HELLO, call=call, runs=runs)
    assert publish_shipped(unpublished, folder, CATALOGUE, NOW) == (("hello", 1),)
    told = waiting(read_sources(folder), CATALOGUE)
    assert {finding.file for finding in told} == {"call.yaml", "runs.yaml"}


def test_a_published_version_cannot_be_changed(unpublished: str, tmp_path: Path) -> None:
    """The database itself refuses: conversations under way read these words."""
    publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW)
    with psycopg.connect(unpublished) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("update flow_versions set source = 'other'")


def test_drafts_are_counted_downwards_and_are_never_current(unpublished: str, tmp_path: Path) -> None:
    """A draft takes no number from the published versions, and nothing begins with it by itself."""
    with publishing(unpublished) as connection:
        drafts = [
            add_draft(connection, Edition("hello", source, digest_of(source)), NOW, "Cora") for source in (HELLO, WARM)
        ]
    assert drafts == [-1, -2]
    assert current_versions(unpublished) == {}
    assert publish_shipped(unpublished, ship(tmp_path, hello=HELLO), CATALOGUE, NOW) == (("hello", 1),)
