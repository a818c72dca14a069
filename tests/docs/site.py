"""The last step of `make docs`: takes along the files outside of docs/ that the site links to, and finds dead links.

    python -m tests.docs.site FOLDER

Exits with 1 if a link leads to a page, a file or an anchor that does not exist, or if a page loads something from
a server.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

REPOSITORY = Path(__file__).parents[2]

SOURCES = "sources"
"""The folder of the site for files from outside of docs/, such as specs."""

_SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the offline search loads. In its place is `docs/assets/file_worker.js`, so that no page needs a network."""

_OUTSIDE = re.compile(r'href="(?:\.\./)+([^"#?]+)"')


class Page(HTMLParser):
    """The links, anchors and loaded files of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif "src" in found:
            self.loaded.append(found["src"])
        elif tag == "link" and found.get("rel") not in ("canonical", "alternate", "next", "prev"):
            self.loaded.append(found.get("href", ""))


@cache
def read(path: Path) -> Page:
    """A page of the site."""
    return Page(path.read_text(encoding="utf-8"))


def dead(site: Path) -> Iterator[str]:
    """What is wrong with the links of the site, a line each."""
    for path in sorted(site.rglob("*.html")):
        if path.name == "404.html":  # its links begin at the root of a server
            continue
        page, name = read(path), path.relative_to(site).as_posix()
        yield from (f"{name}: loads {each}" for each in page.loaded if urlsplit(each).netloc)
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_relative_to(site.resolve()) and target != path:
                yield f"{name}: {link} leads out of the site"
            elif not target.is_file():
                yield f"{name}: {link} does not exist"
            elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in read(target).anchors:
                yield f"{name}: {link} has no such anchor"


def take_along(site: Path) -> None:
    """Copy the files of the repository that pages link to into the site, and the part of the search that is ours."""
    for path in site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        named = {unquote(each) for each in _OUTSIDE.findall(text)}
        for name in named:
            if (REPOSITORY / name).is_file():
                (site / SOURCES / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(REPOSITORY / name, site / SOURCES / name)
        text = _OUTSIDE.sub(lambda link: f'href="{SOURCES}/{quote(unquote(link[1]))}"', text)
        path.write_text(text.replace(_SHIM, "assets/file_worker.js"), encoding="utf-8")


def main(site: Path) -> int:
    """Returns the exit code."""
    take_along(site)
    found = list(dead(site))
    print(*found, sep="\n", file=sys.stderr)
    print(f"{site}/index.html: {len(list(site.rglob('*.html')))} pages, {len(found)} dead links")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
