"""The tutorial's network in plain PyTorch, eager, the data in memory as tensors."""

import time


def measure() -> dict:
    """Return the seconds of the first epoch and of each later one."""
    import numpy as np
    import torch

    from tests.benchmarks.mnist_arrays import tutorial_arrays

    images, labels, val_images, val_labels = (torch.from_numpy(np.array(array)) for array in tutorial_arrays())
    images, val_images = images.reshape(-1, 784).float() / 255, val_images.reshape(-1, 784).float() / 255
    labels, val_labels = labels.long(), val_labels.long()
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    seconds = []
    for _ in range(4):
        began = time.perf_counter()
        total, num_correct = 0.0, 0
        for index in torch.randperm(len(labels)).split(32):
            logits = model(images[index])
            loss = torch.nn.functional.cross_entropy(logits, labels[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            num_correct += int((logits.argmax(1) == labels[index]).sum())
        with torch.no_grad():
            val_correct = int((model(val_images).argmax(1) == val_labels).sum())
        seconds.append(time.perf_counter() - began)
    return {"first_epoch": seconds[0], "epochs": seconds[1:], "val_accuracy": val_correct / len(val_labels)}
