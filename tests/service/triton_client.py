"""What tritonclient does with the service: python triton_client.py HOST:PORT, in an environment that has tritonclient.

pip install "tritonclient[http]" numpy. It is no part of ours: version 2.73 wants an older ml-dtypes and greenlet.
"""

import sys

import numpy as np
import tritonclient.http as triton

client = triton.InferenceServerClient(sys.argv[1])
assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("digits")
assert client.get_server_metadata()["extensions"] == ["binary_tensor_data"]
(version,) = client.get_model_metadata("digits")["versions"]

image = np.zeros((28, 28), np.uint8)
image[6:8, 6:21] = 255  # a 7
for row in range(8, 24):
    image[row, 20 - (row - 6) // 2 : 23 - (row - 6) // 2] = 255
images = np.stack([image, image])

answers = []
for pixels, datatype in ((images, "UINT8"), (images[..., np.newaxis].astype(np.float32), "FP32")):
    for binary in (True, False):
        tensor = triton.InferInput("pixels", pixels.shape, datatype)
        tensor.set_data_from_numpy(pixels, binary_data=binary)
        answers.append(client.infer("digits", [tensor], model_version=version))  # outputs as bytes, the default
        wanted = [triton.InferRequestedOutput(name, binary_data=False) for name in ("probabilities", "digit")]
        answers.append(client.infer("digits", [tensor], outputs=wanted, request_id="7"))
        assert answers[-1].get_response()["id"] == "7"
        assert client.async_infer("digits", [tensor]).get_result().as_numpy("likelihood").shape == (2,)
for answer in answers:
    assert answer.as_numpy("digit").tolist() == [7, 7]
    assert answer.as_numpy("probabilities").shape == (2, 10)
    np.testing.assert_allclose(answer.as_numpy("probabilities"), answers[0].as_numpy("probabilities"), atol=1e-6)

try:
    client.infer("nobody", [tensor])
except triton.InferenceServerException as error:
    assert "no model of this name" in error.message() and error.status() == "404"
else:
    raise AssertionError("an unknown model was found")
