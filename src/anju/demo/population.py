"""The demo city's nameless people and employers: invented from a seed, the same every time.

Numbers start with region 700100, which no real region has; phones with 1601, which no operator gives out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from anju.demo.characters import identity_number

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金贾韦夏付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"  # noqa: E501
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬鹏辉健峰松柏林晨曦雨桐子涵浩然梓轩思远佳怡欣妍宇航俊熙雅文博学诗琪若兰清扬书瑶"  # noqa: E501
BASES = (4200, 5400, 6100, 7200, 8000, 9300, 11000, 14500, 21000, 28000)
WITH_A_STORY = 10
ADULT_FROM, ADULT_TO = date(1966, 1, 1), date(2003, 12, 31)

EMPLOYERS: tuple[tuple[str, str, str, int], ...] = (
    ("jiangnan", "安居江南机电有限公司", "30", 3000),
    ("qiming", "安居启明软件有限公司", "33", 24),
    ("school", "安居市临湖中学", "20", 140),
)
_KINDS = tuple("商贸 物流 餐饮管理 建筑工程 装饰设计 生物科技 电子 纺织 食品 包装 汽车服务 文化传播".split())  # noqa: SIM905
_PLACES = ("临湖", "安和", "东湾", "南塘", "西苑", "北山", "清溪", "长桥", "云栖", "平江")


@dataclass(frozen=True)
class Employer:
    """An invented unit: key, name, code of its nature, how many people, on which day it pays wages."""

    key: str
    name: str
    nature: str
    people: int
    payday: int
    uscc: str

    @property
    def bank_account(self) -> str:
        """Where it pays from."""
        return f"622800{self.uscc[10:17]}"


@dataclass(frozen=True)
class Resident:
    """An invented employee."""

    name: str
    id_number: str
    phone: str
    base_fen: int

    @property
    def card(self) -> str:
        """The bank card a resident has, should they ever bind one."""
        return f"62170098{self.phone}"


def credit_code(number: int, *, kind: str = "91") -> str:
    """A valid unified social credit code of the invented region; ``kind`` says who registered it (91: a company)."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"{kind}700100MA{number:07d}"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + alphabet[(31 - total % 31) % 31]


def employers(*, count: int, people: int, today: date) -> list[Employer]:
    """The named units first, the rest sharing the remaining people.

    The first ten have a story this month: their payday is these days, so that their month is open and not late.
    """
    named = [(key, name, nature, size if people >= 5000 else min(size, 20)) for key, name, nature, size in EMPLOYERS]
    left = max(people - sum(size for *_, size in named), 0)
    others = max(count - len(named), 0)
    these_days = min(max(today.day - 2, 1), 27)
    found = [
        Employer(key, name, nature, size, these_days, credit_code(place + 1, kind="12" if nature == "20" else "91"))
        for place, (key, name, nature, size) in enumerate(named)
    ]
    for place in range(others):
        size = left // others + (1 if place < left % others else 0)
        name = f"安居{_PLACES[place % len(_PLACES)]}{_KINDS[place % len(_KINDS)]}有限公司"
        number = len(named) + place + 1
        payday = these_days if number <= WITH_A_STORY else 5 + place % 20
        found.append(Employer(f"unit{number}", name, "33", size, payday, credit_code(number)))
    return found


class Population:
    """People without end, in the order they are asked for; no two share a number."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._made = 0
        self._numbers: set[str] = set()

    def take(self, count: int) -> list[Resident]:
        """The next people."""
        return [self._next() for _ in range(count)]

    def _next(self) -> Resident:
        random = self._random
        given = "".join(random.sample(GIVEN, random.choice((1, 2, 2))))
        base = random.choice(BASES) + random.randrange(900)
        made = Resident(
            name=random.choice(SURNAMES) + given, id_number=self._number(), phone=f"1601{self._made:07d}",
            base_fen=base * 100,
        )  # fmt: skip
        self._made += 1
        return made

    def _number(self) -> str:
        """The sequence alone is too short for five thousand people, and two may be born on one day."""
        while True:
            born = ADULT_FROM + timedelta(days=self._random.randrange((ADULT_TO - ADULT_FROM).days))
            number = identity_number(f"{born:%Y%m%d}", 100 + self._made % 900)
            if number not in self._numbers:
                self._numbers.add(number)
                return number
