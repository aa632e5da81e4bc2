"""Codes, PINs and personal links of a class."""

import hashlib
import hmac
import secrets

from digits.storage.secrets import secret

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without those that are taken for others: I, L, O, 0 and 1
CODE_LENGTH = 6
PIN_LENGTH = 6
MAX_PIN = 64
SCRYPT = {"n": 1 << 14, "r": 8, "p": 1}  # 16 MB and about 50 ms a try


def make_code() -> str:
    """Return a random code, CODE_LENGTH of LETTERS."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def plain_code(text: str) -> str:
    """Return a code as it is stored, however somebody typed it: "abc-def" is "ABCDEF"."""
    return "".join(letter for letter in text[:40].upper() if letter in LETTERS)


def make_pin() -> str:
    """Return a random PIN, PIN_LENGTH digits."""
    return "".join(secrets.choice("0123456789") for _ in range(PIN_LENGTH))


def hashed(pin: str, salt: bytes) -> bytes:
    """Return the scrypt hash of a PIN (RFC 7914), 32 bytes."""
    return hashlib.scrypt(pin[:MAX_PIN].encode(), salt=salt, dklen=32, **SCRYPT)


def personal_key(member_id: str, number: int) -> str:
    """Return what the personal link of a member ends with. It can be made again, so it is stored nowhere."""
    return f"{member_id}-{number}-{_signature(member_id, number)}"


def read_key(key: str) -> tuple[str, int] | None:
    """Return whose key this is and its number; None if it was not made here."""
    member_id, _, rest = key[:200].partition("-")
    number, _, signature = rest.partition("-")
    if not (member_id and number.isascii() and number.isdigit() and len(number) < 10):
        return None
    good = hmac.compare_digest(signature.encode(), _signature(member_id, int(number)).encode())
    return (member_id, int(number)) if good else None


def _signature(member_id: str, number: int) -> str:
    return hmac.new(secret("class key").encode(), f"{member_id} {number}".encode(), hashlib.sha256).hexdigest()[:32]
