"""Invariants of people and units."""

from __future__ import annotations

from anju.database.checks import Invariant

CHECKS = [
    Invariant(
        "每个登记的证件号码对应一个同号码的自然人",
        "SELECT c.person_id FROM claims c LEFT JOIN person p ON p.person_id = c.person_id"
        " WHERE p.person_id IS NULL OR p.id_digest <> c.id_digest",
    ),
    Invariant(
        "每个自然人的证件号码都已登记",
        "SELECT p.person_id FROM person p LEFT JOIN claims c"
        " ON c.id_digest = p.id_digest AND c.centre_id = p.centre_id AND c.person_id = p.person_id"
        " WHERE c.person_id IS NULL",
    ),
    Invariant(
        "每个单位从首次汇缴月起有缴存比例",
        "SELECT u.unit_id FROM unit u WHERE NOT EXISTS (SELECT 1 FROM unit_terms t"
        " WHERE t.centre_id = u.centre_id AND t.unit_id = u.unit_id AND t.from_month <= u.first_month)",
    ),
    Invariant(
        "每条联系方式和亲属关系都属于一个自然人",
        "SELECT c.person_id FROM person_contact c LEFT JOIN person p ON p.person_id = c.person_id"
        " WHERE p.person_id IS NULL"
        " UNION ALL SELECT t.person_id FROM person_tie t LEFT JOIN person p ON p.person_id = t.person_id"
        " WHERE p.person_id IS NULL",
    ),
    Invariant(
        "缴存比例只属于登记过的单位",
        "SELECT t.unit_id FROM unit_terms t LEFT JOIN unit u"
        " ON u.centre_id = t.centre_id AND u.unit_id = t.unit_id WHERE u.unit_id IS NULL",
    ),
]
