# ruff: noqa: RUF001 - prompts in many scripts
"""Two hundred prompts that name nobody, against listed names that are made of common words."""

from __future__ import annotations

LISTED = (
    # Names whose parts are words that stand in many prompts.
    *("Grant Wood", "Francis Bacon", "Frederic Church", "Chuck Close", "Edward Hopper", "Man Ray"),
    *("Mark Stone", "Rose Field", "Jack Bush", "Peter Max", "Art Young", "Violet Oakley"),
    *("Lucy Lake", "Ray Light", "Robin Hood", "Sky Summers", "Paul Klee"),
    *("Jasper Johns", "Joan Brown", "Morris Louis", "Winslow Homer", "Clay Potter"),
    *("Thomas Cole", "Keith Haring", "Jean Arp", "Mary Gold", "Woody Forest", "Iris Van Herpen"),
    *("Max Ernst", "Georg Baselitz", "Otto Dix", "Franz Marc", "Gabriele Münter", "August Macke"),
    *("Claude Lorrain", "Rosa Bonheur", "Henri Rousseau", "Pierre Soulages"),
    *("Greg Rutkowski", "Hokusai", "Banksy", "Monet", "Mickey Mouse", "Studio Blue Sky", "Ali"),
    *(
        "齐白石",
        "张大千",
        "石涛",
        "林风眠",
        "吴冠中",
        "傅抱石",
        "白雪石",
        "黄宾虹",
        "高剑父",
        "关山月",
    ),
    *("葛飾北斎", "草間彌生", "村上隆", "東山魁夷", "Исаак Левитан", "Иван Шишкин", "Марк Шагал"),
    *("محمود سعيد", "ضياء العزاوي"),
)

