"""One life through the whole house, as eight different people in eight browsers."""

from __future__ import annotations

import re
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser
from xlsxwriter import Workbook

from anju.demo.characters import identity_number
from anju.demo.population import credit_code
from tests.browser.people import Person, Town, call, meet

AGENT_NAME, AGENT_PASSWORD = "方晴", "wangjiang-hao-2026"
MEMBER_NAME, MEMBER_PASSWORD = "简宁", "xiaohe-cai-2026"


class Walk:
    """The state that one step leaves to the next."""

    def __init__(self, browser: Browser, town: Town, folder: Path, *, number: int = 501) -> None:
        self.browser, self.town, self.folder = browser, town, folder
        self.number = number
        self.unit_name = f"安居望江测试{number}有限公司"
        self.uscc = credit_code(700_000 + number)
        self.agent = meet(browser, town, f"1390001{number:04d}")
        self.member = meet(browser, town, f"1390002{number:04d}", width=390)
        self.clerk = meet(browser, town, "16000000041")
        self.reviewer = meet(browser, town, "16000000042")
        self.agent_number = identity_number("19880808", number % 900 + 1)
        self.member_number = identity_number("19950505", number % 900 + 1)

    def members_log_in(self) -> None:
        """Early, so that the minute between two codes passes while others are at work."""
        self.renter = meet(self.browser, self.town, "16000000001", width=390)
        self.renter.log_in()
        self.other_member = meet(self.browser, self.town, "16000000003")
        self.other_member.log_in()

    def teach_agencies(self) -> None:
        """The registers know the company and the two people; the agent's phone is registered to somebody else."""
        people = [
            _known(AGENT_NAME, self.agent_number, "13711110000"),
            _known(MEMBER_NAME, self.member_number, self.member.phone),
        ]
        unit = {"uscc": self.uscc, "name": self.unit_name, "legal_person_name": "望江", "address": "安居市望江路 1 号",
                "state": "normal"}  # fmt: skip
        call(f"{self.town.agencies}/world", {"people": people, "units": [unit], "other_accounts": []})

    # ------------------------------------------------------------------------------------------ the employer

    def employer_applies(self) -> None:
        self.agent.register("unit", name=AGENT_NAME, number=self.agent_number, password=AGENT_PASSWORD)
        page = self.agent.page
        page.fill("[name=uscc]", self.uscc)
        page.fill("[name=id_number]", self.agent_number)
        page.fill("[name=payday]", "10")
        page.fill("[name=first_month]", time.strftime("%Y-%m"))
        page.fill("[name=ratio]", "12")
        self.agent.press_main()
        self.agent.sees("审核")
        assert "签署协议" not in self.agent.text()

    def staff_approve(self) -> None:
        """The clerk proposes, the reviewer approves: two natural persons."""
        self.clerk.log_in()
        self.reviewer.log_in()
        self._decide(self.agent.case_number())

    def _decide(self, number: str) -> None:
        """The two find the applicant's case among all others that wait, by the number the applicant was given."""
        self.clerk.open_case(number)
        self.clerk.press("建议同意")
        self.reviewer.open_case(number)
        self.reviewer.page.get_by_role("button", name=re.compile("^同意")).last.click()
        self.reviewer.page.wait_for_load_state()

    def employer_signs_and_gets_in(self) -> None:
        self.agent.sees("请阅读并签署协议")
        self.agent.sign()
        self.agent.page.wait_for_url(re.compile(r"/unit/"))

    def employer_uploads_staff(self) -> None:
        """Twenty people with three planted errors; mended, then done."""
        wrong = self._staff_rows()
        wrong[3][1] = wrong[3][1][:-1] + ("0" if wrong[3][1][-1] != "0" else "1")
        wrong[7][3] = 86_000
        wrong[11][3] = "八千"
        self._upload("wrong.xlsx", wrong)
        text = self.agent.text()
        assert "有 3 处要改" in text, text[:1500]
        for place in ("第 5 行", "第 9 行", "第 13 行"):
            assert place in text, text[:1500]
        self._upload("right.xlsx", self._staff_rows())
        self.agent.sees("进来")
        self.agent.press("按这份名册办理")
        self.agent.page.wait_for_url(re.compile(r"/unit/(\?|$)"))
        self.agent.sees("20")

    def _staff_rows(self) -> list[list[Any]]:
        rows: list[list[Any]] = [[MEMBER_NAME, self.member_number, self.member.phone, 8600]]
        for place in range(19):
            rows.append(
                [f"员工{'甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申'[place]}",
                 identity_number(f"19{70 + place}0{place % 9 + 1}1{place % 9}", self.number % 800 + place + 2),
                 f"13900{place:02d}{self.number:04d}", 5000 + 100 * place]
            )  # fmt: skip
        return rows

    def _upload(self, name: str, rows: list[list[Any]]) -> None:
        stream = BytesIO()
        book = Workbook(stream, {"in_memory": True})
        sheet = book.add_worksheet("名册")
        sheet.write_row(0, 0, ["姓名", "身份证号", "手机号", "缴存基数"])
        for place, row in enumerate(rows, start=1):
            sheet.write_row(place, 0, row)
        book.close()
        path = self.folder / name
        path.write_bytes(stream.getvalue())
        self.agent.go("/unit/upload/")
        self.agent.page.set_input_files("[name=file]", str(path))
        self.agent.press_main()

    def employer_declares_and_pays(self) -> None:
        self.agent.go("/unit/")
        self.agent.press("确认申报")
        self.agent.sees("请缴款")
        self.agent.page.get_by_role("link", name=re.compile("缴款通知")).click()
        self.agent.page.wait_for_load_state()
        notice = self.agent.text()
        unit_share, own_share = (text.replace(",", "") for text in re.findall(r"([\d,]+\.\d\d) 元", notice)[:2])
        total = f"{(int(unit_share.replace('.', '')) + int(own_share.replace('.', ''))) / 100:.2f}"
        reference = re.search(r"附言（必写）\s*(HJ\d+)", notice)
        account = re.search(r"收款账号\s*(\d{8,})", notice)
        assert reference and account, notice
        call(
            f"{self.town.bank}/pay",
            {"payer_name": self.unit_name, "payer_account": "622800000001", "to_account": account.group(1),
             "amount": total, "summary": reference.group(1), "wait": True},
        )  # fmt: skip
        self.agent.go("/unit/")
        self.agent.sees("已入账", seconds=90)

    # -------------------------------------------------------------------------------------------- the member

    def member_opens(self) -> None:
        """The employer enrolled the phone and the register agrees: approved at once, signed, in."""
        self.member.register("person", name=MEMBER_NAME, number=self.member_number, password=MEMBER_PASSWORD)
        self.member.press_main()
        self.member.sees("请阅读并签署协议")
        self.member.sign()
        self.member.page.wait_for_url(re.compile(r"/me/"))

    def member_sees_the_month(self) -> None:
        self.member.go("/me/movements/")
        self.member.sees("1,032.00")
        self.member.page.locator("main a", has_text=re.compile("缴存|汇缴")).first.click()
        self.member.page.wait_for_load_state()
        text = self.member.text()
        assert "8,600.00" in text and "1,032.00" in text and self.unit_name in text, text[:1500]

    def member_takes_a_certificate(self) -> str:
        """Two screens, one choice; the paper's number and code verify without log-in."""
        self.member.wait_for_next_code()
        self.member.go("/me/certificate/")
        self.member.page.locator("main input[type=radio]").first.check()
        self.member.press("获取验证码")
        self.member.page.fill("[name=code]", self.member.code())
        self.member.press_main()
        self.member.sees("JC")
        text = self.member.text()
        number = re.search(r"JC\d{8}-\d+-\d\d", text)
        code = re.search(r"核验码\s*([0-9A-Z-]{6,})", text)
        assert number and code, text[:1500]
        with self.member.page.expect_download() as download:
            self.member.page.locator("main a", has_text=re.compile("PDF|下载")).first.click()
        paper = self.folder / "paper.pdf"
        download.value.save_as(str(paper))
        assert paper.read_bytes().startswith(b"%PDF-")
        anybody = meet(self.browser, self.town, "0")
        anybody.go(f"/verify/?n={number.group(0)}&c={code.group(1)}")
        assert "真实有效" in anybody.text()
        altered = number.group(0)[:-1] + str((int(number.group(0)[-1]) + 1) % 10)
        anybody.go(f"/verify/?n={altered}&c={code.group(1)}")
        assert "真实有效" not in anybody.text()
        return number.group(0)

    # ----------------------------------------------------------------------------------------------- the rent

    def renter_is_paid(self) -> None:
        """Two screens, one field; decided in seconds; the bank pays; timeline and SMS say so."""
        renter = self.renter
        renter.wait_for_next_code()
        began = self._ask_rent(renter)
        renter.sees("1,800.00", seconds=20)
        decided = time.monotonic() - began
        renter.sees("已付款", seconds=90)
        assert any("1,800.00元已付至尾号6620" in message["text"] for message in self._wait_sms(renter, "已付至"))
        self.decided_seconds = decided

    def _ask_rent(self, person: Person) -> float:
        person.go("/me/services/rent/")
        person.page.fill("[name=monthly_rent]", "2600")
        person.press_main()
        person.page.fill("[name=code]", person.code())
        began = time.monotonic()
        person.press_main()
        return began

    def _wait_sms(self, person: Person, words: str) -> list[dict[str, Any]]:
        for _ in range(60):
            found = person.messages()
            if any(words in message["text"] for message in found):
                return found
            time.sleep(0.5)
        raise AssertionError(f"no SMS said {words!r}: {[m['text'] for m in person.messages()]}")

    def correction_goes_round(self) -> None:
        """A dead register sends the case to people; a paper is asked for, handed in, and the case approved."""
        call(f"{self.town.agencies}/control", {"agency": "civil", "fault": "down", "count": 0})
        member = self.other_member
        member.wait_for_next_code()
        self._ask_rent(member)
        member.sees("审核", seconds=30)
        case_address, number = member.page.url, member.case_number()
        self.clerk.open_case(number)
        clerk = self.clerk.page
        clerk.locator("summary", has_text="要求补正").click()
        clerk.get_by_label("婚姻状况证明").check()
        clerk.get_by_role("button", name=re.compile("通知申请人")).click()
        clerk.wait_for_load_state()
        call(f"{self.town.agencies}/control", {"fault": "none"})
        member.page.goto(case_address)
        member.sees("婚姻状况证明")
        proof = self.folder / "proof.png"
        member.page.screenshot(path=str(proof))
        member.page.set_input_files("input[type=file]", str(proof))
        member.press("补")
        member.sees("审核", seconds=30)
        self._decide(number)
        member.page.goto(case_address)
        member.sees("已付款", seconds=90)


def _known(name: str, number: str, phone: str) -> dict[str, Any]:
    return {"name": name, "id_number": number, "phone": phone, "marital": "single", "spouse": None, "homes": []}
