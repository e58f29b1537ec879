"""Rewires the frozen tower so that colour and lines reach its last layer.

A classifier is taught to see a car whatever its colour, so its last features tell "red" only by textures that often go
with red, and a picture that is pushed along them gets those textures. Here some channels that the network hardly uses
are rewired instead, by arithmetic and without training:

- Three of the stem's channels average red, green and blue. (Four of Lite0's 32 are dead.)
- Between blocks the network's channels are linear. There the directions that matter least to what reads them are
  cleared, and what is carried takes their place; residual blocks write nothing along them.
- In every block that changes the channels, as many hidden units as are carried pass it on; they are the ones whose
  loss changes the block's output least.
- Where there are 14 by 14 places, some units measure how far each place's colour is from each of twelve. At the end a
  unit is the brighter the nearer it is, so its mean over the places is how much of the picture has that colour.

So the readouts are measurements: nothing but that colour raises them. What the network loses by it, the model card
says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor, nn

from tools.pocket.measures import NAMES

AXES: Final = ((1 / 3, 1 / 3, 1 / 3), (1.0, -1.0, 0.0), (0.5, 0.5, -1.0))
"""Lightness, red to green, yellow to blue."""
LIGHTNESS_WEIGHT: Final = 0.5
"""Of a hue's distance: a dark red is a red. Black, white and grey have 1."""
REACH: Final = 1.6
"""Distance from which on a colour has no say."""
TEXTURE: Final = ("edges", "flat")
LINES: Final = 1
"""The stage whose first block measures differences between neighbours; the next one's, how much is flat."""
FLAT: Final = 0.06
"""Difference of brightness, of 2 from black to white, from which on a place is not flat."""
DISTANCES: Final = 5
"""The stage whose first block measures distances from colours."""
SAMPLES: Final = 20_000
"""Places at which the network's own activity is looked at, per layer."""
RIDGE: Final = 1e-3
_TINY: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Room:
    """Of the n channels between a stage's blocks.

    Attributes:
        keep: A projection (n, n) to what the network goes on using.
        basis: (n, dims), orthonormal: where the rest is carried.
    """

    keep: Tensor
    basis: Tensor


@dataclass(frozen=True, slots=True)
class _Carried:
    """What hidden units write between two blocks: `weights` (dims, units) of them, and a constant (dims)."""

    units: Tensor
    weights: Tensor
    constant: Tensor


@dataclass(frozen=True, slots=True)
class _Reader:
    """A pointwise convolution that reads the channels between blocks, the shift after it, and what it was seen to read.

    `inputs` are (places, n) and `colours` (places, 3) of the same places.
    """

    convolution: nn.Conv2d
    shift: Tensor
    inputs: Tensor
    colours: Tensor

    def by_colour(self) -> Tensor:
        """(n, 3): how the inputs follow the colours, by least squares."""
        known = self.colours - self.colours.mean(0)
        found: Tensor = torch.linalg.lstsq(known, self.inputs - self.inputs.mean(0)).solution.T
        return found

    def rest(self) -> Tensor:
        """(places, n) of the inputs, without their mean, that the colours do not tell."""
        return self.inputs - self.inputs.mean(0) - (self.colours - self.colours.mean(0)) @ self.by_colour().T


@dataclass(frozen=True, slots=True)
class _Circuit:
    """New hidden units of a block.

    Attributes:
        reads: (units, dims) what each reads of what is carried before the block.
        constants: (units), added to it.
        kernels: (units, k, k) of the depthwise convolution.
        weights: (dims after, units) what is carried on of them.
        constant: (dims after), added to it.
    """

    reads: Tensor
    constants: Tensor
    kernels: Tensor
    weights: Tensor
    constant: Tensor


