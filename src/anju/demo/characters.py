"""The demo city's named characters (演示人物): invented people, each with a story, who can log in.

Their identity numbers start with region 700100, which no real region has; their phones with 160, which no
operator gives out. Everything about them is made up and every demo page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anju.kernel.identifiers import check_id18

REGION = "700100"
PHONES = "160"
PASSWORD = "qingshan-lvshui-26"  # noqa: S105  (printed at the start of every demo)


def identity_number(birth: str, sequence: int) -> str:
    """A valid 18-character number of the invented region; ``birth`` is YYYYMMDD, odd sequence is male."""
    body = f"{REGION}{birth}{sequence:03d}"
    right = check_id18(body + "0").correct_char
    assert right is not None
    return body + right


@dataclass(frozen=True)
class Character:
    """One invented person: who they are, what they come for, what a visitor can try as them, how they log in."""

    key: str
    name: str
    role: str
    story: str
    tries: str
    phone: str
    id_number: str
    unit: str = ""
    base_yuan: int = 0
    card: str = ""
    new_card: str = ""
    """A card of their own that the bank knows and the centre does not yet."""
    married_to: str = ""
    homes: int = 0
    old_phone: str = ""
    """The phone the employer once gave, where they have another one now."""
    joined: bool = True
    """Whether they are with their unit from its first month."""
    days_ago: int = 0
    """How long ago an applicant registered."""
    start_here: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether they work for the centre."""
        return self.role not in ("member", "applicant") and not self.role.startswith("unit")

    @property
    def employers_phone(self) -> str:
        """The phone on the employer's list."""
        return self.old_phone or self.phone

    @property
    def part(self) -> str:
        """Under which heading they stand."""
        if self.is_staff:
            return "中心"
        return "单位" if self.role.startswith("unit") or self.unit == "new" else "职工"

    @property
    def says(self) -> str:
        """Their role in a word."""
        return ROLE_ZH[self.role]


def _person(
    key: str, name: str, role: str, number: int, birth: str, story: str, tries: str, *, woman: bool = False, **more: Any
) -> Character:
    sequence = number * 2 + (0 if woman else 1)
    return Character(
        key=key, name=name, role=role, story=story, tries=tries, phone=f"1600000{number:04d}",
        id_number=identity_number(birth, sequence), **more,
    )  # fmt: skip


ROLE_ZH = {
    "member": "职工", "applicant": "还没开通", "unit_agent": "单位经办人", "unit_admin": "单位管理员", "clerk": "受理",
    "reviewer": "复核", "treasurer": "资金",
    "accountant": "会计", "auditor": "审计", "administrator": "管理员",
}  # fmt: skip

