"""What runs the take-home page here: a browser, or Node.js where there is none."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np

from digits.errors import DigitsError
from digits.storage.files import temporary_folder

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
    "node",
)
"""Names and places of programs that run JavaScript, the best first."""
BROWSER_SECONDS = 120  # most a page may take to answer; it takes one or two
NO_BROWSER = (
    "The web page could not be checked: install Chromium, Chrome, Edge or Node.js on this machine and try again."
)


def predict(file: Path, images: np.ndarray) -> tuple[np.ndarray, str]:
    """Predict with the script of the page, in Chromium or the next program here that answers.

    images: (n, 28, 28, 1), 0 to 255. Returns (n, 10) float32, and the program's name. Raises DigitsError."""
    text = base64.b64encode(images.astype(np.uint8).tobytes()).decode()
    ask = (
        f'const SENT = Uint8Array.from(atob("{text}"), (letter) => letter.charCodeAt(0));\n'
        f"const SAID = JSON.stringify(Array.from({{length: {len(images)}}}, (_, at) =>"
        " predictImage(SENT.subarray(784 * at, 784 * at + 784)).probabilities));\n"
    )
    for program in programs():
        with temporary_folder() as folder:
            said = _answer(program, file, ask, folder)
        if found := re.search(r"\[\[.*\]\]", said):
            return np.array(json.loads(found[0]), np.float32), _name(program)
    raise DigitsError("The web page did not predict anything when it was checked, so it is not offered.")


def programs() -> list[str]:
    """Return the programs here that run JavaScript, at least one. Raises DigitsError."""
    found = list(filter(None, map(shutil.which, BROWSERS)))
    if not found:
        raise DigitsError(NO_BROWSER)
    return found


def _answer(program: str, file: Path, ask: str, folder: Path) -> str:
    """Return what a program says to the page's script followed by `ask`, which defines SAID."""
    if Path(program).stem == "node":
        asked = folder / "check.js"
        asked.write_text(file.with_name("model.js").read_text(encoding="utf-8") + ask + "console.log(SAID)", "utf-8")
        command = [program, asked]
    else:
        asked = folder / "check.html"
        more = f"<script>{ask}document.documentElement.innerHTML = `<pre>${{SAID}}</pre>`</script></body>"
        asked.write_text(file.read_text(encoding="utf-8").replace("</body>", more), "utf-8")
        # Without a sandbox, because root has none; the page is ours and may load nothing.
        options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile", "--dump-dom"]
        command = [program, *options, asked.as_uri()]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=BROWSER_SECONDS).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _name(program: str) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=BROWSER_SECONDS).stdout
    name = re.sub(r" (built on|snap).*", "", said.split("\n")[0]).strip()
    return f"Node.js {name}" if Path(program).stem == "node" else name
