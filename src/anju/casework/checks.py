"""Invariants of casework; each query returns the rows that break it."""

from anju.database.checks import Invariant

CHECKS: list[Invariant] = [
    Invariant(
        "every move of a case is one step",
        "SELECT c.case_id FROM casework_case c LEFT JOIN case_step s USING (case_id)"
        " GROUP BY c.case_id, c.version HAVING count(s.n) <> c.version OR coalesce(max(s.n), 0) <> c.version",
    ),
    Invariant(
        "the last step shows the state of the case",
        "SELECT c.case_id FROM casework_case c JOIN case_step s ON s.case_id = c.case_id AND s.n = c.version"
        " WHERE s.state <> c.state",
    ),
    Invariant(
        "a case in effect, delivered or refused has its decision",
        "SELECT c.case_id FROM casework_case c LEFT JOIN case_decision d USING (case_id)"
        " WHERE c.state IN ('decided', 'in_effect', 'delivered', 'closed', 'refused') AND d.case_id IS NULL",
    ),
    Invariant(
        "the decision's outcome fits the state",
        "SELECT c.case_id FROM casework_case c JOIN case_decision d USING (case_id)"
        " WHERE (c.state = 'refused') <> (d.outcome = 'refuse')",
    ),
    Invariant(
        "every decision has its written opinion",
        "SELECT d.case_id FROM case_decision d LEFT JOIN case_opinion o USING (case_id)"
        " GROUP BY d.case_id HAVING count(o.n) <> 1",
    ),
    Invariant(
        "applicant, clerk and reviewer are different persons",
        "SELECT c.case_id FROM casework_case c JOIN case_decision d USING (case_id) WHERE NOT d.by_rule"
        " AND (d.maker_person_id = d.checker_person_id"
        " OR c.applicant_person_id IN (d.maker_person_id, d.checker_person_id))",
    ),
    Invariant(
        "whoever approved had not proposed",
        "SELECT a.case_id FROM case_review a JOIN case_review p ON p.case_id = a.case_id AND p.person_id = a.person_id"
        " WHERE a.act IN ('approve', 'refuse') AND p.act IN ('propose_agree', 'propose_refuse', 'correction')",
    ),
    Invariant(
        "a running entry belongs to a running case",
        "SELECT r.case_id FROM case_running r LEFT JOIN casework_case c USING (case_id)"
        " WHERE c.case_id IS NULL OR c.state IN ('closed', 'withdrawn', 'refused')",
    ),
    Invariant(
        "every case has its number",
        "SELECT c.case_id FROM casework_case c LEFT JOIN case_number n"
        " ON n.centre_id = c.centre_id AND n.number = c.number AND n.case_id = c.case_id WHERE n.case_id IS NULL",
    ),
    Invariant(
        "a case waits for the applicant exactly while its clock stands",
        "SELECT case_id FROM casework_case WHERE state = 'correction' AND NOT clock_stopped",
    ),
]