MEMBERS = (
    _person("renter", "林晓雨", "member", 1, "19960314", "在启明软件上班，租房住，每个月提一次房租",
            "申请本月房租，月租填 2600：几秒后按上限批 1,800.00 元，再看决定写了哪些依据", woman=True,
            unit="qiming", base_yuan=8600, card="6217009900000006620", start_here=True),
    _person("homeowner", "王国强", "member", 2, "19880902", "名下有一套住房",
            "申请房租：不予同意，写明是哪一条、接着能做什么",
            unit="jiangnan", base_yuan=9200, card="6217009900000007715", homes=1, start_here=True),
    _person("unknown", "宋雨桐", "member", 3, "19930527", "单身，租房住",
            "先在“其他部门”的模拟页让民政停机，再申请房租：不拒绝，转给工作人员核实", woman=True,
            unit="jiangnan", base_yuan=7800, card="6217009900000003187"),
    _person("married", "郭子妍", "member", 4, "19910711", "已婚，丈夫韩东在另一家单位缴存",
            "申请房租：看配偶的住房怎样一起核对", woman=True,
            unit="qiming", base_yuan=12000, card="6217009900000004455", married_to="spouse"),
    _person("spouse", "韩东", "member", 5, "19900120", "郭子妍的丈夫",
            "看近两年的缴存明细：每一笔写明基数、比例和付款单位",
            unit="jiangnan", base_yuan=10500, card="6217009900000004463", married_to="married"),
    _person("frozen", "马骁", "member", 6, "19850606", "账户被法院冻结，钱只进不出",
            "申请房租：写明为什么不能提、该找哪里解除",
            unit="jiangnan", base_yuan=11000, card="6217009900000008814"),
    _person("sealed", "郑国平", "member", 7, "19830415", "九月底离职，账户封存",
            "看封存以后的账户：不再缴存，利息照算",
            unit="jiangnan", base_yuan=7800, card="6217009900000009020"),
    _person("retiree", "高玉兰", "member", 8, "19710830", "明年退休，还没想好这笔钱怎么用",
            "看余额、利息和每年的结息，开一份缴存证明", woman=True,
            unit="school", base_yuan=9800, card="6217009900000001177"),
    _person("two_homes", "梁佳怡", "member", 9, "19871105", "登记系统里有两套房，她说其中一套已经卖掉",
            "申请房租：不予同意；再用“这里不对”说明情况，看许文博怎样答复", woman=True,
            unit="school", base_yuan=8900, card="6217009900000002285", homes=2),
    _person("returned", "谢文浩", "member", 10, "19920223", "上月的房租被银行退回：收款卡已经销户",
            "看退回的那一笔和它的原因，再绑定新卡 6217 0099 0000 0005 513",
            unit="jiangnan", base_yuan=8200, card="6217009900000005505", new_card="6217009900000005513"),
    _person("correction", "邓丽华", "member", 11, "19941212", "房租申请被要求补一份婚姻状况证明",
            "在“进度”里上传任意一张照片完成补正，件就回到许文博手里", woman=True,
            unit="school", base_yuan=7600, card="6217009900000002293", start_here=True),
    _person("overdue", "曹俊", "member", 12, "19891017", "房租申请过了承诺的日子还没审完",
            "看进度上谁在办、哪天到期；也可以撤回重新申请",
            unit="jiangnan", base_yuan=9900, card="6217009900000007723"),
    _person("newcomer", "彭雨晴", "member", 13, "20000409", "上个月刚入职启明软件",
            "申请房租：连续缴存还不够，写明还差几个月", woman=True,
            unit="qiming", base_yuan=6900, card="6217009900000006638", joined=False),
    _person("moved", "丁一鸣", "member", 14, "19950619", "从一家公司跳到启明软件，账户跟着转",
            "看明细里前后两家单位：余额没有断，连续缴存也没有断",
            unit="unit6", base_yuan=10800, card="6217009900000006646"),
    _person("asked_again", "石磊", "member", 17, "19930815", "昨天的房租款，银行一直没有答复",
            "看“银行结果未知，查询中”：钱还占着，不会付两次；再用孟涛看同一笔付款",
            unit="jiangnan", base_yuan=9400, card="6217009900000007731"),
    _person("no_card", "叶清", "member", 18, "19980127", "开通了网上业务，还没有绑定收款卡",
            "绑定 6217 0099 0000 0006 612；看为什么要过 24 小时才能收款", woman=True,
            unit="qiming", base_yuan=7400, new_card="6217009900000006612"),
    _person("waiting", "唐悦", "applicant", 15, "19970722", "用新手机号注册，身份没有在线核对上，等审核",
            "看审核走到哪一步、哪天到期；用许文博去办这一件", woman=True, unit="school", base_yuan=7100,
            old_phone="16000009015", days_ago=1),
    _person("to_sign", "范思远", "applicant", 16, "19910505", "开通申请已经同意，协议还没有签",
            "阅读并签订协议，签完马上进入自己的账户", unit="school", base_yuan=8300, days_ago=1),
)  # fmt: skip

