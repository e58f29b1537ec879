"""Pictograms are drawn from a font, by their names in Unicode's list."""

from PIL import Image, ImageDraw

from tools.pocket.building.drawings import Drawing, listed

LIST = """\
# group: Smileys & Emotion
# subgroup: face-smiling
1F600 ; fully-qualified # 😀 E1.0 grinning face
# subgroup: face-costume
1F47B ; fully-qualified # 👻 E0.6 ghost
# group: People & Body
# subgroup: person-role
1F9D1 200D 1F680 ; fully-qualified # 🧑‍🚀 E12.1 astronaut
1F9D1 1F3FB 200D 1F680 ; fully-qualified # 🧑🏻‍🚀 E12.1 astronaut: light skin tone
1F9D1 1F3FD 200D 1F680 ; fully-qualified # 🧑🏽‍🚀 E12.1 astronaut: medium skin tone
1F468 200D 1F680 ; fully-qualified # 👨‍🚀 E4.0 man astronaut
# group: Animals & Nature
# subgroup: animal-mammal
1F40E ; fully-qualified # 🐎 E0.6 horse
1F43F FE0F ; fully-qualified # 🐿️ E0.7 chipmunk
1F43F ; unqualified # 🐿 E0.7 chipmunk
# group: Travel & Places
# subgroup: time
231A ; fully-qualified # ⌚ E0.6 watch
1F550 ; fully-qualified # 🕐 E0.6 one o’clock
1F55C ; fully-qualified # 🕜 E0.7 one-thirty
# subgroup: sky & weather
1F308 ; fully-qualified # 🌈 E0.6 rainbow
# group: Objects
# subgroup: writing
1F58D FE0F ; fully-qualified # 🖍️ E0.7 crayon
0023 FE0F 20E3 ; fully-qualified # #️⃣ E0.6 keycap: #
"""


def test_things_and_people_are_taken_from_the_list_once_each_and_faces_and_hours_are_not() -> None:
    assert list(listed(LIST)) == ["ghost", "astronaut", "horse", "chipmunk", "watch", "rainbow", "crayon"]
    assert listed(LIST)["horse"] == "🐎"
    assert listed(LIST)["astronaut"] == "🧑🏽‍🚀"


def test_scenes_in_a_square_are_no_pictograms() -> None:
    square, thing = (Image.new("RGBA", (32, 32)) for _ in range(2))
    square.paste((200, 100, 0, 255), (4, 4, 28, 28))
    ImageDraw.Draw(thing).ellipse((4, 4, 28, 28), fill=(200, 100, 0, 255))
    assert Drawing("square", square, square).framed
    assert not Drawing("thing", thing, thing).framed
