"""The demo city's named characters (演示人物): invented people, each with a story, who can log in.

Their identity numbers start with region 700100, which no real region has; their phones with 160, which no
operator gives out. Everything about them is made up and every demo page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anju.kernel.identifiers import check_id18

REGION = "700100"
PASSWORD = "qingshan-lvshui-26"  # noqa: S105  (printed at the start of every demo)


def identity_number(birth: str, sequence: int) -> str:
    """A valid 18-character number of the invented region; ``birth`` is YYYYMMDD, odd sequence is male."""
    body = f"{REGION}{birth}{sequence:03d}"
    right = check_id18(body + "0").correct_char
    assert right is not None
    return body + right


@dataclass(frozen=True)
class Character:
    """One invented person: who they are, what they come for, how they log in."""

    key: str
    name: str
    role: str
    story: str
    phone: str
    id_number: str
    unit: str = ""
    base_yuan: int = 0
    card: str = ""
    married_to: str = ""
    homes: int = 0

    @property
    def account_name(self) -> str:
        """What is typed at log-in: the phone."""
        return self.phone


def _person(
    key: str, name: str, role: str, story: str, number: int, birth: str, *, woman: bool = False, **more: Any
) -> Character:
    sequence = number * 2 + (0 if woman else 1)
    return Character(
        key=key, name=name, role=role, story=story, phone=f"1600000{number:04d}",
        id_number=identity_number(birth, sequence), **more,
    )  # fmt: skip


CHARACTERS: tuple[Character, ...] = (
    _person("renter", "林晓雨", "member", "租房的职工：每月提取房租", 1, "19960314", woman=True,
            unit="qiming", base_yuan=8600, card="6217009900000006620"),
    _person("homeowner", "王国强", "member", "在本市有房：申请房租会被拒绝并说明理由", 2, "19880902",
            unit="jiangnan", base_yuan=9200, card="6217009900000007715", homes=1),
    _person("unknown", "宋雨桐", "member", "让民政系统停机，再申请房租：会转人工审核", 3, "19930527", woman=True,
            unit="jiangnan", base_yuan=7800, card="6217009900000003187"),
    _person("married", "郭子妍", "member", "已婚，配偶也缴存", 4, "19910711", woman=True,
            unit="qiming", base_yuan=12000, card="6217009900000004455", married_to="spouse"),
    _person("spouse", "韩东", "member", "郭子妍的配偶", 5, "19900120",
            unit="jiangnan", base_yuan=10500, card="6217009900000004463"),
    _person("frozen", "马骁", "member", "账户被法院冻结：不能提取", 6, "19850606",
            unit="jiangnan", base_yuan=11000, card="6217009900000008814"),
    _person("sealed", "郑国平", "member", "已离职，账户封存", 7, "19830415", unit="jiangnan", base_yuan=7800,
            card="6217009900000009020"),
    _person("retiree", "高玉兰", "member", "即将退休，关心余额和利息", 8, "19710830", woman=True,
            unit="school", base_yuan=9800, card="6217009900000001177"),
    _person("agent", "周敏", "unit_agent", "江南机电的经办人：每月申报，单位设了第二人复核", 21, "19890218", woman=True,
            unit="jiangnan", base_yuan=9000),
    _person("approver", "陈立", "unit_admin", "江南机电的账户管理员：复核周敏的申报", 22, "19790109",
            unit="jiangnan", base_yuan=15000),
    _person("wrong_file", "赵一凡", "unit_admin", "启明软件的管理员兼经办人：名册里总有几处写错", 23, "19920925",
            unit="qiming", base_yuan=13000),
    _person("clerk", "许文博", "clerk", "受理岗：审核材料，提出意见", 41, "19900808"),
    _person("reviewer", "何静", "reviewer", "复核岗：同意或退回", 42, "19841122", woman=True),
    _person("treasurer", "孟涛", "treasurer", "资金岗：到账、挂账、付款", 43, "19820303"),
    _person("second_treasurer", "陆青", "treasurer", "资金岗第二人：签发孟涛经办的退款", 45, "19870519", woman=True),
    _person("administrator", "沈岚", "administrator", "管理员：人员和权限", 44, "19800616", woman=True),
)  # fmt: skip

BY_KEY = {character.key: character for character in CHARACTERS}
ROLE_ZH = {
    "member": "职工", "unit_agent": "单位经办人", "unit_admin": "单位管理员", "clerk": "受理",
    "reviewer": "复核", "treasurer": "资金", "administrator": "管理员",
}  # fmt: skip


def login_lines() -> list[str]:
    """What ``anju up`` prints: phone, role, name and story of each character, and the one password."""
    lines = [f"口令 {PASSWORD}；短信验证码在短信收件箱里看"]
    lines += [f"{c.phone}  {ROLE_ZH[c.role]}  {c.name}：{c.story}" for c in CHARACTERS]
    return lines
