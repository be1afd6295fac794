"""The rules of findings as one statement over the fields, entries and elements that a reader may know of.

What a reader may not know of is as if it were not there, also as the cause or the end of a finding. A country is the
territory above all others, under the identifier `ROOT`. Each instant is of a cause: the later of two declarations that
must both stand, the end of what has to be missing, or the instant from which on a copy is too old. `elements` are those
that are looked at; null is all.
"""

RULE_VERSION = 2
ROOT = "00000000-0000-0000-0000-000000000000"

# Of constants alone. A service works while its last sign of life is no older than it promises, and than a week.
FOUND = f"""
WITH RECURSIVE moment AS (
  SELECT CAST(:now AS timestamptz) AS now
), visible AS MATERIALIZED (
  SELECT entry_id, owner_organisation_id,
         coalesce(last_heartbeat_at + make_interval(secs => promised_period_seconds) >= moment.now
                  AND last_heartbeat_at >= moment.now - interval '7 days', false) AS works
  FROM entry, moment
  WHERE :everything OR owner_organisation_id = ANY(:owners)
     OR classification = 'public' OR (:inside AND classification = 'state')
), known AS MATERIALIZED (
  SELECT element_id, owner_organisation_id, approved_at, content->>'type' AS said_type,
         (content->>'max_length')::int AS said_length, content->>'unit' AS said_unit,
         lower(content->>'code_list') AS said_list, (content->>'restricted')::boolean AS restricted FROM element
  WHERE status = 'approved' AND (:everything OR NOT restricted OR owner_organisation_id = ANY(:owners))
    AND (CAST(:elements AS uuid[]) IS NULL OR element_id = ANY(CAST(:elements AS uuid[])))
), told AS MATERIALIZED (
  SELECT field.field_id, field.entry_id, field.element_id, visible.owner_organisation_id,
         removed_at IS NULL AND standing <> 'disputed' AS counts
  FROM field JOIN visible USING (entry_id)
  LEFT JOIN element ON element.element_id = field.element_id
  WHERE (CAST(:elements AS uuid[]) IS NULL OR field_id IN (
      SELECT field_id FROM field WHERE element_id = ANY(CAST(:elements AS uuid[]))
      UNION SELECT field_id FROM field_past WHERE element_id = ANY(CAST(:elements AS uuid[]))))
    AND (:everything OR visible.owner_organisation_id = ANY(:owners)
     OR ((field.classification = 'public' OR (:inside AND field.classification = 'state'))
         AND (element.element_id IS NULL OR (NOT element.restricted AND element.status <> 'draft')
           OR element.owner_organisation_id = ANY(:owners))))
), counting AS MATERIALIZED (
  SELECT told.field_id, told.entry_id, told.element_id, told.owner_organisation_id, role, territories, subjects,
         source_entry_id, max_age_seconds, synchronised_at, counts_since, form_since, basis_since,
         legal_basis IS NULL AS is_lawless, known.approved_at,
         array_remove(ARRAY[
           CASE WHEN type <> said_type THEN 'type' END,
           CASE WHEN max_length <> said_length THEN 'max_length' END,
           CASE WHEN unit <> said_unit THEN 'unit' END,
           CASE WHEN lower(code_list) <> said_list THEN 'code_list' END], NULL) AS differences,
         coalesce(service.works, false) AS service_works, service.entry_id IS NOT NULL AS is_given
  FROM told JOIN known USING (element_id) JOIN field USING (field_id)
  LEFT JOIN visible AS service ON service.entry_id = field.service_entry_id
  WHERE told.counts
), ended AS MATERIALIZED (
  SELECT past.element_id, past.role, past.source_entry_id, max(past.until) AS until
  FROM field_past AS past JOIN told ON told.field_id = past.field_id
  WHERE :everything OR told.owner_organisation_id = ANY(:owners) OR past.is_public OR (:inside AND past.is_state)
  GROUP BY past.element_id, past.role, past.source_entry_id
), spoken_of AS (
  -- Of an element that no entry has named yet nothing is known: who keeps it has perhaps not described it.
  SELECT element_id FROM counting UNION SELECT element_id FROM ended WHERE element_id IS NOT NULL
), place AS (
  SELECT field_id, element_id, entry_id, owner_organisation_id, role, coalesce(subjects, '') AS subjects, counts_since,
         service_works, unnest(
           CASE WHEN cardinality(territories) = 0 THEN ARRAY['{ROOT}'::uuid] ELSE territories END) AS unit
  FROM counting WHERE role IN ('master', 'collected')
), part AS MATERIALIZED (
  -- Fields of one entry that claim one part are as one: its oldest claim, and the oldest that a service gives.
  SELECT element_id, entry_id, role, subjects, unit, min(counts_since) AS since,
         (array_agg(field_id ORDER BY counts_since, field_id))[1] AS field_id,
         min(counts_since) FILTER (WHERE service_works) AS given_since,
         (array_agg(field_id ORDER BY counts_since, field_id) FILTER (WHERE service_works))[1] AS given_field_id
  FROM place GROUP BY element_id, entry_id, role, subjects, unit
), reach AS (
  SELECT unit, unit AS above FROM place
  UNION
  SELECT reach.unit, organisation.parent_id FROM reach
  JOIN organisation ON organisation.entity_id = reach.above WHERE organisation.parent_id IS NOT NULL
), above AS (
  SELECT unit, above FROM reach UNION SELECT unit, '{ROOT}'::uuid FROM reach
), beside AS (
  SELECT one.element_id, one.entry_id, one.role, one.subjects, one.unit,
         CASE one.role WHEN 'master' THEN master.since ELSE master.given_since END AS since,
         CASE one.role WHEN 'master' THEN master.field_id ELSE master.given_field_id END AS master_id
  FROM part AS one JOIN above ON above.unit = one.unit
  JOIN part AS master ON master.element_id = one.element_id AND master.unit = above.above
  WHERE master.role = 'master' AND one.entry_id <> master.entry_id
    AND (one.role = 'master' OR master.given_since IS NOT NULL)
    AND (one.subjects = '' OR master.subjects = '' OR one.subjects = master.subjects)
  UNION
  SELECT one.element_id, one.entry_id, one.role, one.subjects, one.unit,
         CASE one.role WHEN 'master' THEN master.since ELSE master.given_since END AS since,
         CASE one.role WHEN 'master' THEN master.field_id ELSE master.given_field_id END AS master_id
  FROM part AS master JOIN above ON above.unit = master.unit
  JOIN part AS one ON one.element_id = master.element_id AND one.unit = above.above
  WHERE master.role = 'master' AND one.entry_id <> master.entry_id
    AND (one.role = 'master' OR master.given_since IS NOT NULL)
    AND (one.subjects = '' OR master.subjects = '' OR one.subjects = master.subjects)
), overlap AS (
  SELECT place.field_id, place.role, place.element_id, place.entry_id, place.owner_organisation_id,
         greatest(place.counts_since, min(beside.since)) AS opened_at,
         array_agg(DISTINCT beside.master_id ORDER BY beside.master_id) AS others
  FROM place JOIN beside USING (element_id, entry_id, role, subjects, unit)
  GROUP BY place.field_id, place.role, place.element_id, place.entry_id, place.owner_organisation_id,
           place.counts_since
), found AS (
  SELECT 'no_master' AS kind, element_id, NULL::uuid AS entry_id, NULL::uuid AS field_id, owner_organisation_id,
    greatest(
      (SELECT min(version.approved_at) FROM element_version AS version
       WHERE version.element_id = known.element_id
         AND version.approved_at >= coalesce(
           (SELECT max(ended.ended_at) FROM element_version AS ended
            WHERE ended.element_id = known.element_id AND ended.status = 'withdrawn'), '-infinity')
         AND (NOT (version.content->>'restricted')::boolean OR known.restricted)),
      (SELECT max(until) FROM ended WHERE ended.element_id = known.element_id AND ended.role = 'master')) AS opened_at,
    ARRAY[]::uuid[] AS others, ARRAY[]::text[] AS differences
  FROM known
  WHERE element_id IN (SELECT element_id FROM spoken_of)
    AND NOT EXISTS (SELECT FROM counting WHERE counting.element_id = known.element_id AND counting.role = 'master')
  UNION ALL
  SELECT CASE role WHEN 'master' THEN 'two_masters' ELSE 'collected_again' END, element_id, entry_id, field_id,
    owner_organisation_id, opened_at, others, ARRAY[]::text[]
  FROM overlap
  UNION ALL
  SELECT 'copy_too_old', element_id, entry_id, field_id, owner_organisation_id,
    coalesce(synchronised_at, counts_since) + make_interval(secs => max_age_seconds), ARRAY[]::uuid[], ARRAY[]::text[]
  FROM counting, moment
  WHERE role = 'copy' AND coalesce(synchronised_at, counts_since) + make_interval(secs => max_age_seconds) < moment.now
  UNION ALL
  SELECT 'no_legal_basis', element_id, entry_id, field_id, owner_organisation_id, greatest(basis_since, counts_since),
    ARRAY[]::uuid[], ARRAY[]::text[]
  FROM counting WHERE role IN ('master', 'collected') AND is_lawless
  UNION ALL
  SELECT 'unlike_dictionary', element_id, entry_id, field_id, owner_organisation_id,
    greatest(form_since, approved_at), ARRAY[]::uuid[], differences
  FROM counting WHERE role <> 'derived' AND cardinality(differences) > 0
  UNION ALL
  SELECT 'shared_with_nobody', counting.element_id, entry_id, field_id, owner_organisation_id,
    greatest(counts_since, ended.until), ARRAY[]::uuid[], ARRAY[]::text[]
  FROM counting LEFT JOIN ended
    ON ended.role = 'copy' AND ended.element_id = counting.element_id AND ended.source_entry_id = counting.entry_id
  WHERE counting.role = 'master' AND NOT is_given AND NOT EXISTS (
    SELECT FROM counting AS copy
    WHERE copy.role = 'copy' AND copy.source_entry_id = counting.entry_id AND copy.element_id = counting.element_id)
), named AS (
  SELECT found.*, encode(substring(sha256(convert_to(concat_ws(
    ':', kind, element_id, coalesce(entry_id, '{ROOT}'), coalesce(field_id, '{ROOT}')), 'UTF8')) FOR 16), 'hex')::uuid
    AS finding_id
  FROM found
), told_findings AS (
  SELECT named.*, CASE WHEN finding_excuse.finding_id IS NULL THEN 'open' ELSE 'excused' END AS state,
    finding_excuse.legal_basis, finding_excuse.excused_at, finding_excuse.excused_by_organisation_id,
    finding_excuse.expires_at
  FROM named CROSS JOIN moment LEFT JOIN finding_excuse
    ON finding_excuse.finding_id = named.finding_id AND finding_excuse.expires_at > moment.now
    -- It is of the cause that was excused, and never by the body that the finding is about by now.
    AND finding_excuse.excused_at >= named.opened_at
    AND finding_excuse.excused_by_organisation_id <> named.owner_organisation_id
)
"""  # noqa: S608
