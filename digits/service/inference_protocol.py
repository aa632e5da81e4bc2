"""The Open Inference Protocol, version 2, which KServe and Triton speak: github.com/kserve/open-inference-protocol."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from digits.service.problems import Problem, json_response
from digits.service.served_models import CHOSEN, ServedModel, ServedModels
from digits.service.service import Service
from digits.service.tensors import HEADER, INPUT, OUTPUTS, SIDE, read_request, write_response

BODY_BYTES = 8 << 20  # 1,024 images as 64-bit numbers need 6.4 MB
VERSION = "0.1.0"
PLATFORM = "litert_opencv"


async def server(service: Service, request: Request) -> Response:
    """Describe the server."""
    return json_response({"name": "digits", "version": VERSION, "extensions": ["binary_tensor_data"]})


async def live(service: Service, request: Request) -> Response:
    """Say that the process lives."""
    return json_response({"live": True})


async def ready(service: Service, request: Request) -> Response:
    """Say whether the chosen model is loaded, and load it."""
    try:
        await service.work(service.models.get, CHOSEN)
    except Problem:
        return json_response({"ready": False}, HTTPStatus.SERVICE_UNAVAILABLE)
    return json_response({"ready": True})


async def models(service: Service, request: Request) -> Response:
    """List the models, as KServe does."""
    return json_response({"models": await service.work(service.models.names)})


async def model(service: Service, request: Request) -> Response:
    """Describe a model: its version, its input and its outputs."""
    found = await _find(service, request)
    inputs = [{"name": INPUT, "datatype": "UINT8", "shape": [-1, SIDE, SIDE]}]
    outputs = [
        {"name": name, "datatype": datatype, "shape": [-1, *shape]} for name, (datatype, shape) in OUTPUTS.items()
    ]
    described = {"name": found.name, "versions": [found.version], "platform": PLATFORM}
    return json_response({**described, "inputs": inputs, "outputs": outputs})


async def model_ready(service: Service, request: Request) -> Response:
    """Say whether a model is loaded, and load it."""
    found = await _find(service, request)
    return json_response({"name": found.name, "ready": True})


async def infer(service: Service, request: Request) -> Response:
    """Predict the images in a tensor."""
    async with service.bodies.read(request, BODY_BYTES) as body:
        content, headers, number = await service.work(
            _infer, service.models, request.path_params, body, request.headers.get(HEADER)
        )
    service.metrics.predictions["tensor"] += number
    return Response(content, headers=headers)


async def _find(service: Service, request: Request) -> ServedModel:
    parameters = request.path_params
    return await service.work(service.models.get, parameters["name"], parameters.get("version"))


def _infer(
    models: ServedModels, place: dict[str, str], body: bytes, header: str | None
) -> tuple[bytes, dict[str, str], int]:
    model = models.get(place["name"], place.get("version"))
    request = read_request(body, header)
    arrays = {}
    if request.outputs.keys() & {"probabilities", "digit"}:
        arrays["probabilities"] = model.recognizer.probabilities(request.images)
        arrays["digit"] = arrays["probabilities"].argmax(axis=1)
    if "likelihood" in request.outputs:
        arrays["likelihood"] = model.detector.likelihood(request.images)
    return *write_response(model.name, model.version, request, arrays), len(request.images)
