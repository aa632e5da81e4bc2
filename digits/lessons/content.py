"""The lessons as lessons.toml has them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """One step: a task that the app checks, a question, and what was learned. Texts are Markdown."""

    title: str
    minutes: int
    check: str
    """A name in `digits.lessons.checks.CHECKS`."""
    task: str
    page: str
    """Where the task is done: a folder of pages/."""
    link: dict[str, str]
    """What the address of that page carries."""
    question: str
    answer: str
    learned: str
    terms: list[str]
    """Entries of the glossary."""
    trouble: str
    """What goes wrong, for teachers."""


@dataclass(frozen=True)
class Lesson:
    """Some steps, and what a teacher should know."""

    name: str
    title: str
    about: str
    aims: list[str]
    prepare: str
    steps: list[Step]

    @property
    def minutes(self) -> int:
        """How long all steps take together."""
        return sum(step.minutes for step in self.steps)


def _read() -> dict[str, Lesson]:
    found = tomllib.loads(Path(__file__).with_name("lessons.toml").read_text(encoding="utf-8"))["lesson"]
    return {lesson["name"]: Lesson(steps=[Step(**step) for step in lesson.pop("step")], **lesson) for lesson in found}


LESSONS = _read()
"""By name, in their order."""
