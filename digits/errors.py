"""Everything that can go wrong and has a remedy. Every message is one or two sentences, fit to be shown to anybody."""


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
    """A setting is out of range, of the wrong type or unknown; the command line exits with 2."""


class DataUnavailable(DigitsError):
    """The data is not on this machine and cannot be fetched now."""


class DamagedFile(DigitsError):
    """A file is missing, cut short, or differs from what the database names."""


class StoreUnavailable(DigitsError):
    """The database cannot be read or written: it is locked, read-only, damaged or of another version."""


class DiskFull(StoreUnavailable):
    """The disk has no room for a change of the database."""


class UnknownRun(DigitsError):
    """No run has this id."""


class QueueFull(DigitsError):
    """A person has as many tasks waiting as one may."""


class NotAllowed(DigitsError):
    """Somebody may not do this to what is another's."""


class RunBusy(DigitsError):
    """Something is at work on the run, so it cannot be deleted or continued."""


class TakenOver(DigitsError):
    """Another process does this work now; whoever gets this must end and change nothing."""


class UnreadablePicture(DigitsError):
    """A canvas value or an upload is not a picture that this app reads."""


class BlankDrawing(DigitsError):
    """There is no ink on the paper."""
