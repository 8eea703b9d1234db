"""Sealing: the canonical form of a voucher, its chain within centre and month, and the daily head of each chain."""

from django.db import migrations

TABLES = """
CREATE TABLE voucher_seal (
    centre_id bigint NOT NULL,
    voucher_id bigint NOT NULL,
    number bigint NOT NULL,
    n bigint NOT NULL,
    sealed_at timestamptz NOT NULL,
    period integer NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT voucher_seal_pk PRIMARY KEY (centre_id, voucher_id),
    CONSTRAINT voucher_seal_number UNIQUE (centre_id, number),
    CONSTRAINT voucher_seal_place UNIQUE (centre_id, period, n),
    CONSTRAINT voucher_seal_voucher FOREIGN KEY (centre_id, voucher_id)
        REFERENCES voucher (centre_id, id) ON DELETE RESTRICT,
    CONSTRAINT voucher_seal_first CHECK (n > 0 AND (n > 1 OR previous = decode(repeat('00', 32), 'hex'))),
    CONSTRAINT voucher_seal_sha256 CHECK (length(digest) = 32 AND length(previous) = 32)
);
CREATE TRIGGER voucher_seal_append_only BEFORE UPDATE OR DELETE ON voucher_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE books_head (
    centre_id bigint NOT NULL,
    n bigint NOT NULL,
    debit_fen bigint NOT NULL,
    made_at timestamptz NOT NULL,
    day date NOT NULL,
    period integer NOT NULL,
    digest bytea NOT NULL,
    CONSTRAINT books_head_pk PRIMARY KEY (centre_id, day, period),
    CONSTRAINT books_head_sums CHECK (n >= 0 AND debit_fen >= 0 AND length(digest) = 32)
);
CREATE TRIGGER books_head_append_only BEFORE UPDATE OR DELETE ON books_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE books_head_sent (
    centre_id bigint NOT NULL,
    sent_at timestamptz NOT NULL,
    day date NOT NULL,
    period integer NOT NULL,
    target text NOT NULL,
    CONSTRAINT books_head_sent_pk PRIMARY KEY (centre_id, day, period, target),
    CONSTRAINT books_head_sent_head FOREIGN KEY (centre_id, day, period)
        REFERENCES books_head (centre_id, day, period) ON DELETE RESTRICT
);
CREATE TRIGGER books_head_sent_append_only BEFORE UPDATE OR DELETE ON books_head_sent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

CANON = """
-- The canonical form of a voucher, version 1: one line of the voucher, then one of each of its lines.
-- Described for other programs in docs/verify-books.md; whoever changes it makes a version 2 beside it.
CREATE VIEW voucher_canon AS
SELECT v.centre_id, v.id AS voucher_id, v.number,
       (extract(year FROM v.business_date) * 100 + extract(month FROM v.business_date))::integer AS period,
       concat_ws('|', 'V1', v.centre_id, v.id, coalesce(v.number::text, ''), v.kind,
           to_char(v.business_date, 'YYYY-MM-DD'), (extract(epoch FROM v.known_at) * 1000000)::bigint,
           coalesce(v.maker_person_id::text, ''), coalesce(v.checker_person_id::text, ''),
           coalesce(v.reverses_id::text, ''), coalesce(v.event_id::text, ''), v.member_count, v.member_debit_fen,
           v.member_credit_fen, v.public_ref, encode(sha256(convert_to(v.idempotency_key, 'UTF8')), 'hex'),
           encode(v.request_digest, 'hex'), encode(v.lines_digest, 'hex')) || E'\\n' || coalesce(g.lines, '') AS canon
  FROM voucher v
 CROSS JOIN LATERAL (
    SELECT string_agg(concat_ws('|', 'L', l.n, coalesce(l.unit_id::text, ''), coalesce(l.bank_account_id::text, ''),
               l.debit_fen, l.credit_fen, l.subject) || E'\\n', '' ORDER BY l.n) AS lines
      FROM gl_line l WHERE l.centre_id = v.centre_id AND l.voucher_id = v.id) g;

CREATE FUNCTION seal_digest(previous bytea, canon text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(previous || sha256(convert_to(canon, 'UTF8')))
$$;
CREATE FUNCTION seal_next(state bytea, start bytea, canon text) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT seal_digest(coalesce(state, start), canon)
$$;
CREATE AGGREGATE seal_chain(bytea, text) (SFUNC = seal_next, STYPE = bytea);

-- Chains the next vouchers in the order of their numbers; how many. What has a number is committed and never changes,
-- so no gate is needed and no posting waits. Two sealers exclude each other: the second finds nothing to do.
CREATE FUNCTION seal_vouchers(the_centre bigint, the_time timestamptz, most integer) RETURNS bigint
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    done bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('seal_vouchers'), the_centre::integer) THEN RETURN 0; END IF;
    WITH due AS MATERIALIZED (
        SELECT v.id, v.number,
               (extract(year FROM v.business_date) * 100 + extract(month FROM v.business_date))::integer AS period
          FROM voucher v
         WHERE v.centre_id = the_centre AND v.number > (
            SELECT coalesce(max(s.number), 0) FROM voucher_seal s WHERE s.centre_id = the_centre)
         ORDER BY v.number LIMIT most
    ), heads AS MATERIALIZED (
        SELECT p.period, coalesce(h.n, 0) AS n, coalesce(h.digest, decode(repeat('00', 32), 'hex')) AS digest
          FROM (SELECT DISTINCT period FROM due) p
          LEFT JOIN LATERAL (SELECT s.n, s.digest FROM voucher_seal s
                              WHERE s.centre_id = the_centre AND s.period = p.period
                              ORDER BY s.n DESC LIMIT 1) h ON true
    ), chained AS (
        SELECT d.id, d.number, d.period, h.n + row_number() OVER w AS n, h.digest AS start,
               seal_chain(h.digest, c.canon) OVER w AS digest
          FROM due d JOIN heads h ON h.period = d.period
         CROSS JOIN LATERAL (SELECT c.canon FROM voucher_canon c
                              WHERE c.centre_id = the_centre AND c.voucher_id = d.id) c
        WINDOW w AS (PARTITION BY d.period ORDER BY d.number ROWS UNBOUNDED PRECEDING)
    )
    INSERT INTO voucher_seal (centre_id, voucher_id, number, n, sealed_at, period, previous, digest)
    SELECT the_centre, id, number, n, the_time, period,
           coalesce(lag(digest) OVER (PARTITION BY period ORDER BY n), start), digest
      FROM chained;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;
"""

BACK = """
DROP FUNCTION seal_vouchers(bigint, timestamptz, integer);
DROP AGGREGATE seal_chain(bytea, text);
DROP FUNCTION seal_next(bytea, bytea, text), seal_digest(bytea, text);
DROP VIEW voucher_canon;
DROP TABLE books_head_sent, books_head, voucher_seal;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_chart")]
    operations = [migrations.RunSQL(TABLES + CANON, BACK)]
