"""Changes that copies of pictures undergo, made with Pillow, for calibration and benchmarks."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

Attack = Callable[[Image.Image, np.random.Generator], Image.Image]
"""Takes an RGB picture and a source of chance; returns an RGB picture."""


def recode(image_format: str, quality: int) -> Attack:
    def attack(image: Image.Image, chance: np.random.Generator) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, image_format, quality=quality)
        return Image.open(buffer).convert("RGB")

    return attack


def scale(factor: float) -> Attack:
    def attack(image: Image.Image, chance: np.random.Generator) -> Image.Image:
        size = [max(1, round(side * factor)) for side in image.size]
        return image.resize((size[0], size[1]), Image.Resampling.LANCZOS)

    return attack


def crop(part: float) -> Attack:
    def attack(image: Image.Image, chance: np.random.Generator) -> Image.Image:
        width, height = (round(side * part) for side in image.size)
        left = int(chance.integers(0, image.width - width + 1))
        top = int(chance.integers(0, image.height - height + 1))
        return image.crop((left, top, left + width, top + height))

    return attack


def rotate(degrees: float) -> Attack:
    def attack(image: Image.Image, chance: np.random.Generator) -> Image.Image:
        angle = degrees * chance.choice([-1, 1])
        return image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))

    return attack


def noise(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    noisy = np.asarray(image) + chance.normal(0, 15, (image.height, image.width, 3))
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))


def gamma(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    power = float(chance.choice([0.6, 1.6]))
    return image.point([round(255 * (level / 255) ** power) for level in range(256)] * 3)


def recolour(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    turn = int(chance.integers(30, 226))
    turned = hue.point([(level + turn) % 256 for level in range(256)])
    return Image.merge("HSV", (turned, saturation, value)).convert("RGB")


def caption(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    bar = max(12, image.height // 8)
    canvas = Image.new("RGB", (image.width, image.height + bar), "white")
    canvas.paste(image)
    ImageDraw.Draw(canvas).text(
        (8, image.height + 2), "when you see it", "black", font_size=bar // 2
    )
    return canvas


def border(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    return ImageOps.expand(image, border=max(4, min(image.size) // 25), fill="black")


def watermark(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    marked = image.copy()
    draw = ImageDraw.Draw(marked)
    size = max(12, image.width // 12)
    for row in range(3):
        place = (image.width // 10, image.height * (2 * row + 1) // 6)
        draw.text(
            place, "PREVIEW COPY", "white", font_size=size, stroke_width=1, stroke_fill="grey"
        )
    return marked


def combined(image: Image.Image, chance: np.random.Generator) -> Image.Image:
    brighter = ImageEnhance.Brightness(crop(0.96)(image, chance)).enhance(1.2)
    return recode("JPEG", 40)(brighter, chance)


ATTACKS: Mapping[str, Attack] = {
    "jpeg-30": recode("JPEG", 30),
    "webp-40": recode("WEBP", 40),
    "avif-40": recode("AVIF", 40),
    "scale-half": scale(0.5),
    "scale-fifth": scale(0.2),
    "blur": lambda image, _: image.filter(ImageFilter.GaussianBlur(2.5)),
    "sharpen": lambda image, _: image.filter(ImageFilter.UnsharpMask(3, 180)),
    "noise": noise,
    "gamma": gamma,
    "contrast": lambda image, _: ImageEnhance.Contrast(image).enhance(1.6),
    "grey": lambda image, _: ImageOps.grayscale(image).convert("RGB"),
    "recolour": recolour,
    "posterise": lambda image, _: ImageOps.posterize(image, 2),
    "invert": lambda image, _: ImageOps.invert(image),
    "mirror": lambda image, _: ImageOps.mirror(image),
    "turn-90": lambda image, _: image.transpose(Image.Transpose.ROTATE_90),
    "stretch": lambda image, _: image.resize((round(image.width * 1.25), image.height)),
    "rotate-3": rotate(3),
    "crop-97": crop(0.97),
    "crop-90": crop(0.90),
    "crop-75": crop(0.75),
    "border": border,
    "caption": caption,
    "watermark": watermark,
    "combined": combined,
}


# --- Honest pictures that look alike --------------------------------------------------------------


def colour_field(chance: np.random.Generator) -> Image.Image:
    """Two soft blocks of colour on a ground."""
    image = Image.new("RGB", (320, 320), _colour(chance))
    draw = ImageDraw.Draw(image)
    middle = int(chance.integers(120, 200))
    draw.rectangle((30, 30, 290, middle), fill=_colour(chance))
    draw.rectangle((30, middle + 15, 290, 290), fill=_colour(chance))
    return image.filter(ImageFilter.GaussianBlur(4))


def waves(chance: np.random.Generator) -> Image.Image:
    rows, columns = np.mgrid[0:320, 0:320] / 320
    period, phase = chance.uniform(4, 12), chance.uniform(0, 6)
    level = np.sin(2 * np.pi * period * (rows + 0.1 * np.sin(9 * columns)) + phase) > 0
    colours = np.array([_colour(chance), _colour(chance)], np.uint8)
    return Image.fromarray(colours[level.astype(int)])


def skyline(chance: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (320, 320), _colour(chance))
    draw = ImageDraw.Draw(image)
    left = 0
    while left < 320:
        right = left + int(chance.integers(20, 50))
        draw.rectangle((left, int(chance.integers(110, 230)), right, 320), fill=_colour(chance))
        left = right
    return image


FAMILIES: Mapping[str, Callable[[np.random.Generator], Image.Image]] = {
    "colour-field": colour_field,
    "waves": waves,
    "skyline": skyline,
}


def _colour(chance: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = (int(level) for level in chance.integers(0, 256, 3))
    return red, green, blue