@torch.no_grad()
def rewire(trunk: Any, pictures: Tensor) -> tuple[dict[str, int], list[Room]]:
    """Rewires timm's EfficientNet-Lite0 in place.

    Args:
        trunk: In evaluation mode.
        pictures: (N, 3, 224, 224) in [-1, 1], such as it will see; they show which channels matter.

    Returns:
        The pooled feature of each colour of `tools.pocket.measures.NAMES` and of TEXTURE, and each stage's room.
    """
    for convolution, normalisation in _pairs(trunk):
        _fold(convolution, normalisation)
    observed = _watch(trunk, pictures)
    carried = _stem(trunk, observed[trunk.blocks[0][0].conv_pw][0])
    writer, shift = trunk.blocks[0][0].conv_pw, trunk.blocks[0][0].bn2.bias
    rooms = []
    for index, stage in enumerate(trunk.blocks):
        readers = [_Reader(block.conv_pw, block.bn1.bias, *observed[block.conv_pw]) for block in stage[1:]]
        if index + 1 < len(trunk.blocks):
            block = trunk.blocks[index + 1][0]
            readers.append(_Reader(block.conv_pw, block.bn1.bias, *observed[block.conv_pw]))
        else:
            readers.append(_Reader(trunk.conv_head, trunk.bn2.bias, *observed[trunk.conv_head]))
        rooms.append(_room(readers, len(carried.constant)))
        keep, room = rooms[-1].keep, rooms[-1].basis
        put(writer, keep @ pointwise(writer))
        shift.copy_(keep @ shift.double())
        _add(writer, carried.units, room @ carried.weights)
        shift.add_(room @ carried.constant)
        for residual in stage[1:]:
            put(residual.conv_pwl, keep @ pointwise(residual.conv_pwl))
            residual.bn3.bias.copy_(keep @ residual.bn3.bias.double())
        for reader in readers:
            _rewire_reader(reader, keep, room, coloured=index < DISTANCES)
        if index + 1 < len(trunk.blocks):
            carried = _pass_on(block, room, _circuit(index + 1, block, room), observed[block.conv_pwl][0])
            writer, shift = block.conv_pwl, block.bn3.bias
    return _head(trunk, room, observed[trunk][0]), rooms


def _room(readers: Sequence[_Reader], dims: int) -> Room:
    """What to keep of channels that shall also hold `dims` more numbers.

    From what is kept, and from the colours, the readers' inputs can be told best.
    """
    covariance = torch.stack([torch.cov(reader.rest().T) for reader in readers]).mean(0)
    values, vectors = torch.linalg.eigh(covariance)
    values = values.clamp_min(_TINY * values.max())
    root, inverse = (vectors @ torch.diag(values**power) @ vectors.T for power in (0.5, -0.5))
    read = torch.cat([pointwise(reader.convolution) for reader in readers])
    kept = torch.linalg.svd(read @ root).Vh[: len(values) - dims].T
    basis = torch.linalg.qr(root @ kept, mode="complete").Q
    return Room(root @ kept @ kept.T @ inverse, basis[:, len(values) - dims :])


def _rewire_reader(reader: _Reader, keep: Tensor, room: Tensor, *, coloured: bool) -> None:
    """Makes it see, of what is gone, what the colours tell, or its mean; and nothing else of what is carried."""
    weights = pointwise(reader.convolution)
    gone = weights - weights @ keep
    by_colour = reader.by_colour() if coloured else torch.zeros_like(reader.by_colour())
    reader.shift.add_(gone @ (reader.inputs.mean(0) - by_colour @ reader.colours.mean(0)))
    put(reader.convolution, weights - weights @ room @ room.T + gone @ by_colour @ room[:, :3].T)


def _stem(trunk: Any, hidden: Tensor) -> _Carried:
    block = trunk.blocks[0][0]
    units = _least(block.conv_pw, hidden, 3)
    trunk.conv_stem.weight[units] = 0
    for channel, unit in enumerate(units):
        trunk.conv_stem.weight[unit, channel] = _mean_kernel(trunk.conv_stem)
    trunk.bn1.bias[units] = 1.0  # from -1 … 1 to 0 … 2
    block.conv_dw.weight[units, 0] = _mean_kernel(block.conv_dw)
    block.bn1.bias[units] = 0.0
    _cut(block.conv_pw, block.bn2.bias, units, hidden)
    return _Carried(units, torch.eye(3).double(), torch.zeros(3).double())