ENGLISH = """
a weathered wood cabin at the edge of a forest, grant of land map on the wall
a plate of bacon and eggs on a checked tablecloth, morning light
the white church on the hill after rain
close up of a bee on a lavender flower, macro
a manta ray gliding over a reef, god rays, volumetric light
a man raising a lantern in the fog
stone bridge over a quiet river, moss, autumn
a field of roses at dusk, soft light, ray tracing
rose garden in full bloom, watercolour
a young art student sketching in a museum
violet oak leaves on a wet pavement
a lake house in summer rain
summer raincoats on hooks, flat lay
a hooded robin on a snowy branch
light rays through cathedral windows
paul bunyan statue beside the highway
a brown dog and a joan of arc statue
homer simpson is not here, only a winding slow river
clay pots on a potter's wheel, close to the window
amber glass bottles on a shelf, backlit
a coal miner's portrait, thomas the cat beside him
golden retriever puppy in a garden, marigold flowers
a forest, woody and dark, with mushrooms
an iris in a vase, dutch still life
maximum contrast poster of a lighthouse
street art of a rat with an umbrella
money falling from the sky
a mouse in a clock, mic key mo use case diagram
the rut was kowtowed to; gregarious geese in a row
a studio with blue skylight and easels
all of them sit at a long table
100 birds on a wire, minimal
an astronaut riding a horse, photorealistic, 8k
cyberpunk city at night, neon reflections, rain
portrait of an old fisherman, dramatic lighting, highly detailed
a castle on a hill at sunset, matte painting, trending
isometric room with plants and a sleeping cat
low poly mountain landscape, pastel colours
an owl made of autumn leaves
steampunk airship above victorian london
vintage travel poster of a coastal town
a bowl of ramen, studio photography, 50mm
underwater temple with glowing jellyfish
children flying kites on a beach, wide shot
a library with spiral stairs, warm light
fox in a snowy forest, children's book illustration
ink drawing of a crane among reeds
art deco skyscraper, gold and black
an abandoned train station overgrown with ivy
a red bicycle against a blue wall
lit by candles, a banquet in a great hall
surrounded by stone lions, a gate in the mist
after the storm, a broken fence and yellow grass
by the lake, two wooden chairs
painting by numbers kit on a desk
in the style of a 1970s science fiction paperback cover
in the style of stained glass windows
in the style of church architecture, a small chapel
inspired by nature, organic shapes, stone and wood
a style of lettering with heavy serifs
hand drawn map with compass rose
homage to the humble potato, oil on canvas
art by nobody in particular, just a test
drawn by moonlight, the tide comes in
portrait of a woman like a renaissance saint
young man with a guitar, bush plane in the background
a jack russell terrier jumping over a bush
peter the rabbit's burrow, maximal detail
mark on the stone left by water
a potter shaping clay, hands close up
sky in summer, cumulus clouds, time lapse
rain on a tin roof in late summer
hopper car on a freight train, side view
a grasshopper on a blade of grass
louis xiv armchair in an empty room
johnny appleseed walking through an orchard
a cole slaw sandwich on rye bread
herringbone pattern, grey wool
a harp in an empty concert hall
glass amber beads on a string
forest of wooden masts in a harbour
gold leaf on a mary statue, candlelight
moneybag icon, vector, simple
bank sign at night, neon, y shaped antenna
3d render of a cube, 4k, unreal engine
s o s written in sand
a b c blocks on a nursery floor
r.i.p. headstone in a pumpkin field
high-contrast b/w photo of a staircase
t-shirt design with the number 1980
Wood, Grant, and Stone: three law partners in a boardroom
Portrait of a Ray of Light, Abstract
Soft Light, Ray Tracing, Ultra HD
Close Up, Chuck Wagon, Western Scene
The Church of Saint Mark, Stone Facade
A Field With One Rose
Summer Dress, Rain Boots, Studio Shot
Man With Ray Gun, Retro Poster
Gold Ring on Mary Jane Shoes
Blue Sky Over a Photo Studio
Robin With a Red Hood
a keith and kin family tree, pencil drawing
an open field with a rose quartz boulder
greg's rust bucket, an old pickup truck
the ski lodge at night, aurora borealis
paper crane on a windowsill, shallow depth of field
a clock tower in fog, muted palette
"""
CHINESE = """
山水画，水墨风格，远山如黛
整齐的白色石头小路，两旁是竹林
大千世界，万物生长
石头上的青苔，微距摄影
江南水乡，小桥流水人家
一只橘猫趴在窗台上晒太阳
雪山下的湖泊，倒影清晰
夜晚的城市，霓虹灯，雨后街道
林间的风，树影婆娑，让人入眠
工笔牡丹，细腻的花瓣
古风少女，汉服，桃花树下
赛博朋克风格的上海
中国风插画，仙鹤与祥云
高山流水，剑客与父亲
黄昏时分，宾馆前的虹桥
月亮从关山升起，边塞风光
白雪覆盖的石阶
抱着石榴的孩子，年画风格
一杯咖啡，拿铁拉花，俯拍
草原上的星空，银河
仿古建筑，飞檐斗拱
学习书法的老人
像素风格的小镇
木版年画，门神
敦煌壁画风格的飞天
水彩画，薰衣草田
村上的炊烟，隆冬时节
东方日出，山间云雾
吴侬软语，中秋月圆
竹林深处的茅屋，雨声
老街上的糖葫芦，冬日暖阳
张灯结彩，大红灯笼，千家万户
"""
GERMAN = """
eine alte Holzbrücke im Nebel, Ölgemälde
ein ernster Mann am Fenster, Maximum an Licht
die Marktfrau mit Äpfeln, warmes Licht
August im Garten, reife Mirabellen
ein Otter im Fluss, Nahaufnahme
Frankfurt bei Nacht, Skyline, Langzeitbelichtung
Münster bei Sonnenaufgang, Gabriele wartet davor
nach dem Regen, nasse Straße, Spiegelung
im Stil von alten Reiseplakaten
ein Bär im Wald, Kinderbuchillustration
Stillleben mit Krug, Brot und Käse
ein Holzsteg am See, im Grünen
die Kirche auf dem Hügel, Winter
"""
FRENCH = """
un tableau à l'huile d'un village lorrain sous la neige
le nain de jardin sourit, lumière douce
une rose de bonheur dans un vase
la rousse lit au soleil, aquarelle
pierre et soulagement, sculpture abstraite
dans le style des affiches de 1900
un chat noir sur un toit de zinc à Paris
portrait d'une vieille dame, clair-obscur
la mer à l'aube, trois barques
une monnaie ancienne sur du velours
à la manière des enluminures médiévales
champ de blé sous un ciel d'orage
"""
JAPANESE = """
ミッキー、マウスパッドの上の猫ではない
富士山と桜、浮世絵風
北の海、葛の花、飾り窓
東の山、魁偉な岩、夷の舞
村の上に隆起した丘
草の間に咲く花
夕暮れの商店街、雨上がり
茶碗と和菓子、静物
猫が縁側で寝ている
未来都市、ネオン、俯瞰
水墨画の竹
かぎのかかった扉、柿の木
"""
RUSSIAN = """
картина в стиле импрессионизма, утро в лесу
старый рынок, кот на окне
Иван-чай на поле, шишки под сосной
шаги на снегу, марка на конверте
пейзаж маслом, закат над рекой
портрет девушки в красном платке
ночной город, дождь, неон
рост, сосна, роса на траве
деревянная церковь на холме
море на рассвете, три лодки
левитация камней, сюрреализм
зимний лес, следы на снегу
натюрморт с самоваром
"""
ARABIC = """
لوحة زيتية لمدينة قديمة عند الغروب
قط نائم على سجادة ملونة
صحراء تحت ضوء القمر
سعيد يلعب في الحديقة
ضياء الشمس على البحر
خط عربي ذهبي على خلفية زرقاء
سوق شعبي مزدحم، ألوان زاهية
طائر أزرق على غصن
مسجد قديم وسط النخيل
بورتريه لامرأة مسنة، إضاءة درامية
قارب صغير في بحيرة هادئة
"""

