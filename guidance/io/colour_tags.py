"""ICC profiles for colours that a file describes in numbers: PNG's cICP, gAMA and cHRM chunks, and AVIF's colr box.

A file that describes sRGB, something unknown here (such as HDR) or nothing sensible gets no profile: its pixels stay.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Final

Point = tuple[float, float]
Vector = tuple[float, float, float]

D65: Final[Point] = (0.3127, 0.3290)
_D50: Final[Vector] = (0.9642, 1.0, 0.8249)
"""The white of profiles."""
_SRGB: Final[tuple[Point, ...]] = (D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
# White, red, green and blue, by their numbers in ITU-T H.273.
_PRIMARIES: Final[Mapping[int, tuple[Point, ...]]] = {
    1: _SRGB,
    9: (D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: (D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_CURVES: Final[Mapping[int, float | None]] = {1: None, 4: 2.2, 5: 2.8, 6: None, 8: 1.0, 13: None}
"""Exponents, or None for the curve of sRGB; that of video (1, 6) is taken for it."""
_GAMMA_OF_SRGB: Final = (45_000, 46_000)
"""Programs write 45455 where they mean sRGB."""
_GAMMAS: Final = (10_000, 500_000)
_BRADFORD: Final = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))


def profile_of_png(chunks: Mapping[bytes, bytes]) -> bytes:
    """The profile for the bodies of a PNG's chunks; b"" for sRGB. cICP counts first, then sRGB, then the others."""
    if len(numbers := chunks.get(b"cICP", b"")) == 4:
        return profile_of_code(numbers[0], numbers[1])
    if b"sRGB" in chunks:
        return b""
    curve: float | None = None
    points = _SRGB
    if len(body := chunks.get(b"gAMA", b"")) == 4:
        gamma = int.from_bytes(body, "big")
        if not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
            return b""
        if not _GAMMA_OF_SRGB[0] <= gamma <= _GAMMA_OF_SRGB[1]:
            curve = 100_000 / gamma
    if len(body := chunks.get(b"cHRM", b"")) == 32:
        numbers_of = [value / 100_000 for value in struct.unpack(">8I", body)]
        points = tuple(zip(numbers_of[::2], numbers_of[1::2], strict=True))
    return _profile(points, curve)


def profile_of_avif(data: bytes) -> bytes:
    """The profile for an AVIF's numbers; b"" for sRGB."""
    at = data.find(b"colrnclx")
    return profile_of_code(*struct.unpack_from(">HH", data, at + 8)) if 0 <= at <= len(data) - 12 else b""


def profile_of_code(primaries: int, curve: int) -> bytes:
    """The profile for numbers of ITU-T H.273; b"" for sRGB and for numbers that are unknown here."""
    if primaries not in _PRIMARIES or curve not in _CURVES:
        return b""
    return _profile(_PRIMARIES[primaries], _CURVES[curve])


def _profile(points: Sequence[Point], curve: float | None) -> bytes:
    if (tuple(points), curve) == (_SRGB, None):
        return b""
    try:
        white, *primaries = (_xyz(*point) for point in points)
        columns = [_scaled(column, share) for column, share in zip(primaries, _shares(primaries, white), strict=True)]
        adapted = [_to_d50(column, white) for column in columns]
        return _icc([*adapted, _D50], curve)
    except (ZeroDivisionError, struct.error):
        return b""


def _xyz(x: float, y: float) -> Vector:
    return x / y, 1.0, (1 - x - y) / y


def _shares(columns: Sequence[Vector], white: Vector) -> Vector:
    """How much of each column makes white, by Cramer's rule."""
    red, green, blue = columns
    whole = _determinant(red, green, blue)
    return (
        _determinant(white, green, blue) / whole,
        _determinant(red, white, blue) / whole,
        _determinant(red, green, white) / whole,
    )


def _to_d50(colour: Vector, white: Vector) -> Vector:
    """Bradford's adaptation of a colour from its white to that of profiles."""
    cones, of_white, of_d50 = (_times(_BRADFORD, vector) for vector in (colour, white, _D50))
    scaled = (
        cones[0] * of_d50[0] / of_white[0],
        cones[1] * of_d50[1] / of_white[1],
        cones[2] * of_d50[2] / of_white[2],
    )
    columns: list[Vector] = list(zip(*_BRADFORD, strict=True))
    return _shares(columns, scaled)


def _times(matrix: Sequence[Vector], vector: Vector) -> Vector:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def _determinant(a: Vector, b: Vector, c: Vector) -> float:
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - b[0] * (a[1] * c[2] - a[2] * c[1]) + c[0] * (a[1] * b[2] - a[2] * b[1])


def _scaled(vector: Vector, factor: float) -> Vector:
    return vector[0] * factor, vector[1] * factor, vector[2] * factor


def _icc(colours: Sequence[Vector], curve: float | None) -> bytes:
    """A profile of version 4; colours: red, green, blue and white."""
    exact = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045) if curve is None else (curve,)
    shape = b"para" + struct.pack(">4xHH", 3 if len(exact) > 1 else 0, 0) + _fixed(exact)
    bodies = [b"XYZ \0\0\0\0" + _fixed(colour) for colour in colours]
    names = (b"rXYZ", b"gXYZ", b"bXYZ", b"wtpt")
    begin = 128 + 4 + 12 * 7
    tags = [(name, begin + 20 * index, 20) for index, name in enumerate(names)]
    tags += [(name, begin + 80, len(shape)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    table = struct.pack(">I", len(tags)) + b"".join(struct.pack(">4sII", *tag) for tag in tags)
    size = begin + 80 + len(shape)
    header = struct.pack(">I4xI4s4s4s", size, 0x04200000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp"
    header = header.ljust(68, b"\0") + _fixed(_D50)
    return header.ljust(128, b"\0") + table + b"".join(bodies) + shape


def _fixed(values: Sequence[float]) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
