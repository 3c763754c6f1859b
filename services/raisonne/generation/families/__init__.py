"""Families of pictures. Each composes a scene and says truthfully what is in it."""

from __future__ import annotations

from typing import Final

from raisonne.generation.brief import Family
from raisonne.generation.families.arcs import ARCS
from raisonne.generation.families.city import CITY
from raisonne.generation.families.composition import COMPOSITION
from raisonne.generation.families.dunes import DUNES
from raisonne.generation.families.field import FIELD
from raisonne.generation.families.flow import FLOW
from raisonne.generation.families.flowers import FLOWERS
from raisonne.generation.families.glass import GLASS
from raisonne.generation.families.grid import GRID
from raisonne.generation.families.ink import INK
from raisonne.generation.families.landscape import LANDSCAPE
from raisonne.generation.families.mosaic import MOSAIC
from raisonne.generation.families.nested import NESTED
from raisonne.generation.families.poster import POSTER
from raisonne.generation.families.trees import TREE
from raisonne.generation.families.waves import WAVES

FAMILIES: Final[tuple[Family, ...]] = (
    GRID,
    POSTER,
    COMPOSITION,
    LANDSCAPE,
    ARCS,
    FLOW,
    GLASS,
    TREE,
    FIELD,
    NESTED,
    WAVES,
    CITY,
    DUNES,
    INK,
    FLOWERS,
    MOSAIC,
)
