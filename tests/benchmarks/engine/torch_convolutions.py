"""The same networks in PyTorch: in channels_last, with fused Adam, the digits in memory as tensors."""

import numpy as np

from digits.networks.architectures import all_layers
from digits.networks.layers import INPUT
from digits.networks.settings import make_settings
from tests.benchmarks.device.timing import seconds_a_step
from tests.benchmarks.engine.convolutions import CASES, order


def measure(compiled: bool = False) -> dict:
    """Return what `convolutions` returns. compiled: by torch.compile, which needs a C++ compiler."""
    import torch

    from tests.benchmarks.mnist_arrays import tutorial_arrays

    images, labels = (torch.from_numpy(np.array(array)) for array in tutorial_arrays()[:2])
    images, labels, shuffled = images[:, None], labels.long(), torch.from_numpy(order(len(labels)).astype(np.int64))
    found = {}
    for network, batch_size in CASES:
        torch.manual_seed(0)
        torch._dynamo.reset()
        model = module(network).to(memory_format=torch.channels_last)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
        forward = torch.compile(model) if compiled else model

        def run(start, stop, batch_size=batch_size, forward=forward, optimizer=optimizer):
            loss_sum, num_correct = torch.zeros(()), torch.zeros((), dtype=torch.long)
            for index in range(start, stop):
                chosen = shuffled[index * batch_size : (index + 1) * batch_size]
                pixels = images[chosen].float().div_(255).contiguous(memory_format=torch.channels_last)
                logits, truth = forward(pixels), labels[chosen]
                loss = torch.nn.functional.cross_entropy(logits, truth)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                loss_sum += batch_size * loss.detach()
                num_correct += (logits.detach().argmax(1) == truth).sum()
            return float(loss_sum), int(num_correct)

        _, seconds = seconds_a_step(run, len(labels) // batch_size)
        found[f"{network}, batch {batch_size}"] = batch_size / seconds
    return found


def module(network: str):
    """Return one of Digits' networks as a torch.nn.Module from (n, 1, 28, 28) to logits (n, 10)."""
    from torch import nn

    made, shape = [], INPUT
    for layer in all_layers(make_settings(architecture=network, backend="tensorflow"))[1:]:
        options, channels = layer.options, shape[-1]
        match layer.kind:
            case "Conv2D":
                size, stride = options["kernel_size"], options["strides"]
                same = options["padding"] == "same"
                total = max((-(-shape[0] // stride) - 1) * stride + size - shape[0], 0) if same else 0
                if total % 2:  # the odd zero comes after, which PyTorch's own padding cannot do
                    made.append(nn.ZeroPad2d(2 * (total // 2, total - total // 2)))
                    total = 0
                made.append(nn.Conv2d(channels, options["filters"], size, stride, padding=total // 2, bias=False))
            case "BatchNormalization":
                made.append(nn.BatchNorm2d(channels, eps=0.001, momentum=1 - options["momentum"]))
            case "ReLU":
                made.append(nn.ReLU())
            case "Flatten":
                made.append(nn.Flatten())
            case "Dropout":
                made.append(nn.Dropout(options["rate"]))
            case "Dense":
                made.append(nn.Linear(channels, options["units"]))
                if options["activation"] == "relu":  # the last layer's softmax is in the loss
                    made.append(nn.ReLU())
        shape = layer.output(shape)
    return nn.Sequential(*made)
