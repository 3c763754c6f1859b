from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from tests.unit.evaluation.folders import KINDS, folder_of

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.lookalikes.all_families import FAMILIES
from raisonne.evaluation.pictures import Picture, read_pictures
from raisonne.evaluation.suite import ASKED, GROUPS, PER_ATTACK, Role, Suite, plan_suite
from raisonne.rights.errors import InputError


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    folder = tmp_path_factory.mktemp("pictures")
    return read_pictures(folder, folder_of(folder, 60))


@pytest.fixture(scope="module")
def suite(pictures: list[Picture]) -> Suite:
    return plan_suite(pictures, seed=3)


def asked(suite: Suite, role: Role):
    return [query for query in suite.queries if query.role is role]


def test_every_attack_meets_works_of_all_kinds(suite: Suite) -> None:
    copies = asked(suite, Role.COPY)
    assert Counter(query.attack for query in copies) == {a.name: PER_ATTACK for a in ATTACKS}
    for attack in ATTACKS:
        kinds = Counter(query.kind for query in copies if query.attack == attack.name)
        assert kinds == dict.fromkeys(KINDS, PER_ATTACK // len(KINDS))


def test_every_truth_is_registered_and_no_stranger_is(suite: Suite) -> None:
    works = {work.id for work in suite.works}
    assert len(works) == len(suite.works)
    assert all(truth in works for query in suite.queries for truth in query.truth)
    assert all(len(query.truth) == 1 for query in asked(suite, Role.COPY))
    strangers = {query.id.partition("/")[2] for query in asked(suite, Role.STRANGER)}
    assert strangers
    assert not strangers & works


def test_ids_are_unique(suite: Suite) -> None:
    assert len({query.id for query in suite.queries}) == len(suite.queries)


def test_collages_name_what_they_show(suite: Suite) -> None:
    counts = Counter(len(set(query.truth)) for query in asked(suite, Role.COLLAGE))
    assert counts == {2: 20, 4: 20, 9: 20}


def test_lookalikes_have_registered_counterparts(suite: Suite) -> None:
    works = {work.id for work in suite.works}
    queries = asked(suite, Role.LOOKALIKE)
    assert len(queries) == len(FAMILIES) * GROUPS * ASKED
    for query in queries:
        assert query.id.rpartition("/")[0] in works
        assert query.truth == ()


def test_the_seed_decides_everything(pictures: list[Picture], suite: Suite) -> None:
    again, other = plan_suite(pictures, seed=3), plan_suite(pictures, seed=4)
    assert [query.id for query in again.queries] == [query.id for query in suite.queries]
    assert [work.id for work in other.works] != [work.id for work in suite.works]
    for one, same in list(zip(suite.queries, again.queries, strict=True))[::400]:
        assert one.draw().tobytes() == same.draw().tobytes()
        assert one.draw().tobytes() == one.draw().tobytes()


def test_the_same_scene_is_a_near_miss_and_no_stranger(pictures: list[Picture]) -> None:
    paired = [replace(p, scene=str(number // 2)) for number, p in enumerate(pictures)]
    suite = plan_suite(paired, seed=3)
    scenes = {picture.name: picture.scene for picture in paired}
    registered = {scenes[work.id] for work in suite.works if work.id in scenes}
    near = asked(suite, Role.NEAR_MISS)
    assert {scenes[query.id.partition("/")[2]] for query in near} & registered
    assert all(query.truth == () for query in near)
    assert not registered & {scenes[q.id.partition("/")[2]] for q in asked(suite, Role.STRANGER)}


def test_series_without_a_work_are_unrelated(pictures: list[Picture]) -> None:
    alone = [replace(picture, series=picture.name) for picture in pictures]
    strangers = asked(plan_suite(alone, seed=3), Role.STRANGER)
    assert {query.family for query in strangers} == {"unrelated"}


def test_a_limit_makes_a_smaller_suite_of_the_same_parts(pictures: list[Picture]) -> None:
    small = plan_suite(pictures, seed=3, limit=0.1)
    assert {query.attack for query in asked(small, Role.COPY)} == {a.name for a in ATTACKS}
    assert {query.family for query in asked(small, Role.LOOKALIKE)} == {f.name for f in FAMILIES}
    assert len(small.queries) < 350


def test_a_few_pictures_are_too_few(pictures: list[Picture]) -> None:
    with pytest.raises(InputError, match="12 different pictures; there are 11"):
        plan_suite(pictures[:11], seed=1)
    assert plan_suite(pictures[:12], seed=1).queries