# Written when the rules stood, to be as like those names as honest text gets. They made two rules
# milder since: for names in the other order, and for mistakes across a comma.
CLOSE_CALLS = """
Grant access to the wood shop, isometric illustration
A Stone Mark on an Old Wall, Macro Photography
Gold, Mary Poppins Umbrella, London
Forest, Woody Perfume Bottle Ad
Church bells at noon, Frederic Chopin playing
a jack in the box under a bush
two young art collectors at a fair
max peterson's garage, neon sign
bacon strips frying, francis the cook
an edwardian hopper window, rust
field of rose and gold, abstract
the potter's clay, close
keep close, chuck roast in the oven
brown joan jett poster
jasper and john walking home
homer's odyssey, winslow street
a colt named thomas, coal dust
the lake where lucy drowned her doll
robin's egg blue hood ornament
violet, oak, ash: colour palette
summers by the sky blue sea
paul kleen, cleaner, uniform
ernst ist das leben, max 3 personen
marc macht franz ein angebot
dix otto, compteur ancien
june, august, mackerel on ice
rosa, bonheur et liberté
henri et la rousse au bal
pierre, soulages mon coeur
hoku sailing on a catamaran
bank systems dashboard, ui design
mo net worth infographic
mickey finn, a mousetrap on the floor
studio apartment under blue sky
red, green and alizarin crimson
all in one printer, product shot
a man raying at the wall
man, ray gun, retro pulp cover
Mark, Stoned by the mob, baroque
Rose, Field of Honour, Memorial
Peter, Max and Moritz, old picture book
Brown, Joan, and Louis: a family portrait
Robin, Hood Up, Rainy Street
Light, Raymond's Lamp Shop
古城的石头路，浪涛拍岸
白石灰墙，齐整的瓦片
大风吹千里，张开双臂
林间风声，眠于月下
冠军站在领奖台中央，吴越古地
抱着石头的傅先生
雪白的石子路
黄昏的宾客，彩虹
山高剑利，父子同行
关上山门，月色
石榴花开，涛声依旧
北斎場の前、葛の葉
草の間に弥生土器
村の上に隆盛を極めた寺
иван ест шишки, левый берег
красная марка, шагает солдат
سعيد محمود الخصال، مشهد ريفي
"""

CLOSE = tuple(CLOSE_CALLS.strip().splitlines())
BENIGN = tuple(
    line
    for text in (ENGLISH, CHINESE, GERMAN, FRENCH, JAPANESE, RUSSIAN, ARABIC)
    for line in text.strip().splitlines()
)
