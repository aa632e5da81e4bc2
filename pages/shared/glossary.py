"""The glossary's entries, read from glossary.toml, and the links to them."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

PARTS = ("Data", "Network", "Learning", "Evaluation")


@dataclass(frozen=True)
class Entry:
    """One term and what it means."""

    title: str
    part: str
    """One of PARTS."""
    words: list[str]
    """How texts name it."""
    text: str
    """Markdown."""
    figure: str = ""
    """A function of `pages.glossary.figures`; empty for none."""
    source: str = ""


ENTRIES = {
    term: Entry(**values)
    for term, values in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}
"""By the term in the address."""
_TERMS = {word.casefold(): term for term, entry in ENTRIES.items() for word in entry.words}
_LONGEST_FIRST = "|".join(map(re.escape, sorted(_TERMS, key=len, reverse=True)))
# What is a link or code already stays as it is; "zip file" is a package of files.
_NAMED = re.compile(rf"\[[^\]]*\]\([^)]*\)|`[^`]*`|zip files?\b|(?<![\w-])({_LONGEST_FIRST})(?![\w-])", re.IGNORECASE)


def link(term: str) -> str:
    """Return the address of an entry. It is relative, because the app may not be at the root of its server."""
    return f"glossary?term={term}"


def more(*terms: str) -> str:
    """Return links to some entries as Markdown, to stand after a sentence."""
    return ":small[" + " · ".join(f"[{ENTRIES[term].title}]({link(term)})" for term in terms) + "]"


def named(text: str) -> list[str]:
    """Return the terms that a Markdown text names, each once, in its order; those in code and in links don't count."""
    words = (found[1].casefold() for found in _NAMED.finditer(text) if found[1])
    return list(dict.fromkeys(_TERMS[word] for word in words))


def linked(text: str | None) -> str | None:
    """Return a Markdown text in which the first mention of each term is a link to its entry.

    A text that has the links already is returned as it is.
    """
    seen = {term for term in ENTRIES if text and f"({link(term)})" in text}

    def replace(found: re.Match) -> str:
        term = _TERMS.get((found[1] or "").casefold())
        if term is None or term in seen:
            return found[0]
        seen.add(term)
        return f"[{found[0]}]({link(term)})"

    return text and _NAMED.sub(replace, text)
