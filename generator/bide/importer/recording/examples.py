"""Show in a spec what was seen, without secrets."""

from __future__ import annotations

import json

from bide.importer.parts.draft import Draft
from bide.importer.writing import text_of
from bide.lint.pipeline import examined

_LONGEST = 4000


def with_examples(draft: Draft, text: str, schema: str, heading: list[str]) -> str:
    """The text of a spec with the last reply to a poll of each job; *text* if that would not check clean."""
    models, before = draft.data.get("models", {}), text
    for name, pair in draft.jobs.items():
        model = models.get(draft.data["jobs"].get(name, {}).get("snapshot"))
        replies = [reply for reply in pair.poll.operation.successes if reply.examples]
        if model is None or not replies or "examples" in model:
            continue
        shown = json.dumps(replies[0].examples[-1], ensure_ascii=True)
        if len(shown) > _LONGEST:
            continue
        model["examples"] = [{"title": "As recorded", "json": shown}]
        tried = text_of(draft, schema, heading)
        if examined("import.yaml", tried).problems:
            del model["examples"]
        else:
            before = tried
    return before