UNITS = (
    _person("agent", "周敏", "unit_agent", 21, "19890218", "江南机电的经办人，管三千人；单位设了第二人复核",
            "看本月申报在等谁复核；给一位职工办封存", woman=True, unit="jiangnan", base_yuan=9000),
    _person("approver", "陈立", "unit_admin", 22, "19790109", "江南机电的账户管理员",
            "复核周敏申报的本月汇缴：同意，或者退回", unit="jiangnan", base_yuan=15000, start_here=True),
    _person("wrong_file", "赵一凡", "unit_admin", 23, "19920925", "启明软件的管理员兼经办人，名册里总有几处写错",
            "上传写错的名册，看每处错写明哪行、哪列、怎么改；然后申报本月、打印缴款通知、到银行模拟器付款",
            unit="qiming", base_yuan=13000, start_here=True),
    _person("school_agent", "吴秀英", "unit_admin", 24, "19811130", "临湖中学的管理员兼经办人，本月人员没有变化",
            "一屏确认本月汇缴，一个字段都不用填", woman=True, unit="school", base_yuan=10200),
    _person("arrears", "钱宏", "unit_admin", 25, "19770303", "有一个月一直没付款，后面的月份报不了",
            "看欠缴提示，打印缴款通知，到银行模拟器付清", unit="unit4", base_yuan=14500),
    _person("suspense", "孙丽", "unit_admin", 26, "19860914", "本月少付了一分钱，整笔钱在挂账",
            "看写明的原因；请孟涛选“等待补足”，再到银行模拟器补 0.01 元", woman=True, unit="unit5", base_yuan=9700),
    _person("opening_agent", "金志强", "applicant", 27, "19900701", "代公司申请开户，被要求补交营业执照",
            "点“去补正”，上传任意一张照片；件就回到许文博手里", unit="new", days_ago=3),
)  # fmt: skip

STAFF = (
    _person("clerk", "许文博", "clerk", 41, "19900808", "受理岗，待办里每一种件都有，有一件已经超期",
            "点“办下一件”：核实事实、要求补正，或者提出意见", start_here=True),
    _person("second_clerk", "彭晓", "clerk", 46, "19940226", "受理岗第二人，接手了两件还没办完",
            "把“我在办”的两件办完；许文博正在办的那件，“办下一件”不会再取到", woman=True),
    _person("reviewer", "何静", "reviewer", 42, "19841122", "复核岗，五件等着复核，其中一件建议不予同意",
            "看经办人的理由和系统的依据：同意、退回，或者改为不予同意", woman=True, start_here=True),
    _person("second_reviewer", "罗建明", "reviewer", 47, "19761019", "复核岗第二人",
            "接手何静没有复核的件；谁也不能复核自己经办过的件"),
    _person("treasurer", "孟涛", "treasurer", 43, "19820303", "资金岗，六笔来款没有对上，一笔付款银行没有答复",
            "给挂账的钱找到去处，每笔都有建议和依据；在“银行流水记账”说明昨天的 35 元是什么；"
            "把昨晚没有授权的六笔提取组成付款批次；签署秦海宁办的日结", start_here=True),
    _person("second_treasurer", "陆青", "treasurer", 45, "19870519", "资金岗第二人，一笔 680,000.00 元的退款等她签发",
            "签发孟涛经办的大额退款：超过限额的要第二个人单笔签；秦海宁复核过的付款批次也由她签发", woman=True),
    _person("accountant", "秦海宁", "accountant", 48, "19850214", "会计岗，日结、月结、凭证和报表归她办",
            "孟涛说明昨天的 35 元回单打印费以后，由她确认记账；再打开“结账”办昨天的日结，看七级对账，请孟涛签署；"
            "复核孟涛组成的付款批次", woman=True),
    _person("auditor", "吕思远", "auditor", 49, "19780908", "审计岗，只看不办，不担任别的岗位",
            "打开“审计”：问换手机号后的提取、没有办件的查看；按种子号抽凭证样本，写一条审计发现"),
    _person("administrator", "沈岚", "administrator", 44, "19800616", "系统管理员",
            "看谁有什么权限、每个参数从哪天起按哪个文件", woman=True),
)  # fmt: skip

CHARACTERS: tuple[Character, ...] = (*MEMBERS, *UNITS, *STAFF)
BY_KEY = {character.key: character for character in CHARACTERS}


def login_lines() -> list[str]:
    """What ``anju up`` prints: the one password, and where to start in each part of the house."""
    lines = [f"口令都是 {PASSWORD}；用手机号登录，验证码到短信收件箱里看"]
    for part in ("职工", "单位", "中心"):
        lines.append(part)
        lines += [
            f"  {c.phone}  {c.name}（{c.says}）：{c.tries}" for c in CHARACTERS if c.part == part and c.start_here
        ]
    lines.append(f"全部 {len(CHARACTERS)} 位人物、他们的情况和可以试的事：打开网页，点最上面的“演示人物”")
    return lines
