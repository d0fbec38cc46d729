"""Known pictures: big colour blocks that survive VP8, with something small that moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np

COLUMNS, ROWS = 4, 3
WIDTH, HEIGHT, RATE = 320, 240, 15

_COLOURS = {
    "R": (200, 40, 40), "G": (40, 170, 40), "B": (40, 50, 200), "Y": (210, 200, 40),
    "C": (40, 190, 190), "M": (190, 40, 180), "W": (225, 225, 225), "K": (30, 30, 30),
}

# One per party: no two share more than two cells, and none is another one mirrored.
PATTERNS = {
    "customer": "RGBY" "WKCM" "BRYG",
    "consultant": "CMRK" "BYGW" "KCMR",
    "third": "YBKG" "MCRB" "WGKC",
    "canvas": "KWMC" "GRBK" "YMWB",
}


def colours(name: str) -> np.ndarray:
    """The cells' RGB, row by row: shape (12, 3)."""
    return np.array([_COLOURS[letter] for letter in PATTERNS[name]], dtype=np.float64)


def frame(name: str, index: int, width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """RGB of one frame, shape (height, width, 3)."""
    cells = colours(name).reshape(ROWS, COLUMNS, 3)
    picture = np.repeat(np.repeat(cells, height // ROWS, axis=0), width // COLUMNS, axis=1).astype(np.uint8)
    # The moving part stays on the seam between the first two rows, away from the cells' centres.
    size = height // 15
    left = (index * 8) % (width - size)
    top = height // ROWS - size // 2
    picture[top:top + size, left:left + size] = 255 if index % 2 else 0
    return picture


def centres(rgb: np.ndarray) -> np.ndarray:
    """The mean colour of the middle of every cell: shape (12, 3)."""
    height, width = rgb.shape[:2]
    tall, wide = height / ROWS, width / COLUMNS
    return np.array([
        rgb[int((row + 0.3) * tall):int((row + 0.7) * tall), int((column + 0.3) * wide):int((column + 0.7) * wide)]
        .reshape(-1, 3).mean(axis=0)
        for row in range(ROWS) for column in range(COLUMNS)
    ])


def difference(cells: np.ndarray, name: str) -> float:
    """The largest difference of a colour channel in any cell from the known picture, 0 to 255."""
    return float(np.abs(np.asarray(cells, dtype=np.float64).reshape(-1, 3) - colours(name)).max())


def recognised(cells: np.ndarray) -> str | None:
    """Which known picture this is."""
    # Limited against full range and 601 against 709 cost up to about 35; two different patterns differ by 150 and more.
    near = [name for name in PATTERNS if difference(cells, name) < 60]
    return near[0] if len(near) == 1 else None


def write_y4m(path: Path, name: str, seconds: int = 2) -> Path:
    """The picture as a file that Chromium takes for a camera; it loops."""
    with open(path, "wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for index in range(seconds * RATE):
            out.write(b"FRAME\n")
            for plane in yuv420(frame(name, index)):
                out.write(plane.tobytes())
    return path


def yuv420(rgb: np.ndarray) -> list[np.ndarray]:
    """BT.601, limited range."""
    red, green, blue = (rgb[..., channel].astype(np.float64) for channel in range(3))
    luma = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    blueness = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    redness = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255

    def halved(plane: np.ndarray) -> np.ndarray:
        height, width = plane.shape
        return plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))

    return [np.clip(np.rint(plane), 0, 255).astype(np.uint8) for plane in (luma, halved(blueness), halved(redness))]
