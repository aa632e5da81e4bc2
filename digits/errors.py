"""Everything that can go wrong and has a remedy.

* DigitsError           its message is one or two sentences, fit to be shown to anybody as it stands
  - BadConfig           a setting is out of range or unknown (the command line exits with 2)
  - DataUnavailable     a data source is not on this machine and cannot be fetched now
  - DamagedFile         a file is missing, cut short, or not the one that the database names
  - StoreUnavailable    the database cannot be read or written: locked, read-only, damaged, of another version
    - DiskFull          there is no room to write it
  - UnknownRun          there is no run with this id
  - RunBusy             something is at work on the run, so it cannot be deleted or continued
  - TakenOver           another process does this work now; whoever gets this must end and change nothing
  - UnreadablePicture   a canvas value or an upload is not a picture this app reads
  - BlankDrawing        there is no ink to read
"""


class DigitsError(Exception):
    """Base class: what happened, why, and what to do, without paths, so that a browser may show it."""

    def __init__(self, message: str = "", hint: str = ""):
        """hint: what only the command line adds: a path, a command."""
        super().__init__(message)
        self.hint = hint

    @property
    def with_hint(self) -> str:
        """The message for a terminal."""
        return f"{self} {self.hint}".strip()


class BadConfig(DigitsError):
    """A setting is out of range, of the wrong type or unknown."""


class DataUnavailable(DigitsError):
    """The data is not on this machine and cannot be fetched now; the message says what to do."""


class DamagedFile(DigitsError):
    """A file is missing, cut short, or differs from what the database names."""


class StoreUnavailable(DigitsError):
    """The database cannot be read or written now."""


class DiskFull(StoreUnavailable):
    """The disk has no room for a change of the database."""


class UnknownRun(DigitsError):
    """No run has this id."""


class RunBusy(DigitsError):
    """Something is at work on the run."""


class TakenOver(DigitsError):
    """Another process does this work now."""


class UnreadablePicture(DigitsError):
    """Not a picture this app reads; the message says what came and what was expected."""


class BlankDrawing(DigitsError):
    """There is no ink on the paper."""
