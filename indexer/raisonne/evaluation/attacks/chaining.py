"""What happens to pictures in the wild: several changes, screens, printing and scanning."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from raisonne.evaluation.attacks.attack import Attack, by_chance
from raisonne.evaluation.attacks.coding import recode, scale
from raisonne.evaluation.attacks.degrading import noise
from raisonne.evaluation.attacks.light import gamma, grey, tint
from raisonne.evaluation.attacks.overlaying import caption, meme, stickers
from raisonne.evaluation.attacks.pasting import paste_into
from raisonne.evaluation.attacks.placing import crop_corner, turn, turn_cropped
from raisonne.evaluation.attacks.warping import perspective
from raisonne.evaluation.pixels import as_array, as_image, phrase
from raisonne.evaluation.screens import browser, phone


def reposted(image: Image.Image, _: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Crop a little, brighten, save badly."""
    brighter = ImageEnhance.Brightness(crop_corner(image, chance, 0.9)).enhance(1.2)
    return recode(brighter, "JPEG", 40)


def reworked(image: Image.Image, _: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Crop, mirror, tint, add text."""
    part = ImageOps.mirror(crop_corner(image, chance, 0.7))
    return recode(caption(tint(part, chance), phrase(chance, 5)), "WEBP", 30)


def disguised(image: Image.Image, _: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Turn, crop, change the light, stick things on, shrink."""
    part = gamma(turn_cropped(image, chance, 8), chance, 1.6)
    return recode(scale(stickers(part, chance, 4), 0.6, 0.6), "JPEG", 30)


def hidden(image: Image.Image, other: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Mirror, grey, write over, turn, and paste into another picture."""
    marked = meme(grey(ImageOps.mirror(image)), phrase(chance, 3), phrase(chance, 3))
    return recode(paste_into(turn(marked, chance, 8), other, chance, 0.35), "JPEG", 40)


def print_scan(image: Image.Image, chance: np.random.Generator, wear: float) -> Image.Image:
    """Print on toned paper and scan or photograph it: skewed, soft, grainy, unevenly lit.

    Args:
        image: The work.
        chance: Source of skew, tone, light and grain.
        wear: 1 for a flat scan; 2 and more for a photograph of a print.
    """
    margin = round(0.05 * max(image.size))
    sheet = ImageOps.expand(image, margin, fill="white")
    seen = perspective(sheet, chance, 0.03 * wear**2).filter(ImageFilter.GaussianBlur(0.8 * wear))
    tone = np.array([1.0, 0.97, 0.88]) * chance.uniform(0.9, 1)
    across, down = np.meshgrid(np.linspace(-1, 1, seen.width), np.linspace(-1, 1, seen.height))
    slope = chance.uniform(-0.12, 0.12, 2) * wear
    light = 1 + slope[0] * across + slope[1] * down
    faded = 30 + as_array(seen) * (215 / 255)
    printed = as_image(faded * light[..., np.newaxis] * tone)
    return recode(noise(printed, chance, 5 * wear), "JPEG", 70)


ATTACKS = (
    Attack("reposted", "combined", 1, reposted),
    Attack("reworked", "combined", 2, reworked),
    Attack("disguised", "combined", 3, disguised),
    Attack("hidden", "combined", 4, hidden),
    Attack("browser", "screenshot", 1, by_chance(browser)),
    Attack("phone", "screenshot", 1, by_chance(phone)),
    Attack(
        "phone-crop",
        "screenshot",
        3,
        by_chance(lambda image, chance: phone(crop_corner(image, chance, 0.5), chance)),
    ),
    Attack("scan", "print-scan", 1, by_chance(lambda i, chance: print_scan(i, chance, 1))),
    Attack("print-photo", "print-scan", 3, by_chance(lambda i, chance: print_scan(i, chance, 2))),
)
