"""What the agencies know: people with their marriages and homes, companies, accounts at other centres.

Answers follow the shape the centre asks for. What nobody entered is answered as the real register would: no home
recorded, no marriage recorded, no account elsewhere; but an unknown identity or company is `not_found`.
"""

from typing import Any

from ..store import Store

MARRIAGES = ("single", "married", "divorced", "widowed")
# A company whose class nobody states is a private one, as most are.
USUAL_NATURE = "33"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
Facts = dict[str, Any]


class World:
    def __init__(self, store: Store) -> None:
        self._store = store

    def learn(self, wish: dict[str, Any]) -> dict[str, int]:
        """Add to the world. `people` and `units` replace an entry of the same number."""
        people = {str(p["id_number"]).upper(): _person(p) for p in wish.get("people", [])}
        units = {str(u["uscc"]).upper(): _unit(u) for u in wish.get("units", [])}
        accounts = {str(a["id_number"]).upper(): _account(a) for a in wish.get("other_accounts", [])}
        with self._store.lock:
            self._store.put_many("people", people)
            self._store.put_many("units", units)
            self._store.put_many("accounts", accounts)
            return {name: len(self._store.table(name)) for name in ("people", "units", "accounts")}

    def people(self, search: str) -> list[dict[str, Any]]:
        with self._store.lock:
            known = list(self._store.table("people").values())
        return [p for p in reversed(known) if not search or search in p["name"] or search.upper() in p["id_number"]]

    def ask(self, kind: str, params: dict[str, Any]) -> tuple[str, Facts] | None:
        """Status and facts; None for a kind that no agency here answers."""
        doors = {
            "identity.check": self._identity,
            "realestate.homes": self._homes,
            "civil.marriage": self._marriage,
            "centres.account": self._elsewhere,
            "business.unit": self._company,
        }
        return doors[kind](params) if kind in doors else None

    def _known(self, params: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
        """The person of this number, and whether the name asked for is the name on record."""
        person = self._store.table("people").get(_number(params))
        return person, person is not None and person["name"] == str(params.get("name", "")).strip()

    def _identity(self, params: dict[str, Any]) -> tuple[str, Facts]:
        person, same = self._known(params)
        if person is None:
            return "not_found", {}
        phone = str(params.get("phone", ""))
        return "ok", {"match": same, "phone_match": same and bool(phone) and phone == person["phone"]}

    def _homes(self, params: dict[str, Any]) -> tuple[str, Facts]:
        person, same = self._known(params)
        if person is not None and not same:
            return "not_found", {}
        homes = person["homes"] if person else []
        return "ok", {"homes": len(homes), "items": homes}

    def _marriage(self, params: dict[str, Any]) -> tuple[str, Facts]:
        person, same = self._known(params)
        if person is None:
            return "ok", {"status": "single", "spouse": None}
        if not same:
            return "not_found", {}
        return "ok", {"status": person["marital"], "spouse": person["spouse"]}

    def _elsewhere(self, params: dict[str, Any]) -> tuple[str, Facts]:
        account = self._store.table("accounts").get(_number(params))
        if account is None:
            return "ok", {"exists": False, "state": None, "centre": None}
        return "ok", {"exists": True, "state": account["state"], "centre": account["centre"]}

    def _company(self, params: dict[str, Any]) -> tuple[str, Facts]:
        unit = self._store.table("units").get(str(params.get("uscc", "")).strip().upper())
        return ("not_found", {}) if unit is None else ("ok", dict(unit))


def check_number(number: str) -> str:
    """Nothing for a plausible citizen number, else what is wrong with it."""
    if len(number) != 18 or not number[:17].isdigit():
        return "身份证号应为 18 位，前 17 位是数字"
    right = "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True)) % 11]
    return "" if number[17] == right else f"身份证号校验位应为 {right}"


def _number(params: dict[str, Any]) -> str:
    return str(params.get("id_number", "")).strip().upper()


def _person(given: dict[str, Any]) -> dict[str, Any]:
    marital = str(given.get("marital") or "single")
    if marital not in MARRIAGES:
        raise ValueError(f"marital: one of {', '.join(MARRIAGES)}")
    spouse = given.get("spouse") or None
    if spouse is not None:
        spouse = {"name": str(spouse["name"]), "id_number": str(spouse["id_number"]).upper()}
    homes = [
        {
            "address": str(home.get("address", "")),
            "area": str(home.get("area", "")),
            "since": str(home.get("since", "")),
        }
        for home in given.get("homes", [])
    ]
    return {
        "name": str(given["name"]).strip(),
        "id_number": str(given["id_number"]).upper(),
        "phone": str(given.get("phone", "")),
        "marital": marital,
        "spouse": spouse if marital == "married" else None,
        "homes": homes,
    }


def _unit(given: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "legal_person_name", "address")
    return {
        "uscc": str(given["uscc"]).upper(),
        **{name: str(given.get(name, "")) for name in names},
        "state": str(given.get("state") or "normal"),
        "nature": str(given.get("nature") or USUAL_NATURE),
    }


def _account(given: dict[str, Any]) -> dict[str, Any]:
    state = str(given.get("state") or "normal")
    if state not in ("normal", "sealed"):
        raise ValueError("state: normal or sealed")
    return {"state": state, "centre": str(given.get("centre", ""))}
