"""Finds out which column is which, in whatever order and wording the agent's own sheet has them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from anju.contributions.roster.types import Field
from anju.files.types import Table
from anju.kernel.refusal import Refusal

ALIASES: dict[Field, tuple[str, ...]] = {
    Field.NAME: ("姓名", "职工姓名", "员工姓名", "名字", "个人姓名"),
    Field.ID_KIND: ("证件类型", "证件种类", "证件名称", "证件类别"),
    Field.ID_NUMBER: (
        "证件号码", "证件号", "身份证号", "身份证号码", "身份证", "公民身份号码", "证件编号", "公民身份证号码",
    ),
    Field.PHONE: ("手机号", "手机号码", "手机", "联系电话", "移动电话", "电话"),
    Field.BASE: ("缴存基数", "基数", "月缴存基数", "公积金基数", "工资基数", "月平均工资", "新基数", "个人缴存基数"),
    Field.MONTH: ("起缴月份", "起缴年月", "起始月份", "生效月份", "开始缴存月份", "起缴时间", "变更月份", "执行月份"),
    Field.CHANGE: ("变更类型", "变更种类", "业务类型", "变动类型", "增减类型", "增减标志"),
    Field.REASON: ("变更原因", "封存原因", "原因", "减员原因", "变动原因", "离职原因"),
    Field.UNIT_RATIO: ("单位缴存比例", "单位比例", "单位缴存比", "单位部分比例"),
    Field.PERSON_RATIO: ("个人缴存比例", "个人比例", "职工缴存比例", "个人缴存比", "个人部分比例"),
}  # fmt: skip
REQUIRED = (Field.NAME, Field.ID_NUMBER)
_BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
_NOISE = re.compile(r"[\s*:：、.。_\-/]+")
_BY_ALIAS = {alias: field for field, aliases in ALIASES.items() for alias in aliases}


def field_of(heading: str) -> Field | None:
    """The field a heading means; notes in brackets, stars and spaces do not matter."""
    if not heading or len(heading) > 40:
        return None
    plain = unicodedata.normalize("NFKC", heading)
    return _BY_ALIAS.get(_NOISE.sub("", _BRACKETS.sub("", plain)))


def recognise(cells: Sequence[str]) -> int:
    """How many of these headings are known; 0 unless the name or the document number is among them."""
    fields = {field_of(cell) for cell in cells} - {None}
    return len(fields) if fields & set(REQUIRED) else 0


def map_columns(table: Table) -> tuple[Mapping[Field, str], tuple[str, ...]]:
    """Column letter by field, and the headings that are not used; refuses missing and doubled columns."""
    columns: dict[Field, str] = {}
    unused: list[str] = []
    for letter, heading in table.headers.items():
        found = field_of(heading)
        if found is None:
            unused.append(heading)
        elif found in columns:
            raise Refusal(
                "column_twice",
                f"表头里 {columns[found]} 列和 {letter} 列都是“{found.zh}”，无法确定用哪一列。请删去一列后重新上传。",
                field="file",
            )
        else:
            columns[found] = letter
    missing = [field.zh for field in REQUIRED if field not in columns]
    if Field.BASE not in columns and Field.CHANGE not in columns:
        missing.append(Field.BASE.zh)
    if missing:
        raise Refusal(
            "column_missing",
            f"表头里没有“{'”“'.join(missing)}”列。请补上这些列（列的先后不限）后重新上传。",
            field="file",
        )
    return columns, tuple(unused)
