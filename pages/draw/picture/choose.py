"""A picture from a file, the clipboard or the camera. Only its decoded pixels are kept, and only for this visit."""

import base64
import binascii
from typing import Any

import streamlit as st

from digits.errors import UnreadablePicture
from digits.inference.picture import UPLOAD_BYTES, read_upload
from digits.inference.pictures.decoding import FORMATS, SUFFIXES

PASTE = st.components.v2.component(
    "digits_paste",
    html="""<button type="button">Paste a picture</button><span role="status"></span>""",
    css="""
button { font: inherit; padding: 0.4rem 0.75rem; border-radius: var(--st-button-radius); cursor: pointer;
  color: var(--st-text-color); background: var(--st-background-color); border: 1px solid var(--st-border-color); }
button:hover, button:focus-visible { color: var(--st-primary-color); border-color: var(--st-primary-color); }
span { margin-left: 0.5rem; font-size: 0.875rem; }""",
    js="""
const LONGEST = 2048;  // px; the server needs no more
export default function ({ parentElement, setTriggerValue }) {
  const button = parentElement.querySelector("button"), status = parentElement.querySelector("span");
  async function send(file) {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const zoom = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, picture.width * zoom);
    canvas.height = Math.max(1, picture.height * zoom);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    let url = canvas.toDataURL("image/png");
    if (url.length > 3000000) url = canvas.toDataURL("image/jpeg", 0.9);
    setTriggerValue("picture", url.split(",")[1]);
  }
  function say(text) { status.textContent = text; }
  async function onPaste(event) {
    const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    try { await send(file); } catch { say("We couldn't read that picture."); }
  }
  button.onclick = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((one) => one.startsWith("image/"));
        if (type) return await send(await item.getType(type));
      }
      say("There is no picture on the clipboard.");
    } catch { say("Press Ctrl+V or \\u2318V instead."); }
  };
  document.addEventListener("paste", onPaste);
  return () => document.removeEventListener("paste", onPaste);
}""",
)
KINDS = [suffix[1:] for suffix in SUFFIXES]
MEGABYTES = UPLOAD_BYTES >> 20


def show() -> None:
    """Let the user choose a picture, and keep its pixels in `draw_picture`; show why one cannot be read.

    The uploader is emptied as soon as the picture is decoded: nothing of the file stays on the server.
    """
    turn = st.session_state.setdefault("draw_picture_turn", 0)  # a new key is an empty uploader
    if problem := st.session_state.get("draw_picture_problem"):
        st.error(problem, icon=":material/error:")
    file = st.file_uploader(
        "A picture of digits", type=KINDS, key=f"draw_upload_{turn}", max_upload_size=MEGABYTES,
        help=f"{FORMATS}, up to {MEGABYTES} MB and 50 megapixels. The picture isn't stored on the server.",
    )  # fmt: skip
    pasted = PASTE(key=f"draw_paste_{turn}", on_picture_change=lambda: None).picture
    photo = None
    with st.expander("Camera", icon=":material/photo_camera:", key="draw_camera_open", on_change="rerun") as camera:
        if camera.open:
            photo = st.camera_input("Camera", key=f"draw_camera_{turn}", label_visibility="collapsed")
            st.caption("Browsers allow the camera only over HTTPS, or on the computer on which Digits runs.")
    taken = file or photo
    if taken is not None or pasted:
        _keep(taken.getvalue() if taken is not None else pasted)
        st.session_state["draw_picture_turn"] = turn + 1
        st.rerun()


def _keep(sent: Any) -> None:
    """Decode what was sent, bytes of a file or base64 text of the clipboard, and keep its pixels."""
    st.session_state.pop("draw_picture_problem", None)
    try:
        if not isinstance(sent, bytes):
            try:
                sent = base64.b64decode(sent, validate=True)
            except (TypeError, ValueError, binascii.Error) as error:
                raise UnreadablePicture("We couldn't read what you pasted. Copy the picture again.") from error
        picture = read_upload(sent)
    except UnreadablePicture as error:
        st.session_state["draw_picture_problem"] = str(error)
        return
    st.session_state["draw_picture"] = {
        "pixels": picture.pixels, "alpha": picture.alpha, "size": picture.size, "turns": 0, "box": None,
    }  # fmt: skip
