"""What a batch writes down, and when."""

from __future__ import annotations

from pathlib import Path

from bide_runtime.errors.own import OwnErrors
from bide_runtime.ledger.batch.journal import Journal
from bide_runtime.ledger.file.store import Store

from tests.runtime.acme import PART, order
from tests.runtime.ledger.shop import states


def test_only_a_synced_commit_writes_an_intent(tmp_path: Path) -> None:
    """A commit for another entry must not write it: the submit would leave before its intent outlasts a power cut."""
    path = tmp_path / "crawl.db"
    store = Store(path, provider="acme")
    with store.writing() as database:
        database.execute("INSERT INTO job (kind, key, input) VALUES ('part', 'a', '{}'), ('part', 'b', '{}')")
    journal = Journal(store, PART, OwnErrors())
    journal.note_sending(1, order(PART, url="u"), 5.0)
    journal.note_running(2, "j2", "token")
    journal.commit()
    assert ["new", "running"] == states(path)

    journal.commit(must_last=True)
    assert ["sending", "running"] == states(path)
    journal.note_sending(2, order(PART, url="u"), 6.0)
    journal.close(lambda: None)
    assert ["sending", "running"] == states(path)
    store.close()
