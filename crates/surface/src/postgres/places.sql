-- For each object: its catalog, its number, its part, and its place as components of a path. A component
-- begins with `.` if it is a name, which is escaped in the path, and with `=` if it stands as it is. A place that
-- begins with `-` is left out: TOAST tables follow from their tables, and temporary objects from a session.
WITH
 ns AS (
  SELECT oid, CASE WHEN nspname ~ '^pg_(toast|(toast_)?temp_[0-9]+)$' THEN ARRAY['-'] ELSE ARRAY['.' || nspname] END AS place
  FROM pg_namespace
 ),
 rel AS (
  SELECT c.oid, c.relkind, ns.place || ('.' || c.relname) AS base,
   CASE c.relkind
    WHEN 'S' THEN ns.place || ARRAY['=+sequences', '.' || c.relname]
    WHEN 'c' THEN ns.place || ARRAY['=+types', '.' || c.relname]
    WHEN 'v' THEN ns.place || ARRAY['.' || c.relname, '=+view']
    WHEN 'm' THEN ns.place || ARRAY['.' || c.relname, '=+view']
    ELSE ns.place || ARRAY['.' || c.relname, '=+table']
   END AS place
  FROM pg_class c JOIN ns ON ns.oid = c.relnamespace
  WHERE c.relkind NOT IN ('i', 'I')
 ),
 typ AS (
  -- Arrays belong to their elements, multiranges to their ranges, row types to their tables.
  SELECT t.oid, coalesce(element.oid, r.rngtypid, t.oid) AS own
  FROM pg_type t
   LEFT JOIN pg_type element ON element.typarray = t.oid
   LEFT JOIN pg_range r ON r.rngmultitypid = coalesce(element.oid, t.oid)
 ),
 type_place AS (
  SELECT typ.oid, coalesce(rel.place, CASE WHEN rel.oid IS NULL THEN
    ns.place || ARRAY['=+types', '.' || own.typname] END) AS place
  FROM typ
   JOIN pg_type first ON first.oid = typ.own
   -- The array of a multirange: from its element to the range.
   LEFT JOIN pg_range r ON r.rngmultitypid = first.oid
   JOIN pg_type own ON own.oid = coalesce(r.rngtypid, first.oid)
   JOIN ns ON ns.oid = own.typnamespace
   LEFT JOIN rel ON rel.oid = own.typrelid AND own.typrelid <> 0
 ),
 con AS (
  SELECT c.oid, CASE WHEN c.conrelid <> 0
    THEN rel.base || ARRAY['=constraints', '.' || c.conname] ELSE type_place.place END AS place
  FROM pg_constraint c
   LEFT JOIN rel ON rel.oid = c.conrelid
   LEFT JOIN type_place ON type_place.oid = c.contypid
 ),
 part AS (
  SELECT a.attrelid, a.attnum, CASE WHEN rel.relkind IN ('r', 'p', 'f')
    THEN rel.base || ARRAY['=columns', '.' || a.attname] ELSE rel.place END AS place
  FROM pg_attribute a JOIN rel ON rel.oid = a.attrelid
  WHERE a.attnum > 0 AND NOT a.attisdropped AND rel.relkind NOT IN ('S', 't')
 ),
 object(class, oid, part, place) AS (
  SELECT 'pg_namespace'::regclass, oid, 0, place || '=+schema'::text FROM ns
  UNION ALL SELECT 'pg_class'::regclass, oid, 0, place FROM rel
  UNION ALL SELECT 'pg_class'::regclass, attrelid, attnum, place FROM part
  UNION ALL SELECT 'pg_class'::regclass, i.indexrelid, 0, rel.base || ARRAY['=indexes', '.' || c.relname]
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN rel ON rel.oid = i.indrelid
  UNION ALL SELECT 'pg_attrdef'::regclass, d.oid, 0, part.place
   FROM pg_attrdef d JOIN part ON part.attrelid = d.adrelid AND part.attnum = d.adnum
  UNION ALL SELECT 'pg_type'::regclass, oid, 0, place FROM type_place
  UNION ALL SELECT 'pg_enum'::regclass, e.oid, 0, place FROM pg_enum e JOIN type_place t ON t.oid = e.enumtypid
  UNION ALL SELECT 'pg_constraint'::regclass, oid, 0, place FROM con
  UNION ALL SELECT 'pg_trigger'::regclass, t.oid, 0, CASE WHEN t.tgisinternal AND con.oid IS NOT NULL
    THEN con.place ELSE rel.base || ARRAY['=triggers', '.' || t.tgname] END
   FROM pg_trigger t JOIN rel ON rel.oid = t.tgrelid LEFT JOIN con ON con.oid = t.tgconstraint
  UNION ALL SELECT 'pg_policy'::regclass, p.oid, 0, rel.base || ARRAY['=policies', '.' || p.polname]
   FROM pg_policy p JOIN rel ON rel.oid = p.polrelid
  UNION ALL SELECT 'pg_rewrite'::regclass, r.oid, 0, CASE WHEN r.rulename = '_RETURN' AND rel.relkind IN ('v', 'm')
    THEN rel.place ELSE rel.base || ARRAY['=rules', '.' || r.rulename] END
   FROM pg_rewrite r JOIN rel ON rel.oid = r.ev_class
  UNION ALL SELECT 'pg_statistic_ext'::regclass, s.oid, 0, rel.base || ARRAY['=statistics', '.' || s.stxname]
   FROM pg_statistic_ext s JOIN rel ON rel.oid = s.stxrelid
  UNION ALL SELECT 'pg_proc'::regclass, p.oid, 0, ns.place || ARRAY['=+functions', '.' || p.proname || '(' ||
    array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY u(t, n) ORDER BY n), ',')
    || ')']
   FROM pg_proc p JOIN ns ON ns.oid = p.pronamespace
  UNION ALL SELECT 'pg_operator'::regclass, o.oid, 0, ns.place || ARRAY['=+operators', '.' || o.oprname || '(' ||
    CASE o.oprleft WHEN 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END || ',' ||
    CASE o.oprright WHEN 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END || ')']
   FROM pg_operator o JOIN ns ON ns.oid = o.oprnamespace
  UNION ALL SELECT 'pg_opclass'::regclass, o.oid, 0,
    ns.place || ARRAY['=+operator-classes', '.' || o.opcname || ' using ' || a.amname]
   FROM pg_opclass o JOIN ns ON ns.oid = o.opcnamespace JOIN pg_am a ON a.oid = o.opcmethod
  UNION ALL SELECT f.class, f.oid, 0,
    ns.place || ARRAY['=+operator-families', '.' || o.opfname || ' using ' || a.amname]
   FROM (SELECT 'pg_opfamily'::regclass, oid, oid FROM pg_opfamily
    UNION ALL SELECT 'pg_amop'::regclass, oid, amopfamily FROM pg_amop
    UNION ALL SELECT 'pg_amproc'::regclass, oid, amprocfamily FROM pg_amproc) f(class, oid, family)
    JOIN pg_opfamily o ON o.oid = f.family JOIN ns ON ns.oid = o.opfnamespace JOIN pg_am a ON a.oid = o.opfmethod
  UNION ALL SELECT n.class, n.oid, 0, ns.place || ARRAY['=' || n.kind, '.' || n.name]
   FROM (SELECT 'pg_collation'::regclass, oid, collnamespace, '+collations', collname FROM pg_collation
    UNION ALL SELECT 'pg_conversion'::regclass, oid, connamespace, '+conversions', conname FROM pg_conversion
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, cfgnamespace, '+text-search-configurations', cfgname FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, dictnamespace, '+text-search-dictionaries', dictname FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, prsnamespace, '+text-search-parsers', prsname FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid, tmplnamespace, '+text-search-templates', tmplname FROM pg_ts_template
    ) n(class, oid, namespace, kind, name) JOIN ns ON ns.oid = n.namespace
  UNION ALL SELECT class, oid, 0, ARRAY['=+database', '=' || kind, '.' || name]
   FROM (SELECT 'pg_extension'::regclass, oid, 'extensions', extname FROM pg_extension
    UNION ALL SELECT 'pg_event_trigger'::regclass, oid, 'event-triggers', evtname FROM pg_event_trigger
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign-data-wrappers', fdwname FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 'servers', srvname FROM pg_foreign_server
    UNION ALL SELECT 'pg_language'::regclass, oid, 'languages', lanname FROM pg_language
    UNION ALL SELECT 'pg_am'::regclass, oid, 'access-methods', amname FROM pg_am
    UNION ALL SELECT 'pg_publication'::regclass, oid, 'publications', pubname FROM pg_publication
    UNION ALL SELECT 'pg_publication_rel'::regclass, r.oid, 'publications', pubname
     FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
    UNION ALL SELECT 'pg_cast'::regclass, oid, 'casts',
      format_type(castsource, NULL) || ' as ' || format_type(casttarget, NULL) FROM pg_cast
    UNION ALL SELECT 'pg_transform'::regclass, t.oid, 'transforms', format_type(trftype, NULL) || ' for ' || lanname
     FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    UNION ALL SELECT 'pg_default_acl'::regclass, oid, 'default-privileges', pg_get_userbyid(defaclrole) || ' ' ||
      CASE defaclnamespace WHEN 0 THEN '' ELSE 'in ' || defaclnamespace::regnamespace::text || ' ' END || defaclobjtype::text
     FROM pg_default_acl
    UNION ALL SELECT 'pg_subscription'::regclass, oid, 'subscriptions', subname FROM pg_subscription
    UNION ALL SELECT 'pg_user_mapping'::regclass, umid, 'user-mappings', usename || ' on ' || srvname FROM pg_user_mappings
    UNION ALL SELECT class, oid, 'large-objects', oid::text FROM pg_largeobject_metadata,
     -- Comments on large objects and dependencies give them the one, their rows the other.
     (VALUES ('pg_largeobject_metadata'::regclass), ('pg_largeobject'::regclass)) c(class)
    ) n(class, oid, kind, name)
  UNION ALL SELECT 'pg_database'::regclass, oid, 0, ARRAY['=+database', '=properties']
   FROM pg_database WHERE datname = current_database()
  UNION ALL SELECT 'pg_authid'::regclass, oid, 0, ARRAY['=+roles', '.' || rolname] FROM pg_roles
  -- A membership has a number of its own from version 16 on. Before, it is found by its role.
  UNION ALL SELECT 'pg_auth_members'::regclass, (to_jsonb(m) ->> 'oid')::oid, 0, ARRAY['=+roles', '.' || rolname]
   FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid WHERE to_jsonb(m) ? 'oid'
  UNION ALL SELECT 'pg_tablespace'::regclass, oid, 0, ARRAY['=+tablespaces', '.' || spcname] FROM pg_tablespace
  -- That of a subscription has its number as its name, and follows from it.
  UNION ALL SELECT 'pg_replication_origin'::regclass, roident, 0,
   CASE WHEN EXISTS (SELECT FROM pg_subscription s WHERE roname = 'pg_' || s.oid) THEN ARRAY['-']
    ELSE ARRAY['=+replication-origins', '.' || roname] END
   FROM pg_replication_origin