def _pass_on(block: Any, room: Tensor, circuit: _Circuit, hidden: Tensor) -> _Carried:
    units = _least(block.conv_pwl, hidden, len(circuit.constants))
    weights = pointwise(block.conv_pw)
    weights[units] = circuit.reads @ room.T
    put(block.conv_pw, weights)
    block.bn1.bias[units] = circuit.constants.float()
    block.conv_dw.weight[units, 0] = circuit.kernels
    block.bn2.bias[units] = 0.0
    _cut(block.conv_pwl, block.bn3.bias, units, hidden)
    return _Carried(units, circuit.weights, circuit.constant)


def _circuit(index: int, block: Any, room: Tensor) -> _Circuit:
    """What the new units of a stage's first block do. Carried are red, green and blue, 0 … 2 each, then the lines."""
    dims = room.shape[1]
    reads, constants, kernels = list(torch.eye(dims).double()), [0.0] * dims, [_mean_kernel(block.conv_dw)] * dims
    weights, constant = torch.eye(dims).double(), torch.zeros(dims).double()
    if index == LINES:
        grey = torch.tensor([1 / 6, 1 / 6, 1 / 6]).double()
        across = _mean_kernel(block.conv_dw)
        across[:, 0] *= -1
        for kernel in (across, -across, across.T, -across.T):
            reads.append(grey)
            constants.append(0.0)
            kernels.append(2 * kernel)
        weights = torch.zeros(dims + 1, len(reads)).double()
        weights[:dims, :dims] = torch.eye(dims)
        weights[dims, dims:] = 1
        constant = torch.zeros(4).double()
    if index == LINES + 1:
        reads.append(-torch.eye(dims).double()[-1])
        constants.append(FLAT)
        kernels.append(_mean_kernel(block.conv_dw))
        weights, constant = torch.eye(dims + 1).double(), torch.zeros(dims + 1).double()
    if index == DISTANCES:
        rows, sums = [], []
        for value in NAMES.values():
            colour = torch.tensor([value >> 16, value >> 8 & 255, value & 255]) / 255
            row, total = torch.zeros(len(NAMES) * len(AXES) + dims).double(), 0.0
            for axis, weight in zip(torch.tensor(AXES), _axis_weights(value), strict=True):
                # |t| is 2 max(0, t) − t, of t = axis · (place − colour).
                anchor = float(axis @ colour)
                row[len(reads)] = 2 * weight
                row[:3] -= weight * axis.double() / 2
                total += weight * anchor
                reads.append(torch.cat([axis / 2, torch.zeros(dims - 3)]).double())
                constants.append(-anchor)
                kernels.append(_mean_kernel(block.conv_dw))
            rows.append(row)
            sums.append(total)
        others = torch.zeros(dims - 3, len(reads)).double()
        others[:, 3:dims] = torch.eye(dims - 3)
        weights = torch.cat([torch.stack(rows), others])
        constant = torch.cat([torch.tensor(sums), torch.zeros(dims - 3)]).double()
    return _Circuit(torch.stack(reads), torch.tensor(constants), torch.stack(kernels), weights, constant)


def _head(trunk: Any, room: Tensor, pooled: Tensor) -> dict[str, int]:
    """The features that vary least become what was carried: nearness to each colour, and lines."""
    names = [*NAMES, *TEXTURE]
    units = pooled.var(0).argsort()[: len(names)]
    weights = pointwise(trunk.conv_head)
    signs = torch.tensor([-1.0] * len(NAMES) + [1.0] * len(TEXTURE)).double()
    weights[units] = (room * signs).T
    put(trunk.conv_head, weights)
    trunk.bn2.bias[units] = torch.tensor([REACH] * len(NAMES) + [0.0] * len(TEXTURE))
    return dict(zip(names, units.tolist(), strict=True))


def _least(reader: nn.Conv2d, hidden: Tensor, count: int) -> Tensor:
    """The hidden units whose variation changes the output least."""
    return (hidden.var(0) * pointwise(reader).square().sum(0)).argsort()[:count]


