"""Everything that can go wrong and has a remedy.

* DigitsError           its message is one sentence, fit to be shown to the user as it stands
  - BadConfig           a setting is out of range or unknown (the command line exits with 2)
  - DataUnavailable     a data source is not on this machine and cannot be fetched now
  - DamagedFile         a file is missing, cut short, or not the one its manifest describes
  - UnknownRun          there is no run with this id
  - RunBusy             the run is still being trained, so it cannot be deleted
  - UnreadablePicture   a canvas value or an upload is not a picture this app reads
  - BlankDrawing        there is no ink to read
"""


class DigitsError(Exception):
    """Base class: its message is fit to be shown to the user as it stands."""


class BadConfig(DigitsError):
    """A setting is out of range, of the wrong type or unknown."""


class DataUnavailable(DigitsError):
    """The data is not on this machine and cannot be fetched now; the message says what to do."""


class DamagedFile(DigitsError):
    """A file is missing, cut short, or differs from its manifest."""


class UnknownRun(DigitsError):
    """No run has this id."""


class RunBusy(DigitsError):
    """The run is still being trained."""


class UnreadablePicture(DigitsError):
    """Not a picture this app reads; the message says what came and what was expected."""


class BlankDrawing(DigitsError):
    """There is no ink on the paper."""
