"""The measured networks in PyTorch, trained by the plain loop its tutorials show."""

import itertools
import time
from collections.abc import Callable

import torch
from torch import nn

from nnspec.data.arrays import Arrays


class Last(nn.Module):
    """A recurrent layer of which only the last output is used."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (batch, units) from (batch, steps, features)."""
        outputs, last = self.layer(x)
        if not self.layer.bidirectional:
            return outputs[:, -1]
        states = last[0] if isinstance(last, tuple) else last
        return torch.cat([states[0], states[1]], dim=1)


class Mean(nn.Module):
    """The mean over time: (batch, steps, channels), or channels first, to (batch, channels)."""

    def __init__(self, axis: int) -> None:
        super().__init__()
        self.axis = axis

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the mean along the axis."""
        return x.mean(dim=self.axis)


class Turned(nn.Module):
    """Brings channels first, as PyTorch's convolutions want them."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (batch, channels, ...) from (batch, ..., channels)."""
        return x.movedim(-1, 1)


class Joined(nn.Module):
    """A table and a series joined, two outputs side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Sequential(nn.Linear(8, 32), nn.ReLU())
        self.series = Last(nn.GRU(2, 16, batch_first=True))
        self.both = nn.Sequential(nn.Linear(48, 32), nn.ReLU(), nn.Linear(32, 2))

    def forward(self, table: torch.Tensor, series: torch.Tensor) -> torch.Tensor:
        """Return (batch, 2)."""
        return self.both(torch.cat([self.table(table), self.series(series)], dim=1))


def autoencoder() -> nn.Module:
    """Return eight dense layers, 64 to 8 and back."""
    layers: list[nn.Module] = []
    sizes = (64, 64, 48, 32, 8, 32, 48, 64)
    for wide, narrow in itertools.pairwise(sizes):
        layers += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(64, 64))


NETWORKS: dict[str, Callable[[], nn.Module]] = {
    "MLP": lambda: nn.Sequential(
        nn.Linear(8, 64),
        nn.ReLU(),
        nn.BatchNorm1d(64),
        nn.Dropout(0.2),
        nn.Linear(64, 32),
        nn.ReLU(),
        nn.Linear(32, 1),
    ),
    "autoencoder": autoencoder,
    "wide MLP": lambda: nn.Sequential(
        nn.Linear(64, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 1)
    ),
    "LSTM": lambda: nn.Sequential(Last(nn.LSTM(4, 64, batch_first=True)), nn.Linear(64, 1)),
    "Bidirectional": lambda: nn.Sequential(
        Last(nn.LSTM(4, 32, batch_first=True, bidirectional=True)), nn.Linear(64, 1)
    ),
    "GRU": lambda: nn.Sequential(Last(nn.GRU(4, 64, batch_first=True)), nn.Linear(64, 1)),
    "Embedding-LSTM": lambda: nn.Sequential(
        nn.Embedding(5000, 64), Last(nn.LSTM(64, 64, batch_first=True)), nn.Linear(64, 1)
    ),
    "Transformer": lambda: nn.Sequential(
        nn.TransformerEncoderLayer(32, 4, 64, dropout=0.0, batch_first=True),
        Mean(1),
        nn.Linear(32, 1),
    ),
    "CNN": lambda: nn.Sequential(
        Turned(),
        nn.Conv2d(1, 16, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 10),
    ),
    "Conv1D": lambda: nn.Sequential(
        Turned(),
        nn.Conv1d(4, 32, 5),
        nn.ReLU(),
        nn.BatchNorm1d(32),
        nn.Conv1d(32, 64, 5),
        nn.ReLU(),
        nn.BatchNorm1d(64),
        Mean(2),
        nn.Linear(64, 1),
    ),
    "two inputs": Joined,
}

LOSSES: dict[str, Callable[[], nn.Module]] = {
    "mse": nn.MSELoss,
    "binary_crossentropy": nn.BCEWithLogitsLoss,
    "sparse_categorical_crossentropy": nn.CrossEntropyLoss,
}


class TorchContestant:
    """Trains with PyTorch, eagerly, batch by batch from tensors in memory."""

    name = "torch, eager loop"

    def __init__(self, network: str, loss: str, arrays: Arrays, batch: int) -> None:
        self.model = NETWORKS[network]()
        self.loss = LOSSES[loss]()
        self.optimizer = torch.optim.Adam(self.model.parameters(), 0.001)
        self.inputs = [torch.from_numpy(one) for one in arrays.inputs.values()]
        targets = [torch.from_numpy(one) for one in arrays.targets.values()]
        if loss == "sparse_categorical_crossentropy":
            self.target = targets[0].long()
        else:
            self.target = torch.cat(targets, dim=1)
        self.batch = batch

    def epoch(self) -> float:
        """Train one more epoch; return the seconds it took."""
        begun = time.perf_counter()
        order = torch.randperm(len(self.target))
        for start in range(0, len(order), self.batch):
            rows = order[start : start + self.batch]
            self.optimizer.zero_grad()
            outputs = self.model(*(one[rows] for one in self.inputs))
            self.loss(outputs, self.target[rows]).backward()
            self.optimizer.step()
        return time.perf_counter() - begun
