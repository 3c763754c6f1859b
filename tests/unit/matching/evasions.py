# ruff: noqa: RUF001 - letters that look like others are what this table is about
"""Spellings that people use to name a listed artist unseen, and what each is to be found as.

``None`` says that it is not found: the table is the list of what the screen does not see, too.
"""

from __future__ import annotations

from raisonne.rights.term import TermGrade

EXACT, OBSCURED, FUZZY = TermGrade.EXACT, TermGrade.OBSCURED, TermGrade.FUZZY

LISTED = ("Greg Rutkowski", "Hokusai", "Vincent van Gogh", "齐白石", "张大千", "石涛")

EVASIONS: tuple[tuple[str, str, TermGrade | None], ...] = (
    # As written.
    ("Greg Rutkowski", "GREG RUTKOWSKI", EXACT),
    ("Greg Rutkowski", "Greg  \t Rutkowski", EXACT),
    ("Greg Rutkowski", "greg\nrutkowski", EXACT),
    ("Greg Rutkowski", "greg_rutkowski_v2", EXACT),
    ("Greg Rutkowski", "Ｇｒｅｇ　Ｒｕｔｋｏｗｓｋｉ", EXACT),
    ("Greg Rutkowski", "𝓖𝓻𝓮𝓰 𝓡𝓾𝓽𝓴𝓸𝔀𝓼𝓴𝓲", EXACT),
    ("Greg Rutkowski", "Ⓖⓡⓔⓖ Ⓡⓤⓣⓚⓞⓦⓢⓚⓘ", EXACT),
    ("齐白石", "一幅仿齐白石的虾", EXACT),
    # Invisible characters and marks.
    ("Greg Rutkowski", "Gre\u200bg Rut\u200dkow\u2060ski", OBSCURED),
    ("Greg Rutkowski", "Greg\u202e Rutkowski", OBSCURED),
    ("Greg Rutkowski", "\U000e0067".join("greg rutkowski"), OBSCURED),
    ("Greg Rutkowski", "Gr\ufe0feg Rutkows\u115fki", OBSCURED),
    ("Greg Rutkowski", "Ġřëğ Rütköwški", OBSCURED),
    ("Greg Rutkowski", "G̷r̵e̸g̴ R̶u̷t̸k̵o̴w̷s̸k̵i̶", OBSCURED),
    ("齐白石", "齐\u200b白\ufeff石", OBSCURED),
    # Lookalikes.
    ("Greg Rutkowski", "Grеg Rutkоwѕkі", OBSCURED),
    ("Greg Rutkowski", "ɢʀᴇɢ ʀᴜᴛᴋᴏᴡꜱᴋɪ", OBSCURED),
    ("Greg Rutkowski", "🅶🆁🅴🅶 🆁🆄🆃🅺🅾🆆🆂🅺🅸", OBSCURED),
    ("Greg Rutkowski", "🇬🇷🇪🇬 rutkowski", OBSCURED),
    ("Greg Rutkowski", "Ꮐrеg Ꭱutkоwѕkі", OBSCURED),
    ("Vincent van Gogh", "Ꮩincent ναn Gοgh", OBSCURED),
    ("Hokusai", "Ηοkuѕаі", OBSCURED),
    # Digits and symbols for letters.
    ("Greg Rutkowski", "Gr3g Rutk0wsk1", OBSCURED),
    ("Greg Rutkowski", "Gre9 Rutkow$ki", OBSCURED),
    ("Greg Rutkowski", "gr€g rutkowsk!", OBSCURED),
    ("Hokusai", "h0kus4i", OBSCURED),
    ("Vincent van Gogh", "V1nc3nt v@n G0gh", OBSCURED),
    # Spaces.
    ("Greg Rutkowski", "g r e g r u t k o w s k i", OBSCURED),
    ("Greg Rutkowski", "G.r.e.g R-u-t-k-o-w-s-k-i", OBSCURED),
    ("Hokusai", "h_o_k_u_s_a_i", OBSCURED),
    ("齐白石", "齐 白 石", OBSCURED),
    ("齐白石", "齐·白·石", OBSCURED),
    ("张大千", "张/大/千", OBSCURED),
    ("Greg Rutkowski", "gregrutkowski", FUZZY),
    ("Greg Rutkowski", "#GregRutkowskiStyle", FUZZY),
    ("Greg Rutkowski", "gre grutkow ski", FUZZY),
    ("齐白石", "齐白 石", FUZZY),
    # Directions of reading.
    ("Greg Rutkowski", "ikswoktur gerg", OBSCURED),
    ("Greg Rutkowski", "ıʞsʍoʞʇnɹ ƃǝɹƃ", OBSCURED),
    ("Greg Rutkowski", "Rutkowski, Greg", FUZZY),
    ("Vincent van Gogh", "van gogh vincent", FUZZY),
    # Another form of the name.
    ("齐白石", "齊白石", OBSCURED),
    ("张大千", "張大千风格", OBSCURED),
    ("齐白石", "in the style of Qi Baishi", OBSCURED),
    ("齐白石", "qi bai shi shrimps", OBSCURED),
    ("齐白石", "Baishi Qi", OBSCURED),
    ("张大千", "Zhang Daqian", OBSCURED),
    ("石涛", "landscape by Shi Tao", FUZZY),
    ("齐白石", "齐bai石", FUZZY),
    ("齐白石", "齐百石的虾", FUZZY),
    ("张大千", "章大千", FUZZY),
    # One mistake.
    ("Greg Rutkowski", "Greg Rutkowsky", FUZZY),
    ("Greg Rutkowski", "Gregg Rutkowski", FUZZY),
    ("Greg Rutkowski", "Greg Rutkwoski", FUZZY),
    ("Greg Rutkowski", "Greg Rutkowskis", FUZZY),
    ("Hokusai", "Hockusai", FUZZY),
    # The family name alone, where a style is asked for.
    ("Greg Rutkowski", "a castle in the style of rutkowski", FUZZY),
    ("Greg Rutkowski", "a castle by Rutkowski", FUZZY),
    ("Greg Rutkowski", "仿Rutkowski的城堡", FUZZY),
    ("Greg Rutkowski", "Rutkowski风格", FUZZY),
    # Not found.
    ("Greg Rutkowski", "Gregory R.", None),
    ("Greg Rutkowski", "Grg Rtkwsk", None),
    ("Greg Rutkowski", "Грег Рутковский", None),
    ("Greg Rutkowski", "グレッグ・ルトコフスキ", None),
    ("Greg Rutkowski", "greeeg rutkowskiii", None),
    ("Vincent van Gogh", "the painter of The Starry Night", None),
    ("Vincent van Gogh", "梵高", None),
    ("齐白石", "亝皛石", None),
    ("齐白石", "QBS", None),
)