def _cut(reader: nn.Conv2d, shift: Tensor, units: Tensor, hidden: Tensor) -> None:
    """Takes away what the units wrote; the others write as much of it as can be told from them."""
    weights = pointwise(reader)
    others = torch.ones(len(hidden.T), dtype=torch.bool).index_fill(0, units, value=False)
    known, gone = (part - part.mean(0) for part in (hidden[:, others], hidden[:, units]))
    gram = known.T @ known
    gram += RIDGE * gram.trace() / len(gram) * torch.eye(len(gram))
    told = torch.linalg.solve(gram, known.T @ gone)
    shift.add_(weights[:, units] @ (hidden[:, units].mean(0) - hidden[:, others].mean(0) @ told))
    weights[:, others] += weights[:, units] @ told.T
    weights[:, units] = 0
    put(reader, weights)


def _mean_kernel(convolution: nn.Conv2d) -> Tensor:
    """Passes a channel on: as it is, or the mean of four places where the grid gets coarser. None reads the padding."""
    kernel = torch.zeros(convolution.kernel_size)
    if convolution.stride[0] == 1:
        kernel[kernel.shape[0] // 2, kernel.shape[1] // 2] = 1
    else:  # "same" padding of an even side: (k − 2) // 2 places before the first
        first = (kernel.shape[0] - 2) // 2
        kernel[first : first + 2, first : first + 2] = 0.25
    return kernel


def _axis_weights(value: int) -> tuple[float, float, float]:
    neutral = value in (NAMES["black"], NAMES["white"], NAMES["grey"])
    return (1.0 if neutral else LIGHTNESS_WEIGHT, 1.0, 1.0)


def _watch(trunk: Any, pictures: Tensor) -> dict[nn.Module, tuple[Tensor, Tensor]]:
    """Places of the input of each pointwise convolution, (places, channels), and their mean colour, (places, 3).

    For the trunk itself its output, and the mean colour of the pictures.
    """
    found: dict[nn.Module, list[tuple[Tensor, Tensor]]] = {}
    wanted = [module for module in trunk.modules() if isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1)]
    parts = torch.split(pictures, 32)

    def keep(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        grid = inputs[0]
        colours = nn.functional.avg_pool2d(part + 1, part.shape[2] // grid.shape[2])
        apart = max(1, grid[:, 0].numel() * len(parts) // SAMPLES)
        pair = (places.permute(0, 2, 3, 1).flatten(0, 2)[::apart].double() for places in (grid, colours))
        found.setdefault(module, []).append((next(pair), next(pair)))

    hooks = [module.register_forward_pre_hook(keep) for module in wanted]
    for part in parts:
        found.setdefault(trunk, []).append((trunk(part).double(), (part + 1).mean((2, 3)).double()))
    for hook in hooks:
        hook.remove()
    return {
        module: (torch.cat([one for one, _ in pieces]), torch.cat([other for _, other in pieces]))
        for module, pieces in found.items()
    }


def _pairs(trunk: Any) -> list[tuple[nn.Conv2d, Any]]:
    first = trunk.blocks[0][0]
    pairs = [(trunk.conv_stem, trunk.bn1), (first.conv_dw, first.bn1), (first.conv_pw, first.bn2)]
    for block in (block for stage in trunk.blocks for block in stage if block is not first):
        pairs += [(block.conv_pw, block.bn1), (block.conv_dw, block.bn2), (block.conv_pwl, block.bn3)]
    return [*pairs, (trunk.conv_head, trunk.bn2)]


def _fold(convolution: nn.Conv2d, normalisation: Any) -> None:
    """Leaves a normalisation that only adds its bias, so that the file still fits timm's network."""
    scale = normalisation.weight / torch.sqrt(normalisation.running_var + normalisation.eps)
    convolution.weight.mul_(scale.view(-1, 1, 1, 1))
    normalisation.bias.sub_(normalisation.running_mean * scale)
    normalisation.weight.fill_(1)
    normalisation.running_mean.zero_()
    normalisation.running_var.fill_(1 - normalisation.eps)


def pointwise(convolution: nn.Conv2d) -> Tensor:
    """(outputs, inputs) of its weights."""
    return convolution.weight.detach().double().flatten(1).clone()


def put(convolution: nn.Conv2d, weights: Tensor) -> None:
    """Gives a pointwise convolution (outputs, inputs) weights."""
    convolution.weight.copy_(weights.view_as(convolution.weight))


def _add(convolution: nn.Conv2d, units: Tensor, weights: Tensor) -> None:
    found = pointwise(convolution)
    found[:, units] += weights
    put(convolution, found)
