"""What is wrong with a document number, in words, and the likely right one."""

from __future__ import annotations

from anju.contributions.roster.cells import Fault
from anju.kernel.identifiers import IdCheck, IdKind, check_id18


def document_fault(kind: IdKind, number: str, check: IdCheck) -> Fault:
    """What is wrong with a document number, and the likely right one."""
    if check.reason == "BIRTH_IN_FUTURE":
        return Fault("id_birth_future", "号码里的出生日期在今天以后", "请对照证件更正")
    if check.reason == "BIRTH_DATE":
        return Fault("id_birth_date", "号码里的出生日期不存在或过早", "请对照证件更正")
    if check.reason == "CHECK_DIGIT":
        right = f"{number[:17]}{check.correct_char}"
        return Fault(
            "id_check_digit", "校验位不对", f"请对照证件；若前 17 位无误，末位应为 {check.correct_char}", right
        )
    if check.reason == "LENGTH":
        return _length_fault(number)
    if check.reason == "KIND":
        return Fault("id_kind", f"这个号码不是{kind.zh}的号码", "请核对证件类型和号码")
    return Fault("id_characters", f"{kind.zh}号码里有不该有的字符", "请对照证件更正")


def _length_fault(number: str) -> Fault:
    if len(number) == 17 and number.isdigit():
        missing = check_id18(number + "0").correct_char
        if missing is not None:
            return Fault("id_length", "只有 17 位", f"应为 18 位；若少的是末位，应为 {missing}", f"{number}{missing}")
    if len(number) == 15:
        return Fault("id_length", "是 15 位旧号码", "请填写 18 位公民身份号码")
    return Fault("id_length", f"有 {len(number)} 位", "应为 18 位，请对照证件更正")
